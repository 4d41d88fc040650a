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
  const recorded = Object.entries(JSON.parse(text ?? '{}') as Readonly<Record<string, unknown>>);
  const rig = new Rig();

  /** Hashes tell servers apart that store otherwise; ours stores nothing of it. */
  const plain = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value, (key, member) => (key === 'storageVersionHash' ? undefined : member)));

  const documents = recorded.filter(([path]) => /^[/]apis?[^ ]*$/.test(path));
  test.each(documents)('%s', (path, answer) => {
    expect(plain(rig.get(path, { host: '<address>' }).body)).toEqual(plain(answer));
  });

  const aggregated = recorded.filter(([path]) => path.includes('aggregated v2'));
  test.each(aggregated)('%s', (name, answer) => {
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    const [path = ''] = name.split(' ');
    expect(plain(rig.get(path, { accept }).body)).toEqual(plain(answer));
  });

  /** What tells of flags, levels of service and hooks of a process that is not here. */
  const NOT_HERE = /^[/](flagz|statusz|metrics[/]slis|(healthz|livez|readyz)[/].+)$/;

  test.runIf(text !== undefined)('all paths', () => {
    const all = recorded.find(([path]) => path === '/ paths')?.[1] as string[];
    const served = rig.get('/').body['paths'] as string[];
    expect(served.filter((path) => !NOT_HERE.test(path))).toEqual(all.filter((path) => !NOT_HERE.test(path)));
    for (const path of served)
      expect([path, rig.get(path).status]).toEqual([path, path === '/metrics' || path === '/openapi/v3/' ? 404 : 200]);
  });
});
