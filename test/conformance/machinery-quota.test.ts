// After kubernetes test/e2e/apimachinery/resource_quota.go.

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Draft, KubeObject } from '../../src/api/object.ts';
import type { ReplicaSet } from '../../src/api/types/apps-v1.ts';
import type {
  Pod,
  ReplicationController,
  ResourceQuota,
  ResourceQuotaSpec,
  Service,
} from '../../src/api/types/core-v1.ts';
import type { Collection } from './support/collection.ts';
import { labelled, MERGE, refusal, STRATEGIC } from './support/collection.ts';
import type { World } from './support/world.ts';
import { eventually, startWorld, untilGone } from './support/world.ts';

type Amounts = Readonly<Record<string, string>>;

let world: World;

beforeAll(async () => {
  world = await startWorld({ nodes: 0 });
});

afterAll(() => world?.end());

const HARD: Amounts = {
  pods: '5',
  services: '10',
  'services.nodeports': '1',
  'services.loadbalancers': '1',
  replicationcontrollers: '10',
  resourcequotas: '1',
  cpu: '1',
  memory: '500Mi',
  configmaps: '10',
  secrets: '10',
  persistentvolumeclaims: '10',
  'requests.storage': '10Gi',
  'ephemeral-storage': '50Gi',
  'gold.storageclass.storage.k8s.io/persistentvolumeclaims': '10',
  'gold.storageclass.storage.k8s.io/requests.storage': '10Gi',
  'count/replicasets.apps': '5',
  'requests.example.com/dongle': '3',
};

/** The quotas of a namespace of its own. */
class Quotas {
  readonly namespace: string;
  readonly collection: Collection<ResourceQuota>;

  constructor(namespace: string) {
    this.namespace = namespace;
    this.collection = world.of<ResourceQuota>('resourcequotas', namespace);
  }

  static async start(): Promise<Quotas> {
    return new Quotas(await world.namespace('resourcequota'));
  }

  /** Made, once its status is there. */
  async create(
    name: string,
    spec: ResourceQuotaSpec = { hard: { ...HARD } },
    used: Amounts = {},
  ): Promise<ResourceQuota> {
    const made = await this.collection.create({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name }, spec });
    await this.expectUsed(name, used);
    return made;
  }

  async expectUsed(name: string, wanted: Amounts): Promise<void> {
    await eventually(
      `${name} has used ${JSON.stringify(wanted)}`,
      async () => (await this.collection.get(name)).status?.used ?? {},
      (used) => Object.keys(used).length > 0 && Object.entries(wanted).every(([key, amount]) => used[key] === amount),
    );
  }

  of<T extends KubeObject>(resource: string): Collection<T> {
    return world.of<T>(resource, this.namespace);
  }
}

async function expectExceeds(call: Promise<unknown>): Promise<void> {
  const refused = await refusal(call);
  expect(refused).toMatchObject({ code: 403, reason: 'Forbidden' });
  expect(refused.message).toContain('exceeded quota: test-quota');
}

function podOf(name: string, requests: Amounts = {}, limits: Amounts = {}, more: object = {}): Draft<Pod> {
  const resources = { requests: { ...requests }, limits: { ...limits } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { name } },
    spec: { containers: [{ name: 'pause', image: 'pause', resources }], ...more },
  };
}

const template = {
  metadata: { labels: { name: 'test' } },
  spec: { containers: [{ name: 'test', image: 'pause' }] },
};

function serviceOf(name: string, type: string): Draft<Service> {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { type, ports: [{ port: 80, targetPort: 80 }] },
  };
}

it('[sig-api-machinery] ResourceQuota should create a ResourceQuota and ensure its status is promptly calculated.', async () => {
  const quotas = await Quotas.start();
  await quotas.create('test-quota', undefined, { resourcequotas: '1' });
});

it('[sig-api-machinery] ResourceQuota should create a ResourceQuota and capture the life of a service.', async () => {
  const quotas = await Quotas.start();
  await quotas.create('test-quota', undefined, { resourcequotas: '1' });
  const services = quotas.of<Service>('services');
  await services.create(serviceOf('test-service', 'ClusterIP'));
  await services.create(serviceOf('test-service-np', 'NodePort'));
  await expectExceeds(services.create(serviceOf('test-service-lb', 'LoadBalancer')));
  await quotas.expectUsed('test-quota', { services: '2', 'services.nodeports': '1', 'services.loadbalancers': '0' });
  await services.delete('test-service');
  await services.delete('test-service-np');
  await quotas.expectUsed('test-quota', { services: '0', 'services.nodeports': '0', 'services.loadbalancers': '0' });
});

