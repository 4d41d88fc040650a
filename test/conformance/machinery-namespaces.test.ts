// After kubernetes test/e2e/apimachinery/namespace.go.

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Namespace, Service } from '../../src/api/types/core-v1.ts';
import type { Collection } from './support/collection.ts';
import { MERGE, refusal } from './support/collection.ts';
import type { World } from './support/world.ts';
import { startWorld, untilGone } from './support/world.ts';

let world: World;
let namespaces: Collection<Namespace>;

beforeAll(async () => {
  world = await startWorld({ nodes: 0 });
  namespaces = world.of<Namespace>('namespaces');
});

afterAll(() => world?.end());

it('[sig-api-machinery] Namespaces [Serial] should ensure that all services are removed when a namespace is deleted', async () => {
  const name = await world.namespace('nsdeletetest');
  const services = world.of<Service>('services', name);
  await services.create({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'test-service' },
    spec: { selector: { foo: 'bar', baz: 'blah' }, ports: [{ port: 80, targetPort: 80 }] },
  });
  await namespaces.delete(name);
  await untilGone(namespaces, name);
  await namespaces.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  expect(await refusal(services.get('test-service'))).toMatchObject({ code: 404, reason: 'NotFound' });
});

it('[sig-api-machinery] Namespaces [Serial] should patch a Namespace', async () => {
  const name = await world.namespace('nspatchtest');
  await namespaces.patch(name, { metadata: { labels: { testLabel: 'testValue' } } });
  expect((await namespaces.get(name)).metadata.labels).toMatchObject({ testLabel: 'testValue' });
});

it('[sig-api-machinery] Namespaces [Serial] should apply changes to a namespace status', async () => {
  const name = await world.namespace('namespaces');
  expect((await namespaces.get(name, 'status')).status?.phase).toBe('Active');

  const condition = { type: 'StatusPatch', status: 'True', reason: 'E2E', message: 'Patched by an e2e test' };
  const patch = { metadata: { annotations: { 'e2e-patched-ns-status': name } }, status: { conditions: [condition] } };
  const patched = await namespaces.patch(name, patch, { type: MERGE, part: 'status' });
  expect(patched.metadata.annotations).toMatchObject({ 'e2e-patched-ns-status': name });
  expect(patched.status?.conditions).toMatchObject([condition]);

  const second = { type: 'StatusUpdate', status: 'True', reason: 'E2E', message: 'Updated by an e2e test' };
  const updated = await namespaces.change(
    name,
    (namespace) => {
      namespace.status = { ...namespace.status, conditions: [...(namespace.status?.conditions ?? []), second] };
    },
    'status',
  );
  expect(updated.status?.conditions).toMatchObject([condition, second]);
});

it('[sig-api-machinery] Namespaces [Serial] should apply an update to a Namespace', async () => {
  const name = await world.namespace('namespaces');
  const updated = await namespaces.change(name, ({ metadata }) => {
    metadata.labels = { ...metadata.labels, [name]: 'updated' };
  });
  expect(updated.metadata.labels).toMatchObject({ [name]: 'updated', 'kubernetes.io/metadata.name': name });
});

it('[sig-api-machinery] Namespaces [Serial] should apply a finalizer to a Namespace', async () => {
  const name = await world.namespace('e2e-ns');
  const finalizer = 'e2e.example.com/fakeFinalizer';
  const changeTo = (how: (finalizers: readonly string[]) => string[]) =>
    namespaces.change(
      name,
      (namespace) => {
        namespace.spec = { ...namespace.spec, finalizers: how(namespace.spec?.finalizers ?? []) };
      },
      'finalize',
    );
  const added = await changeTo((finalizers) => [...finalizers, finalizer]);
  expect(added.spec?.finalizers).toEqual(['kubernetes', finalizer]);
  const removed = await changeTo((finalizers) => finalizers.filter((each) => each !== finalizer));
  expect(removed.spec?.finalizers).toEqual(['kubernetes']);
});
