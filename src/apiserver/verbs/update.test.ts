import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import { MAPS, metaOf, PODS, podBody, Rig } from '../testing/rig.ts';

const put = (rig: Rig, object: JsonObject, path = MAPS) =>
  rig.send('PUT', `${path}/${String(metaOf(object)['name'])}`, { body: object });

const changed = (object: JsonObject, metadata: JsonObject, rest: JsonObject = {}): JsonObject => ({
  ...object,
  ...rest,
  metadata: { ...metaOf(object), ...metadata },
});

describe('update', () => {
  test('the current revision, or none at all, may be written over; another is a conflict', () => {
    const rig = new Rig();
    const made = rig.configMap('a');
    const first = put(rig, changed(made, {}, { data: { a: '1' } }));
    expect(first.status).toBe(200);
    expect(put(rig, changed(made, {}, { data: { a: '2' } })).body).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message:
        'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
    });
    const { resourceVersion: _, ...bare } = metaOf(made);
    expect(put(rig, { ...made, metadata: bare, data: { a: '3' } }).status).toBe(200);
    expect(put(rig, changed(made, { resourceVersion: 'abc' })).status).toBe(500);
  });

  test('a change of nothing writes nothing', () => {
    const rig = new Rig();
    const made = rig.configMap('a', { data: { a: '1' } });
    const head = rig.log.head;
    const same = put(rig, changed(made, { creationTimestamp: '2001-01-01T00:00:00Z', managedFields: null }));
    expect(same.text).toBe(rig.get(`${MAPS}/a`).text);
    expect(rig.log.head).toBe(head);
  });

  test.each([
    [
      { deletionTimestamp: '2001-01-01T00:00:00Z' },
      422,
      'metadata.deletionTimestamp: Invalid value: "2001-01-01T00:00:00Z": field is immutable',
    ],
    [
      { deletionGracePeriodSeconds: 5 },
      422,
      'metadata.deletionGracePeriodSeconds: Invalid value: 5: field is immutable',
    ],
    [{ uid: '11111111-2222-3333-4444-555555555555' }, 409, 'Precondition failed: UID in precondition'],
    [{ name: 'b' }, 400, 'the name of the object (b) does not match the name on the URL (a)'],
    [{ namespace: 'b' }, 400, 'the namespace of the provided object does not match'],
  ])('metadata %j is refused', (metadata, code, message) => {
    const rig = new Rig();
    const made = rig.configMap('a');
    const answer = rig.send('PUT', `${MAPS}/a`, { body: changed(made, metadata) });
    expect(answer.status).toBe(code);
    expect(answer.body['message']).toContain(message);
  });

  test('a missing name is unknown, or made where the kind allows it', () => {
    const rig = new Rig();
    expect(rig.send('PUT', `${MAPS}/a`, { body: { metadata: { name: 'a' } } }).status).toBe(404);
    const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
    expect(rig.send('PUT', `${leases}/a`, { body: { metadata: { name: 'a' } } }).status).toBe(201);
  });

  test('generation counts changes of spec alone', () => {
    const rig = new Rig();
    const base = '/apis/apps/v1/namespaces/default/deployments';
    const labels = { app: 'a' };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } };
    const spec = { selector: { matchLabels: labels }, template };
    const made = rig.send('POST', base, { body: { metadata: { name: 'd', generation: 7 }, spec } as never }).body;
    expect(metaOf(made)['generation']).toBe(1);
    const labelled = put(rig, changed(made, { labels: { x: 'y' } }), base).body;
    expect(metaOf(labelled)['generation']).toBe(1);
    const scaled = put(
      rig,
      changed(labelled, {}, { spec: { ...(labelled['spec'] as object), replicas: 3 } }),
      base,
    ).body;
    expect(metaOf(scaled)['generation']).toBe(2);
  });

  test('status is written through its subresource alone, and nothing else is', () => {
    const rig = new Rig();
    rig.serviceAccount();
    const made = rig.send('POST', PODS, { body: { ...podBody('p'), status: { phase: 'Failed' } } }).body;
    expect(made['status']).toMatchObject({ phase: 'Pending' });
    const running = changed(made, { labels: { a: 'b' } }, { status: { phase: 'Running' } });
    const main = put(rig, running, PODS).body;
    expect(main['status']).toMatchObject({ phase: 'Pending' });
    expect(metaOf(main)['labels']).toEqual({ a: 'b' });
    const current = changed(main, {}, { status: { phase: 'Running' }, spec: {} });
    const status = rig.send('PUT', `${PODS}/p/status`, { body: current }).body;
    expect(status['status']).toEqual({ phase: 'Running', qosClass: 'BestEffort' });
    expect(status['spec']).toEqual(main['spec']);
  });

  test('a namespace is left at once by the write that takes its last finalizer', () => {
    const rig = new Rig();
    rig.send('POST', '/api/v1/namespaces', { body: { metadata: { name: 'n' } } });
    const deleting = rig.send('DELETE', '/api/v1/namespaces/n').body;
    expect(deleting['status']).toEqual({ phase: 'Terminating' });
    const body = { ...deleting, spec: { finalizers: [] } };
    expect(rig.send('PUT', '/api/v1/namespaces/n/finalize', { body }).status).toBe(200);
    expect(rig.get('/api/v1/namespaces/n').status).toBe(404);
  });
});

describe('scale', () => {
  test('reads and writes replicas, and leaves a zero out', () => {
    const rig = new Rig();
    const base = '/apis/apps/v1/namespaces/default/deployments';
    const labels = { app: 'a' };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } };
    rig.send('POST', base, {
      body: { metadata: { name: 'd' }, spec: { replicas: 0, selector: { matchLabels: labels }, template } },
    });
    const scale = rig.get(`${base}/d/scale`).body;
    expect(scale).toMatchObject({ kind: 'Scale', spec: {}, status: { replicas: 0, selector: 'app=a' } });
    const written = rig.send('PUT', `${base}/d/scale`, { body: { ...scale, spec: { replicas: 4 } } });
    expect(written.body['spec']).toEqual({ replicas: 4 });
    expect((rig.get(`${base}/d`).body['spec'] as JsonObject)['replicas']).toBe(4);
    expect(rig.send('PUT', `${base}/d/scale`, { body: { ...written.body, spec: { replicas: -1 } } }).status).toBe(422);
  });
});
