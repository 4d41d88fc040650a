// After kubernetes test/e2e/apps/{replica_set,rc}.go.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Draft } from '../../src/api/object.ts';
import type { ReplicaSet } from '../../src/api/types/apps-v1.ts';
import type { Pod, ReplicationController, ResourceQuota } from '../../src/api/types/core-v1.ts';
import type { Collection } from './support/collection.ts';
import { labelled, MERGE } from './support/collection.ts';
import type { World } from './support/world.ts';
import { eventually, startWorld } from './support/world.ts';

type Set = ReplicaSet | ReplicationController;

let world: World;

beforeAll(async () => {
  world = await startWorld({ nodes: 2 });
});

afterAll(() => world?.end());

const template = (name: string) => ({
  metadata: { labels: { name } },
  spec: { containers: [{ name: 'httpd', image: 'httpd:2' }] },
});

function aSet(name: string, replicas: number): Draft<ReplicaSet> {
  const metadata = { name, labels: { name } };
  const selector = { matchLabels: { name } };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata,
    spec: { replicas, selector, template: template(name) },
  };
}

function aController(name: string, replicas: number): Draft<ReplicationController> {
  const metadata = { name, labels: { name } };
  const spec = { replicas, selector: { name }, template: template(name) };
  return { apiVersion: 'v1', kind: 'ReplicationController', metadata, spec };
}

const settled = <T extends Set>(sets: Collection<T>, name: string, replicas: number): Promise<T> =>
  eventually(
    `${name} has ${replicas} replicas`,
    () => sets.get(name),
    ({ status }) => (status?.readyReplicas ?? 0) === replicas && status?.replicas === replicas,
  );

/** A pod of one's own, of which a set of the same label takes control. Answers it once that is done. */
async function adopted(sets: Collection<Set>, namespace: string, draft: Draft<Set>): Promise<Pod> {
  const pods = world.of<Pod>('pods', namespace);
  const name = draft.metadata.name ?? '';
  await pods.create({ apiVersion: 'v1', kind: 'Pod', ...template(name), metadata: { name, labels: { name } } });
  const { metadata } = await sets.create(draft);
  return eventually(
    `${name} is adopted`,
    () => pods.get(name),
    (pod) =>
      pod.metadata.ownerReferences?.some(({ uid, controller }) => uid === metadata.uid && controller === true) === true,
  );
}

async function released(namespace: string, pod: Pod): Promise<void> {
  const pods = world.of<Pod>('pods', namespace);
  const { name } = pod.metadata;
  await pods.patch(name, { metadata: { labels: { name: 'not-matching-label' } } }, { type: MERGE });
  await eventually(
    `${name} is released`,
    () => pods.get(name),
    ({ metadata }) => metadata.ownerReferences === undefined,
  );
}

async function scales(sets: Collection<Set>, name: string): Promise<void> {
  const scale = await sets.get(name, 'scale');
  expect(scale).toMatchObject({ kind: 'Scale', spec: { replicas: 1 } });
  await sets.update({ ...scale, spec: { replicas: 2 } }, 'scale');
  expect((await settled(sets, name, 2)).spec?.replicas).toBe(2);
}

describe('ReplicaSet', () => {
  const start = async () => {
    const namespace = await world.namespace('replicaset');
    return { namespace, sets: world.of<ReplicaSet>('replicasets.apps', namespace) };
  };

  it('[sig-apps] ReplicaSet should adopt matching pods on creation and release no longer matching pods', async () => {
    const { namespace, sets } = await start();
    const pod = await adopted(sets, namespace, aSet('pod-adoption-release', 1));
    await released(namespace, pod);
    await settled(sets, 'pod-adoption-release', 1);
  });

  it('[sig-apps] ReplicaSet Replicaset should have a working scale subresource', async () => {
    const { sets } = await start();
    await sets.create(aSet('test-rs', 1));
    await settled(sets, 'test-rs', 1);
    await scales(sets, 'test-rs');
    await sets.patch('test-rs', { spec: { replicas: 4 } }, { type: MERGE, part: 'scale' });
    await settled(sets, 'test-rs', 4);
  });

  it('[sig-apps] ReplicaSet Replace and Patch tests', async () => {
    const { sets } = await start();
    await sets.create(aSet('test-rs', 1));
    await settled(sets, 'test-rs', 1);
    await sets.change('test-rs', ({ spec }) => Object.assign(spec ?? {}, { replicas: 2 }));
    await settled(sets, 'test-rs', 2);
    const image = 'pause:3';
    const spec = {
      replicas: 3,
      template: { spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'httpd', image }] } },
    };
    await sets.patch('test-rs', { metadata: { labels: { 'test-rs': 'patched' } }, spec });
    const patched = await settled(sets, 'test-rs', 3);
    expect(patched.metadata.labels).toMatchObject({ 'test-rs': 'patched' });
    expect(patched.spec?.template?.spec?.containers[0]?.image).toBe(image);
  });

  it('[sig-apps] ReplicaSet should list and delete a collection of ReplicaSets', async () => {
    const { sets } = await start();
    await sets.create(aSet('listed-rs', 3));
    await settled(sets, 'listed-rs', 3);
    expect((await world.of<ReplicaSet>('replicasets.apps').list(labelled('name=listed-rs'))).items).toHaveLength(1);
    await sets.deleteCollection(labelled('name=listed-rs'));
    await eventually(
      'none is left',
      async () => (await sets.list(labelled('name=listed-rs'))).items,
      (items) => items.length === 0,
    );
  });

  it('[sig-apps] ReplicaSet should validate Replicaset Status endpoints', async () => {
    const { sets } = await start();
    await sets.create(aSet('test-rs', 1));
    await settled(sets, 'test-rs', 1);
    expect((await sets.get('test-rs', 'status')).status).toMatchObject({ replicas: 1 });
    const conditions = [{ type: 'StatusUpdate', status: 'True', reason: 'E2E', message: 'Set from e2e test' }];
    const updated = await sets.change('test-rs', ({ status }) => Object.assign(status ?? {}, { conditions }), 'status');
    expect(updated.status?.conditions).toMatchObject(conditions);
    const patch = { status: { conditions: [{ type: 'StatusPatched', status: 'True' }] } };
    await sets.patch('test-rs', patch, { type: MERGE, part: 'status' });
    expect((await settled(sets, 'test-rs', 1)).status?.conditions).toMatchObject(patch.status.conditions);
  });
});

