import { describe, expect, it } from 'vitest';
import type { Pod } from '../../api/types/core-v1.ts';
import { formatTime } from '../../lib/clock.ts';
import { clone } from '../../lib/json.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { fakeKubelet, readyPod } from '../testing/fake-kubelet.ts';
import { aPod, aReplicaSet, must } from '../testing/objects.ts';
import { podsToDelete } from './ranking.ts';
import { replicaSetController } from './replicaset-controller.ts';

function scale(cluster: FakeCluster, replicas: number): void {
  const next = clone(cluster.client.get('replicasets.apps', 'a', 'web'));
  if (next?.spec === undefined) throw new Error('no ReplicaSet');
  next.spec.replicas = replicas;
  must(cluster.client.update('replicasets.apps', next));
}

const names = (cluster: FakeCluster) => cluster.client.list('pods').map(({ metadata }) => metadata.name);

describe('replicaset controller', () => {
  it('makes pods from the template and counts them', () => {
    const cluster = new FakeCluster({ controllers: [replicaSetController, fakeKubelet()] });
    const set = must(cluster.client.create('replicasets.apps', aReplicaSet()));
    expect(cluster.settle()).toBeUndefined();
    const pods = cluster.client.list('pods');
    expect(pods).toHaveLength(3);
    expect(pods[0]).toMatchObject({
      metadata: {
        generateName: 'web-',
        labels: { app: 'web' },
        ownerReferences: [{ uid: set.metadata.uid, controller: true, blockOwnerDeletion: true }],
      },
    });
    expect(cluster.client.get('replicasets.apps', 'a', 'web')?.status).toEqual({
      replicas: 3,
      fullyLabeledReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      terminatingReplicas: 0,
      observedGeneration: 1,
    });
  });

  it('rs-adopt: adopts matching pods without controller before it makes its own, and removes the surplus', () => {
    const cluster = new FakeCluster({ controllers: [replicaSetController, fakeKubelet()] });
    for (const name of ['p0', 'p1', 'p2']) must(cluster.client.create('pods', aPod(name, { labels: { app: 'web' } })));
    must(cluster.client.create('pods', aPod('other', { labels: { app: 'db' } })));
    must(cluster.client.create('replicasets.apps', aReplicaSet({ replicas: 2 })));
    cluster.settle();
    expect(cluster.client.list('pods', { matchLabels: { app: 'web' } })).toHaveLength(2);
    expect(cluster.events.map(({ reason }) => reason)).toEqual(['SuccessfulDelete']);
    must(cluster.client.create('pods', aPod('late', { labels: { app: 'web' } })));
    cluster.settle();
    expect(cluster.client.list('pods', { matchLabels: { app: 'web' } })).toHaveLength(2);
    expect(cluster.client.get('pods', 'a', 'other')?.metadata.ownerReferences).toBeUndefined();
  });

  it('rs-deletion-cost: controller.kubernetes.io/pod-deletion-cost decides the victim', () => {
    const cluster = new FakeCluster({ controllers: [replicaSetController, fakeKubelet()] });
    must(cluster.client.create('replicasets.apps', aReplicaSet()));
    cluster.settle();
    const [dear = '', cheap = '', middle = ''] = names(cluster);
    for (const [name, cost] of [
      [dear, '10'],
      [cheap, '-5'],
      [middle, '0'],
    ] as const) {
      const pod = clone(cluster.client.get('pods', 'a', name)) as Pod;
      pod.metadata.annotations = { 'controller.kubernetes.io/pod-deletion-cost': cost };
      must(cluster.client.update('pods', pod));
    }
    scale(cluster, 2);
    cluster.settle();
    expect(names(cluster)).toEqual([dear, middle]);
    scale(cluster, 1);
    cluster.settle();
    expect(names(cluster)).toEqual([dear]);
  });

  it('minReadySeconds: counts a pod as available when its time has come, without any change', () => {
    const cluster = new FakeCluster({ controllers: [replicaSetController, fakeKubelet()] });
    must(cluster.client.create('replicasets.apps', aReplicaSet({ replicas: 1, minReadySeconds: 30 })));
    cluster.settle();
    const status = () => cluster.client.get('replicasets.apps', 'a', 'web')?.status;
    expect(status()).toMatchObject({ readyReplicas: 1 });
    expect(status()?.availableReplicas).toBeUndefined();
    cluster.restart();
    cluster.advance(30_000);
    expect(status()).toMatchObject({ availableReplicas: 1 });
    expect(cluster.settle()).toBeUndefined();
  });

  it('makes 5,000 pods with no more reconciles than batches need, and removes them again', () => {
    const cluster = new FakeCluster({ controllers: [replicaSetController] });
    must(cluster.client.create('replicasets.apps', aReplicaSet({ replicas: 5000 })));
    cluster.settle();
    expect(cluster.client.list('pods')).toHaveLength(5000);
    expect(cluster.reconciles.length).toBeLessThan(180);
    scale(cluster, 0);
    cluster.settle();
    expect(cluster.client.list('pods')).toHaveLength(0);
  });

  it('makes nothing once it is being deleted', () => {
    const cluster = new FakeCluster({ controllers: [replicaSetController] });
    must(cluster.client.create('replicasets.apps', aReplicaSet({ replicas: 1 })));
    cluster.client.delete('replicasets.apps', 'a', 'web', { propagationPolicy: 'Foreground' });
    cluster.settle();
    expect(names(cluster)).toEqual([]);
  });
});

