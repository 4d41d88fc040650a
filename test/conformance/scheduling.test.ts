// After kubernetes test/e2e/scheduling/{limit_range,preemption}.go.

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { LimitRange, Pod } from '../../src/api/types/core-v1.ts';
import type { PriorityClass } from '../../src/api/types/scheduling-v1.ts';
import { labelled, MERGE, refusal } from './support/collection.ts';
import { named } from './support/operations.ts';
import type { World } from './support/world.ts';
import { eventually, startWorld } from './support/world.ts';

type Quantities = Record<string, string>;

let world: World;

beforeAll(async () => {
  world = await startWorld({ nodes: 0 });
});

afterAll(() => world?.end());

const resources = (cpu: string, memory: string, storage: string): Quantities => ({
  cpu,
  memory,
  'ephemeral-storage': storage,
});

const limitRange = (name: string, labels: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'LimitRange',
  metadata: { name, labels },
  spec: {
    limits: [
      {
        type: 'Container',
        min: resources('50m', '100Mi', '100Gi'),
        max: resources('500m', '500Mi', '500Gi'),
        default: resources('500m', '500Mi', '500Gi'),
        defaultRequest: resources('100m', '200Mi', '200Gi'),
      },
    ],
  },
});

const podWith = (name: string, requests: Quantities, limits: Quantities) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [{ name: 'pause', image: 'pause', resources: { requests, limits } }] },
});

it('[sig-scheduling] LimitRange should create a LimitRange with defaults and ensure pod has those defaults applied.', async () => {
  const namespace = await world.namespace('limitrange');
  const ranges = world.of<LimitRange>('limitranges', namespace);
  const pods = world.of<Pod>('pods', namespace);
  const selector = 'e2e=limit';
  const before = await ranges.list(labelled(selector));
  const watch = ranges.watch('labelSelector=e2e%3Dlimit', before.metadata.resourceVersion);
  const draft = limitRange('limit-range', { e2e: 'limit' });
  const created = await ranges.create(draft);
  await watch.until('ADDED', ({ metadata }) => metadata.uid === created.metadata.uid);
  expect((await ranges.get('limit-range')).spec?.limits).toEqual(draft.spec.limits);

  const resourcesOf = async (name: string) => (await pods.get(name)).spec?.containers[0]?.resources;
  await pods.create(podWith('pod-no-resources', {}, {}));
  expect(await resourcesOf('pod-no-resources')).toEqual({
    requests: resources('100m', '200Mi', '200Gi'),
    limits: resources('500m', '500Mi', '500Gi'),
  });
  await pods.create(podWith('pod-partial-resources', { cpu: '300m', memory: '150Mi' }, { cpu: '300m' }));
  expect(await resourcesOf('pod-partial-resources')).toEqual({
    requests: resources('300m', '150Mi', '200Gi'),
    limits: resources('300m', '500Mi', '500Gi'),
  });
  const below = podWith('too-small', resources('10m', '50Mi', '50Gi'), {});
  expect((await refusal(pods.create(below))).reason).toBe('Forbidden');
  const above = podWith('too-large', resources('600m', '600Mi', '600Gi'), {});
  // The default limits are below what it asks for.
  expect((await refusal(pods.create(above))).reason).toBe('Invalid');

  const lower = { cpu: '9m', memory: '49Mi', 'ephemeral-storage': '49Gi' };
  await ranges.change('limit-range', ({ spec }) => {
    for (const limit of spec?.limits ?? []) limit.min = lower;
  });
  await watch.until('MODIFIED', ({ spec }) => spec?.limits[0]?.min?.['cpu'] === '9m');
  await pods.create(below);
  expect((await refusal(pods.create(above))).reason).toBe('Invalid');

  await ranges.delete('limit-range');
  await watch.until('DELETED');
  expect((await ranges.list(labelled(selector))).items).toEqual([]);
  await pods.create(podWith('as-large-as-wanted', resources('600m', '600Mi', '600Gi'), {}));
  await watch.close();
});

it('[sig-scheduling] LimitRange should list, patch and delete a LimitRange by collection', async () => {
  const namespace = await world.namespace('limitrange');
  const other = await world.namespace('limitrange-other');
  const name = 'e2e-limitrange';
  const labels = { [name]: 'created' };
  const ranges = world.of<LimitRange>('limitranges', namespace);
  const { metadata } = await ranges.create(limitRange(name, labels));
  await world.of<LimitRange>('limitranges', other).create(limitRange(name, labels));
  const all = world.of<LimitRange>('limitranges');
  expect((await all.list(labelled(`${name}=created`))).items).toHaveLength(2);

  const limits = [{ type: 'Container', max: { cpu: '1', memory: '1Gi' } }];
  const patch = { metadata: { labels: { [name]: 'patched' } }, spec: { limits } };
  const patched = await ranges.patch(name, patch);
  expect(patched.metadata.labels?.[name]).toBe('patched');
  expect(Number(patched.metadata.resourceVersion)).toBeGreaterThan(Number(metadata.resourceVersion));
  await ranges.deleteCollection(labelled(`${name}=patched`));
  await eventually(
    'it is gone',
    async () => (await ranges.list(labelled(`${name}=patched`))).items,
    (items) => items.length === 0,
  );
  expect((await all.list(labelled(`${name}=created`))).items).toHaveLength(1);
});

it('[sig-scheduling] SchedulerPreemption [Serial] PriorityClass endpoints verify PriorityClass endpoints can be operated with different HTTP methods', async () => {
  const classes = world.of<PriorityClass>('priorityclasses.scheduling.k8s.io');
  const [one, two] = named<PriorityClass>('p', (name) => ({
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name, labels: { test: 'priority' } },
    value: name === 'p-1' ? 1 : 2,
  }));
  await classes.create(one);
  await classes.create(two);
  expect(await classes.get('p-1')).toMatchObject({ value: 1, preemptionPolicy: 'PreemptLowerPriority' });
  const { items } = await classes.list(labelled('test=priority'));
  expect(items.map(({ value }) => value)).toEqual([1, 2]);

  const changed = await refusal(classes.patch('p-1', { value: 10 }, { type: MERGE }));
  expect(changed).toMatchObject({ reason: 'Invalid', code: 422 });
  expect(changed.message).toContain('value: Forbidden: may not be changed in an update.');
  const described = await classes.patch('p-1', { description: 'updated description' }, { type: MERGE });
  expect(described).toMatchObject({ value: 1, description: 'updated description' });
  const updated = await classes.change('p-2', (item) => (item.description = 'updated description'));
  expect(updated.description).toBe('updated description');
  const refused = await refusal(classes.change('p-2', (item) => (item.value = 20)));
  expect(refused.message).toContain('value: Forbidden: may not be changed in an update.');

  await classes.delete('p-1');
  await classes.deleteCollection(labelled('test=priority'));
  expect((await classes.list(labelled('test=priority'))).items).toEqual([]);
});
