import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forbiddenStatus } from '../../api/status.ts';
import type { Deployment } from '../../api/types/apps-v1.ts';
import { clone } from '../../lib/json.ts';
import { isReady } from '../common/pods.ts';
import { replicaSetController } from '../replicaset/replicaset-controller.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { fakeKubelet, readyPod } from '../testing/fake-kubelet.ts';
import { aDeployment, must } from '../testing/objects.ts';
import { deploymentController } from './deployment-controller.ts';

const CONTROLLERS = [deploymentController, replicaSetController];

function deploymentIn(cluster: FakeCluster, name = 'web'): Deployment {
  const deployment = cluster.client.get('deployments.apps', 'a', name);
  if (deployment === undefined) throw new Error(`no deployment ${name}`);
  return deployment;
}

function change(cluster: FakeCluster, edit: (spec: Deployment['spec'] & object) => void): void {
  const next = clone(deploymentIn(cluster));
  if (next.spec !== undefined) edit(next.spec);
  must(cluster.client.update('deployments.apps', next));
}

function setImage(cluster: FakeCluster, image: string): void {
  change(cluster, (spec) => {
    spec.template = { ...spec.template, spec: { containers: [{ name: 'c', image }] } };
  });
}

const condition = (cluster: FakeCluster, type: string) =>
  deploymentIn(cluster).status?.conditions?.find((item) => item.type === type);

