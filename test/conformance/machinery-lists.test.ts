// After kubernetes test/e2e/apimachinery/{chunking,watch}.go.

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Draft } from '../../src/api/object.ts';
import type { ConfigMap, PodTemplate } from '../../src/api/types/core-v1.ts';
import { metaOf, namesOf, Rig } from '../../src/apiserver/testing/rig.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import type { Collection } from './support/collection.ts';
import type { World } from './support/world.ts';
import { startWorld } from './support/world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld({ nodes: 0 });
});

afterAll(() => world?.end());

const MANY = 400;
const LABEL = 'watch-this-configmap';

async function manyTemplates(): Promise<Collection<PodTemplate>> {
  const templates = world.of<PodTemplate>('podtemplates', await world.namespace('chunking'));
  const names = Array.from({ length: MANY }, (_, index) => `template-${String(index).padStart(4, '0')}`);
  for (let start = 0; start < MANY; start += 20) {
    const some = names.slice(start, start + 20).map((name) =>
      templates.create({
        apiVersion: 'v1',
        kind: 'PodTemplate',
        metadata: { name },
        template: { spec: { containers: [{ name: 'test', image: 'test2' }] } },
      }),
    );
    await Promise.all(some);
  }
  return templates;
}

const page = (limit: number, token = ''): string => `?limit=${limit}&continue=${encodeURIComponent(token)}`;

it('[sig-api-machinery] Servers with support for API chunking should return chunks of results for list calls', async () => {
  const templates = await manyTemplates();
  const limits = [1, 7, 25, 97, MANY / 3, MANY / 2, MANY - 1].map(Math.ceil);
  for (const limit of limits) {
    const seen: string[] = [];
    let token = '';
    let version: string | undefined;
    do {
      const { items, metadata } = await templates.list(page(limit, token));
      expect(items.length).toBeLessThanOrEqual(limit);
      version ??= metadata.resourceVersion;
      expect(metadata.resourceVersion).toBe(version);
      seen.push(...items.map((item) => item.metadata.name));
      token = metadata.continue ?? '';
      const left = MANY - seen.length;
      const { remainingItemCount } = metadata as { remainingItemCount?: number };
      expect(remainingItemCount ?? 0).toBe(left);
      expect(token === '').toBe(left === 0);
      // Enough of the smallest pages.
    } while (token !== '' && !(limit === 1 && seen.length > 10));
    expect(seen).toEqual(seen.map((_, index) => `template-${String(index).padStart(4, '0')}`));
  }
  const { items, metadata } = await templates.list('?limit=0');
  expect(items).toHaveLength(MANY);
  expect(metadata.continue ?? '').toBe('');
});

it('[sig-api-machinery] Servers with support for API chunking should support continue listing from the last key if the original version has been compacted away, though the list is inconsistent [Slow]', () => {
  // Five minutes pass at once: this one has a clock of its own.
  const rig = new Rig();
  const templates = '/api/v1/namespaces/default/podtemplates';
  const names = Array.from({ length: 40 }, (_, index) => `template-${String(index).padStart(4, '0')}`);
  for (const name of names) {
    const spec = { containers: [{ name: 'test', image: 'test2' }] };
    const body = { apiVersion: 'v1', kind: 'PodTemplate', metadata: { name }, template: { spec } };
    expect(rig.send('POST', templates, { body }).status).toBe(201);
  }
  const first = rig.get(`${templates}${page(10)}`).body;
  const tokenOf = (answer: JsonObject): string => String(metaOf(answer)['continue'] ?? '');
  expect(namesOf(first)).toEqual(names.slice(0, 10));
  const again = rig.get(`${templates}${page(10, tokenOf(first))}`).body;
  expect(metaOf(again)['resourceVersion']).toBe(metaOf(first)['resourceVersion']);

  // What was true until lately can be read on.
  rig.configMap('something-new');
  rig.clock.at += 6 * 60_000;
  const expired = rig.get(`${templates}${page(10, tokenOf(first))}`).body;
  expect(expired).toMatchObject({ code: 410, reason: 'Expired' });
  const inconsistent = tokenOf(expired);
  expect(inconsistent).not.toBe('');

  const seen = namesOf(first);
  let token = inconsistent;
  let version: unknown;
  while (token !== '') {
    const { body } = rig.get(`${templates}${page(10, token)}`);
    // A newer state, the same for all that follows.
    version ??= metaOf(body)['resourceVersion'];
    expect(metaOf(body)['resourceVersion']).toBe(version);
    seen.push(...namesOf(body));
    token = tokenOf(body);
    expect(metaOf(body)['remainingItemCount'] ?? 0).toBe(names.length - seen.length);
  }
  expect(version).not.toBe(metaOf(first)['resourceVersion']);
  expect(seen).toEqual(names);
});