describe('which pods go first', () => {
  const NOW = Date.UTC(2026, 0, 2);
  const DAY = 86_400_000;

  function pod(
    name: string,
    options: { node?: string; phase?: string; readyFor?: number; restarts?: number; age?: number } = {},
  ): Pod {
    const { node = 'n', phase = 'Running', readyFor, restarts = 0, age = DAY } = options;
    const meta = { uid: name, resourceVersion: '1', creationTimestamp: formatTime(NOW - age) };
    const base = aPod(name, { spec: node === '' ? {} : { nodeName: node }, status: { phase } });
    const made: Pod = { ...base, metadata: { ...base.metadata, name, ...meta } };
    const ready = readyFor === undefined ? made : readyPod(made, NOW - readyFor);
    const containerStatuses = [
      { name: 'c', image: '', imageID: '', ready: readyFor !== undefined, restartCount: restarts },
    ];
    return { ...ready, status: { ...ready.status, containerStatuses } };
  }

  const order = (pods: Pod[], related: Pod[] = []): string[] =>
    podsToDelete(
      [...pods, pod('kept', { node: 'far', readyFor: 30 * DAY, age: 30 * DAY })],
      related,
      pods.length,
      NOW,
    ).map(({ metadata }) => metadata.name);

  it.each([
    ['unassigned before assigned', [pod('b', { node: '' }), pod('a')], ['b', 'a']],
    ['pending before running', [pod('b', { phase: 'Pending' }), pod('a')], ['b', 'a']],
    ['not ready before ready', [pod('b', { readyFor: 0 }), pod('a')], ['a', 'b']],
    ['ready for less long first', [pod('a', { readyFor: DAY }), pod('b', { readyFor: 1000 })], ['b', 'a']],
    ['more restarts first', [pod('a', { readyFor: DAY }), pod('b', { readyFor: DAY, restarts: 3 })], ['b', 'a']],
    ['younger first', [pod('a', { readyFor: DAY, age: 9 * DAY }), pod('b', { readyFor: DAY, age: DAY })], ['b', 'a']],
    [
      'ages of one magnitude: by uid',
      [pod('b', { readyFor: 1.2 * DAY }), pod('a', { readyFor: 1.1 * DAY })],
      ['a', 'b'],
    ],
  ])('%s', (_, pods, expected) => {
    expect(order(pods)).toEqual(expected);
  });

  it('those on nodes with more pods of the same owner first', () => {
    const pods = [pod('a', { node: 'one', readyFor: DAY }), pod('b', { node: 'two', readyFor: DAY })];
    const crowd = [...pods, pod('x', { node: 'two' }), pod('y', { node: 'two' })];
    expect(order(pods, crowd)).toEqual(['b', 'a']);
  });
});
