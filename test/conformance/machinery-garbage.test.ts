// After kubernetes test/e2e/apimachinery/{garbage_collector,namespace}.go.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Draft } from '../../src/api/object.ts';
import type { Deployment, ReplicaSet } from '../../src/api/types/apps-v1.ts';
import type { ConfigMap, Namespace, Pod, ReplicationController } from '../../src/api/types/core-v1.ts';
import type { OwnerReference } from '../../src/api/types/meta-v1.ts';
import { JSON_PATCH } from './support/collection.ts';
import type { World } from './support/world.ts';
import { eventually, startWorld, untilGone } from './support/world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld({ nodes: 2 });
});

afterAll(() => world?.end());

const containers = [{ name: 'nginx', image: 'nginx:1' }];

function aController(name: string, replicas: number): Draft<ReplicationController> {
  const template = { metadata: { labels: { name } }, spec: { containers } };
  const spec = { replicas, selector: { name }, template };
  return { apiVersion: 'v1', kind: 'ReplicationController', metadata: { name }, spec };
}

function aDeployment(name: string): Draft<Deployment> {
  const template = { metadata: { labels: { name } }, spec: { containers } };
  const spec = { replicas: 2, selector: { matchLabels: { name } }, template };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec };
}

function aPod(name: string, more: Partial<Draft<Pod>['metadata']> = {}): Draft<Pod> {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, ...more }, spec: { containers } };
}

const reference = ({ name, uid }: { name: string; uid: string }, kind: string, blockOwnerDeletion = false) =>
  ({
    apiVersion: 'v1',
    kind,
    name,
    uid,
    ...(blockOwnerDeletion ? { blockOwnerDeletion } : {}),
  }) satisfies OwnerReference;

/** Long enough for the collector to take what it should not. */
const aWhile = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1_000));

describe('garbage collector', () => {
  const start = async () => {
    const namespace = await world.namespace('gc');
    return {
      controllers: world.of<ReplicationController>('replicationcontrollers', namespace),
      deployments: world.of<Deployment>('deployments.apps', namespace),
      sets: world.of<ReplicaSet>('replicasets.apps', namespace),
      pods: world.of<Pod>('pods', namespace),
    };
  };

  type There = Awaited<ReturnType<typeof start>>;

  const withPods = async ({ controllers }: There, name: string, replicas: number): Promise<ReplicationController> => {
    await controllers.create(aController(name, replicas));
    return eventually(
      `${name} has its pods`,
      () => controllers.get(name),
      ({ status }) => status?.replicas === replicas,
    );
  };

  const withSet = async ({ deployments, sets }: There): Promise<void> => {
    await deployments.create(aDeployment('simpletest.deployment'));
    await eventually(
      'the deployment has a set',
      async () => (await sets.list()).items,
      (items) => items.length === 1,
    );
  };

  const emptied = (what: string, ask: () => Promise<{ items: readonly unknown[] }>): Promise<unknown> =>
    eventually(`no ${what} is left`, ask, ({ items }) => items.length === 0);

  it('[sig-api-machinery] Garbage collector should delete pods created by rc when not orphaning', async () => {
    const there = await start();
    const { metadata } = await withPods(there, 'simpletest.rc', 2);
    await there.controllers.delete('simpletest.rc', {
      propagationPolicy: 'Background',
      preconditions: { uid: metadata.uid },
    });
    await emptied('pod', () => there.pods.list());
  });

  it('[sig-api-machinery] Garbage collector should orphan pods created by rc if delete options say so [Serial]', async () => {
    const there = await start();
    await withPods(there, 'simpletest.rc', 10);
    await there.controllers.delete('simpletest.rc', { propagationPolicy: 'Orphan' });
    await emptied('controller', () => there.controllers.list());
    await aWhile();
    const { items } = await there.pods.list();
    expect(items).toHaveLength(10);
    expect(items.every(({ metadata }) => metadata.ownerReferences === undefined)).toBe(true);
  });

  it('[sig-api-machinery] Garbage collector should delete RS created by deployment when not orphaning', async () => {
    const there = await start();
    await withSet(there);
    await there.deployments.delete('simpletest.deployment', { propagationPolicy: 'Background' });
    await emptied('set', () => there.sets.list());
    await emptied('pod', () => there.pods.list());
  });

  it('[sig-api-machinery] Garbage collector should orphan RS created by deployment when deleteOptions.PropagationPolicy is Orphan', async () => {
    const there = await start();
    await withSet(there);
    await there.deployments.delete('simpletest.deployment', { propagationPolicy: 'Orphan' });
    await emptied('deployment', () => there.deployments.list());
    await aWhile();
    const { items } = await there.sets.list();
    expect(items).toHaveLength(1);
    expect(items[0]?.metadata.ownerReferences).toBeUndefined();
  });

  it('[sig-api-machinery] Garbage collector should keep the rc around until all its pods are deleted if the deleteOptions says so [Serial]', async () => {
    const there = await start();
    await withPods(there, 'simpletest.rc', 10);
    const watch = there.pods.watch();
    await there.controllers.delete('simpletest.rc', { propagationPolicy: 'Foreground' });
    const waiting = await there.controllers.list();
    expect(waiting.items.flatMap(({ metadata }) => metadata.finalizers ?? [])).toContain('foregroundDeletion');
    await untilGone(there.controllers, 'simpletest.rc');
    expect((await there.pods.list()).items).toEqual([]);
    await watch.close();
  });

  it("[sig-api-machinery] Garbage collector should not delete dependents that have both valid owner and owner that's waiting for dependents to be deleted [Serial]", async () => {
    const there = await start();
    await withPods(there, 'simpletest-rc-to-be-deleted', 10);
    const staying = await there.controllers.create(aController('simpletest-rc-to-stay', 0));
    const shared = (await there.pods.list()).items.slice(0, 5);
    const value = reference(staying.metadata, 'ReplicationController');
    for (const { metadata } of shared) {
      const add = [{ op: 'add', path: '/metadata/ownerReferences/-', value }];
      await there.pods.patch(metadata.name, add, { type: JSON_PATCH });
    }
    await there.controllers.delete('simpletest-rc-to-be-deleted', { propagationPolicy: 'Foreground' });
    await untilGone(there.controllers, 'simpletest-rc-to-be-deleted');
    const { items } = await eventually(
      'the pods of one owner alone are gone',
      () => there.pods.list(),
      ({ items }) => items.length <= 5,
    );
    expect(items.map(({ metadata }) => metadata.name).toSorted()).toEqual(
      shared.map(({ metadata }) => metadata.name).toSorted(),
    );
    for (const { metadata } of items) {
      expect(metadata.deletionTimestamp).toBeUndefined();
      expect(metadata.ownerReferences?.map(({ name }) => name)).toEqual(['simpletest-rc-to-stay']);
    }
  });

  it('[sig-api-machinery] Garbage collector should not be blocked by dependency circle', async () => {
    const { pods } = await start();
    const made = [];
    for (const name of ['pod1', 'pod2', 'pod3']) made.push(await pods.create(aPod(name)));
    const [first, second, third] = made.map(({ metadata }) => metadata);
    if (first === undefined || second === undefined || third === undefined) throw new Error('three pods were made');
    for (const [name, owner] of [
      ['pod1', third],
      ['pod2', first],
      ['pod3', second],
    ] as const) {
      await pods.patch(name, { metadata: { ownerReferences: [reference(owner, 'Pod', true)] } });
    }
    await pods.delete('pod1', { propagationPolicy: 'Foreground' });
    await emptied('pod', () => pods.list());
  });
});

