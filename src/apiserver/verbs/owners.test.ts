// Owners after writes that are no apply: names of managers, times, resets, the bound on their number.

import { describe, expect, test } from 'vitest';
import { Rig, MAPS, PODS, metaOf, podBody } from '../testing/rig.ts';
import type { JsonObject } from '../../lib/json.ts';
import { managerName } from '../../registry/managed-fields/manager.ts';

const MERGE = { 'content-type': 'application/merge-patch+json' };
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';

function entriesOf(object: JsonObject): JsonObject[] {
  return (metaOf(object)['managedFields'] ?? []) as JsonObject[];
}

/** By manager, operation and subresource: what it owns. */
function owners(object: JsonObject): Record<string, unknown> {
  return Object.fromEntries(
    entriesOf(object).map(({ manager, operation, subresource = '', fieldsV1 }) => [
      `${String(manager)} ${String(operation)} ${subresource as string}`.trim(),
      fieldsV1,
    ]),
  );
}

function map(name: string, data: JsonObject, metadata: JsonObject = {}): JsonObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, data };
}

function deployment(name: string): JsonObject {
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
  const spec = { replicas: 1, selector: { matchLabels: { a: 'b' } }, template };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec };
}

describe('the manager of a request', () => {
  test('is the one it names, else its user agent up to the first slash', () => {
    expect(managerName('me', 'kubectl/v1.36')).toBe('me');
    expect(managerName('', 'kubectl/v1.36.0 (linux/amd64)')).toBe('kubectl');
    expect(managerName('', 'a\u0000b c\u200b')).toBe('ab c');
    expect(managerName('', 'é'.repeat(100))).toBe('é'.repeat(64));
  });

  test('without either it is unknown', () => {
    const rig = new Rig();
    const made = rig.send('POST', MAPS, { body: map('a', { k: 'v' }) }).body;
    expect(owners(made)).toEqual({ 'unknown Update': { 'f:data': { '.': {}, 'f:k': {} } } });
  });
});

describe('an update', () => {
  test('owns what it changes, and takes it from who owned it', () => {
    const rig = new Rig();
    rig.send('POST', `${MAPS}?fieldManager=a`, { body: map('x', { k: '1', l: '1' }) });
    rig.clock.at += 5000;
    const { body } = rig.send('PUT', `${MAPS}/x?fieldManager=b`, { body: map('x', { k: '2', l: '1', m: '1' }) });
    expect(owners(body)).toEqual({
      'a Update': { 'f:data': { '.': {}, 'f:l': {} } },
      'b Update': { 'f:data': { 'f:k': {}, 'f:m': {} } },
    });
    expect(entriesOf(body).map(({ time }) => time)).toEqual(['2026-01-02T03:04:05Z', '2026-01-02T03:04:10Z']);
  });

  test('that changes nothing keeps times and writes nothing', () => {
    const rig = new Rig();
    const { body } = rig.send('POST', `${MAPS}?fieldManager=a`, { body: map('x', { k: '1' }) });
    const head = rig.log.head;
    rig.clock.at += 60_000;
    for (const manager of ['a', 'b']) {
      expect(rig.send('PUT', `${MAPS}/x?fieldManager=${manager}`, { body }).body).toEqual(body);
      const patch = { body: { data: { k: '1' } }, headers: MERGE };
      expect(rig.send('PATCH', `${MAPS}/x?fieldManager=${manager}`, patch).body).toEqual(body);
    }
    expect(rig.log.head).toBe(head);
  });

  test('that removes a field makes no one its owner', () => {
    const rig = new Rig();
    rig.send('POST', `${MAPS}?fieldManager=a`, { body: map('x', { k: '1', l: '1' }) });
    const { body } = rig.send('PATCH', `${MAPS}/x?fieldManager=b`, { body: { data: { k: null } }, headers: MERGE });
    expect(owners(body)).toEqual({ 'a Update': { 'f:data': { '.': {}, 'f:l': {} } } });
  });

  test('owns nothing of what admission and the strategy add', () => {
    const rig = new Rig();
    rig.serviceAccount();
    const { body } = rig.send('POST', `${PODS}?fieldManager=a`, { body: podBody('p') });
    const spec = (owners(body)['a Update'] as JsonObject)['f:spec'] as JsonObject;
    expect(Object.keys(spec)).not.toContain('f:serviceAccountName');
    expect(Object.keys(spec)).not.toContain('f:tolerations');
    expect(Object.keys(spec)).toContain('f:restartPolicy');
    expect(Object.keys(owners(body)['a Update'] as JsonObject)).toEqual(['f:spec']);
  });

  test('what a client says of a new object that is the server’s to say has no owner', () => {
    const rig = new Rig();
    const metadata = { uid: 'x', creationTimestamp: '2001-01-01T00:00:00Z', deletionGracePeriodSeconds: 3 };
    const { body } = rig.send('POST', `${MAPS}?fieldManager=a`, { body: map('x', { k: '1' }, metadata) });
    expect(owners(body)).toEqual({ 'a Update': { 'f:data': { '.': {}, 'f:k': {} } } });
  });
});

