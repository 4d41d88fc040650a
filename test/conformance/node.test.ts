// After kubernetes test/e2e/common/node/{configmap,lease,podtemplates,secrets,sysctl}.go and test/e2e/node/node_lifecycle.go.

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Draft } from '../../src/api/object.ts';
import type { Lease } from '../../src/api/types/coordination-v1.ts';
import type { ConfigMap, Node, Pod, PodTemplate, Secret } from '../../src/api/types/core-v1.ts';
import { labelled, MERGE, refusal } from './support/collection.ts';
import { expectDiscovered } from './support/operations.ts';
import type { World } from './support/world.ts';
import { eventually, startWorld } from './support/world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld({ nodes: 0 });
});

afterAll(() => world?.end());

it('[sig-node] ConfigMap should fail to create ConfigMap with empty key', async () => {
  const maps = world.of<ConfigMap>('configmaps', await world.namespace('configmap'));
  const metadata = { name: 'configmap-test-emptykey' };
  const refused = await refusal(
    maps.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { '': 'value-1' } }),
  );
  expect(refused).toMatchObject({ reason: 'Invalid', code: 422 });
  expect((await refusal(maps.get(metadata.name))).reason).toBe('NotFound');
});

it('[sig-node] ConfigMap should run through a ConfigMap lifecycle', async () => {
  const namespace = await world.namespace('configmap');
  const maps = world.of<ConfigMap>('configmaps', namespace);
  const name = 'test-configmap';
  const selector = 'test-configmap-static=true';
  const before = await maps.list(labelled(selector));
  const watch = maps.watch('labelSelector=test-configmap-static%3Dtrue', before.metadata.resourceVersion);
  await maps.create({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, labels: { 'test-configmap-static': 'true' } },
    data: { valueName: 'value' },
  });
  await watch.until('ADDED');
  await maps.patch(name, { metadata: { labels: { 'test-configmap': 'patched' } }, data: { valueName: 'value1' } });
  await watch.until('MODIFIED');
  const read = await maps.get(name);
  expect(read.data).toEqual({ valueName: 'value1' });
  expect(read.metadata.labels).toMatchObject({ 'test-configmap': 'patched' });
  const { items } = await world.of<ConfigMap>('configmaps').list(labelled(selector));
  expect(items).toMatchObject([{ metadata: { name, namespace }, data: { valueName: 'value1' } }]);
  await maps.deleteCollection(labelled(selector));
  await watch.until('DELETED');
  expect((await maps.list(labelled(selector))).items).toEqual([]);
  await watch.close();
});

it('[sig-node] ConfigMap should update ConfigMap successfully [NodeConformance]', async () => {
  const maps = world.of<ConfigMap>('configmaps', await world.namespace('configmap'));
  const data = { 'data-1': 'value-1', 'data-2': 'value-2', 'data-3': 'value-3' };
  await maps.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'configmap-test' } });
  await maps.change('configmap-test', (map) => (map.data = data));
  expect((await maps.get('configmap-test')).data).toEqual(data);
});

it('[sig-node] Lease lease API should be available', async () => {
  await expectDiscovered(world, 'leases.coordination.k8s.io');
  const leases = world.of<Lease>('leases.coordination.k8s.io', await world.namespace('lease'));
  const lease = (name: string, spec: Lease['spec'] & object, labels = {}): Draft<Lease> => ({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, labels },
    spec,
  });
  const spec = {
    holderIdentity: 'holder',
    leaseDurationSeconds: 30,
    acquireTime: '2026-01-01T00:00:00.000002Z',
    renewTime: '2026-01-01T00:00:05.000002Z',
    leaseTransitions: 0,
  };
  const created = await leases.create(lease('lease', spec));
  expect(created.spec).toEqual(spec);
  expect((await leases.get('lease')).spec).toEqual(spec);

  const renewed = {
    holderIdentity: 'holder2',
    leaseDurationSeconds: 45,
    acquireTime: '2026-01-01T00:00:10.000002Z',
    renewTime: '2026-01-01T00:00:15.000002Z',
    leaseTransitions: 1,
  };
  await leases.change('lease', (object) => (object.spec = renewed));
  expect((await leases.get('lease')).spec).toEqual(renewed);
  const patched = await leases.patch('lease', { spec: { holderIdentity: 'holder3', leaseDurationSeconds: 60 } });
  expect(patched.spec).toEqual({ ...renewed, holderIdentity: 'holder3', leaseDurationSeconds: 60 });

  await leases.create(lease('lease2', spec, { deletecollection: 'true' }));
  expect((await leases.list()).items).toHaveLength(2);
  await leases.deleteCollection(labelled('deletecollection=true'));
  expect((await refusal(leases.get('lease2'))).reason).toBe('NotFound');
  await leases.delete('lease');
  expect((await refusal(leases.get('lease'))).reason).toBe('NotFound');
  expect((await leases.list()).items).toEqual([]);
});

