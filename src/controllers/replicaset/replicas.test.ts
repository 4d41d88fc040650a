// Rules that ReplicaSets and ReplicationControllers share, after pkg/controller/replicaset/replica_set_test.go.

import { describe, expect, it } from 'vitest';
import { forbiddenStatus } from '../../api/status.ts';
import type { Pod } from '../../api/types/core-v1.ts';
import { clone } from '../../lib/json.ts';
import { replicationController } from '../replicationcontroller/replication-controller.ts';
import type { FakeClusterOptions } from '../testing/fake-cluster.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { fakeKubelet } from '../testing/fake-kubelet.ts';
import { aPod, aReplicaSet, aReplicationController, must } from '../testing/objects.ts';
import { replicaSetController } from './replicaset-controller.ts';

const KINDS = [
  { resource: 'replicasets.apps', make: aReplicaSet, kind: 'ReplicaSet', apiVersion: 'apps/v1' },
  { resource: 'replicationcontrollers', make: aReplicationController, kind: 'ReplicationController', apiVersion: 'v1' },
] as const;

describe.each(KINDS)('$kind', ({ resource, make, kind, apiVersion }) => {
  function start(spec: { replicas?: number; minReadySeconds?: number } = {}, options: FakeClusterOptions = {}) {
    const controllers = options.controllers ?? [replicaSetController, replicationController, fakeKubelet()];
    const cluster = new FakeCluster({ ...options, controllers });
    must(cluster.client.create(resource, make(spec) as never));
    cluster.settle();
    return cluster;
  }
  const get = (cluster: FakeCluster) => cluster.client.get(resource, 'a', 'web');
  const pods = (cluster: FakeCluster) => cluster.client.list('pods');

  function relabel(cluster: FakeCluster, name: string, edit: (pod: Pod) => void): void {
    const pod = clone(cluster.client.get('pods', 'a', name));
    if (pod === undefined) throw new Error(`no pod ${name}`);
    edit(pod);
    must(cluster.client.update('pods', pod));
    cluster.settle();
  }

  it('TestCalculateStatus: counts, and the reference of its pods', () => {
    const cluster = start({ replicas: 2 });
    const { terminatingReplicas, ...status } = (get(cluster)?.status ?? {}) as Record<string, unknown>;
    expect(status).toEqual({
      replicas: 2,
      fullyLabeledReplicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
      observedGeneration: 1,
    });
    expect(terminatingReplicas).toBe(kind === 'ReplicaSet' ? 0 : undefined);
    const uid = get(cluster)?.metadata.uid;
    const reference = { apiVersion, kind, name: 'web', uid, controller: true, blockOwnerDeletion: true };
    expect(pods(cluster).map(({ metadata }) => metadata.ownerReferences)).toEqual([[reference], [reference]]);
    expect(cluster.events.map(({ reason, regarding }) => [reason, regarding])).toEqual([
      ['SuccessfulCreate', `${kind}/web`],
      ['SuccessfulCreate', `${kind}/web`],
    ]);
  });

  it('TestSyncReplicaSetDoesNothing', () => {
    const cluster = start();
    const writes = cluster.history.length;
    cluster.restart();
    expect(cluster.settle()).toBeUndefined();
    expect(cluster.history).toHaveLength(writes);
  });

  it('TestControllerUpdateStatusWithFailure, TestCalculateStatusConditions: ReplicaFailure comes and goes', () => {
    let full = true;
    const cluster = start(
      { replicas: 1 },
      {
        gate: (verb, of) =>
          verb === 'create' && of === 'pods' && full
            ? forbiddenStatus({ group: '', resource: 'pods' }, 'web-x', 'exceeded quota: q')
            : undefined,
      },
    );
    expect(get(cluster)?.status?.conditions).toMatchObject([
      { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate' },
    ]);
    expect(cluster.events[0]).toMatchObject({
      type: 'Warning',
      reason: 'FailedCreate',
      message: 'Error creating: pods "web-x" is forbidden: exceeded quota: q',
    });
    full = false;
    cluster.advance(60_000);
    expect(get(cluster)?.status).toMatchObject({ replicas: 1, readyReplicas: 1 });
    expect(get(cluster)?.status?.conditions).toBeUndefined();
  });

  it('TestPatchPodWithOtherOwnerRef: adopts a pod that something else owns without controlling it', () => {
    const cluster = start({ replicas: 0 });
    const other = { apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'x' };
    const pod = aPod('p', { labels: { app: 'web' } });
    must(cluster.client.create('pods', { ...pod, metadata: { ...pod.metadata, ownerReferences: [other] } }));
    cluster.settle();
    expect(cluster.events.at(-1)).toMatchObject({ reason: 'SuccessfulDelete', message: 'Deleted pod: p' });
  });

  it('TestDoNotPatchPodWithOtherControlRef', () => {
    const cluster = start({ replicas: 1 });
    const other = { apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'x', controller: true };
    const pod = aPod('p', { labels: { app: 'web' } });
    must(cluster.client.create('pods', { ...pod, metadata: { ...pod.metadata, ownerReferences: [other] } }));
    cluster.settle();
    expect(cluster.client.get('pods', 'a', 'p')?.metadata.ownerReferences).toEqual([other]);
    expect(pods(cluster)).toHaveLength(2);
  });

  it('TestUpdatePods: a pod whose labels change is released and replaced, and taken back', () => {
    const cluster = start({ replicas: 1 });
    const [name = ''] = pods(cluster).map(({ metadata }) => metadata.name);
    relabel(cluster, name, (pod) => (pod.metadata.labels = { app: 'debug' }));
    expect(cluster.client.get('pods', 'a', name)?.metadata.ownerReferences).toBeUndefined();
    expect(cluster.client.list('pods', { matchLabels: { app: 'web' } })).toHaveLength(1);
    relabel(cluster, name, (pod) => (pod.metadata.labels = { app: 'web' }));
    expect(pods(cluster)).toHaveLength(1);
  });

  it('TestDoNotAdoptOrCreateIfBeingDeleted', () => {
    const cluster = start({ replicas: 0 });
    cluster.client.delete(resource, 'a', 'web', { propagationPolicy: 'Foreground' });
    must(cluster.client.create('pods', aPod('p', { labels: { app: 'web' } })));
    cluster.settle();
    expect(pods(cluster).map(({ metadata }) => metadata.ownerReferences)).toEqual([undefined]);
  });

  it('TestAvailableReplicas: minReadySeconds', () => {
    const cluster = start({ replicas: 1, minReadySeconds: 30 });
    expect(get(cluster)?.status).toMatchObject({ readyReplicas: 1 });
    expect(get(cluster)?.status?.availableReplicas).toBeUndefined();
    cluster.advance(30_000);
    expect(get(cluster)?.status).toMatchObject({ availableReplicas: 1 });
  });
});

describe('sets of both kinds with one selector', () => {
  it('TestOverlappingRSs: each keeps its own pods', () => {
    const cluster = new FakeCluster({ controllers: [replicaSetController, replicationController, fakeKubelet()] });
    must(cluster.client.create('replicasets.apps', aReplicaSet({ replicas: 2 })));
    must(cluster.client.create('replicationcontrollers', aReplicationController({ replicas: 1 })));
    cluster.settle();
    const owners = cluster.client.list('pods').map(({ metadata }) => metadata.ownerReferences?.[0]?.kind);
    expect(owners.toSorted()).toEqual(['ReplicaSet', 'ReplicaSet', 'ReplicationController']);
  });
});