describe('ReplicationController', () => {
  const start = async () => {
    const namespace = await world.namespace('replication-controller');
    return { namespace, sets: world.of<ReplicationController>('replicationcontrollers', namespace) };
  };

  it('[sig-apps] ReplicationController should adopt matching pods on creation', async () => {
    const { namespace, sets } = await start();
    const pod = await adopted(sets, namespace, aController('pod-adoption', 1));
    expect(pod.metadata.ownerReferences).toMatchObject([{ apiVersion: 'v1', kind: 'ReplicationController' }]);
  });

  it('[sig-apps] ReplicationController should release no longer matching pods', async () => {
    const { namespace, sets } = await start();
    await sets.create(aController('pod-release', 1));
    await settled(sets, 'pod-release', 1);
    const { items } = await world.of<Pod>('pods', namespace).list(labelled('name=pod-release'));
    for (const pod of items) await released(namespace, pod);
    await settled(sets, 'pod-release', 1);
  });

  it('[sig-apps] ReplicationController should get and update a ReplicationController scale', async () => {
    const { sets } = await start();
    await sets.create(aController('e2e-rc', 1));
    await settled(sets, 'e2e-rc', 1);
    await scales(sets, 'e2e-rc');
  });

  it('[sig-apps] ReplicationController should surface a failure condition on a common issue like exceeded quota', async () => {
    const { namespace, sets } = await start();
    const quotas = world.of<ResourceQuota>('resourcequotas', namespace);
    const metadata = { name: 'condition-test' };
    await quotas.create({ apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard: { pods: '2' } } });
    await eventually(
      'the quota counts',
      () => quotas.get('condition-test'),
      ({ status }) => status?.hard?.['pods'] === '2',
    );
    await sets.create(aController('condition-test', 3));
    const failed = await eventually(
      'it tells of the failure',
      () => sets.get('condition-test'),
      ({ status }) => status?.conditions?.some(({ type }) => type === 'ReplicaFailure') === true,
    );
    expect(failed.status?.conditions).toMatchObject([
      {
        status: 'True',
        reason: 'FailedCreate',
        message: expect.stringContaining('exceeded quota: condition-test') as string,
      },
    ]);
    await sets.patch('condition-test', { spec: { replicas: 2 } }, { type: MERGE, part: 'scale' });
    await eventually(
      'the failure is over',
      () => sets.get('condition-test'),
      ({ status }) => (status?.conditions ?? []).length === 0,
    );
  });

  it('[sig-apps] ReplicationController should test the lifecycle of a ReplicationController', async () => {
    const { sets } = await start();
    const watch = sets.watch('labelSelector=name%3Drc-test');
    await sets.create(aController('rc-test', 1));
    await watch.until('ADDED');
    await watch.until('MODIFIED', ({ status }) => status?.readyReplicas === 1);
    await sets.patch('rc-test', { metadata: { labels: { 'test-rc': 'patched' } } });
    await watch.until('MODIFIED', ({ metadata }) => metadata.labels?.['test-rc'] === 'patched');
    const none = await sets.patch(
      'rc-test',
      { status: { readyReplicas: 0, availableReplicas: 0 } },
      { type: MERGE, part: 'status' },
    );
    expect(none.status?.readyReplicas ?? 0).toBe(0);
    await watch.until('MODIFIED', ({ status }) => (status?.readyReplicas ?? 0) === 0);
    await watch.until('MODIFIED', ({ status }) => status?.readyReplicas === 1);
    await sets.patch('rc-test', { spec: { replicas: 2 } }, { type: MERGE, part: 'scale' });
    await watch.until('MODIFIED', ({ status }) => status?.readyReplicas === 2);
    await sets.change('rc-test', ({ metadata }) => Object.assign(metadata.labels ?? {}, { 'test-rc': 'updated' }));
    await watch.until('MODIFIED', ({ metadata }) => metadata.labels?.['test-rc'] === 'updated');
    expect((await world.of('replicationcontrollers').list(labelled('name=rc-test'))).items).toHaveLength(1);
    await sets.deleteCollection(labelled('name=rc-test'));
    await watch.until('DELETED');
    await watch.close();
  });
});
