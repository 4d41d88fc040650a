import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../lib/json.ts';
import { sharedText } from '../schema/testing/oracle.ts';
import { Rig } from './testing/rig.ts';

describe('discovery', () => {
  const rig = new Rig();

  test('/api and /apis list versions and groups', () => {
    expect(rig.get('/api').body).toMatchObject({ kind: 'APIVersions', versions: ['v1'] });
    const groups = rig.get('/apis').body['groups'] as JsonObject[];
    expect(groups.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['apps', 'events.k8s.io', 'discovery.k8s.io', 'coordination.k8s.io']),
    );
    expect(rig.get('/apis/apps').body).toMatchObject({
      kind: 'APIGroup',
      preferredVersion: { groupVersion: 'apps/v1', version: 'v1' },
    });
  });

  test('a version lists its resources with verbs, short names and subresources', () => {
    const body = rig.get('/api/v1').body;
    expect(body).toMatchObject({ kind: 'APIResourceList', groupVersion: 'v1' });
    const resources = new Map((body['resources'] as JsonObject[]).map((item) => [item['name'], item]));
    expect(resources.get('pods')).toMatchObject({
      singularName: 'pod',
      namespaced: true,
      kind: 'Pod',
      shortNames: ['po'],
      categories: ['all'],
    });
    expect(resources.get('pods/status')).toMatchObject({ singularName: '', verbs: ['get', 'patch', 'update'] });
    expect(resources.get('pods/binding')).toMatchObject({ kind: 'Binding', verbs: ['create'] });
    expect(resources.get('bindings')).toMatchObject({ verbs: ['create'] });
    expect(resources.get('namespaces/finalize')).toMatchObject({ verbs: ['update'] });
  });

  test('every listed resource answers its list', () => {
    const paths = [
      '/api/v1',
      ...(rig.get('/apis').body['groups'] as JsonObject[]).map(
        (group) => `/apis/${String((group['preferredVersion'] as JsonObject)['groupVersion'])}`,
      ),
    ];
    for (const path of paths) {
      for (const { name, verbs } of rig.get(path).body['resources'] as JsonObject[]) {
        if (!(verbs as string[]).includes('list')) continue;
        expect([`${path}/${String(name)}`, rig.get(`${path}/${String(name)}`).status]).toEqual([
          `${path}/${String(name)}`,
          200,
        ]);
      }
    }
  });

  test.each(['v2', 'v2beta1'])('aggregated, as %s', (version) => {
    const accept = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList,application/json`;
    const { body, response } = rig.get('/apis', { accept });
    expect(response.contentType).toBe(`application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`);
    expect(body).toMatchObject({ kind: 'APIGroupDiscoveryList', apiVersion: `apidiscovery.k8s.io/${version}` });
    const apps = (body['items'] as JsonObject[]).find((item) => (item['metadata'] as JsonObject)['name'] === 'apps');
    const [served] = apps?.['versions'] as JsonObject[];
    expect(served).toMatchObject({ version: 'v1', freshness: 'Current' });
    expect(served?.['resources']).toContainEqual(
      expect.objectContaining({ resource: 'deployments', scope: 'Namespaced' }),
    );
  });

  test('what is not served', () => {
    expect(rig.get('/apis/apps/v2').body).toMatchObject({ code: 404, details: {} });
    expect(rig.send('POST', '/apis').status).toBe(405);
  });
});

describe('as a real API server tells of the same resources', () => {
  const text = sharedText('oracle/api/discovery.json');
  const recorded = JSON.parse(text ?? '{}') as Readonly<Record<string, JsonObject>>;
  const rig = new Rig();

  const paths = Object.entries(recorded)
    .filter(([path, body]) => body['kind'] === 'APIResourceList' && rig.get(path).status === 200)
    .map(([path]) => path);

  /** What is served of it; what is recorded besides has no kind here yet. */
  const ofServed = (resources: JsonObject[], served: readonly unknown[]): JsonObject[] =>
    resources
      .filter(({ name }) => served.includes(String(name).split('/')[0]))
      .map(({ storageVersionHash: _, ...rest }) => rest)
      .sort((a, b) => (String(a['name']) < String(b['name']) ? -1 : 1));

  test.each(paths)('%s', (path) => {
    const actual = rig.get(path).body['resources'] as JsonObject[];
    const served = actual.map(({ name }) => name);
    expect(ofServed(actual, served)).toEqual(ofServed(recorded[path]?.['resources'] as JsonObject[], served));
  });

  test.runIf(text !== undefined)('subresources, aggregated', () => {
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    const podsOf = (body: JsonObject | undefined): JsonObject | undefined => {
      const [core] = body?.['items'] as JsonObject[];
      const [v1] = core?.['versions'] as JsonObject[];
      return (v1?.['resources'] as JsonObject[]).find(({ resource }) => resource === 'pods');
    };
    expect(podsOf(rig.get('/api', { accept }).body)).toEqual(podsOf(recorded['/api (aggregated v2)']));
  });
});
