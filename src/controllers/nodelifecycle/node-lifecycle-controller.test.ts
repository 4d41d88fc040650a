import { describe, expect, it } from 'vitest';
import type { Lease } from '../../api/types/coordination-v1.ts';
import type { Node, NodeCondition, Taint } from '../../api/types/core-v1.ts';
import { formatMicroTime, formatTime } from '../../lib/clock.ts';
import { clone } from '../../lib/json.ts';
import { taintEvictionController } from '../tainteviction/taint-eviction-controller.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { readyPod } from '../testing/fake-kubelet.ts';
import { aPod, must } from '../testing/objects.ts';
import { nodeLifecycleController } from './node-lifecycle-controller.ts';

const GRACE = 50_000;
const LEASES = 'leases.coordination.k8s.io';

const newCluster = () =>
  new FakeCluster({ controllers: [nodeLifecycleController({ gracePeriodMs: GRACE }), taintEvictionController] });

function condition(cluster: FakeCluster, type: string, status: string): NodeCondition {
  const at = formatTime(cluster.now);
  return { type, status, lastHeartbeatTime: at, lastTransitionTime: at, reason: 'KubeletReady', message: 'm' };
}

function addNode(cluster: FakeCluster, name: string, node: Pick<Node, 'spec' | 'status'> = {}): void {
  const labels = { 'kubernetes.io/os': 'linux', 'topology.kubernetes.io/zone': 'z' };
  const metadata = { name, labels };
  const status = { conditions: [condition(cluster, 'Ready', 'True')] };
  must(cluster.client.create('nodes', { apiVersion: 'v1', kind: 'Node', status, ...node, metadata }));
}

/** Posts the conditions as a kubelet does. */
function post(cluster: FakeCluster, name: string, ...conditions: NodeCondition[]): void {
  const next = clone(nodeOf(cluster, name));
  const types = conditions.map(({ type }) => type);
  const others = (next.status?.conditions ?? []).filter(({ type }) => !types.includes(type));
  next.status = { ...next.status, conditions: [...others, ...conditions] };
  must(cluster.client.updateStatus('nodes', next));
  cluster.settle();
}

/** Without `standing` nobody vouches for the node any more. */
function renew(cluster: FakeCluster, name: string, standing = false): void {
  const known = cluster.client.get(LEASES, 'kube-node-lease', name);
  const { annotations: _, ...kept } = known?.metadata ?? { name, namespace: 'kube-node-lease' };
  const metadata = { ...kept, ...(standing ? { annotations: { 'kubewisp.dev/standing': 'true' } } : {}) };
  const spec = { holderIdentity: name, renewTime: formatMicroTime(cluster.now) };
  const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec };
  must(known === undefined ? cluster.client.create(LEASES, lease) : cluster.client.update(LEASES, lease as Lease));
}

function nodeOf(cluster: FakeCluster, name: string): Node {
  const node = cluster.client.get('nodes', '', name);
  if (node === undefined) throw new Error(`no node ${name}`);
  return node;
}

const taintKeys = (cluster: FakeCluster, name: string) =>
  (nodeOf(cluster, name).spec?.taints ?? []).map(({ key, effect }) => `${key.split('/')[1]}:${effect}`);
const said = (cluster: FakeCluster) => cluster.events.map(({ reason, message }) => `${reason}: ${message}`);
const UNREACHABLE = ['unreachable:NoSchedule', 'unreachable:NoExecute'];