/** Of what a namespace may have some of already. */
async function expectCounted(resource: 'configmaps' | 'secrets', kind: string): Promise<void> {
  const quotas = await Quotas.start();
  const collection = quotas.of(resource);
  const found = await eventually(
    'what a namespace begins with is there',
    async () => (await collection.list()).items.length,
    (count) => count === (resource === 'configmaps' ? 1 : 0),
  );
  const hard = { ...HARD, [resource]: String(found + 1) };
  await quotas.create('test-quota', { hard }, { resourcequotas: '1', [resource]: String(found) });
  const draft = (name: string) => ({ apiVersion: 'v1', kind, metadata: { name }, data: {} });
  await collection.create(draft('test-one'));
  await quotas.expectUsed('test-quota', { [resource]: String(found + 1) });
  await expectExceeds(collection.create(draft('test-other')));
  await collection.delete('test-one');
  await quotas.expectUsed('test-quota', { [resource]: String(found) });
}

it('[sig-api-machinery] ResourceQuota should create a ResourceQuota and capture the life of a secret.', () =>
  expectCounted('secrets', 'Secret'));

it('[sig-api-machinery] ResourceQuota should create a ResourceQuota and capture the life of a configMap.', () =>
  expectCounted('configmaps', 'ConfigMap'));

it('[sig-api-machinery] ResourceQuota should create a ResourceQuota and capture the life of a pod.', async () => {
  const quotas = await Quotas.start();
  await quotas.create('test-quota', undefined, { resourcequotas: '1' });
  const pods = quotas.of<Pod>('pods');
  const dongles = { 'example.com/dongle': '2' };
  const used: Amounts = {
    pods: '1',
    cpu: '500m',
    memory: '252Mi',
    'ephemeral-storage': '30Gi',
    'requests.example.com/dongle': '2',
  };
  const requests = { cpu: '500m', memory: '252Mi', 'ephemeral-storage': '30Gi', ...dongles };
  await pods.create(podOf('test-pod', requests, dongles));
  await quotas.expectUsed('test-quota', used);

  await expectExceeds(pods.create(podOf('fail-pod', { cpu: '600m', memory: '100Mi' })));
  const more = { cpu: '500m', memory: '100Mi', 'ephemeral-storage': '30Gi', ...dongles };
  await expectExceeds(pods.create(podOf('fail-pod-for-extended-resource', more, dongles)));
  const changing = pods.change('test-pod', ({ spec }) => {
    const [container] = spec?.containers ?? [];
    if (container?.resources?.requests !== undefined) container.resources.requests = { cpu: '100m', memory: '100Mi' };
  });
  expect(await refusal(changing)).toMatchObject({ code: 422, reason: 'Invalid' });
  await quotas.expectUsed('test-quota', used);

  await pods.delete('test-pod', { gracePeriodSeconds: 0 });
  await quotas.expectUsed('test-quota', {
    pods: '0',
    cpu: '0',
    memory: '0',
    'ephemeral-storage': '0',
    'requests.example.com/dongle': '0',
  });
});

it('[sig-api-machinery] ResourceQuota should create a ResourceQuota and capture the life of a replication controller.', async () => {
  const quotas = await Quotas.start();
  await quotas.create('test-quota', undefined, { replicationcontrollers: '0' });
  const controllers = quotas.of<ReplicationController>('replicationcontrollers');
  await controllers.create({
    apiVersion: 'v1',
    kind: 'ReplicationController',
    metadata: { name: 'test-rc' },
    spec: { replicas: 0, selector: { name: 'test' }, template },
  });
  await quotas.expectUsed('test-quota', { replicationcontrollers: '1' });
  await controllers.delete('test-rc', { propagationPolicy: 'Background' });
  await quotas.expectUsed('test-quota', { replicationcontrollers: '0' });
});

it('[sig-api-machinery] ResourceQuota should create a ResourceQuota and capture the life of a replica set.', async () => {
  const quotas = await Quotas.start();
  await quotas.create('test-quota', undefined, { 'count/replicasets.apps': '0' });
  const sets = quotas.of<ReplicaSet>('replicasets.apps');
  await sets.create({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'test-rs' },
    spec: { replicas: 0, selector: { matchLabels: { name: 'test' } }, template },
  });
  await quotas.expectUsed('test-quota', { 'count/replicasets.apps': '1' });
  await sets.delete('test-rs');
  await quotas.expectUsed('test-quota', { 'count/replicasets.apps': '0' });
});

/** Two quotas of opposite scopes; pods of the one and of the other kind are counted by one each. */
async function expectScopes(
  scopes: readonly [string, string],
  hard: Amounts,
  cases: ReadonlyArray<{ draft: Draft<Pod>; by: 0 | 1; used: Amounts }>,
): Promise<void> {
  const quotas = await Quotas.start();
  const names = scopes.map((scope) => `quota-${scope.toLowerCase()}`);
  const nothing = Object.fromEntries(Object.keys(hard).map((key) => [key, '0']));
  for (const [index, name] of names.entries()) {
    await quotas.create(name, { hard: { ...hard }, scopes: [scopes[index] ?? ''] }, nothing);
  }
  const pods = quotas.of<Pod>('pods');
  for (const { draft, by, used } of cases) {
    await pods.create(draft);
    await quotas.expectUsed(names[by] ?? '', used);
    await quotas.expectUsed(names[1 - by] ?? '', nothing);
    await pods.delete(draft.metadata.name ?? '', { gracePeriodSeconds: 0 });
    await quotas.expectUsed(names[by] ?? '', nothing);
  }
}