it('[sig-api-machinery] Watchers should observe add, update, and delete watch notifications on configmaps', async () => {
  const maps = world.of<ConfigMap>('configmaps', await world.namespace('watch'));
  const watchOf = (...values: string[]) =>
    maps.watch(`labelSelector=${encodeURIComponent(`${LABEL} in (${values.join(',')})`)}`);
  const a = watchOf('a');
  const b = watchOf('b');
  const both = watchOf('a', 'b');

  await maps.create(mapOf('e2e-watch-test-a', 'a'));
  for (const watch of [a, both]) await watch.until('ADDED', ({ metadata }) => metadata.name === 'e2e-watch-test-a');
  for (const mutation of ['1', '2']) {
    await maps.change('e2e-watch-test-a', (map) => (map.data = { mutation }));
    for (const watch of [a, both]) await watch.until('MODIFIED', ({ data }) => data?.['mutation'] === mutation);
  }
  await maps.delete('e2e-watch-test-a');
  for (const watch of [a, both]) await watch.until('DELETED', ({ data }) => data?.['mutation'] === '2');

  await maps.create(mapOf('e2e-watch-test-b', 'b'));
  await maps.delete('e2e-watch-test-b');
  for (const watch of [b, both]) {
    await watch.until('ADDED', ({ metadata }) => metadata.name === 'e2e-watch-test-b');
    await watch.until('DELETED', ({ metadata }) => metadata.name === 'e2e-watch-test-b');
  }
  for (const watch of [a, b, both]) await watch.close();
  const types = (watch: typeof a): string[] => watch.events.map(({ type }) => type);
  expect(types(a)).toEqual(['ADDED', 'MODIFIED', 'MODIFIED', 'DELETED']);
  expect(types(b)).toEqual(['ADDED', 'DELETED']);
  expect(types(both)).toEqual([...types(a), ...types(b)]);
});

it('[sig-api-machinery] Watchers should be able to start watching from a specific resource version', async () => {
  const maps = world.of<ConfigMap>('configmaps', await world.namespace('watch'));
  const name = 'e2e-watch-test-resource-version';
  await maps.create(mapOf(name, 'from-resource-version'));
  const first = await maps.change(name, (map) => (map.data = { mutation: '1' }));
  await maps.change(name, (map) => (map.data = { mutation: '2' }));
  await maps.delete(name);
  const watch = maps.watch(`labelSelector=${LABEL}%3Dfrom-resource-version`, first.metadata.resourceVersion);
  await watch.until('DELETED');
  await watch.close();
  expect(watch.events.map(({ type, object }) => [type, object.data?.['mutation']])).toEqual([
    ['MODIFIED', '2'],
    ['DELETED', '2'],
  ]);
});