describe('node lifecycle controller', () => {
  it('node-lifecycle: tells of nodes that come and go, takes the first taint off, and sets beta labels', () => {
    const cluster = newCluster();
    const taints: Taint[] = [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }];
    addNode(cluster, 'node-0', { spec: { taints } });
    cluster.settle();
    expect(nodeOf(cluster, 'node-0').spec).toEqual({});
    expect(nodeOf(cluster, 'node-0').metadata.labels?.['beta.kubernetes.io/os']).toBe('linux');
    cluster.client.delete('nodes', '', 'node-0');
    expect(cluster.settle()).toBeUndefined();
    expect(cluster.events).toMatchObject([
      { reason: 'RegisteredNode', message: 'Node node-0 event: Registered Node node-0 in Controller' },
      {
        reason: 'RemovingNode',
        message: 'Node node-0 event: Removing Node node-0 from Controller',
        source: 'node-controller',
      },
    ]);
  });

  it('marks a node that fell silent, its pods, and taints it; a fresh Ready brings it back', () => {
    const cluster = newCluster();
    for (const name of ['node-0', 'node-1']) addNode(cluster, name);
    renew(cluster, 'node-1', true);
    post(cluster, 'node-0', condition(cluster, 'MemoryPressure', 'False'));
    const pod = must(cluster.client.create('pods', aPod('p', { spec: { nodeName: 'node-0' } })));
    must(cluster.client.updateStatus('pods', readyPod(pod, cluster.now)));
    cluster.settle();
    cluster.advance(40_000);
    renew(cluster, 'node-0');
    cluster.advance(GRACE);
    expect(taintKeys(cluster, 'node-0')).toEqual([]);
    cluster.advance(1);
    const silent = { status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' };
    const never = { status: 'Unknown', reason: 'NodeStatusNeverUpdated', message: 'Kubelet never posted node status.' };
    expect(nodeOf(cluster, 'node-0').status?.conditions).toMatchObject([
      { type: 'Ready', ...silent },
      { type: 'MemoryPressure', ...silent },
      { type: 'DiskPressure', ...never },
      { type: 'PIDPressure', ...never },
    ]);
    expect(taintKeys(cluster, 'node-0')).toEqual(UNREACHABLE);
    expect(nodeOf(cluster, 'node-0').spec?.taints).toMatchObject([
      { timeAdded: formatTime(cluster.now) },
      { timeAdded: formatTime(cluster.now) },
    ]);
    const ready = cluster.client
      .list('pods')
      .flatMap(({ status }) => status?.conditions?.filter(({ type }) => type === 'Ready') ?? []);
    expect(ready).toMatchObject([{ status: 'False', lastTransitionTime: formatTime(cluster.now) }]);
    expect(cluster.events.slice(2)).toMatchObject([
      { type: 'Normal', reason: 'NodeNotReady', message: 'Node node-0 status is now: NodeNotReady' },
      { type: 'Warning', reason: 'NodeNotReady', message: 'Node is not ready', regarding: 'Pod/p' },
      // The pod tolerates nothing.
      { reason: 'TaintManagerEviction' },
    ]);
    expect(cluster.settle()).toBeUndefined();
    renew(cluster, 'node-0');
    post(cluster, 'node-0', condition(cluster, 'Ready', 'True'));
    expect(taintKeys(cluster, 'node-0')).toEqual([]);
    expect(taintKeys(cluster, 'node-1')).toEqual([]);
  });

  it('arms no timer for standing nodes, and one as soon as nobody vouches for them', () => {
    const cluster = newCluster();
    addNode(cluster, 'a');
    addNode(cluster, 'b');
    for (const name of ['a', 'b']) renew(cluster, name, true);
    expect(cluster.settle()).toBeUndefined();
    cluster.advance(3_600_000);
    const { length } = cluster.history;
    cluster.restart();
    expect(cluster.settle()).toBeUndefined();
    expect(cluster.history.length).toBe(length);
    renew(cluster, 'a');
    expect(cluster.settle()).toBe(cluster.now + GRACE + 1);
    cluster.advance(GRACE + 1);
    expect(taintKeys(cluster, 'a')).toEqual(UNREACHABLE);
    expect(taintKeys(cluster, 'b')).toEqual([]);
    expect(cluster.settle()).toBeUndefined();
  });

  it('gives a node that never posted its status a minute', () => {
    const cluster = newCluster();
    addNode(cluster, 'a', { status: {} });
    addNode(cluster, 'b');
    renew(cluster, 'b', true);
    cluster.settle();
    cluster.advance(60_000);
    expect(nodeOf(cluster, 'a').status).toEqual({});
    cluster.advance(1);
    expect(nodeOf(cluster, 'a').status?.conditions?.map(({ reason }) => reason)).toEqual(
      Array.from({ length: 4 }, () => 'NodeStatusNeverUpdated'),
    );
    expect(said(cluster)).not.toContain('NodeNotReady: Node a status is now: NodeNotReady');
    expect(taintKeys(cluster, 'a')).toEqual(UNREACHABLE);
  });

  it('node-notready: not-ready taints, swapped for unreachable ones, and back', () => {
    const cluster = newCluster();
    for (const name of ['a', 'b']) {
      addNode(cluster, name);
      renew(cluster, name, true);
    }
    cluster.settle();
    post(cluster, 'a', condition(cluster, 'Ready', 'False'));
    expect(taintKeys(cluster, 'a')).toEqual(['not-ready:NoSchedule', 'not-ready:NoExecute']);
    post(cluster, 'a', condition(cluster, 'Ready', 'Unknown'));
    expect(taintKeys(cluster, 'a').toSorted()).toEqual(UNREACHABLE.toSorted());
    post(cluster, 'a', condition(cluster, 'Ready', 'True'));
    expect(taintKeys(cluster, 'a')).toEqual([]);
    expect(said(cluster).filter((text) => text.startsWith('NodeNotReady'))).toEqual([]);
  });

  it('node-pressure, node-cordon: conditions and spec.unschedulable become taints; others stay', () => {
    const cluster = newCluster();
    addNode(cluster, 'a', { spec: { taints: [{ key: 'mine', effect: 'NoSchedule' }] } });
    renew(cluster, 'a', true);
    const types = ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'NetworkUnavailable'];
    post(cluster, 'a', ...types.map((type) => condition(cluster, type, 'True')));
    const node = nodeOf(cluster, 'a');
    must(cluster.client.update('nodes', { ...node, spec: { ...node.spec, unschedulable: true } }));
    cluster.settle();
    expect(nodeOf(cluster, 'a').spec?.taints?.map(({ key }) => key)).toEqual([
      'mine',
      'node.kubernetes.io/memory-pressure',
      'node.kubernetes.io/disk-pressure',
      'node.kubernetes.io/pid-pressure',
      'node.kubernetes.io/network-unavailable',
      'node.kubernetes.io/unschedulable',
    ]);
    post(cluster, 'a', condition(cluster, 'MemoryPressure', 'False'));
    expect(taintKeys(cluster, 'a').length).toBe(5);
  });

  it('evicts nothing while no node is ready, and goes on when one is', () => {
    const cluster = newCluster();
    for (const name of ['a', 'b', 'c']) addNode(cluster, name);
    cluster.settle();
    cluster.advance(GRACE + 1);
    for (const name of ['a', 'b', 'c']) expect(taintKeys(cluster, name)).toEqual(['unreachable:NoSchedule']);
    renew(cluster, 'c', true);
    post(cluster, 'c', condition(cluster, 'Ready', 'True'));
    expect(['a', 'b', 'c'].map((name) => taintKeys(cluster, name))).toEqual([UNREACHABLE, UNREACHABLE, []]);
  });

  it('evicts no more in a small zone when most of it is down', () => {
    const cluster = newCluster();
    const names = ['a', 'b', 'c', 'd', 'e'];
    for (const name of names) {
      addNode(cluster, name);
      renew(cluster, name, true);
    }
    for (const name of ['a', 'b', 'c']) post(cluster, name, condition(cluster, 'Ready', 'False'));
    const evicted = () => names.filter((name) => taintKeys(cluster, name).includes('not-ready:NoExecute'));
    expect(evicted()).toEqual(['a', 'b']);
    post(cluster, 'a', condition(cluster, 'Ready', 'True'));
    expect(evicted()).toEqual(['b', 'c']);
  });
});
