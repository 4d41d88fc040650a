// After kubernetes test/e2e/apimachinery/{custom_resource_definition,crd_watch,crd_selectable_fields}.go.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CustomResourceDefinition } from '../../src/api/types/apiextensions-v1.ts';
import type { Collection } from './support/collection.ts';
import { JSON_PATCH, labelled, MERGE, refusal, selected } from './support/collection.ts';
import { ANYTHING, define, DEFINITIONS, draftOf } from './support/definitions.ts';
import type { World } from './support/world.ts';
import { eventually, startWorld } from './support/world.ts';

const VERSION = { name: 'v1', served: true, storage: true, schema: ANYTHING };

let world: World;
let definitions: Collection<CustomResourceDefinition>;

beforeAll(async () => {
  world = await startWorld({ nodes: 0 });
  definitions = world.of<CustomResourceDefinition>(DEFINITIONS);
});

afterAll(() => world?.end());

it('[sig-api-machinery] CustomResourceDefinition resources [Privileged:ClusterAdmin] Simple CustomResourceDefinition creating/deleting custom resource definition objects works', async () => {
  const defined = await define(world, { versions: [VERSION], scope: 'Cluster' });
  const { name } = defined.definition.metadata;
  await defined.drop();
  expect(await refusal(definitions.get(name))).toMatchObject({ code: 404, reason: 'NotFound' });
});

it('[sig-api-machinery] CustomResourceDefinition resources [Privileged:ClusterAdmin] Simple CustomResourceDefinition listing custom resource definition objects works', async () => {
  const run = randomUUID();
  for (let index = 0; index < 10; index++) {
    const draft = draftOf({ versions: [VERSION], scope: 'Cluster' });
    await definitions.create({ ...draft, metadata: { ...draft.metadata, labels: { 'e2e-list-test-uuid': run } } });
  }
  const query = labelled(`e2e-list-test-uuid=${run}`);
  const { items } = await definitions.list(query);
  expect(items).toHaveLength(10);
  await definitions.deleteCollection(query);
  await eventually(
    'all are gone',
    async () => (await definitions.list(query)).items,
    (left) => left.length === 0,
  );
});

it('[sig-api-machinery] CustomResourceDefinition resources [Privileged:ClusterAdmin] Simple CustomResourceDefinition getting/updating/patching custom resource definition status sub-resource works', async () => {
  const defined = await define(world, { versions: [VERSION], scope: 'Cluster' });
  const { name, uid } = defined.definition.metadata;
  expect(await definitions.get(name, 'status')).toMatchObject({ metadata: { name, uid } });

  const condition = { type: '', status: '', reason: '' };
  const updated = await definitions.change(
    name,
    ({ status }) => void status?.conditions?.push({ ...condition, message: 'updated' }),
    'status',
  );
  expect(updated.status?.conditions).toContainEqual(expect.objectContaining({ message: 'updated' }));

  const conditions = [...(updated.status?.conditions ?? []), { ...condition, message: 'patched' }];
  const patched = await definitions.patch(name, { status: { conditions } }, { type: MERGE, part: 'status' });
  const messages = patched.status?.conditions?.map(({ message }) => message);
  expect(messages).toEqual(expect.arrayContaining(['updated', 'patched']));
  await defined.drop();
});

it('[sig-api-machinery] CustomResourceDefinition resources [Privileged:ClusterAdmin] custom resource defaulting for requests and from storage works', async () => {
  const defined = await define(world, { versions: [VERSION], scope: 'Cluster' });
  const objects = defined.objects();
  const create = (name: string) =>
    objects.create({ apiVersion: defined.apiVersion(), kind: defined.kind, metadata: { name } });
  await create('cr-1');
  const schema = '/spec/versions/0/schema/openAPIV3Schema/properties';
  const a = { type: 'string', default: 'A' };
  await definitions.patch(
    defined.definition.metadata.name,
    [{ op: 'add', path: schema, value: { a, b: { type: 'string' } } }],
    { type: JSON_PATCH },
  );
  const read = await eventually(
    'it is given a default as it is read',
    () => objects.get('cr-1'),
    (object) => 'a' in object,
  );
  expect(read['a']).toBe('A');
  expect(read).not.toHaveProperty('b');

  const second = await create('cr-2');
  expect(second['a']).toBe('A');
  expect(second).not.toHaveProperty('b');

  await definitions.patch(
    defined.definition.metadata.name,
    [
      { op: 'remove', path: `${schema}/a/default` },
      { op: 'add', path: `${schema}/b/default`, value: 'B' },
    ],
    { type: JSON_PATCH },
  );
  const stored = await eventually(
    'the other has one',
    () => objects.get('cr-2'),
    (object) => 'b' in object,
  );
  expect([stored['a'], stored['b']]).toEqual(['A', 'B']);
  await defined.drop();
});

