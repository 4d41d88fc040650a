// After kubernetes test/e2e/network/{ingress,ingressclass,service_cidrs}.go.

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Draft } from '../../src/api/object.ts';
import type { Ingress, IngressClass, IPAddress, ServiceCIDR } from '../../src/api/types/networking-v1.ts';
import { labelled, MERGE } from './support/collection.ts';
import { expectOperations, three } from './support/operations.ts';
import type { World } from './support/world.ts';
import { startWorld } from './support/world.ts';

const API = 'networking.k8s.io/v1';

let world: World;

beforeAll(async () => {
  world = await startWorld({ nodes: 0 });
});

afterAll(() => world?.end());

it('[sig-network] Ingress API should support creating Ingress API operations', async () => {
  const namespace = await world.namespace('ingress');
  const backend = { service: { name: 'default-backend', port: { number: 80 } } };
  await expectOperations<Ingress>(world, {
    resource: 'ingresses.networking.k8s.io',
    namespace,
    drafts: three({
      apiVersion: API,
      kind: 'Ingress',
      metadata: { generateName: 'e2e-example-ing', labels: { 'special-label': namespace } },
      spec: {
        defaultBackend: backend,
        rules: [{ host: 'foo.bar.com', http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
      },
    }),
    async more(ingresses, { metadata: { name, uid } }) {
      const patch = {
        metadata: { annotations: { patchedstatus: 'true' } },
        status: { loadBalancer: { ingress: [{ ip: '169.1.1.1' }] } },
      };
      const patched = await ingresses.patch(name, patch, { type: MERGE, part: 'status' });
      expect(patched.status).toEqual(patch.status);
      expect(patched.metadata.annotations).toMatchObject({ patchedstatus: 'true' });
      const status = { loadBalancer: { ingress: [{ ip: '169.1.1.2' }] } };
      const updated = await ingresses.change(name, (object) => (object.status = status), 'status');
      expect(updated.status).toEqual(status);
      expect(await ingresses.get(name, 'status')).toMatchObject({ kind: 'Ingress', metadata: { uid }, status });
    },
  });
});

it('[sig-network] IngressClass API should support creating IngressClass API operations', async () => {
  await expectOperations<IngressClass>(world, {
    resource: 'ingressclasses.networking.k8s.io',
    drafts: three({
      apiVersion: API,
      kind: 'IngressClass',
      metadata: {
        generateName: 'e2e-example-ingress-class-',
        labels: { 'special-label': 'ingressclass', 'ingress-class': 'e2e' },
      },
      spec: { controller: 'example.com/controller' },
    }),
  });
});

it('[sig-network] ServiceCIDR and IPAddress API should support IPAddress API operations', async () => {
  const addresses = world.of<IPAddress>('ipaddresses.networking.k8s.io');
  const address = (name: string, type: string): Draft<IPAddress> => ({
    apiVersion: API,
    kind: 'IPAddress',
    metadata: { name, labels: { type } },
    spec: { parentRef: { group: 'mygroup', resource: 'myresources', namespace: 'foo', name: 'bar' } },
  });
  const name = '255.255.255.255';
  const created = await addresses.create(address(name, 'broadcast'));
  await addresses.create(address('fe80::42:1dff:fe84:f9e2', 'link-local'));
  const before = await addresses.list(labelled('type=broadcast'));
  expect(before.items).toHaveLength(1);
  const watch = addresses.watch('labelSelector=type%3Dbroadcast', before.metadata.resourceVersion);

  const patched = await addresses.patch(name, { metadata: { annotations: { patched: 'true' } } }, { type: MERGE });
  expect(patched.metadata.annotations).toMatchObject({ patched: 'true' });
  expect(Number(patched.metadata.resourceVersion)).toBeGreaterThan(Number(created.metadata.resourceVersion));
  const updated = await addresses.change(name, ({ metadata }) => {
    metadata.annotations = { ...metadata.annotations, updated: 'true' };
  });
  expect(updated.metadata.annotations).toMatchObject({ patched: 'true', updated: 'true' });
  expect(await addresses.get(name)).toEqual(updated);
  await watch.until('MODIFIED', ({ metadata }) => metadata.annotations?.['updated'] === 'true');

  await addresses.delete(name);
  await watch.until('DELETED');
  await watch.close();
  await addresses.deleteCollection(labelled('type=link-local'));
  expect((await addresses.list(labelled('type=link-local'))).items).toEqual([]);
});

it('[sig-network] ServiceCIDR and IPAddress API should support ServiceCIDR API operations', async () => {
  const ranges = world.of<ServiceCIDR>('servicecidrs.networking.k8s.io');
  const { metadata } = await ranges.get('kubernetes');
  expect(await ranges.get('kubernetes', 'status')).toMatchObject({
    apiVersion: API,
    kind: 'ServiceCIDR',
    metadata: { uid: metadata.uid },
  });
  expect((await ranges.list()).items.length).toBeGreaterThan(0);
  const watch = ranges.watch();
  await watch.until('ADDED', (range) => range.metadata.name === 'kubernetes');
  await watch.close();
});