describe('namespaces', () => {
  it('[sig-api-machinery] Namespaces [Serial] should ensure that all pods are removed when a namespace is deleted', async () => {
    const namespace = await world.namespace('nsdeletetest');
    const pods = world.of<Pod>('pods', namespace);
    await pods.create(aPod('test-pod'));
    await eventually(
      'the pod runs',
      () => pods.get('test-pod'),
      ({ status }) => status?.phase === 'Running',
    );
    const namespaces = world.of<Namespace>('namespaces');
    await namespaces.delete(namespace);
    await untilGone(namespaces, namespace);
    await namespaces.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    expect((await pods.list()).items).toEqual([]);
  });

  it('[sig-api-machinery] OrderedNamespaceDeletion namespace deletion should delete pod first', async () => {
    const namespace = await world.namespace('nsdeletetest');
    const pods = world.of<Pod>('pods', namespace);
    const maps = world.of<ConfigMap>('configmaps', namespace);
    const finalizers = ['e2e.example.com/finalizer'];
    await pods.create(aPod('test-pod', { finalizers }));
    await maps.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'test-configmap' } });
    await eventually(
      'the pod runs',
      () => pods.get('test-pod'),
      ({ status }) => status?.phase === 'Running',
    );
    const namespaces = world.of<Namespace>('namespaces');
    await namespaces.delete(namespace);
    await eventually(
      'the namespace waits for the pod',
      () => namespaces.get(namespace),
      ({ status }) =>
        status?.conditions?.some(({ type, status }) => type === 'NamespaceContentRemaining' && status === 'True') ===
        true,
    );
    expect((await pods.get('test-pod')).metadata.deletionTimestamp).toBeDefined();
    expect((await maps.get('test-configmap')).metadata.deletionTimestamp).toBeUndefined();
    await pods.patch('test-pod', [{ op: 'remove', path: '/metadata/finalizers' }], { type: JSON_PATCH });
    await untilGone(namespaces, namespace);
  });
});
