// `dryRun=All` answers as if the write were done, and nothing has changed: no revision, no address, no object.

import { beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { MAPS, metaOf, podBody, PODS, Rig } from '../testing/rig.ts';

const SERVICES = '/api/v1/namespaces/default/services';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
const DRY = '?dryRun=All';

const configMap = (name: string, data: JsonObject = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
});
const service = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { selector: { a: 'b' }, ports: [{ port: 80 }] },
});
const deployment = (name: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    selector: { matchLabels: { a: 'b' } },
    template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'a', image: 'b' }] } },
  },
});

describe('dryRun=All', () => {
  let rig: Rig;

  beforeEach(() => {
    rig = new Rig();
    rig.serviceAccount();
    rig.send('POST', '/api/v1/namespaces', {
      body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } },
    });
    rig.configMap('kept', { data: { a: '1' } });
    rig.send('POST', DEPLOYMENTS, { body: deployment('web') });
    rig.send('POST', PODS, { body: podBody('held') });
  });

  const merge = { 'content-type': 'application/merge-patch+json' };
  const requests: Array<
    readonly [
      title: string,
      method: string,
      url: string,
      body: JsonValue | undefined,
      status: number,
      headers?: Record<string, string>,
    ]
  > = [
    ['create', 'POST', `${MAPS}${DRY}`, configMap('new'), 201],
    ['create with a drawn name', 'POST', `${MAPS}${DRY}`, { ...configMap(''), metadata: { generateName: 'x-' } }, 201],
    ['create of a Service', 'POST', `${SERVICES}${DRY}`, service('new'), 201],
    ['update', 'PUT', `${MAPS}/kept${DRY}`, configMap('kept', { a: '2' }), 200],
    ['patch', 'PATCH', `${MAPS}/kept${DRY}`, { data: { a: '2' } }, 200, merge],
    [
      'update of a status',
      'PUT',
      `${DEPLOYMENTS}/web/status${DRY}`,
      { ...deployment('web'), status: { replicas: 3 } },
      200,
    ],
    ['update of a scale', 'PATCH', `${DEPLOYMENTS}/web/scale${DRY}`, { spec: { replicas: 5 } }, 200, merge],
    ['delete', 'DELETE', `${MAPS}/kept${DRY}`, undefined, 200],
    ['delete by a body', 'DELETE', `${MAPS}/kept`, { dryRun: ['All'] }, 200],
    ['delete of a pod with grace', 'DELETE', `${PODS}/held${DRY}`, undefined, 200],
    ['delete in the foreground', 'DELETE', `${DEPLOYMENTS}/web${DRY}&propagationPolicy=Foreground`, undefined, 200],
    ['delete of a collection', 'DELETE', `${MAPS}${DRY}`, undefined, 200],
    ['delete of a namespace', 'DELETE', `/api/v1/namespaces/other${DRY}`, undefined, 200],
    [
      'binding',
      'POST',
      `${PODS}/held/binding${DRY}`,
      { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'held' }, target: { kind: 'Node', name: 'n' } },
      201,
    ],
  ];
  for (const [title, method, url, body, status, headers = {}] of requests) {
    it(`${title}: nothing has changed`, () => {
      const before = rig.log.head;
      const text = rig.get('/api/v1/pods').text + rig.get(MAPS).text + rig.get(DEPLOYMENTS).text;
      let frames = 0;
      rig.log.subscribe((events) => void (frames += events.length));
      const answer = rig.send(method, url, { ...(body === undefined ? {} : { body }), headers });
      expect(answer.status).toBe(status);
      expect(rig.log.head).toBe(before);
      expect(frames).toBe(0);
      expect(rig.get('/api/v1/pods').text + rig.get(MAPS).text + rig.get(DEPLOYMENTS).text).toBe(text);
    });
  }

  it('gives no address away: the next real Service may have it', () => {
    const dry = rig.send('POST', SERVICES + DRY, { body: service('one') });
    expect((dry.body['spec'] as JsonObject)['clusterIP']).toBeDefined();
    expect(rig.get(`${SERVICES}/one`).status).toBe(404);
    expect(rig.send('POST', SERVICES, { body: service('two') }).status).toBe(201);
  });

  it('is refused as the real write is', () => {
    expect(rig.send('POST', MAPS + DRY, { body: configMap('kept') }).body['reason']).toBe('AlreadyExists');
    expect(rig.send('POST', MAPS + DRY, { body: configMap('Bad') }).status).toBe(422);
    expect(rig.send('POST', `${MAPS}?dryRun=all`, { body: configMap('new') }).status).toBe(422);
    const stale = { ...configMap('kept'), metadata: { name: 'kept', resourceVersion: '1' } };
    expect(rig.send('PUT', `${MAPS}/kept${DRY}`, { body: stale }).body['reason']).toBe('Conflict');
  });
});

describe('writes in a row', () => {
  it('lose no update: each patch is applied to what the one before it left', () => {
    const rig = new Rig();
    rig.configMap('sum', { data: {} });
    const headers = { 'content-type': 'application/merge-patch+json' };
    // Planned at the same moment, as requests whose bodies arrive together are, and carried out one by one.
    const plans = Array.from({ length: 50 }, (_, index) =>
      rig.plan('PATCH', `${MAPS}/sum`, { body: { data: { [`k${index}`]: 'v' } }, headers }),
    );
    for (const plan of plans) {
      if (plan.effect !== 'write') throw new Error('a patch writes');
      expect(rig.log.transaction(() => plan.run()).status).toBe(200);
    }
    expect(Object.keys(rig.get(`${MAPS}/sum`).body['data'] as JsonObject).length).toBe(50);
  });

  it('a patch that names a revision is refused once that has passed', () => {
    const rig = new Rig();
    const made = rig.configMap('sum');
    const { resourceVersion } = metaOf(made);
    const headers = { 'content-type': 'application/merge-patch+json' };
    const send = (value: string) =>
      rig.send('PATCH', `${MAPS}/sum`, {
        body: { metadata: { resourceVersion: resourceVersion as string }, data: { a: value } },
        headers,
      });
    expect(send('1').status).toBe(200);
    expect(send('2')).toMatchObject({ status: 409, body: { reason: 'Conflict' } });
  });

  it('a patch that changes nothing writes nothing', () => {
    const rig = new Rig();
    rig.configMap('same', { data: { a: '1' } });
    const before = rig.log.head;
    const kinds = {
      'merge-patch': { data: { a: '1' } },
      'strategic-merge-patch': { data: { a: '1' } },
      'json-patch': [{ op: 'replace', path: '/data/a', value: '1' }],
    };
    for (const [type, body] of Object.entries(kinds)) {
      expect(
        rig.send('PATCH', `${MAPS}/same`, { body, headers: { 'content-type': `application/${type}+json` } }).status,
      ).toBe(200);
    }
    expect(rig.log.head).toBe(before);
  });
});
