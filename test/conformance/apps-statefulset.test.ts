// After kubernetes test/e2e/apps/statefulset.go.

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Draft } from '../../src/api/object.ts';
import type { StatefulSet, StatefulSetSpec } from '../../src/api/types/apps-v1.ts';
import type { Pod } from '../../src/api/types/core-v1.ts';
import { labelled, MERGE } from './support/collection.ts';
import type { World } from './support/world.ts';
import { eventually, startWorld } from './support/world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld({ nodes: 2 });
});

afterAll(() => world?.end());

const start = async () => {
  const namespace = await world.namespace('statefulset');
  return { sets: world.of<StatefulSet>('statefulsets.apps', namespace), pods: world.of<Pod>('pods', namespace) };
};

type There = Awaited<ReturnType<typeof start>>;

function aSet(name: string, replicas: number, spec: Partial<StatefulSetSpec> = {}): Draft<StatefulSet> {
  const labels = { name, foo: 'bar' };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name, labels },
    spec: {
      replicas,
      serviceName: 'test',
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'webserver', image: 'httpd:1' }] },
      },
      ...spec,
    },
  };
}

const ready = ({ sets }: There, name: string, replicas: number): Promise<StatefulSet> =>
  eventually(
    `${name} has ${replicas} ready replicas`,
    () => sets.get(name),
    ({ metadata, status }) =>
      status?.observedGeneration === metadata.generation &&
      (status?.readyReplicas ?? 0) === replicas &&
      status?.replicas === replicas,
  );

const images = async ({ pods }: There): Promise<Record<string, string | undefined>> =>
  Object.fromEntries(
    (await pods.list()).items.map(({ metadata, spec }) => [metadata.name, spec?.containers[0]?.image]),
  );

it('[sig-apps] StatefulSet Basic StatefulSet functionality [StatefulSetBasic] should have a working scale subresource', async () => {
  const there = await start();
  await there.sets.create(aSet('ss', 1));
  await ready(there, 'ss', 1);
  const scale = await there.sets.get('ss', 'scale');
  expect(scale).toMatchObject({ kind: 'Scale', spec: { replicas: 1 } });
  await there.sets.update({ ...scale, spec: { ...scale.spec, replicas: 2 } } as StatefulSet, 'scale');
  expect((await ready(there, 'ss', 2)).spec?.replicas).toBe(2);
  await there.sets.patch('ss', { spec: { replicas: 4 } }, { type: MERGE, part: 'scale' });
  expect((await ready(there, 'ss', 4)).spec?.replicas).toBe(4);
});

it('[sig-apps] StatefulSet Basic StatefulSet functionality [StatefulSetBasic] should list, patch and delete a collection of StatefulSets', async () => {
  const there = await start();
  await there.sets.create(aSet('test-ss', 1));
  await ready(there, 'test-ss', 1);
  await there.sets.patch('test-ss', {
    metadata: { labels: { 'test-ss': 'patched' } },
    spec: { replicas: 2, template: { spec: { containers: [{ name: 'webserver', image: 'httpd:2' }] } } },
  });
  await ready(there, 'test-ss', 2);
  await eventually(
    'both run the new image',
    () => images(there),
    (found) => Object.values(found).join() === 'httpd:2,httpd:2',
  );
  const { items } = await world.of<StatefulSet>('statefulsets.apps').list(labelled('test-ss=patched'));
  expect(items.map(({ metadata }) => metadata.name)).toEqual(['test-ss']);
  await there.sets.deleteCollection(labelled('test-ss=patched'));
  await eventually(
    'none is left',
    async () => (await there.sets.list()).items,
    (left) => left.length === 0,
  );
});

it('[sig-apps] StatefulSet Basic StatefulSet functionality [StatefulSetBasic] should perform canary updates and phased rolling updates of template modifications', async () => {
  const there = await start();
  const partitioned = (partition: number) => ({
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition } },
  });
  await there.sets.create(aSet('ss2', 3, partitioned(3)));
  const { status } = await ready(there, 'ss2', 3);
  expect(status?.currentRevision).toBe(status?.updateRevision);

  const template = { spec: { containers: [{ name: 'webserver', image: 'httpd:2' }] } };
  await there.sets.patch('ss2', { spec: { template } });
  const updating = await eventually(
    'there is a new revision',
    () => there.sets.get('ss2'),
    (set) => set.status?.updateRevision !== set.status?.currentRevision,
  );
  expect(await images(there)).toEqual({ 'ss2-0': 'httpd:1', 'ss2-1': 'httpd:1', 'ss2-2': 'httpd:1' });

  await there.sets.patch('ss2', { spec: partitioned(2) });
  await eventually(
    'the canary is there',
    () => images(there),
    (found) => found['ss2-2'] === 'httpd:2',
  );
  await ready(there, 'ss2', 3);
  for (const name of ['ss2-0', 'ss2-2']) await there.pods.delete(name);
  await eventually(
    'both are back as they were',
    () => images(there),
    (found) => found['ss2-0'] === 'httpd:1' && found['ss2-1'] === 'httpd:1' && found['ss2-2'] === 'httpd:2',
  );
  await ready(there, 'ss2', 3);

  for (const partition of [1, 0]) await there.sets.patch('ss2', { spec: partitioned(partition) });
  const done = await eventually(
    'all are updated',
    () => there.sets.get('ss2'),
    (set) => set.status?.updatedReplicas === 3 && set.status.readyReplicas === 3,
  );
  expect(await images(there)).toEqual({ 'ss2-0': 'httpd:2', 'ss2-1': 'httpd:2', 'ss2-2': 'httpd:2' });
  expect(done.status?.currentRevision).toBe(updating.status?.updateRevision);
});

it('[sig-apps] StatefulSet Basic StatefulSet functionality [StatefulSetBasic] should validate Statefulset Status endpoints', async () => {
  const there = await start();
  await there.sets.create(aSet('ss', 1));
  await ready(there, 'ss', 1);
  expect((await there.sets.get('ss', 'status')).status).toMatchObject({ replicas: 1 });
  const conditions = [{ type: 'StatusUpdate', status: 'True', reason: 'E2E', message: 'Set from e2e test' }];
  const updated = await there.sets.change('ss', ({ status }) => Object.assign(status ?? {}, { conditions }), 'status');
  expect(updated.status?.conditions).toMatchObject(conditions);
  const patch = { status: { conditions: [{ type: 'StatusPatched', status: 'True' }] } };
  const patched = await there.sets.patch('ss', patch, { type: MERGE, part: 'status' });
  expect(patched.status?.conditions).toMatchObject(patch.status.conditions);
});
