// After kubernetes test/e2e/network/{service,apiserver,endpoints,endpointslice,endpointslicemirroring}.go.

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Draft } from '../../src/api/object.ts';
import type { Endpoints, Service } from '../../src/api/types/core-v1.ts';
import type { EndpointSlice } from '../../src/api/types/discovery-v1.ts';
import { labelled, MERGE, refusal, selected } from './support/collection.ts';
import { expectOperations, named, three } from './support/operations.ts';
import type { World } from './support/world.ts';
import { eventually, startWorld } from './support/world.ts';

const SLICES = 'endpointslices.discovery.k8s.io';

let world: World;

beforeAll(async () => {
  world = await startWorld({ nodes: 0 });
});

afterAll(() => world?.end());

const ports = [{ name: 'example', port: 80, protocol: 'TCP' as const }];

const service = (name: string, spec: Service['spec'] = {}, labels: Record<string, string> = {}): Draft<Service> => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, labels },
  spec: { ports, ...spec },
});

const slicesOf = (namespace: string, name: string) =>
  world.of<EndpointSlice>(SLICES, namespace).list(labelled(`kubernetes.io/service-name=${name}`));

it('[sig-network] API Server should have Endpoints and EndpointSlices pointing to API Server', async () => {
  expect((await world.of<Service>('services', 'default').get('kubernetes')).spec?.clusterIP).not.toBe('None');
  const { subsets = [] } = await world.of<Endpoints>('endpoints', 'default').get('kubernetes');
  expect(subsets).toHaveLength(1);
  const { items } = await slicesOf('default', 'kubernetes');
  expect(items).toHaveLength(1);
  const [subset] = subsets;
  const shown = (items[0]?.endpoints ?? []).flatMap(({ addresses }) => addresses);
  expect(shown).toEqual(subset?.addresses?.map(({ ip }) => ip));
  expect(items[0]?.ports).toEqual(subset?.ports);
});

it('[sig-network] API Server should provide secure master service', async () => {
  const { spec } = await world.of<Service>('services', 'default').get('kubernetes');
  expect(spec?.ports).toMatchObject([{ name: 'https', port: 443, protocol: 'TCP' }]);
});

it('[sig-network] EndpointSlice should create and delete EndpointSlices for a Service with a selector that matches no pods', async () => {
  const namespace = await world.namespace('endpointslice');
  const services = world.of<Service>('services', namespace);
  const name = 'example-empty-selector';
  const selector = { 'does-not-match-anything': 'endpoint-slices-should-still-be-created' };
  await services.create(service(name, { selector }));
  const slices = await eventually(
    'a slice',
    () => slicesOf(namespace, name),
    ({ items }) => items.length > 0,
  );
  expect(slices.items).toHaveLength(1);
  const managedBy = 'endpointslice.kubernetes.io/managed-by';
  expect(slices.items[0]?.metadata.labels?.[managedBy]).toBe('endpointslice-controller.k8s.io');
  expect(slices.items[0]?.endpoints ?? []).toEqual([]);
  await services.delete(name);
  await eventually(
    'no slices',
    () => slicesOf(namespace, name),
    ({ items }) => items.length === 0,
  );
});

it('[sig-network] EndpointSlice should support creating EndpointSlice API operations', async () => {
  const namespace = await world.namespace('endpointslice');
  await expectOperations<EndpointSlice>(world, {
    resource: SLICES,
    namespace,
    drafts: three({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { generateName: 'e2e-example-ing', labels: { 'special-label': namespace } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['1.2.3.4', '5.6.7.8'] }, { addresses: ['2.2.3.4', '6.6.7.8'] }],
    }),
  });
});

it('[sig-network] EndpointSliceMirroring should mirror a custom Endpoints resource through create update and delete', async () => {
  const namespace = await world.namespace('endpointslicemirroring');
  const name = 'example-custom-endpoints';
  const collection = world.of<Endpoints>('endpoints', namespace);
  await world.of<Service>('services', namespace).create(service(name));
  const endpoints = (ip: string): Draft<Endpoints> => ({
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name },
    subsets: [{ ports: [{ port: 80 }], addresses: [{ ip }] }],
  });
  const shown = async () => {
    const { items } = await slicesOf(namespace, name);
    return items.map((slice) => [
      slice.ports?.map(({ port }) => port),
      slice.endpoints?.map(({ addresses }) => addresses),
    ]);
  };
  const become = (what: string, wanted: unknown) =>
    eventually(what, shown, (answer) => JSON.stringify(answer) === JSON.stringify(wanted));
  await collection.create(endpoints('10.1.2.3'));
  await become('mirrored', [[[80], [['10.1.2.3']]]]);
  await collection.update(endpoints('10.2.3.4'));
  await become('changed', [[[80], [['10.2.3.4']]]]);
  await collection.delete(name);
  await become('gone', []);
});

