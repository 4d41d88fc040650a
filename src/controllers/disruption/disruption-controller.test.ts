import { describe, expect, it } from 'vitest';
import type { PodDisruptionBudgetSpec } from '../../api/types/policy-v1.ts';
import type { KubeObject } from '../../api/object.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { readyPod } from '../testing/fake-kubelet.ts';
import { must } from '../testing/objects.ts';
import { disruptionController } from './disruption-controller.ts';

const BUDGETS = 'poddisruptionbudgets.policy';
const labels = { app: 'web' };
const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } };

class World {
  readonly cluster = new FakeCluster({ controllers: [disruptionController] });

  budget(spec: PodDisruptionBudgetSpec, name = 'pdb'): void {
    const selector = { matchLabels: labels };
    must(
      this.cluster.client.create(BUDGETS, {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { name, namespace: 'default', generation: 1 },
        spec: { selector, ...spec },
      }),
    );
    this.cluster.settle();
  }

  owner(replicas: number): KubeObject {
    return must(
      this.cluster.client.create('replicasets.apps', {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        metadata: { name: 'web', namespace: 'default' },
        spec: { replicas, selector: { matchLabels: labels }, template },
      }),
    );
  }

  pod(name: string, { owner, ready = true }: { owner?: KubeObject; ready?: boolean } = {}): void {
    const ownerReferences =
      owner === undefined
        ? []
        : [
            {
              apiVersion: owner.apiVersion,
              kind: owner.kind,
              name: owner.metadata.name,
              uid: owner.metadata.uid,
              controller: true,
            },
          ];
    const made = must(
      this.cluster.client.create('pods', {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: 'default', labels, ownerReferences },
        spec: template.spec,
      }),
    );
    if (ready) must(this.cluster.client.updateStatus('pods', readyPod(made, this.cluster.now)));
    this.cluster.settle();
  }

  status(name = 'pdb') {
    const { conditions = [], ...status } = this.cluster.client.get(BUDGETS, 'default', name)?.status ?? {};
    const { status: value, reason, message } = conditions[0] ?? {};
    return { ...status, allowed: value, reason, ...(message === '' ? {} : { message }) };
  }
}

const counts = (disruptionsAllowed: number, currentHealthy: number, desiredHealthy: number, expectedPods: number) => ({
  disruptionsAllowed,
  currentHealthy,
  desiredHealthy,
  expectedPods,
  observedGeneration: 1,
  allowed: disruptionsAllowed > 0 ? 'True' : 'False',
  reason: disruptionsAllowed > 0 ? 'SufficientPods' : 'InsufficientPods',
});

describe('disruption controller', () => {
  it('TestNoSelector: no selector, no pods, and it says so', () => {
    const world = new World();
    world.pod('a');
    world.budget({ minAvailable: 3, selector: {} });
    expect(world.status()).toEqual(counts(0, 1, 3, 1));
    const { length } = world.cluster.history;
    world.cluster.restart();
    expect(world.cluster.settle()).toBeUndefined();
    expect(world.cluster.history.length).toBe(length);
  });

  it('TestIntegerMaxUnavailable: what the controllers want counts, not what is there', () => {
    const world = new World();
    const owner = world.owner(3);
    world.budget({ maxUnavailable: 1 });
    world.pod('a', { owner });
    expect(world.status()).toEqual(counts(0, 1, 2, 3));
    world.pod('b', { owner });
    world.pod('c', { owner });
    expect(world.status()).toEqual(counts(1, 3, 2, 3));
  });

  it('TestReplicaSet: a share of the ReplicaSet, rounded up', () => {
    const world = new World();
    const owner = world.owner(10);
    world.budget({ minAvailable: '20%' });
    world.pod('a', { owner });
    expect(world.status()).toEqual(counts(0, 1, 2, 10));
  });

  it('TestNakedPod: bare pods count only where a number is to be available', () => {
    const world = new World();
    world.budget({ minAvailable: '28%' });
    world.pod('a');
    expect(world.status()).toEqual(counts(0, 1, 0, 0));
    expect(world.cluster.events.map(({ reason }) => reason)).toContain('UnmanagedPods');
  });

  it('TestTotalUnmanagedPods and no controller to be found: nothing is allowed, and why', () => {
    const world = new World();
    const owner = world.owner(1);
    world.budget({ maxUnavailable: 1 });
    world.cluster.client.delete('replicasets.apps', 'default', 'web');
    world.pod('a', { owner });
    expect(world.status()).toMatchObject({
      disruptionsAllowed: 0,
      allowed: 'False',
      reason: 'SyncFailed',
      message: 'found no controllers for pod "a"',
    });
  });

  it('TestUpdateDisruptedPods: one that was to go counts as gone for two minutes', () => {
    const world = new World();
    const owner = world.owner(2);
    world.budget({ minAvailable: 1 });
    world.pod('a', { owner });
    world.pod('b', { owner });
    expect(world.status()).toEqual(counts(1, 2, 1, 2));
    const budget = world.cluster.client.get(BUDGETS, 'default', 'pdb');
    if (budget?.status === undefined) throw new Error('no budget');
    const disruptedPods = {
      a: new Date(world.cluster.now).toISOString().replace(/\.\d+/, ''),
      gone: '2020-01-01T00:00:00Z',
    };
    must(
      world.cluster.client.updateStatus(BUDGETS, {
        ...budget,
        status: { ...budget.status, disruptionsAllowed: 0, disruptedPods },
      }),
    );
    world.cluster.settle();
    expect(world.status()).toEqual({ ...counts(0, 1, 1, 2), disruptedPods: { a: disruptedPods.a } });
    world.cluster.advance(125_000);
    expect(world.status()).toEqual(counts(1, 2, 1, 2));
    expect(world.cluster.events.map(({ reason }) => reason)).toContain('NotDeleted');
  });

  it('TestStalePodDisruption: a pod that stays does not say for ever that it goes', () => {
    const world = new World();
    world.pod('a');
    const pod = world.cluster.client.get('pods', 'default', 'a');
    if (pod === undefined) throw new Error('no pod');
    const lastTransitionTime = new Date(world.cluster.now).toISOString().replace(/\.\d+/, '');
    const target = { type: 'DisruptionTarget', status: 'True' as const, lastTransitionTime };
    must(world.cluster.client.updateStatus('pods', { ...pod, status: { ...pod.status, conditions: [target] } }));
    world.cluster.settle();
    world.cluster.advance(125_000);
    expect(world.cluster.client.get('pods', 'default', 'a')?.status?.conditions).toMatchObject([
      { type: 'DisruptionTarget', status: 'False' },
    ]);
  });

  it('TestMultipleControllers and several budgets: the oldest is told of the pod', () => {
    const world = new World();
    world.budget({ minAvailable: 0 });
    world.cluster.advance(2000);
    world.budget({ minAvailable: 0 }, 'other');
    world.pod('a');
    expect(world.status()).toEqual(counts(1, 1, 0, 1));
    expect(world.status('other')).toEqual(counts(0, 0, 0, 0));
    expect(world.cluster.events.map(({ reason }) => reason)).toContain('MultiplePodDisruptionBudgets');
  });
});