it('[sig-api-machinery] Watchers should be able to restart watching from the last resource version observed by the previous watch', async () => {
  const maps = world.of<ConfigMap>('configmaps', await world.namespace('watch'));
  const name = 'e2e-watch-test-watch-closed';
  const query = `labelSelector=${LABEL}%3Dwatch-closed-and-restarted`;
  const before = maps.watch(query);
  await maps.create(mapOf(name, 'watch-closed-and-restarted'));
  await before.until('ADDED');
  await maps.change(name, (map) => (map.data = { mutation: '1' }));
  const last = await before.until('MODIFIED');
  await before.close();

  await maps.change(name, (map) => (map.data = { mutation: '2' }));
  await maps.delete(name);
  const after = maps.watch(query, last.metadata.resourceVersion);
  await after.until('DELETED', ({ data }) => data?.['mutation'] === '2');
  await after.close();
  expect(after.events.map(({ type }) => type)).toEqual(['MODIFIED', 'DELETED']);
});

it('[sig-api-machinery] Watchers should observe an object deletion if it stops meeting the requirements of the selector', async () => {
  const maps = world.of<ConfigMap>('configmaps', await world.namespace('watch'));
  const name = 'e2e-watch-test-label-changed';
  const value = 'label-changed-and-restored';
  const watch = maps.watch(`labelSelector=${LABEL}%3D${value}`);
  const relabel = (to: string, mutation?: string) =>
    maps.change(name, (map) => {
      map.metadata.labels = { [LABEL]: to };
      if (mutation !== undefined) map.data = { mutation };
    });
  await maps.create(mapOf(name, value));
  await watch.until('ADDED');
  await maps.change(name, (map) => (map.data = { mutation: '1' }));
  await relabel('wrong-value');
  await watch.until('MODIFIED');
  await watch.until('DELETED', ({ data }) => data?.['mutation'] === '1');

  await maps.change(name, (map) => (map.data = { mutation: '2' }));
  await relabel(value);
  await watch.until('ADDED', ({ data }) => data?.['mutation'] === '2');
  await maps.change(name, (map) => (map.data = { mutation: '3' }));
  await maps.delete(name);
  await watch.until('MODIFIED', ({ data }) => data?.['mutation'] === '3');
  await watch.until('DELETED', ({ data }) => data?.['mutation'] === '3');
  await watch.close();
  const told = watch.events.map(({ type }) => type);
  expect(told).toEqual(['ADDED', 'MODIFIED', 'DELETED', 'ADDED', 'MODIFIED', 'DELETED']);
});

it('[sig-api-machinery] Watchers should receive events on concurrent watches in same order', async () => {
  const maps = world.of<ConfigMap>('configmaps', await world.namespace('watch'));
  const { metadata } = await maps.list();
  const produced: string[] = [];
  const produce = async (): Promise<void> => {
    for (let index = 0; index < 50; index++) {
      const name = `watch-order-${index}`;
      const { metadata: made } = await maps.create(mapOf(name, 'order'));
      produced.push(made.resourceVersion);
      if (index % 2 === 0)
        produced.push((await maps.change(name, (map) => (map.data = { a: 'b' }))).metadata.resourceVersion);
      if (index % 3 === 0) await maps.delete(name);
    }
  };
  const first = maps.watch('', metadata.resourceVersion);
  const producing = produce();
  const watches = [first];
  // Each begins later, at what the first has told of: all go on alike.
  for (let index = 0; index < 10; index++) {
    const { metadata: from } = await first.until('ADDED');
    watches.push(maps.watch('', from.resourceVersion));
  }
  await producing;
  await maps.create(mapOf('watch-order-last', 'order'));
  for (const watch of watches) await watch.until('ADDED', (map) => map.metadata.name === 'watch-order-last');
  for (const watch of watches) await watch.close();
  const told = (watch: typeof first): string[] => watch.events.map(({ object }) => object.metadata.resourceVersion);
  const all = told(first);
  expect(all).toEqual([...all].sort((a, b) => Number(a) - Number(b)));
  expect(all).toEqual(expect.arrayContaining(produced));
  for (const watch of watches) expect(told(watch)).toEqual(all.slice(all.length - watch.events.length));
});

function mapOf(name: string, label: string): Draft<ConfigMap> {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels: { [LABEL]: label } } };
}
