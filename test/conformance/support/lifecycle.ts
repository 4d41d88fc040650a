// What upstream asks of the life of an object that no controller needs: made, read, patched, deleted, made again, updated, and
// deleted as one of a collection.

import { expect } from 'vitest';
import type { Draft, KubeObject } from '../../../src/api/object.ts';
import { labelled, MERGE, refusal } from './collection.ts';
import type { World } from './world.ts';
import { eventually } from './world.ts';

export interface Life<T extends KubeObject> {
  /** `storageclasses.storage.k8s.io` */
  readonly resource: string;
  readonly namespace?: string;
  /** Of a name; without labels. */
  readonly draft: (name: string) => Draft<T>;
}

export async function expectLifecycle<T extends KubeObject>(world: World, options: Life<T>): Promise<void> {
  const { resource, namespace, draft } = options;
  const collection = world.of<T>(resource, namespace);
  const created = await collection.create(draft('e2e-first'));
  const { name, uid } = created.metadata;
  expect((await collection.get(name)).metadata.uid).toBe(uid);

  const patched = await collection.patch(name, { metadata: { labels: { [name]: 'patched' } } }, { type: MERGE });
  expect(patched.metadata.labels).toMatchObject({ [name]: 'patched' });
  expect((await collection.list(labelled(`${name}=patched`))).items).toHaveLength(1);

  await collection.delete(name);
  await eventually(
    `${name} is gone`,
    async () => (await collection.list(labelled(`${name}=patched`))).items,
    (items) => items.length === 0,
  );
  expect((await refusal(collection.get(name))).reason).toBe('NotFound');

  const second = await collection.create(draft('e2e-second'));
  expect(second.metadata.uid).not.toBe(uid);
  const updated = await collection.change(second.metadata.name, ({ metadata }) => {
    metadata.labels = { ...metadata.labels, [name]: 'updated' };
  });
  expect(updated.metadata.labels).toMatchObject({ [name]: 'updated' });
  const { items } = await collection.list(labelled(`${name}=updated`));
  expect(items.map(({ metadata }) => metadata.name)).toEqual(['e2e-second']);
  await collection.deleteCollection(labelled(`${name}=updated`));
  await eventually(
    'the collection is gone',
    async () => (await collection.list(labelled(`${name}=updated`))).items,
    (left) => left.length === 0,
  );
}
