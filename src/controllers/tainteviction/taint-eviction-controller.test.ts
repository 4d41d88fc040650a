import { describe, expect, it } from 'vitest';
import type { Pod, PodSpec, Taint, Toleration } from '../../api/types/core-v1.ts';
import { withTaints } from '../common/nodes.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { aPod, must } from '../testing/objects.ts';
import { taintEvictionController } from './taint-eviction-controller.ts';

const MAINT: Taint = { key: 'maint', value: 'x', effect: 'NoExecute' };
const soon = (seconds: number): Toleration => ({
  key: 'maint',
  operator: 'Exists',
  effect: 'NoExecute',
  tolerationSeconds: seconds,
});

function newCluster(): FakeCluster {
  const cluster = new FakeCluster({ controllers: [taintEvictionController] });
  must(cluster.client.create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-0' } }));
  return cluster;
}

function addPod(cluster: FakeCluster, name: string, tolerations: Toleration[] = []): Pod {
  const spec: Partial<PodSpec> = { nodeName: 'node-0', tolerations };
  return must(cluster.client.create('pods', aPod(name, { spec, status: { phase: 'Running' } })));
}

function taint(cluster: FakeCluster, ...taints: Taint[]): void {
  const node = cluster.client.get('nodes', '', 'node-0');
  if (node === undefined) throw new Error('no node');
  must(cluster.client.update('nodes', withTaints(node, taints)));
  cluster.settle();
}

const doomed = (cluster: FakeCluster) =>
  cluster.client
    .list('pods')
    .filter(({ metadata }) => metadata.deletionTimestamp !== undefined)
    .map(({ metadata }) => metadata.name);
const messages = (cluster: FakeCluster) => cluster.events.map(({ message }) => message);

describe('taint eviction controller', () => {
  it('node-noexecute: at once, after tolerationSeconds, or never', () => {
    const cluster = newCluster();
    addPod(cluster, 'now');
    addPod(cluster, 'soon', [soon(3)]);
    addPod(cluster, 'never', [{ key: 'maint', operator: 'Exists', effect: 'NoExecute' }]);
    cluster.settle();
    taint(cluster, MAINT);
    expect(doomed(cluster)).toEqual(['now']);
    expect(cluster.client.get('pods', 'a', 'now')).toMatchObject({
      metadata: { deletionGracePeriodSeconds: 30 },
      status: {
        conditions: [
          {
            type: 'DisruptionTarget',
            status: 'True',
            reason: 'DeletionByTaintManager',
            message: 'Taint manager: deleting due to NoExecute taint',
            observedGeneration: 1,
          },
        ],
      },
    });
    cluster.advance(2999);
    expect(doomed(cluster)).toEqual(['now']);
    cluster.restart();
    cluster.advance(1);
    expect(doomed(cluster)).toEqual(['now', 'soon']);
    expect(cluster.events).toMatchObject([
      { type: 'Normal', reason: 'TaintManagerEviction', source: 'taint-eviction-controller', regarding: 'Pod/now' },
      { message: 'Marking for deletion Pod a/soon' },
    ]);
    expect(cluster.settle()).toBeUndefined();
  });

  it('node-notready: calls a planned deletion off when the taint goes', () => {
    const cluster = newCluster();
    addPod(cluster, 'long', [soon(300)]);
    cluster.settle();
    taint(cluster, MAINT);
    cluster.advance(200_000);
    taint(cluster);
    expect(messages(cluster)).toEqual(['Cancelling deletion of Pod a/long']);
    expect(cluster.settle()).toBeUndefined();
    taint(cluster, MAINT);
    cluster.advance(299_999);
    expect(doomed(cluster)).toEqual([]);
    cluster.advance(1);
    expect(doomed(cluster)).toEqual(['long']);
  });

  it('keeps the first plan when one tolerated taint replaces another', () => {
    const cluster = newCluster();
    const other: Taint = { key: 'other', effect: 'NoExecute' };
    addPod(cluster, 'p', [soon(10), { ...soon(10), key: 'other' }]);
    taint(cluster, MAINT);
    cluster.advance(9000);
    taint(cluster, other);
    cluster.advance(1000);
    expect(doomed(cluster)).toEqual(['p']);
    expect(messages(cluster)).toEqual(['Marking for deletion Pod a/p']);
  });

  it('ends the plan when a taint comes that the pod does not tolerate, and deletes it at once', () => {
    const cluster = newCluster();
    addPod(cluster, 'p', [soon(10)]);
    taint(cluster, MAINT);
    taint(cluster, MAINT, { key: 'other', effect: 'NoExecute' });
    expect(messages(cluster)).toEqual(['Cancelling deletion of Pod a/p', 'Marking for deletion Pod a/p']);
    expect(doomed(cluster)).toEqual(['p']);
  });

  it('looks at pods that come to a tainted node, and leaves other taints alone', () => {
    const cluster = newCluster();
    taint(cluster, MAINT, { key: 'quiet', effect: 'NoSchedule' });
    addPod(cluster, 'late', [soon(5)]);
    cluster.settle();
    cluster.advance(5000);
    expect(doomed(cluster)).toEqual(['late']);
    taint(cluster, { key: 'quiet', effect: 'NoSchedule' });
    addPod(cluster, 'safe');
    cluster.advance(600_000);
    expect(doomed(cluster)).toEqual(['late']);
  });

  it('has no plan left for a pod that is gone, nor for another of the same name', () => {
    const cluster = newCluster();
    addPod(cluster, 'p', [soon(10)]);
    taint(cluster, MAINT);
    cluster.advance(9000);
    cluster.client.delete('pods', 'a', 'p', { gracePeriodSeconds: 0 });
    addPod(cluster, 'p', [soon(10)]);
    cluster.advance(9000);
    expect(doomed(cluster)).toEqual([]);
    cluster.advance(1000);
    expect(doomed(cluster)).toEqual(['p']);
  });
});
