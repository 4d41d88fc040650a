import { describe, expect, it } from 'vitest';
import type { Node, Pod } from '../api/types/core-v1.ts';
import type { FakeClusterOptions } from '../controllers/testing/fake-cluster.ts';
import { FakeCluster } from '../controllers/testing/fake-cluster.ts';
import { must } from '../controllers/testing/objects.ts';
import { clone } from '../lib/json.ts';
import { Scheduler } from './scheduler.ts';
import { aNode, aPod } from './testing/objects.ts';

class Cluster extends FakeCluster {
  constructor(options: FakeClusterOptions = {}) {
    super({ components: () => [new Scheduler()], ...options });
  }

  addNode(...node: Parameters<typeof aNode>): Node {
    return must(this.client.create('nodes', aNode(...node)));
  }

  addPod(...pod: Parameters<typeof aPod>): Pod {
    return must(this.client.create('pods', aPod(...pod)));
  }

  pod(name: string): Pod {
    const pod = this.client.get('pods', 'a', name);
    if (pod === undefined) throw new Error(`no pod ${name}`);
    return pod;
  }

  nodeOf(name: string): string | undefined {
    return this.pod(name).spec?.nodeName;
  }

  changeNode(name: string, change: (node: Node) => void): void {
    const node = clone(this.client.get('nodes', '', name)) as Node;
    change(node);
    must(this.client.update('nodes', node));
  }

  finish(name: string): void {
    const pod = clone(this.pod(name));
    pod.status = { ...pod.status, phase: 'Succeeded' };
    must(this.client.updateStatus('pods', pod));
  }

  failures(): string[] {
    return this.events.filter(({ reason }) => reason === 'FailedScheduling').map(({ message }) => message);
  }

  writes(): number {
    return this.history.length + this.events.length;
  }
}

const NO_CPU =
  '0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: ' +
  '0/1 nodes are available: 1 Preemption is not helpful for scheduling.';