describe('managedFields of a client', () => {
  test.each([
    ['[]', []],
    ['[{}]', [{}]],
  ])('%s reset the owners; after that nothing is tracked', (_, managedFields) => {
    const rig = new Rig();
    rig.send('POST', `${MAPS}?fieldManager=a`, { body: map('x', { k: '1' }) });
    const reset = rig.send('PATCH', `${MAPS}/x`, { body: { metadata: { managedFields } }, headers: MERGE }).body;
    expect(owners(reset)).toEqual({});
    expect(owners(rig.send('PUT', `${MAPS}/x?fieldManager=b`, { body: map('x', { k: '2' }) }).body)).toEqual({});
  });

  test('null and none at all leave them', () => {
    const rig = new Rig();
    const made = rig.send('POST', `${MAPS}?fieldManager=a`, { body: map('x', { k: '1' }) }).body;
    for (const metadata of [{}, { managedFields: null }]) {
      expect(owners(rig.send('PUT', `${MAPS}/x`, { body: map('x', { k: '1' }, metadata) }).body)).toEqual(owners(made));
    }
  });

  test.each([
    ['a wrong operation', { operation: 'Foo' }],
    ['no version', { apiVersion: '' }],
    ['no type', { fieldsType: '' }],
    ['another type', { fieldsType: 'FieldsV2' }],
    ['fields that are a text', { fieldsV1: 'x' }],
    ['a malformed field', { fieldsV1: { data: {} } }],
  ])('with %s are passed over', (_, wrong) => {
    const rig = new Rig();
    const made = rig.send('POST', `${MAPS}?fieldManager=a`, { body: map('x', { k: '1' }) }).body;
    const entry = {
      manager: 'z',
      operation: 'Update',
      apiVersion: 'v1',
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:data': {} },
    };
    const metadata = { managedFields: [{ ...entry, ...wrong }] };
    const { body } = rig.send('PUT', `${MAPS}/x`, { body: map('x', { k: '1' }, metadata) });
    expect(owners(body)).toEqual(owners(made));
  });

  test('that are good count, in upstream’s spelling', () => {
    const rig = new Rig();
    rig.send('POST', `${MAPS}?fieldManager=a`, { body: map('x', { k: '1', l: '1' }) });
    const fieldsV1 = { 'f:data': { 'f:l': {}, 'f:k': {}, '.': {} } };
    const entry = { manager: 'z', operation: 'Apply', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1 };
    const metadata = { managedFields: [entry] };
    const { text } = rig.send('PUT', `${MAPS}/x`, { body: map('x', { k: '1', l: '1' }, metadata) });
    expect(text).toContain('"fieldsV1":{"f:data":{".":{},"f:k":{},"f:l":{}}}');
  });

  test('are refused with a name that is too long', () => {
    const rig = new Rig();
    rig.configMap('x', { data: { k: '1' } });
    const entry = {
      operation: 'Update',
      apiVersion: 'v1',
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:data': { 'f:k': {} } },
    };
    const metadata = { managedFields: [{ ...entry, manager: 'm'.repeat(129) }] };
    const { status, body } = rig.send('PUT', `${MAPS}/x`, { body: map('x', { k: '1' }, metadata) });
    expect(status).toBe(422);
    expect(body['message']).toBe(
      'ConfigMap "x" is invalid: metadata.managedFields[0].manager: Too long: may not be more than 128 bytes',
    );
  });
});

describe('managers that update', () => {
  test('are ten at most: the oldest become ancient changes', () => {
    const rig = new Rig();
    rig.send('POST', `${MAPS}?fieldManager=u00`, { body: map('x', { k00: 'v' }) });
    let last: JsonObject = {};
    for (let n = 1; n <= 12; n++) {
      rig.clock.at += 1000;
      const name = String(n).padStart(2, '0');
      const patch = { body: { data: { [`k${name}`]: 'v' } }, headers: MERGE };
      last = rig.send('PATCH', `${MAPS}/x?fieldManager=u${name}`, patch).body;
    }
    expect(entriesOf(last).map(({ manager }) => manager)).toEqual([
      'ancient-changes',
      ...['u04', 'u05', 'u06', 'u07', 'u08', 'u09', 'u10', 'u11', 'u12'],
    ]);
    expect(owners(last)['ancient-changes Update']).toEqual({
      'f:data': { '.': {}, 'f:k00': {}, 'f:k01': {}, 'f:k02': {}, 'f:k03': {} },
    });
    expect(entriesOf(last)[0]?.['time']).toBe('2026-01-02T03:04:08Z');
  });
});

