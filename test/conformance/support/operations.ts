// What upstream asks of the API of every kind: it is in discovery, and its objects can be created, read, listed, watched, patched,
// updated, and deleted one by one and all at once.

import { expect } from 'vitest';
import type { Draft, KubeObject } from '../../../src/api/object.ts';
import type { APIGroup, APIGroupList, APIResourceList } from '../../../src/api/types/meta-v1.ts';
import type { Collection } from './collection.ts';
import { labelled, MERGE, refusal } from './collection.ts';
import type { World } from './world.ts';
import { eventually } from './world.ts';

export interface Operations<T extends KubeObject> {
  /** `cronjobs.batch` */
  readonly resource: string;
  /** Unset: the kind has none. */
  readonly namespace?: string;
  /** Of three objects of their own names, all with the labels. */
  readonly drafts: readonly [Draft<T>, Draft<T>, Draft<T>];
  /** What else the kind can do, with the first object as it is then. */
  readonly more?: (collection: Collection<T>, object: T) => Promise<void>;
}

export async function expectOperations<T extends KubeObject>(world: World, options: Operations<T>): Promise<void> {
  const { resource, namespace, drafts, more } = options;
  const { labels = {} } = drafts[0].metadata;
  const selector = Object.entries(labels).map(([name, value]) => `${name}=${value}`)[0] ?? '';
  await expectDiscovered(world, resource);

  const collection = world.of<T>(resource, namespace);
  const created = await collection.create(drafts[0]);
  for (const draft of drafts.slice(1)) await collection.create(draft);
  const { name, uid } = created.metadata;
  expect((await collection.get(name)).metadata.uid).toBe(uid);

  const list = await collection.list(labelled(selector));
  expect(list.items).toHaveLength(3);
  const query = `labelSelector=${encodeURIComponent(selector)}`;
  const watch = collection.watch(query, list.metadata.resourceVersion);
  const everywhere = world.of<T>(resource);
  expect((await everywhere.list(labelled(selector))).items).toHaveLength(3);
  const wide = everywhere.watch(query, list.metadata.resourceVersion);

  const patched = await collection.patch(name, { metadata: { annotations: { patched: 'true' } } }, { type: MERGE });
  expect(patched.metadata.annotations).toMatchObject({ patched: 'true' });
  expect(Number(patched.metadata.resourceVersion)).toBeGreaterThan(Number(created.metadata.resourceVersion));
  const updated = await collection.change(name, ({ metadata }) => {
    metadata.annotations = { ...metadata.annotations, updated: 'true' };
  });
  expect(updated.metadata.annotations).toMatchObject({ patched: 'true', updated: 'true' });
  for (const watching of [watch, wide]) {
    await watching.until('MODIFIED', ({ metadata }) => metadata.annotations?.['patched'] === 'true');
    await watching.until('MODIFIED', ({ metadata }) => metadata.annotations?.['updated'] === 'true');
  }
  await more?.(collection, updated);

  await collection.delete(name);
  await watch.until('DELETED', ({ metadata }) => metadata.name === name);
  await wide.until('DELETED', ({ metadata }) => metadata.name === name);
  expect(await refusal(collection.get(name))).toMatchObject({ reason: 'NotFound', code: 404 });
  expect((await collection.list(labelled(selector))).items).toHaveLength(2);
  await collection.deleteCollection(labelled(selector));
  await eventually(
    `all ${resource} are gone`,
    async () => (await collection.list(labelled(selector))).items,
    (items) => items.length === 0,
  );
  await watch.close();
  await wide.close();
}

/** The group, its version and the resource are where clients look for them. */
export async function expectDiscovered(world: World, resource: string, version = 'v1'): Promise<void> {
  const [name, ...parts] = resource.split('.');
  const group = parts.join('.');
  if (group !== '') {
    const { groups } = await world.document<APIGroupList>('/apis');
    const known = groups.find((each) => each.name === group);
    expect(known?.versions.map((each) => each.version)).toContain(version);
    const { versions } = await world.document<APIGroup>(`/apis/${group}`);
    expect(versions.map((each) => each.version)).toContain(version);
  }
  const path = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const { resources } = await world.document<APIResourceList>(path);
  expect(resources.map((each) => each.name)).toContain(name);
}

/** Three drafts that differ in nothing but the names that the server makes for them. */
export function three<T extends KubeObject>(draft: Draft<T>): readonly [Draft<T>, Draft<T>, Draft<T>] {
  return [draft, draft, draft];
}

/** Three drafts, made from three names. */
export function named<T extends KubeObject>(
  base: string,
  make: (name: string) => Draft<T>,
): readonly [Draft<T>, Draft<T>, Draft<T>] {
  return [make(`${base}-1`), make(`${base}-2`), make(`${base}-3`)];
}