describe('Scheduler', () => {
  it('binds a pod, records that it did, and has nothing left to do', () => {
    const cluster = new Cluster();
    cluster.addNode('n0');
    const pod = cluster.addPod('p');
    expect(cluster.settle()).toBeUndefined();
    expect(cluster.nodeOf('p')).toBe('n0');
    expect(cluster.events).toEqual([
      {
        type: 'Normal',
        reason: 'Scheduled',
        message: 'Successfully assigned a/p to n0',
        regarding: 'Pod/p',
        namespace: 'a',
        source: 'default-scheduler',
      },
    ]);
    // The binding names the pod's own revision as its cause.
    expect(cluster.history.at(-1)?.cause).toBe(Number(pod.metadata.resourceVersion));
    expect(cluster.history.at(-1)?.actor).toBe('kube-scheduler');
  });

  it('says why a pod has no node, in an event and in the pod, and then sleeps', () => {
    const cluster = new Cluster();
    cluster.addNode('n0');
    cluster.addPod('p', { requests: { cpu: '5' } });
    expect(cluster.settle()).toBeUndefined();
    expect(cluster.failures()).toEqual([NO_CPU]);
    expect(cluster.pod('p').status).toEqual({
      phase: 'Pending',
      conditions: [
        {
          type: 'PodScheduled',
          observedGeneration: 1,
          status: 'False',
          lastProbeTime: null,
          lastTransitionTime: '2026-01-01T00:00:00Z',
          reason: 'Unschedulable',
          message: NO_CPU,
        },
      ],
    });
    const before = cluster.writes();
    cluster.advance(3_600_000);
    expect(cluster.writes()).toBe(before);
  });

  it('keeps the place of the condition and the time of its last turn', () => {
    const cluster = new Cluster();
    cluster.addNode('n0');
    cluster.addPod('p', { requests: { cpu: '5' } });
    cluster.settle();
    const pod = clone(cluster.pod('p'));
    pod.status?.conditions?.push({ type: 'Other', status: 'True' });
    must(cluster.client.updateStatus('pods', pod));
    cluster.advance(60_000);
    cluster.addNode('n1');
    cluster.settle();
    const conditions = cluster.pod('p').status?.conditions ?? [];
    expect(conditions.map(({ type }) => type)).toEqual(['PodScheduled', 'Other']);
    expect(conditions[0]?.message).toContain('0/2 nodes are available: 2 Insufficient cpu.');
    expect(conditions[0]?.lastTransitionTime).toBe('2026-01-01T00:00:00Z');
  });

  it('does not write a condition that is there already', () => {
    const cluster = new Cluster();
    cluster.addNode('n0');
    cluster.addPod('p', { requests: { cpu: '5' } });
    cluster.settle();
    const { resourceVersion } = cluster.pod('p').metadata;
    cluster.restart();
    cluster.settle();
    expect(cluster.pod('p').metadata.resourceVersion).toBe(resourceVersion);
  });

  it('counts what it has just bound before it hears of it', () => {
    const cluster = new Cluster();
    cluster.addNode('n0');
    cluster.addNode('n1');
    for (const name of ['p0', 'p1', 'p2']) cluster.addPod(name, { requests: { cpu: '3' } });
    cluster.settle();
    expect(new Set([cluster.nodeOf('p0'), cluster.nodeOf('p1')])).toEqual(new Set(['n0', 'n1']));
    expect(cluster.nodeOf('p2')).toBeUndefined();
  });

  it('takes the higher priority first', () => {
    const cluster = new Cluster();
    cluster.addNode('n0');
    cluster.addPod('low', { requests: { cpu: '3' }, spec: { priority: 1 } });
    cluster.addPod('high', { requests: { cpu: '3' }, spec: { priority: 2 } });
    cluster.settle();
    expect(cluster.nodeOf('high')).toBe('n0');
    expect(cluster.nodeOf('low')).toBeUndefined();
  });

  it('takes no pod of another scheduler, and none that is gated or terminating or has a node', () => {
    const cluster = new Cluster();
    cluster.addNode('n0');
    cluster.addPod('other', { spec: { schedulerName: 'nobody' } });
    cluster.addPod('gated', { spec: { schedulingGates: [{ name: 'example.com/wait' }] } });
    cluster.addPod('placed', { spec: { nodeName: 'elsewhere' } });
    const held = aPod('terminating');
    must(cluster.client.create('pods', { ...held, metadata: { ...held.metadata, finalizers: ['example.com/f'] } }));
    cluster.client.delete('pods', 'a', 'terminating');
    cluster.settle();
    for (const name of ['other', 'gated', 'terminating']) expect(cluster.nodeOf(name)).toBeUndefined();
    expect(cluster.events).toEqual([]);
  });

  it('takes a gated pod once its gates are gone', () => {
    const cluster = new Cluster();
    cluster.addNode('n0');
    cluster.addPod('p', { spec: { schedulingGates: [{ name: 'example.com/wait' }] } });
    cluster.settle();
    const pod = clone(cluster.pod('p'));
    delete pod.spec?.schedulingGates;
    must(cluster.client.update('pods', pod));
    cluster.settle();
    expect(cluster.nodeOf('p')).toBe('n0');
  });
});