it('[sig-network] Endpoints should test the lifecycle of an Endpoint', async () => {
  const namespace = await world.namespace('endpoints');
  const collection = world.of<Endpoints>('endpoints', namespace);
  const name = 'testservice';
  const selector = 'test-endpoint-static=true';
  const subsets = [{ addresses: [{ ip: '10.0.0.24' }], ports: [{ name: 'http', port: 80, protocol: 'TCP' as const }] }];
  await collection.create({
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name, labels: { 'test-endpoint-static': 'true' } },
    subsets,
  });
  const watch = collection.watch('labelSelector=test-endpoint-static%3Dtrue');
  await watch.until('ADDED');
  const { items } = await world.of<Endpoints>('endpoints').list(labelled(selector));
  expect(items).toMatchObject([{ metadata: { name, namespace } }]);

  await collection.change(
    name,
    ({ metadata }) => (metadata.labels = { ...metadata.labels, 'test-service': 'updated' }),
  );
  await watch.until('MODIFIED', ({ metadata }) => metadata.labels?.['test-service'] === 'updated');
  expect((await collection.get(name)).metadata.labels).toMatchObject({ 'test-service': 'updated' });

  const other = [{ addresses: [{ ip: '10.0.0.25' }], ports: [{ name: 'http-test', port: 8080, protocol: 'TCP' }] }];
  await collection.patch(name, { metadata: { labels: { 'test-service': 'patched' } }, subsets: other });
  await watch.until('MODIFIED', ({ metadata }) => metadata.labels?.['test-service'] === 'patched');
  const read = await collection.get(name);
  expect(read.metadata.labels).toMatchObject({ 'test-service': 'patched' });
  expect(read.subsets).toEqual(other);

  await collection.deleteCollection(labelled(selector));
  await watch.until('DELETED');
  expect((await refusal(collection.get(name))).reason).toBe('NotFound');
  await watch.close();
});

it('[sig-network] EndpointsController should create and delete Endpoints for a Service with a selector that matches no pods', async () => {
  const namespace = await world.namespace('endpoints');
  const services = world.of<Service>('services', namespace);
  const name = 'example-empty-selector';
  await services.create(service(name, { selector: { 'does-not-match-anything': 'endpoints-should-be-created' } }));
  const found = () => world.of<Endpoints>('endpoints', namespace).list(selected(`metadata.name=${name}`));
  const made = await eventually('Endpoints', found, ({ items }) => items.length === 1);
  expect(made.items[0]?.subsets ?? []).toEqual([]);
  await services.delete(name);
  await eventually('no Endpoints', found, ({ items }) => items.length === 0);
});

it('[sig-network] Services should complete a service status lifecycle', async () => {
  const namespace = await world.namespace('services');
  const services = world.of<Service>('services', namespace);
  const name = 'test-service';
  const selector = 'test-service-static=true';
  const before = await services.list(labelled(selector));
  const created = await services.create(
    service(
      name,
      {
        type: 'LoadBalancer',
        loadBalancerClass: 'example.com/internal-load-balancer',
        ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 80 }],
      },
      { 'test-service-static': 'true' },
    ),
  );
  const watch = services.watch('labelSelector=test-service-static%3Dtrue', before.metadata.resourceVersion);
  await watch.until('ADDED', ({ metadata }) => metadata.name === name);
  const { items } = await world.of<Service>('services').list(labelled(selector));
  expect(items).toMatchObject([{ metadata: { uid: created.metadata.uid } }]);
  expect((await services.get(name, 'status')).metadata.uid).toBe(created.metadata.uid);

  const loadBalancer = { ingress: [{ ip: '203.0.113.1', ipMode: 'VIP' }] };
  const patch = { metadata: { annotations: { patchedstatus: 'true' } }, status: { loadBalancer } };
  await services.patch(name, patch, { type: MERGE, part: 'status' });
  const patched = await watch.until('MODIFIED', ({ status }) => status?.loadBalancer?.ingress !== undefined);
  expect(patched.status?.loadBalancer).toEqual(loadBalancer);
  expect(patched.metadata.annotations).toMatchObject({ patchedstatus: 'true' });
  expect((await services.get(name, 'status')).status?.loadBalancer).toEqual(loadBalancer);

  const condition = { type: 'StatusUpdate', status: 'True', reason: 'E2E', message: 'Set from a test' };
  const lastTransitionTime = '2026-01-01T00:00:00Z';
  await services.change(
    name,
    ({ status = {} }) => (status.conditions = [{ ...condition, lastTransitionTime }]),
    'status',
  );
  const updated = await watch.until('MODIFIED', ({ status }) => (status?.conditions ?? []).length > 0);
  expect(updated.status?.conditions).toMatchObject([condition]);

  await services.patch(name, { metadata: { labels: { 'test-service': 'patched' } } });
  await watch.until('MODIFIED', ({ metadata }) => metadata.labels?.['test-service'] === 'patched');
  await services.delete(name);
  await watch.until('DELETED', ({ metadata }) => metadata.name === name);
  await watch.close();
});

it('[sig-network] Services should delete a collection of services', async () => {
  const services = world.of<Service>('services', await world.namespace('services'));
  const label = 'e2e-service-collection';
  for (const draft of named<Service>('e2e-svc', (name) =>
    service(name, {}, name.endsWith('3') ? {} : { [label]: 'x' }),
  ))
    await services.create(draft);
  expect((await services.list()).items).toHaveLength(3);
  await services.deleteCollection(labelled(`${label}=x`));
  const { items } = await services.list();
  expect(items.map(({ metadata }) => metadata.name)).toEqual(['e2e-svc-3']);
});

it('[sig-network] Services should find a service from listing all namespaces', async () => {
  const { items } = await world.of<Service>('services').list();
  const found = items.filter(({ metadata }) => metadata.namespace === 'default' && metadata.name === 'kubernetes');
  expect(found).toHaveLength(1);
});
