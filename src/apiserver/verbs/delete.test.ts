import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import { MAPS, metaOf, namesOf, PODS, podBody, Rig } from '../testing/rig.ts';

function boundPod(rig: Rig, spec: JsonObject = {}): JsonObject {
  rig.serviceAccount();
  const made = rig.send('POST', PODS, { body: podBody('p', { nodeName: 'n1', ...spec }) });
  if (made.status !== 201) throw new Error(made.text);
  return made.body;
}

describe('delete', () => {
  test('what has no finalizer is gone at once; the answer is its Status', () => {
    const rig = new Rig();
    const made = rig.configMap('a');
    expect(rig.send('DELETE', `${MAPS}/a`).body).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: { name: 'a', kind: 'configmaps', uid: metaOf(made)['uid'] },
    });
    expect(rig.send('DELETE', `${MAPS}/a`).body).toMatchObject({ code: 404, reason: 'NotFound' });
  });

  test('finalizers hold it back until the last is taken away; the last event tells the state before', () => {
    const rig = new Rig();
    rig.configMap('a', { metadata: { finalizers: ['x.io/f'] } });
    const deleting = rig.send('DELETE', `${MAPS}/a`).body;
    expect(metaOf(deleting)).toMatchObject({ deletionGracePeriodSeconds: 0, finalizers: ['x.io/f'] });
    expect(metaOf(deleting)['deletionTimestamp']).toBe('2026-01-02T03:04:05Z');
    const head = rig.log.head;
    expect(rig.send('DELETE', `${MAPS}/a`).body).toEqual(deleting);
    expect(rig.log.head).toBe(head);
    const answer = rig.send('PUT', `${MAPS}/a`, {
      body: { ...deleting, metadata: { ...metaOf(deleting), finalizers: [] } },
    });
    expect(answer.status).toBe(200);
    expect(metaOf(answer.body)['finalizers']).toBeUndefined();
    const last = rig.log.event(rig.log.head);
    expect(last?.verb).toBe('delete');
    expect(metaOf(JSON.parse(last?.object ?? '') as JsonObject)['finalizers']).toEqual(['x.io/f']);
    expect(rig.get(`${MAPS}/a`).status).toBe(404);
  });

  test('no finalizer can be added to what is being deleted', () => {
    const rig = new Rig();
    rig.configMap('a', { metadata: { finalizers: ['x.io/f'] } });
    const deleting = rig.send('DELETE', `${MAPS}/a`).body;
    const finalizers = ['x.io/f', 'x.io/g'];
    const answer = rig.send('PUT', `${MAPS}/a`, {
      body: { ...deleting, metadata: { ...metaOf(deleting), finalizers } },
    });
    expect(answer.body['message']).toContain('no new finalizers can be added if the object is being deleted');
  });

  test('a bound pod has its grace, which only shrinks', () => {
    const rig = new Rig();
    boundPod(rig);
    const grace = (query: string) => metaOf(rig.send('DELETE', `${PODS}/p${query}`).body);
    expect(grace('')).toMatchObject({ deletionGracePeriodSeconds: 30, deletionTimestamp: '2026-01-02T03:04:35Z' });
    rig.clock.at += 5_000;
    expect(grace('?gracePeriodSeconds=40')['deletionGracePeriodSeconds']).toBe(30);
    expect(grace('?gracePeriodSeconds=10')).toMatchObject({
      deletionGracePeriodSeconds: 10,
      deletionTimestamp: '2026-01-02T03:04:15Z',
    });
    expect(grace('?gracePeriodSeconds=0')['deletionGracePeriodSeconds']).toBe(0);
    expect(rig.get(`${PODS}/p`).status).toBe(404);
  });

  test('a pod without a node is gone at once', () => {
    const rig = new Rig();
    rig.serviceAccount();
    rig.send('POST', PODS, { body: podBody('p') });
    expect(rig.send('DELETE', `${PODS}/p`).body['kind']).toBe('Pod');
    expect(rig.get(`${PODS}/p`).status).toBe(404);
  });

  test.each([
    ['Foreground', ['foregroundDeletion']],
    ['Orphan', ['orphan']],
    ['Background', undefined],
  ])('%s propagation', (policy, finalizers) => {
    const rig = new Rig();
    rig.configMap('a');
    const { body } = rig.send('DELETE', `${MAPS}/a`, { body: { propagationPolicy: policy } });
    expect(body['kind'] === 'Status' ? undefined : metaOf(body)['finalizers']).toEqual(finalizers);
  });

  test('preconditions, in the body or the query', () => {
    const rig = new Rig();
    const { uid, resourceVersion } = metaOf(rig.configMap('a'));
    const wrong = rig.send('DELETE', `${MAPS}/a`, { body: { preconditions: { uid: 'other' } } });
    expect(wrong.body).toMatchObject({ code: 409, reason: 'Conflict' });
    expect(wrong.body['message']).toContain(
      `the UID in the precondition (other) does not match the UID in record (${String(uid)})`,
    );
    expect(rig.send('DELETE', `${MAPS}/a?resourceVersion=1`).status).toBe(409);
    const right = { uid: String(uid), resourceVersion: String(resourceVersion) };
    expect(rig.send('DELETE', `${MAPS}/a`, { body: { preconditions: right } }).status).toBe(200);
  });

  test('options that are wrong', () => {
    const rig = new Rig();
    rig.configMap('a');
    const refused = (body: JsonObject) => rig.send('DELETE', `${MAPS}/a`, { body }).body;
    expect(refused({ propagationPolicy: 'Never' })).toMatchObject({ code: 422, details: { kind: 'DeleteOptions' } });
    expect(refused({ propagationPolicy: 'Orphan', orphanDependents: true })['code']).toBe(422);
    expect(refused({ dryRun: ['Some'] })['code']).toBe(422);
    expect(refused({ gracePeriodSeconds: '5' })).toMatchObject({
      code: 400,
      message: 'json: cannot unmarshal string into Go struct field DeleteOptions.gracePeriodSeconds of type int64',
    });
    expect(refused({ kind: 'Pod', apiVersion: 'v1' })['code']).toBe(400);
    expect(rig.send('DELETE', `${MAPS}/a?gracePeriodSeconds=x`).status).toBe(400);
    expect(rig.get(`${MAPS}/a`).status).toBe(200);
  });

  test('a dry run leaves everything as it is', () => {
    const rig = new Rig();
    boundPod(rig);
    const before = rig.get(`${PODS}/p`).text;
    expect(metaOf(rig.send('DELETE', `${PODS}/p?dryRun=All`).body)['deletionGracePeriodSeconds']).toBe(30);
    expect(rig.get(`${PODS}/p`).text).toBe(before);
  });

  test("the system's namespaces stay", () => {
    const rig = new Rig();
    expect(rig.send('DELETE', '/api/v1/namespaces/kube-system').body).toMatchObject({ code: 403, reason: 'Forbidden' });
  });
});