describe('subresources', () => {
  test('a status has owners of its own, and its managedFields are the object’s', () => {
    const rig = new Rig();
    rig.send('POST', `${DEPLOYMENTS}?fieldManager=a`, { body: deployment('d') });
    const managedFields = [{}];
    const patch = {
      body: { metadata: { managedFields }, spec: { replicas: 7 }, status: { replicas: 1 } },
      headers: MERGE,
    };
    const { body } = rig.send('PATCH', `${DEPLOYMENTS}/d/status?fieldManager=b`, patch);
    expect(Object.keys(owners(body))).toEqual(['a Update', 'b Update status']);
    expect(owners(body)['b Update status']).toEqual({ 'f:status': { 'f:replicas': {} } });
    expect(JSON.stringify(owners(body)['a Update'])).toContain('f:replicas');
  });

  test('who writes the scale owns the replicas', () => {
    const rig = new Rig();
    rig.send('POST', `${DEPLOYMENTS}?fieldManager=a`, { body: deployment('d') });
    rig.send('PATCH', `${DEPLOYMENTS}/d/scale?fieldManager=hpa`, { body: { spec: { replicas: 3 } }, headers: MERGE });
    const { body } = rig.get(`${DEPLOYMENTS}/d`);
    expect(owners(body)['hpa Update scale']).toEqual({ 'f:spec': { 'f:replicas': {} } });
    expect(JSON.stringify(owners(body)['a Update'])).not.toContain('f:replicas');
    expect(entriesOf(body).find(({ manager }) => manager === 'hpa')).toEqual({
      manager: 'hpa',
      operation: 'Update',
      apiVersion: 'apps/v1',
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:spec': { 'f:replicas': {} } },
      subresource: 'scale',
    });
  });

  test('a binding leaves no entry', () => {
    const rig = new Rig();
    rig.serviceAccount();
    const made = rig.send('POST', `${PODS}?fieldManager=a`, { body: podBody('p') }).body;
    const target = { apiVersion: 'v1', kind: 'Node', name: 'n' };
    const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'p' }, target };
    expect(rig.send('POST', `${PODS}/p/binding?fieldManager=s`, { body: binding }).status).toBe(201);
    expect(owners(rig.get(`${PODS}/p`).body)).toEqual(owners(made));
  });

  test('several versions of a kind: each entry says its own', () => {
    const rig = new Rig();
    const path = '/apis/events.k8s.io/v1/namespaces/default/events';
    const regarding = { kind: 'Pod', namespace: 'default', name: 'p' };
    const event = {
      ...{
        apiVersion: 'events.k8s.io/v1',
        kind: 'Event',
        metadata: { name: 'e' },
        eventTime: '2026-01-02T03:04:05.000000Z',
      },
      ...{ reportingController: 'c.io/x', reportingInstance: 'i', action: 'A', reason: 'R', type: 'Normal', regarding },
    };
    expect(rig.send('POST', `${path}?fieldManager=a`, { body: event }).status).toBe(201);
    const core = '/api/v1/namespaces/default/events/e';
    const { body } = rig.send('PATCH', `${core}?fieldManager=b`, {
      body: { metadata: { labels: { x: 'y' } } },
      headers: MERGE,
    });
    expect(entriesOf(body).map(({ manager, apiVersion }) => [manager, apiVersion])).toEqual([
      ['a', 'events.k8s.io/v1'],
      ['b', 'v1'],
    ]);
  });
});

describe('components', () => {
  test('write as the binaries they are part of', () => {
    const rig = new Rig();
    expect(Object.keys(owners(rig.get('/api/v1/namespaces/default').body))).toEqual(['kube-apiserver Update']);
    const client = rig.server.clientFor({ name: 'deployment-controller', eventSource: 'deployment-controller' }, 0);
    const made = client.create('configmaps', {
      ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: 'default' }, data: { k: 'v' } },
    });
    expect(made.ok && made.value.metadata.managedFields?.[0]?.manager).toBe('kube-controller-manager');
  });

  test('an event that is counted up is an update by its manager', () => {
    const rig = new Rig();
    const client = rig.server.clientFor({ name: 'scheduler', eventSource: 'default-scheduler' }, 0);
    const regarding = client.get('namespaces', '', 'default');
    if (regarding === undefined) throw new Error('no namespace');
    const input = { regarding, type: 'Normal', reason: 'R', message: 'm' } as const;
    client.event(input);
    rig.clock.at += 3000;
    client.event(input);
    const [event] = client.list('events');
    expect(event?.count).toBe(2);
    expect(event?.metadata.managedFields?.map(({ manager, time }) => [manager, time])).toEqual([
      ['kube-scheduler', '2026-01-02T03:04:08Z'],
    ]);
  });

  test('a renewal of a node’s Lease in memory leaves its managedFields alone', () => {
    const rig = new Rig();
    const path = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
    const spec = (renewTime: string) => ({ holderIdentity: 'n', leaseDurationSeconds: 40, renewTime });
    const metadata = { name: 'n' };
    const lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata,
      spec: spec('2026-01-02T03:04:05.000000Z'),
    };
    rig.send('POST', `${path}?fieldManager=kubelet`, { body: lease });
    const head = rig.log.head;
    const before = rig.get(`${path}/n`).body;
    rig.clock.at += 10_000;
    const patch = { body: { spec: spec('2026-01-02T03:04:15.000000Z') }, headers: MERGE };
    const renewed = rig.send('PATCH', `${path}/n?fieldManager=kubelet`, patch);
    expect(renewed.status).toBe(200);
    expect(rig.log.head).toBe(head);
    expect(entriesOf(rig.get(`${path}/n`).body)).toEqual(entriesOf(before));
  });
});
