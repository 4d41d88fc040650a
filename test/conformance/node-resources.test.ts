// After kubernetes test/e2e/common/node/runtimeclass.go and test/e2e/dra/dra.go.

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Pod } from '../../src/api/types/core-v1.ts';
import type { RuntimeClass } from '../../src/api/types/node-v1.ts';
import type {
  DeviceClass,
  ResourceClaim,
  ResourceClaimTemplate,
  ResourceSlice,
} from '../../src/api/types/resource-v1.ts';
import { APPLY, MERGE, refusal } from './support/collection.ts';
import { expectOperations, named } from './support/operations.ts';
import type { World } from './support/world.ts';
import { startWorld } from './support/world.ts';

const DRA = 'resource.k8s.io/v1';

let world: World;

beforeAll(async () => {
  world = await startWorld({ nodes: 0 });
});

afterAll(() => world?.end());

const podOf = (runtimeClassName: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { generateName: `test-runtimeclass-` },
  spec: { runtimeClassName, containers: [{ name: 'test', image: 'busybox', command: ['true'] }] },
});

const runtimeClass = (name: string) => ({
  apiVersion: 'node.k8s.io/v1',
  kind: 'RuntimeClass',
  metadata: { name, labels: { test: 'runtimeclass' } },
  handler: 'handler',
});

it('[sig-node] RuntimeClass should reject a Pod requesting a deleted RuntimeClass [NodeConformance]', async () => {
  const classes = world.of<RuntimeClass>('runtimeclasses.node.k8s.io');
  const pods = world.of<Pod>('pods', await world.namespace('runtimeclass'));
  await classes.create(runtimeClass('delete-me'));
  await pods.create(podOf('delete-me'));
  await classes.delete('delete-me');
  expect((await refusal(classes.get('delete-me'))).reason).toBe('NotFound');
  const refused = await refusal(pods.create(podOf('delete-me')));
  expect(refused).toMatchObject({ reason: 'Forbidden', code: 403 });
  expect(refused.message).toContain('pod rejected: RuntimeClass "delete-me" not found');
});

it('[sig-node] RuntimeClass should reject a Pod requesting a non-existent RuntimeClass [NodeConformance]', async () => {
  const pods = world.of<Pod>('pods', await world.namespace('runtimeclass'));
  const refused = await refusal(pods.create(podOf('nonexistent')));
  expect(refused).toMatchObject({ reason: 'Forbidden', code: 403 });
  expect(refused.message).toContain('pod rejected: RuntimeClass "nonexistent" not found');
});

it('[sig-node] RuntimeClass should support RuntimeClasses API operations', async () => {
  await expectOperations<RuntimeClass>(world, {
    resource: 'runtimeclasses.node.k8s.io',
    drafts: named<RuntimeClass>('runtimeclass', runtimeClass),
  });
});

const labels = { test: 'dra' };

/** A claim of one device of the class. */
const claimSpec = { devices: { requests: [{ name: 'req-0', exactly: { deviceClassName: 'e2e-class' } }] } };

it('[sig-node] [DRA] CRUD Tests resource.k8s.io/v1 DeviceClass', async () => {
  await expectOperations<DeviceClass>(world, {
    resource: 'deviceclasses.resource.k8s.io',
    drafts: named<DeviceClass>('deviceclass', (name) => ({
      apiVersion: DRA,
      kind: 'DeviceClass',
      metadata: { name, labels },
      spec: { selectors: [{ cel: { expression: 'device.driver == "e2e.example.com"' } }] },
    })),
    async more(classes, { metadata: { name } }) {
      const config = [{ opaque: { driver: 'e2e.example.com', parameters: { a: 'b' } } }];
      const applied = await classes.patch(
        name,
        { apiVersion: DRA, kind: 'DeviceClass', metadata: { name }, spec: { config } },
        { type: APPLY, query: '?fieldManager=e2e&force=true' },
      );
      expect(applied.spec.config).toEqual(config);
      const changed = await classes.change(name, ({ spec }) => delete spec.config);
      expect(changed.metadata.generation).toBeGreaterThan(1);
    },
  });
});

it('[sig-node] [DRA] CRUD Tests resource.k8s.io/v1 ResourceClaim', async () => {
  await expectOperations<ResourceClaim>(world, {
    resource: 'resourceclaims.resource.k8s.io',
    namespace: await world.namespace('dra'),
    drafts: named<ResourceClaim>('claim', (name) => ({
      apiVersion: DRA,
      kind: 'ResourceClaim',
      metadata: { name, labels },
      spec: claimSpec,
    })),
    async more(claims, { metadata: { name } }) {
      const result = { request: 'req-0', driver: 'e2e.example.com', pool: 'pool', device: 'device-0' };
      const allocation = { devices: { results: [result] } };
      const allocated = await claims.patch(name, { status: { allocation } }, { type: MERGE, part: 'status' });
      expect(allocated.status?.allocation?.devices?.results).toMatchObject([result]);
      const reservedFor = [{ resource: 'pods', name: 'pod', uid: '11f4b6f1-3e06-4d31-8a3b-5c1a3b8a2f3d' }];
      const reserved = await claims.change(
        name,
        (claim) => (claim.status = { ...claim.status, reservedFor }),
        'status',
      );
      expect(reserved.status?.reservedFor).toEqual(reservedFor);
      expect(await claims.get(name, 'status')).toEqual(reserved);
      const changed = await refusal(claims.change(name, ({ spec }) => (spec.devices = {})));
      expect(changed.message).toContain('field is immutable');
      await claims.change(name, (claim) => (claim.status = {}), 'status');
    },
  });
});

it('[sig-node] [DRA] CRUD Tests resource.k8s.io/v1 ResourceClaimTemplate', async () => {
  await expectOperations<ResourceClaimTemplate>(world, {
    resource: 'resourceclaimtemplates.resource.k8s.io',
    namespace: await world.namespace('dra'),
    drafts: named<ResourceClaimTemplate>('template', (name) => ({
      apiVersion: DRA,
      kind: 'ResourceClaimTemplate',
      metadata: { name, labels },
      spec: { spec: claimSpec },
    })),
    async more(templates, { metadata: { name } }) {
      const changed = await refusal(templates.change(name, ({ spec }) => (spec.spec = {})));
      expect(changed.message).toContain('field is immutable');
    },
  });
});

it('[sig-node] [DRA] CRUD Tests resource.k8s.io/v1 ResourceSlice', async () => {
  await expectOperations<ResourceSlice>(world, {
    resource: 'resourceslices.resource.k8s.io',
    drafts: named<ResourceSlice>('slice', (name) => ({
      apiVersion: DRA,
      kind: 'ResourceSlice',
      metadata: { name, labels },
      spec: {
        driver: 'e2e.example.com',
        nodeName: 'worker',
        pool: { name: name, generation: 1, resourceSliceCount: 1 },
        devices: [{ name: 'device-0' }],
      },
    })),
    async more(slices, { metadata: { name } }) {
      const byNode = await slices.list('?fieldSelector=spec.nodeName%3Dworker');
      expect(byNode.items).toHaveLength(3);
      const changed = await slices.change(name, ({ spec }) => (spec.devices = [{ name: 'device-1' }]));
      expect(changed.spec.devices).toEqual([{ name: 'device-1' }]);
    },
  });
});