it('[sig-api-machinery] CustomResourceDefinition Watch [Privileged:ClusterAdmin] CustomResourceDefinition Watch watch on custom resource definition objects', async () => {
  const defined = await define(world, { versions: [VERSION], scope: 'Cluster' });
  const objects = defined.objects();
  const { metadata } = await objects.list();
  const names = ['name1', 'name2'];
  const watches = names.map((name) => objects.watch(`fieldSelector=metadata.name%3D${name}`, metadata.resourceVersion));
  for (const [index, name] of names.entries()) {
    const watch = watches[index];
    const made = await objects.create({ apiVersion: defined.apiVersion(), kind: defined.kind, metadata: { name } });
    expect((await watch?.until('ADDED'))?.metadata.uid).toBe(made.metadata.uid);
    await objects.patch(name, { custom: { f1: 'val1' } }, { type: MERGE });
    expect((await watch?.until('MODIFIED'))?.['custom']).toEqual({ f1: 'val1' });
  }
  for (const [index, name] of names.entries()) {
    await objects.delete(name);
    await watches[index]?.until('DELETED');
    await watches[index]?.close();
    expect(watches[index]?.events.map(({ type }) => type)).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
  }
  await defined.drop();
});

// Upstream's has a second version with other fields, and a webhook that converts between the two: webhooks are not called yet.
it('[sig-api-machinery] CustomResourceFieldSelectors [Privileged:ClusterAdmin] CustomResourceFieldSelectors MUST list and watch custom resources matching the field selector (of one version)', async () => {
  const namespace = await world.namespace('crd-selectable-fields');
  const properties = { host: { type: 'string' }, port: { type: 'string' } };
  const defined = await define(world, {
    versions: [
      {
        ...VERSION,
        name: 'v2',
        schema: { openAPIV3Schema: { type: 'object', properties } },
        selectableFields: [{ jsonPath: '.host' }, { jsonPath: '.port' }],
      },
    ],
  });
  const objects = defined.objects(namespace);
  const ofHost = objects.watch('fieldSelector=host%3Dhost1');
  const ofPort = objects.watch('fieldSelector=host%3Dhost1%2Cport%3D80');
  const fields = [{ host: 'host1', port: '80' }, { host: 'host1', port: '8080' }, { host: 'host2' }];
  for (const [index, more] of fields.entries()) {
    await objects.create({
      apiVersion: defined.apiVersion(),
      kind: defined.kind,
      metadata: { name: `cr-${index}` },
      ...more,
    });
  }
  const names = async (selector: string) =>
    (await objects.list(selected(selector))).items.map(({ metadata }) => metadata.name);
  expect(await names('host=host1')).toEqual(['cr-0', 'cr-1']);
  expect(await names('host=host1,port=80')).toEqual(['cr-0']);
  await ofHost.until('ADDED', ({ metadata }) => metadata.name === 'cr-1');
  await ofPort.until('ADDED', ({ metadata }) => metadata.name === 'cr-0');

  await objects.deleteCollection(selected('host=host1,port=80'), { gracePeriodSeconds: 0 });
  await objects.change('cr-1', (object) => (object['host'] = 'host2'));
  expect(await names('host=host1')).toEqual([]);
  expect(await names('host=host1,port=80')).toEqual([]);
  await ofHost.until('DELETED', ({ metadata }) => metadata.name === 'cr-1');
  await ofPort.until('DELETED', ({ metadata }) => metadata.name === 'cr-0');
  await ofHost.close();
  await ofPort.close();
  const told = (watch: typeof ofHost): string[] =>
    watch.events.map(({ type, object }) => `${type} ${object.metadata.name}`);
  expect(told(ofHost)).toEqual(['ADDED cr-0', 'ADDED cr-1', 'DELETED cr-0', 'DELETED cr-1']);
  expect(told(ofPort)).toEqual(['ADDED cr-0', 'DELETED cr-0']);
  await defined.drop();
});
