// After kubernetes test/e2e/apps/daemon_set.go.

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Draft } from '../../src/api/object.ts';
import type { ControllerRevision, DaemonSet } from '../../src/api/types/apps-v1.ts';
import type { Node, Pod } from '../../src/api/types/core-v1.ts';
import { labelled, MERGE } from './support/collection.ts';
import type { Collection } from './support/collection.ts';
import type { World } from './support/world.ts';
import { eventually, startWorld } from './support/world.ts';

const NODES = 3;
const HASH = 'controller-revision-hash';
const ALL = labelled('daemonset-name=daemon-set');

let world: World;

beforeAll(async () => {
  world = await startWorld({ nodes: NODES });
  await eventually(
    'all nodes are ready',
    async () => (await world.of<Node>('nodes').list()).items,
    (nodes) =>
      nodes.length === NODES &&
      nodes.every(({ spec, status }) => {
        const ready = status?.conditions?.find(({ type }) => type === 'Ready');
        return ready?.status === 'True' && (spec?.taints ?? []).length === 0;
      }),
  );
});

afterAll(() => world?.end());

function daemons(template: { image?: string; nodeSelector?: Record<string, string> } = {}): Draft<DaemonSet> {
  const { image = 'httpd:2', nodeSelector } = template;
  const labels = { 'daemonset-name': 'daemon-set' };
  const containers = [{ name: 'app', image, ports: [{ containerPort: 9376 }] }];
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'daemon-set', labels },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers, ...(nodeSelector === undefined ? {} : { nodeSelector }) } },
    },
  };
}

interface Place {
  readonly sets: Collection<DaemonSet>;
  readonly pods: Collection<Pod>;
  readonly namespace: string;
}

async function place(): Promise<Place> {
  const namespace = await world.namespace('daemonsets');
  return {
    sets: world.of<DaemonSet>('daemonsets.apps', namespace),
    pods: world.of<Pod>('pods', namespace),
    namespace,
  };
}

/** Until the ready pods run on exactly so many nodes, one on each. */
function running({ pods }: Place, count: number, wanted: (pod: Pod) => boolean = () => true): Promise<readonly Pod[]> {
  return eventually(
    `daemons on ${count} nodes`,
    async () => (await pods.list(ALL)).items,
    (items) =>
      items.length === count &&
      new Set(items.map(({ spec }) => spec?.nodeName)).size === count &&
      items.every((pod) => wanted(pod) && isReady(pod)),
  );
}

function isReady({ metadata, status }: Pod): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return metadata.deletionTimestamp === undefined && ready?.status === 'True';
}

it('[sig-apps] Daemon set [Serial] should run and stop simple daemon', async () => {
  const here = await place();
  await here.sets.create(daemons());
  const [first] = await running(here, NODES);
  await here.pods.delete(first?.metadata.name ?? '');
  await running(here, NODES, ({ metadata }) => metadata.uid !== first?.metadata.uid);
  await here.sets.delete('daemon-set');
  await running(here, 0);
});

it('[sig-apps] Daemon set [Serial] should run and stop complex daemon', async () => {
  const here = await place();
  const nodes = world.of<Node>('nodes');
  const paint = (color: string | null) =>
    nodes.patch('node-1', { metadata: { labels: { 'daemonset-color': color } } }, { type: MERGE });
  await here.sets.create(daemons({ nodeSelector: { 'daemonset-color': 'blue' } }));
  await running(here, 0);
  await paint('blue');
  await running(here, 1, ({ spec }) => spec?.nodeName === 'node-1');
  await paint('green');
  await running(here, 0);
  const nodeSelector = { 'daemonset-color': 'green' };
  const spec = { template: { spec: { nodeSelector } }, updateStrategy: { type: 'RollingUpdate' } };
  await here.sets.patch('daemon-set', { spec });
  await running(here, 1, (pod) => pod.spec?.nodeSelector?.['daemonset-color'] === 'green');
  await here.sets.delete('daemon-set');
  await paint(null);
});

it('[sig-apps] Daemon set [Serial] should retry creating failed daemon pods', async () => {
  const here = await place();
  await here.sets.create(daemons());
  const [first] = await running(here, NODES);
  const name = first?.metadata.name ?? '';
  await here.pods.patch(name, { status: { phase: 'Failed' } }, { type: MERGE, part: 'status' });
  await running(here, NODES, ({ metadata }) => metadata.name !== name);
  await here.sets.delete('daemon-set');
});

it('[sig-apps] Daemon set [Serial] should update pod when spec was updated and update strategy is RollingUpdate', async () => {
  const here = await place();
  const revisions = world.of<ControllerRevision>('controllerrevisions.apps', here.namespace);
  const known = async () => {
    const { items } = await revisions.list(ALL);
    return items.toSorted((a, b) => a.revision - b.revision);
  };
  await here.sets.create(daemons());
  const before = await running(here, NODES);
  const [first] = await known();
  expect(first?.revision).toBe(1);
  expect(before.map(({ metadata }) => metadata.labels?.[HASH])).toEqual(
    Array.from({ length: NODES }, () => first?.metadata.labels?.[HASH]),
  );
  await here.sets.patch('daemon-set', {
    spec: { template: { spec: { containers: [{ name: 'app', image: 'agnhost:2' }] } } },
  });
  const after = await running(here, NODES, ({ spec }) => spec?.containers[0]?.image === 'agnhost:2');
  const [, second, ...others] = await known();
  expect([second?.revision, others]).toEqual([2, []]);
  expect(new Set(after.map(({ metadata }) => metadata.labels?.[HASH]))).toEqual(
    new Set([second?.metadata.labels?.[HASH]]),
  );
  await here.sets.delete('daemon-set');
});

it('[sig-apps] Daemon set [Serial] should list and delete a collection of DaemonSets', async () => {
  const here = await place();
  await here.sets.create(daemons());
  await running(here, NODES);
  expect((await world.of<DaemonSet>('daemonsets.apps').list(ALL)).items).toHaveLength(1);
  await here.sets.deleteCollection(ALL, { gracePeriodSeconds: 0 });
  await eventually(
    'no DaemonSet is left',
    async () => (await here.sets.list(ALL)).items,
    (items) => items.length === 0,
  );
});

it('[sig-apps] Daemon set [Serial] should verify changes to a daemon set status', async () => {
  const here = await place();
  await here.sets.create(daemons());
  await running(here, NODES);
  const status = await eventually(
    'the status tells of all',
    async () => (await here.sets.get('daemon-set', 'status')).status,
    (now) => now?.numberReady === NODES,
  );
  expect(status).toMatchObject({ currentNumberScheduled: NODES, desiredNumberScheduled: NODES });

  const updated = { type: 'StatusUpdate', status: 'True', reason: 'E2E', message: 'Set from e2e test' };
  await here.sets.change('daemon-set', (set) => Object.assign(set.status ?? {}, { conditions: [updated] }), 'status');
  const watch = here.sets.watch('labelSelector=daemonset-name%3Ddaemon-set');
  await watch.until('ADDED', (set) => set.status?.conditions?.[0]?.type === 'StatusUpdate');

  const patched = { type: 'StatusPatched', status: 'True' };
  await here.sets.patch('daemon-set', { status: { conditions: [patched] } }, { type: MERGE, part: 'status' });
  await watch.until('MODIFIED', (set) => set.status?.conditions?.[0]?.type === 'StatusPatched');
  await watch.close();
  expect((await here.sets.get('daemon-set')).status).toMatchObject({ numberReady: NODES, conditions: [patched] });
});