describe('deletecollection', () => {
  test('deletes what the same list would give, and answers with it', () => {
    const rig = new Rig();
    for (const name of ['a', 'b', 'c'])
      rig.configMap(name, { metadata: { labels: { odd: name === 'b' ? 'no' : 'yes' } } });
    expect(namesOf(rig.send('DELETE', `${MAPS}?labelSelector=odd=yes`).body)).toEqual(['a', 'c']);
    expect(namesOf(rig.get(MAPS).body)).toEqual(['b']);
    expect(rig.send('DELETE', `${MAPS}?resourceVersion=0`).status).toBe(409);
    expect(namesOf(rig.send('DELETE', `${MAPS}?dryRun=All`).body)).toEqual(['b']);
    expect(namesOf(rig.get(MAPS).body)).toEqual(['b']);
  });
});

describe('a delete of a Job', () => {
  const JOBS = '/apis/batch/v1/namespaces/default/jobs';

  test('that names no propagation is warned that the pods stay', () => {
    const rig = new Rig();
    const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'i' }] } };
    for (const name of ['a', 'b']) {
      rig.send('POST', JOBS, { body: { apiVersion: 'batch/v1', kind: 'Job', metadata: { name }, spec: { template } } });
    }
    expect(rig.send('DELETE', `${JOBS}/a`).response.warnings).toEqual([
      'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning',
    ]);
    expect(rig.send('DELETE', `${JOBS}/b?propagationPolicy=Background`).response.warnings).toBeUndefined();
  });
});
