import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../lib/json.ts';
import { metaOf, PODS, podBody, Rig } from './testing/rig.ts';

const LEASE = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/n1';
const MINUTE = 60_000;

const EMPTY = { since: 0, nodes: [], withdrawn: [], pods: [], events: [] };

function send(rig: Rig, report: JsonObject): JsonObject {
  const answer = rig.send('POST', '/kubewisp/v1/report', { body: { ...EMPTY, ...report } });
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.body;
}

const beat = (rig: Rig, members: JsonObject = {}): JsonObject => ({
  name: 'n1',
  standing: false,
  beat: new Date(rig.clock.at).toISOString(),
  ...members,
});

/** A cluster with the node n1 and a pod bound to it. */
function cluster(): { rig: Rig; uid: string } {
  const rig = new Rig();
  rig.serviceAccount();
  rig.send('POST', '/api/v1/nodes', { body: { metadata: { name: 'n1' } } });
  const pod = rig.send('POST', PODS, { body: podBody('p', { nodeName: 'n1' }) }).body;
  return { rig, uid: String(metaOf(pod)['uid']) };
}

const names = (list: unknown) => (list as JsonObject[]).map((item) => metaOf(item)['name']);

describe('down', () => {
  test('everything first, then only what changed', () => {
    const { rig, uid } = cluster();
    const first = send(rig, { nodes: [beat(rig)] });
    expect([names(first['nodes']), names(first['pods'])]).toEqual([['n1'], ['p']]);
    const since = Number(first['revision']);
    expect(since).toBe(rig.log.head);
    expect(send(rig, { since, nodes: [beat(rig)] })).toEqual({
      revision: since,
      nodes: [],
      pods: [],
      gone: [],
      refused: [],
    });
    rig.send('POST', PODS, { body: podBody('q', { nodeName: 'n1' }) });
    rig.send('POST', PODS, { body: podBody('elsewhere', { nodeName: 'n2' }) });
    rig.send('DELETE', `${PODS}/p?gracePeriodSeconds=0`);
    const next = send(rig, { since, nodes: [beat(rig)] });
    expect(names(next['pods'])).toEqual(['q']);
    expect(next['gone']).toEqual([{ namespace: 'default', name: 'p', uid }]);
  });

  test('a cursor before the start of the log is told to begin again', () => {
    const { rig } = cluster();
    rig.log.compact(rig.log.head);
    const answer = rig.send('POST', '/kubewisp/v1/report', { body: { ...EMPTY, since: 1 } });
    expect(answer.body).toMatchObject({ code: 410, reason: 'Expired' });
  });

  test('everything of a node that is named anew, whatever the cursor', () => {
    const { rig } = cluster();
    rig.send('POST', '/api/v1/nodes', { body: { metadata: { name: 'n2' } } });
    rig.send('POST', PODS, { body: podBody('early', { nodeName: 'n2' }) });
    const since = Number(send(rig, { nodes: [beat(rig)] })['revision']);
    const nodes = [beat(rig), beat(rig, { name: 'n2' })];
    expect(names(send(rig, { since, nodes })['pods'])).toEqual([]);
    const answer = send(rig, { since, anew: ['n2'], nodes });
    expect([names(answer['nodes']), names(answer['pods'])]).toEqual([['n2'], ['early']]);
  });

  test('an unknown node is in neither direction', () => {
    const { rig } = cluster();
    expect(send(rig, { nodes: [beat(rig, { name: 'n9' })] })['nodes']).toEqual([]);
    expect(rig.get(LEASE.replace('n1', 'n9')).status).toBe(404);
  });
});