describe('deployment controller', () => {
  it('leaves no timer behind once all is rolled out, so that the cluster sleeps', () => {
    const cluster = new FakeCluster({ controllers: [...CONTROLLERS, fakeKubelet()] });
    must(cluster.client.create('deployments.apps', aDeployment()));
    expect(cluster.settle()).toBeUndefined();
    expect(condition(cluster, 'Progressing')?.reason).toBe('NewReplicaSetAvailable');
  });

  it('deploy-deadline: exceeds its progress deadline, and recovers', () => {
    const cluster = new FakeCluster({ controllers: [...CONTROLLERS, fakeKubelet({ ready: () => false })] });
    must(cluster.client.create('deployments.apps', aDeployment({ replicas: 1, progressDeadlineSeconds: 10 })));
    const due = cluster.settle();
    expect(due).toBe(cluster.now + 11_000);
    cluster.restart();
    cluster.advance(12_000);
    const set = cluster.client.list('replicasets.apps')[0]?.metadata.name;
    expect(condition(cluster, 'Progressing')).toMatchObject({
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
      message: `ReplicaSet "${set}" has timed out progressing.`,
    });
    expect(cluster.settle()).toBeUndefined();
    for (const pod of cluster.client.list('pods'))
      must(cluster.client.updateStatus('pods', readyPod(pod, cluster.now)));
    cluster.settle();
    expect(condition(cluster, 'Progressing')).toMatchObject({ status: 'True', reason: 'NewReplicaSetAvailable' });
  });

  it('deploy-bad-image: a stuck update keeps the old pods, and an undo reuses the old ReplicaSet', () => {
    const good = (image: string | undefined) => image !== 'nope';
    const kubelet = fakeKubelet({ ready: (pod) => good(pod.spec?.containers[0]?.image) });
    const cluster = new FakeCluster({ controllers: [...CONTROLLERS, kubelet] });
    must(cluster.client.create('deployments.apps', aDeployment({ progressDeadlineSeconds: 10 })));
    cluster.advance(2000);
    setImage(cluster, 'nope');
    cluster.advance(20_000);
    expect(deploymentIn(cluster).status).toMatchObject({
      replicas: 4,
      updatedReplicas: 1,
      readyReplicas: 3,
      unavailableReplicas: 1,
    });
    expect(condition(cluster, 'Progressing')?.reason).toBe('ProgressDeadlineExceeded');
    setImage(cluster, 'app:1');
    cluster.advance(2000);
    const sets = cluster.client
      .list('replicasets.apps')
      .map(({ spec, metadata }) => [spec?.replicas, metadata.annotations?.['deployment.kubernetes.io/revision']]);
    expect(new Set(sets.map(String))).toEqual(new Set(['0,2', '3,3']));
    expect(deploymentIn(cluster).status).toMatchObject({ replicas: 3, updatedReplicas: 3, readyReplicas: 3 });
  });

  it('deploy-quota: what stops the pods shows as ReplicaFailure, and goes when they can be made', () => {
    let full = true;
    const gate = (verb: string, resource: string, { metadata }: { metadata: { generateName?: string } }) =>
      verb === 'create' && resource === 'pods' && full
        ? forbiddenStatus({ group: '', resource: 'pods' }, `${metadata.generateName}xyz`, 'exceeded quota: q')
        : undefined;
    const cluster = new FakeCluster({ controllers: [...CONTROLLERS, fakeKubelet()], gate });
    must(cluster.client.create('deployments.apps', aDeployment()));
    cluster.settle();
    expect(condition(cluster, 'ReplicaFailure')).toMatchObject({
      status: 'True',
      reason: 'FailedCreate',
      message: expect.stringMatching(/^pods "web-\w+-xyz" is forbidden: exceeded quota: q$/) as string,
    });
    expect(cluster.events.filter(({ reason }) => reason === 'FailedCreate')[0]?.message).toMatch(
      /^Error creating: pods "web-/,
    );
    full = false;
    cluster.advance(60_000);
    expect(condition(cluster, 'ReplicaFailure')).toBeUndefined();
    expect(deploymentIn(cluster).status?.readyReplicas).toBe(3);
  });

  it('deploy-overlap: two with the same selector do not share ReplicaSets', () => {
    const cluster = new FakeCluster({ controllers: [...CONTROLLERS, fakeKubelet()] });
    must(cluster.client.create('deployments.apps', aDeployment({ replicas: 1 }, 'one')));
    must(cluster.client.create('deployments.apps', aDeployment({ replicas: 1 }, 'two')));
    cluster.settle();
    expect(
      cluster.client.list('replicasets.apps').map(({ metadata }) => metadata.ownerReferences?.map(({ name }) => name)),
    ).toEqual([['one'], ['two']]);
    expect(deploymentIn(cluster, 'two').status?.readyReplicas).toBe(1);
  });

  it('Recreate starts nothing new while an old pod still terminates', () => {
    let stuck = true;
    const kubelet = fakeKubelet();
    const slow = {
      ...kubelet,
      reconcile: (key: string, context: Parameters<typeof kubelet.reconcile>[1]) => {
        const [namespace = '', name = ''] = key.split('/');
        const going = context.client.get('pods', namespace, name)?.metadata.deletionTimestamp !== undefined;
        return going && stuck ? { requeueAfter: 1000 } : kubelet.reconcile(key, context);
      },
    };
    const cluster = new FakeCluster({ controllers: [...CONTROLLERS, slow] });
    must(cluster.client.create('deployments.apps', aDeployment({ strategy: { type: 'Recreate' } })));
    cluster.advance(2000);
    setImage(cluster, 'app:2');
    cluster.advance(10_000);
    expect(cluster.client.list('replicasets.apps')).toHaveLength(1);
    expect(deploymentIn(cluster).status).toMatchObject({ terminatingReplicas: 3 });
    stuck = false;
    cluster.advance(2000);
    const sizes = cluster.client.list('replicasets.apps').map(({ spec }) => spec?.replicas);
    expect(new Set(sizes)).toEqual(new Set([0, 3]));
    expect(deploymentIn(cluster).status).toMatchObject({
      readyReplicas: 3,
      updatedReplicas: 3,
      terminatingReplicas: 0,
    });
  });

  it('says why it selects nothing when the selector is empty', () => {
    const cluster = new FakeCluster({ controllers: CONTROLLERS });
    must(cluster.client.create('deployments.apps', aDeployment({ selector: {} })));
    cluster.settle();
    expect(new Set(cluster.events.map(({ reason }) => reason))).toEqual(new Set(['SelectingAll']));
    expect(deploymentIn(cluster).status?.observedGeneration).toBe(1);
    expect(cluster.client.list('replicasets.apps')).toEqual([]);
  });

  it('a rollout stays within its bounds whatever the order in which pods become ready', () => {
    const share = fc.oneof(
      fc.integer({ min: 0, max: 4 }),
      fc.integer({ min: 0, max: 10 }).map((tens) => `${tens * 10}%`),
    );
    const shape = fc.record({
      replicas: fc.integer({ min: 1, max: 8 }),
      maxSurge: share,
      maxUnavailable: share,
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(shape, ({ replicas, maxSurge, maxUnavailable, seed }) => {
        const rollingUpdate = { maxSurge, maxUnavailable };
        const cluster = new FakeCluster({ controllers: [...CONTROLLERS, fakeKubelet({ ready: () => false })], seed });
        must(
          cluster.client.create(
            'deployments.apps',
            aDeployment({ replicas, strategy: { type: 'RollingUpdate', rollingUpdate } }),
          ),
        );
        readyAll(cluster);
        setImage(cluster, 'app:2');
        const scaled = (value: number | string, round: (x: number) => number) =>
          typeof value === 'number' ? value : round((replicas * Number.parseInt(value, 10)) / 100);
        const surge = scaled(maxSurge, Math.ceil);
        const unavailable =
          surge === 0 ? Math.max(1, scaled(maxUnavailable, Math.floor)) : scaled(maxUnavailable, Math.floor);
        for (let round = 0; round < 100; round++) {
          cluster.settle();
          const pods = cluster.client.list('pods');
          expect(pods.length).toBeLessThanOrEqual(replicas + surge);
          expect(pods.filter(isReady).length).toBeGreaterThanOrEqual(replicas - Math.min(unavailable, replicas));
          const waiting = pods.filter((pod) => !isReady(pod));
          const pod = waiting[Math.floor(cluster.random.next() * waiting.length)];
          if (pod === undefined) break;
          must(cluster.client.updateStatus('pods', readyPod(pod, cluster.now)));
        }
        expect(deploymentIn(cluster).status).toMatchObject({
          replicas,
          updatedReplicas: replicas,
          availableReplicas: replicas,
        });
      }),
      { numRuns: 40 },
    );
  });
});

function readyAll(cluster: FakeCluster): void {
  cluster.settle();
  for (const pod of cluster.client.list('pods')) must(cluster.client.updateStatus('pods', readyPod(pod, cluster.now)));
  cluster.advance(2000);
}
