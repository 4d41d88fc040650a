// After kubernetes test/e2e/apps/{deployment,controller_revision}.go.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Draft } from '../../src/api/object.ts';
import type { ControllerRevision, DaemonSet, Deployment, ReplicaSet } from '../../src/api/types/apps-v1.ts';
import type { Pod } from '../../src/api/types/core-v1.ts';
import { labelled, MERGE } from './support/collection.ts';
import type { World } from './support/world.ts';
import { eventually, startWorld, untilGone } from './support/world.ts';

const REVISION = 'deployment.kubernetes.io/revision';

let world: World;

beforeAll(async () => {
  world = await startWorld({ nodes: 2 });
});

afterAll(() => world?.end());

const start = async () => {
  const namespace = await world.namespace('deployment');
  return {
    namespace,
    deployments: world.of<Deployment>('deployments.apps', namespace),
    sets: world.of<ReplicaSet>('replicasets.apps', namespace),
    pods: world.of<Pod>('pods', namespace),
  };
};

type There = Awaited<ReturnType<typeof start>>;

function aDeployment(
  name: string,
  replicas: number,
  image: string,
  spec: Partial<Deployment['spec']> = {},
): Draft<Deployment> {
  const labels = { name: 'sample-pod' };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels: { name } },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'app', image }] },
      },
      ...spec,
    },
  };
}

/** Until all replicas are of the newest template, and available, and no other pods are left. */
const complete = ({ deployments }: There, name: string): Promise<Deployment> =>
  eventually(
    `${name} is complete`,
    () => deployments.get(name),
    ({ metadata, spec, status }) =>
      status?.observedGeneration === metadata.generation &&
      (status?.updatedReplicas ?? 0) === spec?.replicas &&
      (status?.replicas ?? 0) === spec?.replicas &&
      (status?.availableReplicas ?? 0) === spec?.replicas,
  );

/** A set of one's own with a pod, of which a deployment of the same labels takes control. */
async function withOldSet({ sets }: There, replicas: number): Promise<void> {
  const labels = { name: 'sample-pod', pod: 'httpd' };
  const metadata = { name: 'test-old-set', labels, annotations: { [REVISION]: '3546343826724305832' } };
  const template = {
    metadata: { labels },
    spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'httpd', image: 'httpd:2' }] },
  };
  await sets.create({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata,
    spec: { replicas, selector: { matchLabels: labels }, template },
  });
  await eventually(
    'the old set is ready',
    () => sets.get('test-old-set'),
    ({ status }) => (status?.readyReplicas ?? 0) === replicas,
  );
}