describe('a pod without a node is tried again', () => {
  it('when a node appears', () => {
    const cluster = new Cluster();
    cluster.addPod('p');
    cluster.settle();
    expect(cluster.failures()).toEqual(['no nodes available to schedule pods']);
    cluster.advance(60_000);
    cluster.addNode('n0');
    cluster.settle();
    expect(cluster.nodeOf('p')).toBe('n0');
  });

  const full = () => {
    const cluster = new Cluster();
    cluster.addNode('n0');
    cluster.addPod('first', { requests: { cpu: '3' } });
    cluster.settle();
    cluster.addPod('p', { requests: { cpu: '3' } });
    cluster.settle();
    expect(cluster.nodeOf('p')).toBeUndefined();
    cluster.advance(60_000);
    return cluster;
  };

  it.each<[string, (cluster: Cluster) => void]>([
    ['a pod goes', ({ client }) => client.delete('pods', 'a', 'first', { gracePeriodSeconds: 0 })],
    ['a pod is done', (cluster) => cluster.finish('first')],
    [
      'a node grows',
      (cluster) => {
        const node = clone(cluster.client.get('nodes', '', 'n0')) as Node;
        node.status = { ...node.status, allocatable: { ...node.status?.allocatable, cpu: '8' } };
        must(cluster.client.updateStatus('nodes', node));
      },
    ],
  ])('when %s', (_, change) => {
    const cluster = full();
    change(cluster);
    cluster.settle();
    expect(cluster.nodeOf('p')).toBe('n0');
  });

  it.each<[string, Parameters<typeof aNode>[1], (node: Node) => void]>([
    ['is uncordoned', { spec: { unschedulable: true } }, ({ spec }) => delete spec?.unschedulable],
    ['loses a taint', { spec: { taints: [{ key: 'k', effect: 'NoSchedule' }] } }, ({ spec }) => delete spec?.taints],
    ['gets a label', {}, ({ metadata }) => (metadata.labels = { late: 'yes' })],
  ])('when a node %s', (what, node, change) => {
    const cluster = new Cluster();
    cluster.addNode('n0', node);
    cluster.addPod('p', what === 'gets a label' ? { spec: { nodeSelector: { late: 'yes' } } } : {});
    cluster.settle();
    expect(cluster.nodeOf('p')).toBeUndefined();
    cluster.advance(60_000);
    cluster.changeNode('n0', change);
    cluster.settle();
    expect(cluster.nodeOf('p')).toBe('n0');
  });

  it('not for what cannot help: its own marks, a heartbeat, a pod elsewhere that was never counted', () => {
    const cluster = full();
    const before = cluster.failures().length;
    const pod = clone(cluster.pod('p'));
    pod.metadata.labels = { a: 'b' };
    must(cluster.client.update('pods', pod));
    const node = clone(cluster.client.get('nodes', '', 'n0')) as Node;
    node.status = { ...node.status, conditions: [{ type: 'Ready', status: 'True' }] };
    must(cluster.client.updateStatus('nodes', node));
    cluster.addPod('other', { spec: { schedulerName: 'nobody' } });
    cluster.client.delete('pods', 'a', 'other');
    cluster.advance(60_000);
    expect(cluster.failures()).toHaveLength(before);
  });

  it('only after its backoff, however much changes', () => {
    const cluster = new Cluster();
    cluster.addNode('n0');
    cluster.addPod('p', { requests: { cpu: '5' } });
    cluster.settle();
    const attempts = [cluster.now];
    while (attempts.length < 6) {
      const before = cluster.failures().length;
      cluster.changeNode('n0', ({ metadata }) => (metadata.labels = { at: String(cluster.now) }));
      cluster.advance(100);
      if (cluster.failures().length > before) attempts.push(cluster.now);
    }
    const waits = attempts.slice(1).map((at, index) => at - (attempts[index] ?? 0));
    expect(waits).toEqual([1000, 2000, 4000, 8000, 10_000]);
  });

  it('after a restart', () => {
    const cluster = full();
    cluster.client.delete('pods', 'a', 'first', { gracePeriodSeconds: 0 });
    cluster.restart();
    cluster.settle();
    expect(cluster.nodeOf('p')).toBe('n0');
  });
});

it('a restart finds what is taken', () => {
  const cluster = new Cluster();
  cluster.addNode('n0');
  cluster.addPod('bound', { requests: { cpu: '3' } });
  cluster.addPod('done', { requests: { cpu: '1' } });
  cluster.settle();
  cluster.finish('done');
  cluster.restart();
  cluster.addPod('fits', { requests: { cpu: '1' } });
  cluster.settle();
  cluster.addPod('does-not', { requests: { cpu: '1' } });
  cluster.settle();
  expect(cluster.nodeOf('fits')).toBe('n0');
  expect(cluster.nodeOf('does-not')).toBeUndefined();
});

it('a pod that shrinks in place makes room', () => {
  const cluster = new Cluster();
  cluster.addNode('n0');
  cluster.addPod('first', { requests: { cpu: '3' } });
  cluster.settle();
  cluster.addPod('p', { requests: { cpu: '3' } });
  cluster.settle();
  cluster.advance(60_000);
  const pod = clone(cluster.pod('first'));
  const [container] = pod.spec?.containers ?? [];
  if (container !== undefined) container.resources = { requests: { cpu: '1' } };
  must(cluster.client.update('pods', pod));
  cluster.settle();
  expect(cluster.nodeOf('p')).toBe('n0');
});