it('[sig-node] Node Lifecycle should run through the lifecycle of a node', async () => {
  const nodes = world.of<Node>('nodes');
  const fake = (name: string): Draft<Node> => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
    status: {
      phase: 'Running',
      capacity: { cpu: '10', memory: '0' },
      allocatable: { cpu: '10', memory: '0' },
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  });
  const name = 'e2e-fake-node';
  const mark = 'e2e-fake';
  const before = await nodes.list();
  const created = await nodes.create(fake(name));
  const watch = nodes.watch('', before.metadata.resourceVersion);
  await watch.until('ADDED', ({ metadata }) => metadata.name === name);
  expect((await nodes.get(name)).metadata.uid).toBe(created.metadata.uid);

  const patched = await nodes.patch(name, { metadata: { labels: { [mark]: 'patched' } } });
  expect(patched.metadata.labels?.[mark]).toBe('patched');
  expect((await nodes.list(labelled(`${mark}=patched`))).items).toHaveLength(1);
  await watch.until('MODIFIED', ({ metadata }) => metadata.labels?.[mark] === 'patched');
  const updated = await nodes.change(name, ({ metadata }) => {
    metadata.labels = { ...metadata.labels, [mark]: 'updated' };
  });
  expect(updated.metadata.labels?.[mark]).toBe('updated');

  const condition = { type: 'E2E', status: 'False', reason: 'E2E', message: 'Set from a test' };
  const status = await nodes.change(
    name,
    (node) => (node.status = { ...node.status, conditions: [...(node.status?.conditions ?? []), condition] }),
    'status',
  );
  expect(status.status?.conditions).toEqual(expect.arrayContaining([expect.objectContaining(condition)]));
  const phase = await nodes.patch(name, { status: { phase: 'Terminated' } }, { type: MERGE, part: 'status' });
  expect(phase.status?.phase).toBe('Terminated');

  await nodes.delete(name);
  await watch.until('DELETED', ({ metadata }) => metadata.name === name);
  expect((await refusal(nodes.get(name))).reason).toBe('NotFound');
  await watch.close();

  await nodes.create({ ...fake('e2e-second'), metadata: { name: 'e2e-second', labels: { [mark]: 'replaced' } } });
  await nodes.deleteCollection(labelled(`${mark}=replaced`));
  await eventually(
    'the second is gone',
    async () => (await nodes.list(labelled(`${mark}=replaced`))).items,
    (items) => items.length === 0,
  );
});

const podTemplate = (name: string, labels: Record<string, string>): Draft<PodTemplate> => ({
  apiVersion: 'v1',
  kind: 'PodTemplate',
  metadata: { name, labels },
  template: { metadata: { labels }, spec: { containers: [{ name: 'nginx', image: 'nginx' }] } },
});

it('[sig-node] PodTemplates should delete a collection of pod templates', async () => {
  const templates = world.of<PodTemplate>('podtemplates', await world.namespace('podtemplate'));
  for (const name of ['test-podtemplate-1', 'test-podtemplate-2', 'test-podtemplate-3'])
    await templates.create(podTemplate(name, { 'podtemplate-set': 'true' }));
  expect((await templates.list(labelled('podtemplate-set=true'))).items).toHaveLength(3);
  await templates.deleteCollection(labelled('podtemplate-set=true'));
  expect((await templates.list(labelled('podtemplate-set=true'))).items).toEqual([]);
});