describe('Deployment', () => {
  it('[sig-apps] Deployment RollingUpdateDeployment should delete old pods and create new ones', async () => {
    const there = await start();
    await withOldSet(there, 1);
    await there.deployments.create(aDeployment('test-rolling-update-deployment', 1, 'agnhost:2'));
    const deployment = await complete(there, 'test-rolling-update-deployment');
    expect(deployment.metadata.annotations?.[REVISION]).toBe('3546343826724305833');
    const old = await there.sets.get('test-old-set');
    expect(old.spec?.replicas).toBe(0);
    expect(old.metadata.ownerReferences?.[0]?.uid).toBe(deployment.metadata.uid);
    const { items } = await there.pods.list();
    expect(items.map(({ spec }) => spec?.containers[0]?.image)).toEqual(['agnhost:2']);
  });

  it('[sig-apps] Deployment RecreateDeployment should delete old pods and create new ones', async () => {
    const there = await start();
    const name = 'test-recreate-deployment';
    await there.deployments.create(aDeployment(name, 1, 'agnhost:2', { strategy: { type: 'Recreate' } }));
    expect((await complete(there, name)).metadata.annotations?.[REVISION]).toBe('1');
    const watch = there.pods.watch();
    await there.deployments.patch(name, {
      spec: { template: { spec: { containers: [{ name: 'app', image: 'httpd:2' }] } } },
    });
    const old = await watch.until('DELETED');
    const made = await watch.until('ADDED', ({ metadata }) => metadata.name !== old.metadata.name);
    expect(made.spec?.containers[0]?.image).toBe('httpd:2');
    await complete(there, name);
    await watch.close();
  });

  it('[sig-apps] Deployment deployment should delete old replica sets', async () => {
    const there = await start();
    await withOldSet(there, 1);
    await there.deployments.create(aDeployment('test-cleanup-deployment', 1, 'agnhost:2', { revisionHistoryLimit: 0 }));
    await complete(there, 'test-cleanup-deployment');
    await eventually(
      'the old set is gone',
      async () => (await there.sets.list()).items,
      (items) => items.length === 1 && items[0]?.metadata.name !== 'test-old-set',
    );
  });

  it('[sig-apps] Deployment Deployment should have a working scale subresource', async () => {
    const there = await start();
    const name = 'test-new-deployment';
    await there.deployments.create(aDeployment(name, 1, 'httpd:2'));
    await complete(there, name);
    const scale = await there.deployments.get(name, 'scale');
    expect(scale).toMatchObject({ kind: 'Scale', spec: { replicas: 1 }, status: { replicas: 1 } });
    await there.deployments.update({ ...scale, spec: { ...scale.spec, replicas: 2 } } as Deployment, 'scale');
    expect((await complete(there, name)).spec?.replicas).toBe(2);
    await there.deployments.patch(name, { spec: { replicas: 4 } }, { type: MERGE, part: 'scale' });
    expect((await complete(there, name)).spec?.replicas).toBe(4);
  });

  it('[sig-apps] Deployment should run the lifecycle of a Deployment', async () => {
    const there = await start();
    const name = 'test-deployment';
    const draft = aDeployment(name, 2, 'httpd:2');
    draft.metadata.labels = { 'test-deployment-static': 'true' };
    const watch = there.deployments.watch('labelSelector=test-deployment-static%3Dtrue');
    await there.deployments.create(draft);
    await watch.until('ADDED');
    await watch.until('MODIFIED', ({ status }) => status?.readyReplicas === 2);
    const image = 'agnhost:2';
    await there.deployments.patch(name, {
      metadata: { labels: { 'test-deployment': 'patched' } },
      spec: { replicas: 1, template: { spec: { containers: [{ name: 'app', image }] } } },
    });
    await watch.until('MODIFIED', ({ metadata }) => metadata.labels?.['test-deployment'] === 'patched');
    await complete(there, name);
    const everywhere = await world.of<Deployment>('deployments.apps').list(labelled('test-deployment-static=true'));
    expect(everywhere.items.map(({ metadata }) => metadata.name)).toEqual([name]);
    await there.deployments.change(name, (object) => {
      object.metadata.labels = { ...object.metadata.labels, 'test-deployment': 'updated' };
    });
    const conditions = [{ type: 'StatusPatched', status: 'True' }];
    await there.deployments.patch(name, { status: { conditions } }, { part: 'status' });
    await watch.until(
      'MODIFIED',
      ({ status }) => status?.conditions?.some(({ type }) => type === 'StatusPatched') === true,
    );
    expect((await there.deployments.get(name, 'status')).metadata.labels?.['test-deployment']).toBe('updated');
    await there.deployments.deleteCollection(labelled('test-deployment-static=true'));
    await watch.until('DELETED');
    await watch.close();
  });

  it('[sig-apps] Deployment should validate Deployment Status endpoints', async () => {
    const there = await start();
    const name = 'test-deployment';
    await there.deployments.create(aDeployment(name, 1, 'httpd:2'));
    await complete(there, name);
    expect((await there.deployments.get(name, 'status')).status).toMatchObject({ replicas: 1 });
    const updated = { type: 'StatusUpdate', status: 'True', reason: 'E2E', message: 'Set from e2e test' };
    await there.deployments.change(
      name,
      ({ status }) => Object.assign(status ?? {}, { conditions: [...(status?.conditions ?? []), updated] }),
      'status',
    );
    const has = (condition: object) => (deployment: Deployment) =>
      deployment.status?.conditions?.some((each) =>
        Object.entries(condition).every(([key, value]) => each[key as 'type'] === value),
      ) === true;
    expect(has(updated)(await there.deployments.get(name))).toBe(true);
    const patched = { type: 'StatusPatched', status: 'True' };
    await there.deployments.patch(name, { status: { conditions: [patched] } }, { type: MERGE, part: 'status' });
    expect(has(patched)(await there.deployments.get(name))).toBe(true);
  });
});

describe('ControllerRevision', () => {
  it('[sig-apps] ControllerRevision [Serial] should manage the lifecycle of a ControllerRevision', async () => {
    const namespace = await world.namespace('controllerrevisions');
    const sets = world.of<DaemonSet>('daemonsets.apps', namespace);
    const revisions = world.of<ControllerRevision>('controllerrevisions.apps', namespace);
    const labels = { 'daemonset-name': 'e2e-set' };
    await sets.create({
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'e2e-set', labels },
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'app', image: 'httpd:2' }] } },
      },
    });
    const initial = await eventually(
      'there is a revision',
      async () => (await revisions.list(labelled('daemonset-name=e2e-set'))).items[0],
      (revision) => revision !== undefined,
    );
    if (initial === undefined) throw new Error('there was one');
    const { name } = initial.metadata;
    expect((await revisions.get(name)).revision).toBe(1);
    await revisions.patch(name, { metadata: { labels: { [name]: 'patched' } } });
    expect((await revisions.get(name)).metadata.labels?.[name]).toBe('patched');

    const { metadata } = initial;
    const second = await revisions.create({
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: {
        name: 'e2e-set-other',
        namespace,
        ...(metadata.labels === undefined ? {} : { labels: metadata.labels }),
        ...(metadata.ownerReferences === undefined ? {} : { ownerReferences: metadata.ownerReferences }),
      },
      // Of another template, or the controller makes one of the two.
      data: { spec: { template: { $patch: 'replace' } } },
      revision: 2,
    });
    expect(second.revision).toBe(2);
    await revisions.change(second.metadata.name, (object) => {
      object.metadata.labels = { ...object.metadata.labels, [name]: 'updated' };
    });
    expect((await revisions.list(labelled(`${name}=updated`))).items).toHaveLength(1);
    await revisions.deleteCollection(labelled(`${name}=updated`));
    await untilGone(revisions, second.metadata.name);
    await revisions.delete(name);
    await eventually(
      'the revision is made again',
      async () => (await revisions.list(labelled('daemonset-name=e2e-set'))).items,
      (items) => items.length === 1 && items[0]?.metadata.uid !== initial.metadata.uid,
    );
  });
});
