// After kubernetes test/e2e/apps/disruption.go.

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Draft } from '../../src/api/object.ts';
import type { Pod } from '../../src/api/types/core-v1.ts';
import type { PodDisruptionBudget } from '../../src/api/types/policy-v1.ts';
import { labelled, refusal } from './support/collection.ts';
import type { World } from './support/world.ts';
import { eventually, startWorld, untilGone } from './support/world.ts';

const BUDGETS = 'poddisruptionbudgets.policy';
const labels = { foo: 'bar' };

let world: World;

beforeAll(async () => {
  world = await startWorld({ nodes: 2 });
});

afterAll(() => world?.end());

const start = async () => {
  const namespace = await world.namespace('disruption');
  return {
    namespace,
    budgets: world.of<PodDisruptionBudget>(BUDGETS, namespace),
    pods: world.of<Pod>('pods', namespace),
  };
};

type There = Awaited<ReturnType<typeof start>>;

function aBudget(name: string, minAvailable: number | string): Draft<PodDisruptionBudget> {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, labels },
    spec: { minAvailable, selector: { matchLabels: labels } },
  };
}

const processed = ({ budgets }: There, name: string): Promise<PodDisruptionBudget> =>
  eventually(
    `${name} is processed`,
    () => budgets.get(name),
    ({ metadata, status }) => (status?.observedGeneration ?? 0) >= (metadata.generation ?? 1),
  );

async function running({ pods }: There, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    await pods.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `pod-${index}`, labels },
      spec: { containers: [{ name: 'donothing', image: 'pause:3' }] },
    });
  }
  await eventually(
    `${count} pods are ready`,
    async () => (await pods.list()).items,
    (items) =>
      items.filter(({ status }) =>
        status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'),
      ).length >= count,
  );
}

const evict = ({ pods, namespace }: There, name: string): Promise<unknown> =>
  pods.post(name, 'eviction', { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } });

it('[sig-apps] DisruptionController should create a PodDisruptionBudget', async () => {
  const there = await start();
  const { budgets } = there;
  await budgets.create(aBudget('foo', 1));
  expect((await processed(there, 'foo')).spec?.minAvailable).toBe(1);
  await budgets.change('foo', (budget) => (budget.spec = { ...budget.spec, minAvailable: 2 }));
  expect((await processed(there, 'foo')).spec?.minAvailable).toBe(2);
  await budgets.patch('foo', { spec: { minAvailable: 3 } });
  expect((await processed(there, 'foo')).spec?.minAvailable).toBe(3);
  await budgets.delete('foo');
  await untilGone(budgets, 'foo');
});

it('[sig-apps] DisruptionController Listing PodDisruptionBudgets for all namespaces should list and delete a collection of PodDisruptionBudgets', async () => {
  const there = await start();
  const other = await start();
  const mark = `set-${there.namespace}`;
  const marked = (name: string): Draft<PodDisruptionBudget> => {
    const draft = aBudget(name, 1);
    return { ...draft, metadata: { ...draft.metadata, labels: { mark } } };
  };
  for (const name of ['foo', 'foo2']) await there.budgets.create(marked(name));
  await other.budgets.create(marked('foo3'));
  const listed = async () => (await world.of<PodDisruptionBudget>(BUDGETS).list(labelled(`mark=${mark}`))).items;
  expect((await listed()).map(({ metadata }) => metadata.name).toSorted()).toEqual(['foo', 'foo2', 'foo3']);
  await there.budgets.deleteCollection(labelled(`mark=${mark}`));
  await eventually(
    'the others are left',
    listed,
    (items) => items.map(({ metadata }) => metadata.name).join() === 'foo3',
  );
});

it('[sig-apps] DisruptionController should observe PodDisruptionBudget status updated', async () => {
  const there = await start();
  await there.budgets.create(aBudget('foo', 1));
  await running(there, 3);
  const budget = await eventually(
    'disruptions are allowed',
    () => there.budgets.get('foo'),
    ({ status }) => (status?.disruptionsAllowed ?? 0) > 0,
  );
  expect(budget.status).toMatchObject({ currentHealthy: 3, desiredHealthy: 1, expectedPods: 3, disruptionsAllowed: 2 });
});

it('[sig-apps] DisruptionController should update/patch PodDisruptionBudget status', async () => {
  const there = await start();
  await there.budgets.create(aBudget('foo', 1));
  await running(there, 1);
  await processed(there, 'foo');
  const disruptedPods = { 'pod-0': '2026-01-01T00:00:00Z' };
  const updated = await there.budgets.change(
    'foo',
    ({ status }) => Object.assign(status ?? {}, { disruptedPods }),
    'status',
  );
  expect(updated.status?.disruptedPods).toEqual(disruptedPods);
  const patch = { status: { disruptedPods: { 'pod-0': null } } };
  const patched = await there.budgets.patch('foo', patch, { type: 'application/merge-patch+json', part: 'status' });
  expect(patched.status?.disruptedPods?.['pod-0']).toBeUndefined();
});

it('[sig-apps] DisruptionController should block an eviction until the PDB is updated to allow it', async () => {
  const there = await start();
  await running(there, 3);
  await there.budgets.create(aBudget('foo', 3));
  await eventually(
    'the budget has counted the pods',
    () => there.budgets.get('foo'),
    ({ status }) => status?.currentHealthy === 3,
  );
  const refused = await refusal(evict(there, 'pod-0'));
  expect(refused).toMatchObject({ reason: 'TooManyRequests', code: 429 });
  expect(refused.details?.causes).toMatchObject([{ reason: 'DisruptionBudget' }]);

  await there.budgets.change('foo', (budget) => (budget.spec = { ...budget.spec, minAvailable: 2 }));
  await eventually(
    'one disruption is allowed',
    () => there.budgets.get('foo'),
    ({ status }) => status?.disruptionsAllowed === 1,
  );
  await evict(there, 'pod-0');
  await untilGone(there.pods, 'pod-0');

  await there.budgets.patch('foo', { spec: { minAvailable: 3 } });
  await processed(there, 'foo');
  expect((await refusal(evict(there, 'pod-1'))).code).toBe(429);
  await there.budgets.delete('foo');
  await untilGone(there.budgets, 'foo');
  await evict(there, 'pod-1');
  await untilGone(there.pods, 'pod-1');
});