it('[sig-node] PodTemplates should replace a pod template', async () => {
  const templates = world.of<PodTemplate>('podtemplates', await world.namespace('podtemplate'));
  await templates.create(podTemplate('podtemplate', { created: 'yes' }));
  const replaced = await templates.change('podtemplate', (object) => {
    object.metadata.annotations = { updated: 'true' };
    object.template = { ...object.template, metadata: { ...object.template?.metadata, annotations: { a: 'b' } } };
  });
  expect(replaced.metadata.annotations).toEqual({ updated: 'true' });
  expect(replaced.template?.metadata?.annotations).toEqual({ a: 'b' });
});

it('[sig-node] PodTemplates should run the lifecycle of PodTemplates', async () => {
  const namespace = await world.namespace('podtemplate');
  const templates = world.of<PodTemplate>('podtemplates', namespace);
  const selector = 'podtemplate-static=true';
  const { metadata } = await templates.create(podTemplate('nginx-pod-template', { 'podtemplate-static': 'true' }));
  const all = await world.of<PodTemplate>('podtemplates').list(labelled(selector));
  expect(all.items.map((each) => each.metadata.uid)).toEqual([metadata.uid]);
  await templates.patch('nginx-pod-template', { metadata: { labels: { podtemplate: 'patched' } } });
  expect((await templates.get('nginx-pod-template')).metadata.labels).toMatchObject({ podtemplate: 'patched' });
  await templates.delete('nginx-pod-template');
  expect((await world.of<PodTemplate>('podtemplates').list(labelled(selector))).items).toEqual([]);
});

it('[sig-node] Pods Extended Pods Set QOS Class should be set on Pods with matching resource requests and limits for memory and cpu', async () => {
  const pods = world.of<Pod>('pods', await world.namespace('pods'));
  const both = { cpu: '100m', memory: '100Mi' };
  await pods.create({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'pod-qos-class', labels: { name: 'foo' } },
    spec: { containers: [{ name: 'agnhost', image: 'agnhost', resources: { limits: both, requests: both } }] },
  });
  expect((await pods.get('pod-qos-class')).status?.qosClass).toBe('Guaranteed');
});

it('[sig-node] Secrets should fail to create secret due to empty secret key', async () => {
  const secrets = world.of<Secret>('secrets', await world.namespace('secrets'));
  const metadata = { name: 'secret-emptykey-test' };
  const refused = await refusal(
    secrets.create({ apiVersion: 'v1', kind: 'Secret', metadata, data: { '': 'dmFsdWUtMQo=' } }),
  );
  expect(refused).toMatchObject({ reason: 'Invalid', code: 422 });
});

it('[sig-node] Secrets should patch a secret', async () => {
  const namespace = await world.namespace('secrets');
  const secrets = world.of<Secret>('secrets', namespace);
  const selector = 'testsecret-constant=true';
  await secrets.create({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'test-secret', labels: { 'testsecret-constant': 'true' } },
    data: { key: 'dmFsdWU=' },
    type: 'Opaque',
  });
  const all = world.of<Secret>('secrets');
  expect((await all.list(labelled(selector))).items).toMatchObject([{ metadata: { namespace } }]);
  const key = Buffer.from('value1').toString('base64');
  await secrets.patch('test-secret', { metadata: { labels: { testsecret: 'true' } }, data: { key } });
  const read = await secrets.get('test-secret');
  expect(read.data).toEqual({ key });
  expect(read.metadata.labels).toEqual({ 'testsecret-constant': 'true', testsecret: 'true' });
  await secrets.deleteCollection(labelled(selector));
  expect((await all.list(labelled(selector))).items).toEqual([]);
});

it('[sig-node] Sysctls [LinuxOnly] [NodeConformance] should reject invalid sysctls', async () => {
  const pods = world.of<Pod>('pods', await world.namespace('sysctl'));
  const sysctls = [
    { name: 'foo-', value: 'bar' },
    { name: 'kernel.shmmax', value: '100000000' },
    { name: 'safe-and-unsafe', value: '100000000' },
    { name: 'bar..', value: '42' },
  ];
  const refused = await refusal(
    pods.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'sysctl' },
      spec: {
        restartPolicy: 'Never',
        containers: [{ name: 'test-container', image: 'busybox' }],
        securityContext: { sysctls },
      },
    }),
  );
  expect(refused.message).toContain('Invalid value: "foo-"');
  expect(refused.message).toContain('Invalid value: "bar.."');
  expect(refused.message).not.toContain('safe-and-unsafe');
  expect(refused.message).not.toContain('kernel.shmmax');
});
