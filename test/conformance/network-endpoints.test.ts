// After kubernetes test/e2e/network/{endpointslice,endpoints,service_latency}.go.

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Draft } from '../../src/api/object.ts';
import type { Endpoints, Pod, Service } from '../../src/api/types/core-v1.ts';
import type { EndpointSlice } from '../../src/api/types/discovery-v1.ts';
import { labelled } from './support/collection.ts';
import type { World } from './support/world.ts';
import { eventually, startWorld } from './support/world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld({ nodes: 2 });
});

afterAll(() => world?.end());

const start = async () => {
  const namespace = await world.namespace('endpoints');
  const pods = world.of<Pod>('pods', namespace);
  const services = world.of<Service>('services', namespace);
  const endpoints = world.of<Endpoints>('endpoints', namespace);
  const slices = world.of<EndpointSlice>('endpointslices.discovery.k8s.io', namespace);
  return { pods, services, endpoints, slices };
};

type There = Awaited<ReturnType<typeof start>>;

function aPod(name: string, labels: Record<string, string>, portName: string, containerPort: number): Draft<Pod> {
  const ports = [{ name: portName, containerPort, protocol: 'TCP' as const }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels },
    spec: { containers: [{ name: 'container1', image: 'nginx:1', ports }] },
  };
}

function aService(
  name: string,
  selector: Record<string, string>,
  port: NonNullable<NonNullable<Service['spec']>['ports']>[number],
): Draft<Service> {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { selector, publishNotReadyAddresses: true, ports: [port] },
  };
}

/** Two pods with ports of the same name but other numbers, and Services over one or both of them. */
async function twoPods({ pods, services }: There): Promise<readonly [Pod, Pod]> {
  await pods.create(aPod('pod1', { foo: 'bar', app: 'one' }, 'example-name', 3000));
  await pods.create(aPod('pod2', { foo: 'bar', app: 'two' }, 'example-name', 3001));
  await services.create(
    aService('example-int-port', { app: 'one' }, { name: 'example', port: 80, targetPort: 3000, protocol: 'TCP' }),
  );
  await services.create(
    aService(
      'example-named-port',
      { foo: 'bar' },
      { name: 'http', port: 80, targetPort: 'example-name', protocol: 'TCP' },
    ),
  );
  await services.create(
    aService('example-no-match', { foo: 'nobody' }, { name: 'http', port: 80, targetPort: 3000, protocol: 'TCP' }),
  );
  const running = (name: string) =>
    eventually(
      `${name} has an address`,
      () => pods.get(name),
      ({ status }) => (status?.podIP ?? '') !== '' && status?.phase === 'Running',
    );
  return [await running('pod1'), await running('pod2')];
}

it('[sig-network] EndpointSlice should create Endpoints and EndpointSlices for Pods matching a Service', async () => {
  const there = await start();
  const [one, two] = await twoPods(there);
  const found = async (service: string) =>
    (await there.slices.list(labelled(`kubernetes.io/service-name=${service}`))).items.flatMap(({ endpoints, ports }) =>
      (endpoints ?? []).map(({ addresses, targetRef }) => ({
        address: addresses[0],
        pod: targetRef?.name,
        port: ports?.[0]?.port,
      })),
    );
  const both = await eventually(
    'both pods are in slices',
    () => found('example-named-port'),
    (all) => all.length === 2,
  );
  expect(both.toSorted((a, b) => (a.port ?? 0) - (b.port ?? 0))).toEqual([
    { address: one.status?.podIP, pod: 'pod1', port: 3000 },
    { address: two.status?.podIP, pod: 'pod2', port: 3001 },
  ]);
  const single = await eventually(
    'one pod is in a slice',
    () => found('example-int-port'),
    (all) => all.length === 1,
  );
  expect(single).toEqual([{ address: one.status?.podIP, pod: 'pod1', port: 3000 }]);
  expect(await found('example-no-match')).toEqual([]);
  const { subsets = [] } = await eventually(
    'the Endpoints name both',
    () => there.endpoints.get('example-named-port'),
    ({ subsets = [] }) => subsets.flatMap(({ addresses = [] }) => addresses).length === 2,
  );
  expect(subsets.map(({ ports }) => ports?.[0]?.port).toSorted()).toEqual([3000, 3001]);
});

it('[sig-network] EndpointsController should create Endpoints for Pods matching a Service', async () => {
  const there = await start();
  const [one, two] = await twoPods(there);
  const found = async (service: string) => {
    const { items } = await there.endpoints.list(`?fieldSelector=metadata.name%3D${service}`);
    return items.flatMap(({ subsets = [] }) => subsets.flatMap(({ addresses = [] }) => addresses.map(({ ip }) => ip)));
  };
  await eventually(
    'one address',
    () => found('example-int-port'),
    (all) => all.join() === one.status?.podIP,
  );
  const ips = [one.status?.podIP, two.status?.podIP].toSorted();
  await eventually(
    'two addresses',
    () => found('example-named-port'),
    (all) => all.toSorted().join() === ips.join(),
  );
  expect(await found('example-no-match')).toEqual([]);
});

it('[sig-network] Service endpoints latency should not be very high', async () => {
  const there = await start();
  await there.pods.create(aPod('svc-latency-rc', { name: 'svc-latency-rc' }, 'http', 80));
  await eventually(
    'the pod runs',
    () => there.pods.get('svc-latency-rc'),
    ({ status }) => status?.phase === 'Running',
  );
  const watch = there.endpoints.watch();
  const times: number[] = [];
  for (let index = 0; index < 50; index++) {
    const name = `latency-svc-${index}`;
    const begun = performance.now();
    await there.services.create(aService(name, { name: 'svc-latency-rc' }, { port: 80, protocol: 'TCP' }));
    await watch.until('ADDED', ({ metadata }) => metadata.name === name);
    times.push(performance.now() - begun);
  }
  await watch.close();
  // Upstream bears a median of 20 s and a slowest of 50 s.
  expect(times.toSorted((a, b) => a - b)[25]).toBeLessThan(20_000);
  expect(Math.max(...times)).toBeLessThan(50_000);
});