it('[sig-api-machinery] ResourceQuota should verify ResourceQuota with terminating scopes.', async () => {
  const hard = {
    pods: '5',
    'requests.cpu': '1',
    'requests.memory': '500Mi',
    'limits.cpu': '2',
    'limits.memory': '1Gi',
  };
  const [requests, limits] = [
    { cpu: '500m', memory: '200Mi' },
    { cpu: '1', memory: '400Mi' },
  ];
  const used = {
    pods: '1',
    'requests.cpu': '500m',
    'requests.memory': '200Mi',
    'limits.cpu': '1',
    'limits.memory': '400Mi',
  };
  await expectScopes(['Terminating', 'NotTerminating'], hard, [
    { draft: podOf('test-pod', requests, limits), by: 1, used },
    { draft: podOf('terminating-pod', requests, limits, { activeDeadlineSeconds: 3600 }), by: 0, used },
  ]);
});

it('[sig-api-machinery] ResourceQuota should verify ResourceQuota with best effort scope.', async () => {
  await expectScopes(['BestEffort', 'NotBestEffort'], { pods: '5' }, [
    { draft: podOf('besteffort-pod'), by: 0, used: { pods: '1' } },
    {
      draft: podOf('burstable-pod', { cpu: '500m', memory: '200Mi' }, { cpu: '1', memory: '400Mi' }),
      by: 1,
      used: { pods: '1' },
    },
  ]);
});

it('[sig-api-machinery] ResourceQuota should be able to update and delete ResourceQuota.', async () => {
  const quotas = await Quotas.start();
  const made = await quotas.create('test-quota', { hard: { cpu: '1', memory: '500Mi' } });
  expect(made.spec?.hard).toEqual({ cpu: '1', memory: '500Mi' });
  const next = { cpu: '2', memory: '1Gi' };
  const updated = await quotas.collection.change('test-quota', ({ spec }) => {
    if (spec !== undefined) spec.hard = { ...next };
  });
  expect(updated.spec?.hard).toEqual(next);
  expect((await quotas.collection.get('test-quota')).spec?.hard).toEqual(next);
  await quotas.collection.delete('test-quota');
  expect(await refusal(quotas.collection.get('test-quota'))).toMatchObject({ code: 404, reason: 'NotFound' });
});

it('[sig-api-machinery] ResourceQuota should manage the lifecycle of a ResourceQuota', async () => {
  const quotas = await Quotas.start();
  const name = 'e2e-quota';
  await quotas.create(name, { hard: { cpu: '1', memory: '500Mi' } });
  expect((await quotas.collection.get(name)).spec?.hard).toEqual({ cpu: '1', memory: '500Mi' });
  const patch = { metadata: { labels: { [name]: 'patched' } }, spec: { hard: { memory: '750Mi' } } };
  const patched = await quotas.collection.patch(name, patch, { type: STRATEGIC });
  expect(patched.metadata.labels).toEqual({ [name]: 'patched' });
  expect(patched.spec?.hard).toEqual({ cpu: '1', memory: '750Mi' });
  const everywhere = world.of<ResourceQuota>('resourcequotas');
  expect((await everywhere.list(labelled(`${name}=patched`))).items).toHaveLength(1);
  await quotas.collection.deleteCollection(labelled(`${name}=patched`));
  await untilGone(quotas.collection, name);
});

it('[sig-api-machinery] ResourceQuota should apply changes to a resourcequota status', async () => {
  const quotas = await Quotas.start();
  const name = 'e2e-rq-status';
  const query = `labelSelector=${name}%3Dset`;
  const hard = { cpu: '500m', memory: '500Mi' };
  const metadata = { name, labels: { [name]: 'set' } };
  const watch = quotas.collection.watch(query);
  await quotas.collection.create({ apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard } });
  await watch.until('MODIFIED', ({ status }) => status?.hard?.['cpu'] === '500m' && status.hard['memory'] === '500Mi');

  const updated = await quotas.collection.change(
    name,
    (quota) => (quota.status = { hard: { cpu: '1', memory: '1Gi' } }),
    'status',
  );
  expect(updated.status?.hard).toEqual({ cpu: '1', memory: '1Gi' });
  await watch.until('MODIFIED', ({ status }) => status?.hard?.['cpu'] === '1');
  expect((await quotas.collection.get(name, 'status')).metadata.uid).toBe(updated.metadata.uid);

  const patch = {
    metadata: { annotations: { 'e2e-rq-patched': 'true' } },
    status: { hard: { cpu: '2', memory: '2Gi' } },
  };
  const patched = await quotas.collection.patch(name, patch, { type: MERGE, part: 'status' });
  expect(patched.status?.hard).toEqual({ cpu: '2', memory: '2Gi' });
  expect(patched.metadata.annotations).toEqual({ 'e2e-rq-patched': 'true' });
  await watch.until('MODIFIED', ({ status }) => status?.hard?.['cpu'] === '2');
  // The controller sets right what it did not write.
  await watch.until('MODIFIED', ({ status }) => status?.hard?.['cpu'] === '500m');
  await watch.close();
});