describe('beats', () => {
  test('make the Lease once, then renew it in memory for five minutes', () => {
    const { rig } = cluster();
    send(rig, { nodes: [beat(rig)] });
    const head = rig.log.head;
    rig.clock.at += MINUTE;
    send(rig, { nodes: [beat(rig)] });
    expect(rig.log.head).toBe(head);
    expect(rig.get(LEASE).body['spec']).toMatchObject({
      holderIdentity: 'n1',
      renewTime: '2026-01-02T03:05:05.000000Z',
    });
    rig.clock.at += 5 * MINUTE;
    send(rig, { nodes: [beat(rig)] });
    expect(rig.log.head).toBe(head + 1);
  });

  test('a standing node is promised until it is withdrawn', () => {
    const { rig } = cluster();
    send(rig, { nodes: [beat(rig, { standing: true })] });
    const head = rig.log.head;
    rig.clock.at += 60 * MINUTE;
    expect(rig.get(LEASE).body['spec']).toMatchObject({ renewTime: '2026-01-02T04:04:05.000000Z' });
    send(rig, { nodes: [beat(rig, { standing: true })] });
    expect(rig.log.head).toBe(head);
    send(rig, { withdrawn: ['n1'] });
    expect(rig.log.head).toBe(head + 1);
    rig.clock.at += MINUTE;
    const lease = rig.get(LEASE).body;
    expect(metaOf(lease)['annotations']).toBeUndefined();
    expect(lease['spec']).toMatchObject({ renewTime: '2026-01-02T04:04:05.000000Z' });
  });
});

describe('statuses', () => {
  test('are laid over the stored ones; conditions of others stay', () => {
    const { rig, uid } = cluster();
    const merge = { 'content-type': 'application/strategic-merge-patch+json' };
    const mine = { type: 'x.io/ready', status: 'True' };
    rig.send('PATCH', `${PODS}/p/status`, { body: { status: { conditions: [mine] } }, headers: merge });
    const report = (status: JsonObject) => send(rig, { pods: [{ namespace: 'default', name: 'p', uid, status }] });
    const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
    expect(report(status)['refused']).toEqual([]);
    expect(rig.get(`${PODS}/p`).body['status']).toMatchObject({
      phase: 'Running',
      qosClass: 'BestEffort',
      conditions: [mine, { type: 'Ready', status: 'True' }],
    });
    const head = rig.log.head;
    report(status);
    expect(rig.log.head).toBe(head);
  });

  test('of another uid, or of a pod that is not there, are refused by name', () => {
    const { rig } = cluster();
    const pod = (name: string) => ({ namespace: 'default', name, uid: 'other', status: {} });
    expect(send(rig, { pods: [pod('p'), pod('q')] })['refused']).toEqual([
      { namespace: 'default', name: 'p', uid: 'other', reason: 'Conflict' },
      { namespace: 'default', name: 'q', uid: 'other', reason: 'NotFound' },
    ]);
  });

  test('the last one ends a pod that is being deleted', () => {
    const { rig, uid } = cluster();
    rig.send('DELETE', `${PODS}/p`);
    send(rig, { pods: [{ namespace: 'default', name: 'p', uid, status: { phase: 'Succeeded' }, remove: true }] });
    expect(rig.get(`${PODS}/p`).status).toBe(404);
  });
});

test('events are counted up', () => {
  const { rig, uid } = cluster();
  const event = {
    node: 'n1',
    involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'p', uid },
    type: 'Normal',
    reason: 'Pulled',
    message: 'm',
    time: '2026-01-02T03:04:05Z',
  };
  send(rig, { events: [event] });
  send(rig, { events: [event] });
  const items = rig.get('/api/v1/namespaces/default/events').body['items'] as JsonObject[];
  expect(items).toHaveLength(1);
  expect(items[0]).toMatchObject({ count: 2, source: { component: 'kubelet', host: 'n1' } });
});

test('what is no report is refused', () => {
  const rig = new Rig();
  const post = (body: string) => rig.send('POST', '/kubewisp/v1/report', { body }).status;
  expect([post('x'), post('{}'), post(JSON.stringify({ ...EMPTY, since: -1 }))]).toEqual([400, 400, 400]);
  expect(rig.get('/kubewisp/v1/report').status).toBe(405);
});
