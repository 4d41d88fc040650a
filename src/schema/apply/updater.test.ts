// Scenarios after the suites of structured-merge-diff's merge package, by their names there; objects are this project's.

import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import type { StructSchema } from '../structural.ts';
import { FieldSet, pathText } from './field-set.ts';
import { changedSchema, preservingSchema, sampleSchema } from './testing/sample-schema.ts';
import { toFieldSet } from './typed.ts';
import type { FieldFilters, Managers, Versions } from './updater.ts';
import { apply, update } from './updater.ts';

interface Step {
  readonly apply?: JsonObject;
  readonly update?: JsonObject;
  readonly by: string;
  readonly force?: boolean;
  /** Of an apply that is refused. */
  readonly conflicts?: readonly string[];
  /** v1 unless given. */
  readonly version?: string;
}

interface Outcome {
  readonly object: JsonObject;
  /** By manager: what it owns, as paths. */
  readonly owners: Readonly<Record<string, readonly string[]>>;
}

function versionsOf(schema: StructSchema, more: Partial<Versions> = {}): Versions {
  return { schema: (version) => (version === 'v1' ? schema : undefined), convert: () => undefined, ...more };
}

function run(
  steps: readonly Step[],
  versions: Versions,
  filters?: FieldFilters,
  live: JsonObject = {},
  owners: Managers = new Map(),
): Outcome {
  let [object, managers] = [live, owners];
  for (const { apply: config, update: next, by, force, conflicts, version = 'v1' } of steps) {
    if (next !== undefined) {
      ({ object, managers } = update(object, next, version, managers, by, versions, filters));
      continue;
    }
    const result = apply(object, config ?? {}, version, managers, by, force === true, versions, filters);
    const refused = result.ok ? [] : result.conflicts.map(({ manager, path }) => `${manager} ${pathText(path)}`);
    expect(refused).toEqual(conflicts ?? []);
    if (!result.ok) continue;
    object = result.object ?? object;
    managers = result.managers;
  }
  return { object, owners: ownersOf(managers) };
}

function ownersOf(managers: Managers): Record<string, string[]> {
  return Object.fromEntries([...managers].map(([name, { set }]) => [name, [...set.paths()].map(pathText).toSorted()]));
}

type Case = [name: string, steps: Step[], object: JsonObject, owners: Record<string, string[]>];

function suite(name: string, schema: StructSchema, cases: readonly Case[]): void {
  describe(name, () => {
    test.each(cases)('%s', (_name, steps, object, owners) => {
      expect(run(steps, versionsOf(schema))).toEqual({ object, owners });
    });
  });
}

suite('leaf', sampleSchema(), [
  [
    'apply_twice',
    [
      { apply: { count: 1, name: 'a' }, by: 'm' },
      { apply: { count: 2, on: true }, by: 'm' },
    ],
    { count: 2, on: true },
    { m: ['.count', '.on'] },
  ],
  [
    'apply_update_apply_no_overlap',
    [
      { apply: { count: 1 }, by: 'm' },
      { update: { count: 1, on: true }, by: 'c' },
      { apply: { count: 2 }, by: 'm' },
    ],
    { count: 2, on: true },
    { m: ['.count'], c: ['.on'] },
  ],
  [
    'apply_update_apply_with_overlap',
    [
      { apply: { count: 1, name: 'a' }, by: 'm' },
      { update: { count: 1, name: 'b' }, by: 'c' },
      { apply: { count: 2, name: 'a' }, by: 'm', conflicts: ['c .name'] },
    ],
    { count: 1, name: 'b' },
    { m: ['.count'], c: ['.name'] },
  ],
  [
    'apply_update_apply_with_overlap, forced',
    [
      { apply: { count: 1, name: 'a' }, by: 'm' },
      { update: { count: 1, name: 'b' }, by: 'c' },
      { apply: { count: 2, name: 'a' }, by: 'm', force: true },
    ],
    { count: 2, name: 'a' },
    { m: ['.count', '.name'] },
  ],
  [
    'apply_twice_remove',
    [
      { apply: { count: 1, name: 'a' }, by: 'm' },
      { apply: { count: 1 }, by: 'm' },
    ],
    { count: 1 },
    { m: ['.count'] },
  ],
  [
    'update_remove_empty_set',
    [
      { apply: { name: 'a' }, by: 'm' },
      { update: {}, by: 'c' },
    ],
    {},
    {},
  ],
  [
    'apply_remove_empty_set',
    [
      { apply: { name: 'a' }, by: 'm' },
      { apply: {}, by: 'm' },
    ],
    {},
    {},
  ],
  [
    'update_no_changes',
    [
      { apply: { name: 'a' }, by: 'm' },
      { update: { name: 'a' }, by: 'c' },
    ],
    { name: 'a' },
    { m: ['.name'] },
  ],
]);

suite('conflict', sampleSchema(), [
  [
    'two appliers with the same value share it',
    [
      { apply: { name: 'a' }, by: 'm' },
      { apply: { name: 'a' }, by: 'n' },
    ],
    { name: 'a' },
    { m: ['.name'], n: ['.name'] },
  ],
  [
    'two appliers with different values',
    [
      { apply: { name: 'a', count: 1 }, by: 'm' },
      { apply: { name: 'b', count: 2 }, by: 'n', conflicts: ['m .count', 'm .name'] },
    ],
    { name: 'a', count: 1 },
    { m: ['.count', '.name'] },
  ],
  [
    'one applier against two',
    [
      { apply: { name: 'a' }, by: 'm' },
      { apply: { count: 1 }, by: 'n' },
      { apply: { name: 'b', count: 2 }, by: 'o', conflicts: ['m .name', 'n .count'] },
    ],
    { name: 'a', count: 1 },
    { m: ['.name'], n: ['.count'] },
  ],
  [
    'an update takes what it changes, from appliers too',
    [
      { apply: { name: 'a', count: 1 }, by: 'm' },
      { update: { name: 'b', count: 1 }, by: 'c' },
    ],
    { name: 'b', count: 1 },
    { m: ['.count'], c: ['.name'] },
  ],
  [
    'what an update wrote is shared with who applies the same',
    [
      { update: { name: 'a' }, by: 'c' },
      { apply: { name: 'a' }, by: 'm' },
    ],
    { name: 'a' },
    { c: ['.name'], m: ['.name'] },
  ],
]);

suite('set', sampleSchema(), [
  [
    'apply_twice',
    [
      { apply: { set: ['a', 'c'] }, by: 'm' },
      { apply: { set: ['a', 'b', 'c', 'd'] }, by: 'm' },
    ],
    { set: ['a', 'b', 'c', 'd'] },
    { m: ['.set[="a"]', '.set[="b"]', '.set[="c"]', '.set[="d"]'] },
  ],
  [
    'apply_update_apply_no_overlap',
    [
      { apply: { set: ['a', 'c'] }, by: 'm' },
      { update: { set: ['a', 'b', 'c'] }, by: 'c' },
      { apply: { set: ['a', 'c', 'd'] }, by: 'm' },
    ],
    { set: ['a', 'b', 'c', 'd'] },
    { m: ['.set[="a"]', '.set[="c"]', '.set[="d"]'], c: ['.set[="b"]'] },
  ],
  [
    'apply_update_apply_with_overlap',
    [
      { apply: { set: ['a'] }, by: 'm' },
      { update: { set: ['a', 'b'] }, by: 'c' },
      { apply: { set: ['a', 'b'] }, by: 'm' },
    ],
    { set: ['a', 'b'] },
    { m: ['.set[="a"]', '.set[="b"]'], c: ['.set[="b"]'] },
  ],
  [
    'apply_twice_reordered',
    [
      { apply: { set: ['a', 'b', 'c'] }, by: 'm' },
      { apply: { set: ['c', 'b', 'a'] }, by: 'm' },
    ],
    { set: ['c', 'b', 'a'] },
    { m: ['.set[="a"]', '.set[="b"]', '.set[="c"]'] },
  ],
  [
    'apply_twice_remove',
    [
      { apply: { set: ['a', 'b'] }, by: 'm' },
      { apply: { set: ['a'] }, by: 'm' },
    ],
    { set: ['a'] },
    { m: ['.set[="a"]'] },
  ],
  [
    'apply_update_apply_remove_shared: who else owns it keeps it',
    [
      { apply: { set: ['a', 'b'] }, by: 'm' },
      { apply: { set: ['b'] }, by: 'n' },
      { apply: { set: ['a'] }, by: 'm' },
    ],
    { set: ['a', 'b'] },
    { m: ['.set[="a"]'], n: ['.set[="b"]'] },
  ],
]);

suite('key', sampleSchema(), [
  [
    'apply_twice',
    [
      { apply: { list: [{ name: 'a', value: 1 }] }, by: 'm' },
      { apply: { list: [{ name: 'a', value: 2 }, { name: 'b' }] }, by: 'm' },
    ],
    { list: [{ name: 'a', value: 2 }, { name: 'b' }] },
    {
      m: [
        '.list[name="a"]',
        '.list[name="a"].name',
        '.list[name="a"].value',
        '.list[name="b"]',
        '.list[name="b"].name',
      ],
    },
  ],
  [
    'apply_update_apply_no_overlap: each its own field of one item',
    [
      { apply: { list: [{ name: 'a', value: 1 }] }, by: 'm' },
      { apply: { list: [{ name: 'a', tags: ['t'] }] }, by: 'n' },
      { apply: { list: [{ name: 'a', value: 2 }] }, by: 'm' },
    ],
    { list: [{ name: 'a', value: 2, tags: ['t'] }] },
    {
      m: ['.list[name="a"]', '.list[name="a"].name', '.list[name="a"].value'],
      n: ['.list[name="a"]', '.list[name="a"].name', '.list[name="a"].tags[="t"]'],
    },
  ],
  [
    'apply_remove_item: with what no one owns in it',
    [
      { apply: { list: [{ name: 'a' }, { name: 'b' }] }, by: 'm' },
      { apply: { list: [{ name: 'b' }] }, by: 'm' },
    ],
    { list: [{ name: 'b' }] },
    { m: ['.list[name="b"]', '.list[name="b"].name'] },
  ],
]);

suite('default keys', sampleSchema(), [
  [
    'apply_missing_defaulted_key_A',
    [
      { apply: { ports: [{ port: 80, name: 'x' }] }, by: 'm' },
      { apply: { ports: [{ port: 80, protocol: 'TCP', name: 'x' }] }, by: 'n' },
    ],
    { ports: [{ port: 80, name: 'x', protocol: 'TCP' }] },
    {
      m: [
        '.ports[port=80,protocol="TCP"]',
        '.ports[port=80,protocol="TCP"].name',
        '.ports[port=80,protocol="TCP"].port',
      ],
      n: [
        '.ports[port=80,protocol="TCP"]',
        '.ports[port=80,protocol="TCP"].name',
        '.ports[port=80,protocol="TCP"].port',
        '.ports[port=80,protocol="TCP"].protocol',
      ],
    },
  ],
  [
    'a defaulted key that was filled in is not taken away by the next apply',
    [
      { apply: { ports: [{ port: 80 }] }, by: 'm' },
      { update: { ports: [{ port: 80, protocol: 'TCP' }] }, by: 'c' },
      { apply: { ports: [{ port: 80, name: 'x' }] }, by: 'm' },
    ],
    { ports: [{ port: 80, protocol: 'TCP', name: 'x' }] },
    {
      m: [
        '.ports[port=80,protocol="TCP"]',
        '.ports[port=80,protocol="TCP"].name',
        '.ports[port=80,protocol="TCP"].port',
      ],
      c: ['.ports[port=80,protocol="TCP"].protocol'],
    },
  ],
]);

suite('nested', sampleSchema(), [
  [
    'map_apply_remove_all',
    [
      { apply: { map: { a: 'x', b: 'y' } }, by: 'm' },
      { apply: {}, by: 'm' },
    ],
    {},
    {},
  ],
  [
    'map_apply_update_remove_all: what others added stays',
    [
      { apply: { map: { a: 'x' } }, by: 'm' },
      { update: { map: { a: 'x', b: 'y' } }, by: 'c' },
      { apply: {}, by: 'm' },
    ],
    { map: { b: 'y' } },
    { c: ['.map.b'] },
  ],
  [
    'map_of_maps_apply_update_remove_all: with a key goes what an update put under it',
    [
      { apply: { mapOfMaps: { a: { x: '1' } } }, by: 'm' },
      { update: { mapOfMaps: { a: { x: '1', y: '2' } } }, by: 'c' },
      { apply: {}, by: 'm' },
    ],
    { mapOfMaps: null },
    {},
  ],
  [
    'struct_apply_remove_all',
    [
      { apply: { struct: { name: 'a', value: 1 } }, by: 'm' },
      { apply: {}, by: 'm' },
    ],
    {},
    {},
  ],
  [
    'struct_apply_update_remove_all',
    [
      { apply: { struct: { name: 'a' } }, by: 'm' },
      { update: { struct: { name: 'a', value: 1 } }, by: 'c' },
      { apply: {}, by: 'm' },
    ],
    { struct: { value: 1 } },
    { c: ['.struct.value'] },
  ],
  [
    'struct_apply_remove_dangling: fields of no one go with the struct they are in',
    [
      { apply: { nested: { struct: { name: 'a' } } }, by: 'm' },
      { apply: { nested: { name: 'b' } }, by: 'm' },
    ],
    { nested: { name: 'b' } },
    { m: ['.nested.name'] },
  ],
  [
    'list_apply_remove_all',
    [
      { apply: { list: [{ name: 'a' }] }, by: 'm' },
      { apply: {}, by: 'm' },
    ],
    {},
    {},
  ],
  [
    'list_apply_update_remove_all',
    [
      { apply: { list: [{ name: 'a', value: 1 }] }, by: 'm' },
      { update: { list: [{ name: 'a', value: 1 }, { name: 'b' }] }, by: 'c' },
      { apply: {}, by: 'm' },
    ],
    { list: [{ name: 'b' }] },
    { c: ['.list[name="b"]', '.list[name="b"].name'] },
  ],
  [
    'atomic structs, maps and lists change hands as one',
    [
      { apply: { atomicStruct: { name: 'a' }, atomicMap: { a: 'x' }, atomicList: ['a'] }, by: 'm' },
      {
        apply: { atomicStruct: { value: 1 }, atomicMap: { b: 'y' }, atomicList: ['b'] },
        by: 'n',
        conflicts: ['m .atomicList', 'm .atomicMap', 'm .atomicStruct'],
      },
      { apply: { atomicStruct: { value: 1 }, atomicMap: { b: 'y' }, atomicList: ['b'] }, by: 'n', force: true },
    ],
    { atomicStruct: { value: 1 }, atomicMap: { b: 'y' }, atomicList: ['b'] },
    { n: ['.atomicList', '.atomicMap', '.atomicStruct'] },
  ],
]);

suite('multiple appliers', sampleSchema(), [
  [
    'remove_one_keep_one: items that another applies too stay',
    [
      { apply: { list: [{ name: 'a' }, { name: 'b' }] }, by: 'm' },
      { apply: { list: [{ name: 'b' }, { name: 'c' }] }, by: 'n' },
      { apply: { list: [{ name: 'a' }] }, by: 'm' },
    ],
    { list: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] },
    {
      m: ['.list[name="a"]', '.list[name="a"].name'],
      n: ['.list[name="b"]', '.list[name="b"].name', '.list[name="c"]', '.list[name="c"].name'],
    },
  ],
  [
    'remove_one_keep_one_with_sub_items: of an item of two, one loses its part',
    [
      { apply: { list: [{ name: 'a', value: 1 }] }, by: 'm' },
      { apply: { list: [{ name: 'a', tags: ['t'] }] }, by: 'n' },
      { apply: { list: [] }, by: 'm' },
    ],
    { list: [{ name: 'a', tags: ['t'] }] },
    { n: ['.list[name="a"]', '.list[name="a"].name', '.list[name="a"].tags[="t"]'] },
  ],
  [
    'remove_one_with_updater: a key goes although an update owns something under it',
    [
      { apply: { mapOfStructs: { a: { name: 'x' } } }, by: 'm' },
      { update: { mapOfStructs: { a: { name: 'x', value: 1 } } }, by: 'c' },
      { apply: {}, by: 'm' },
    ],
    { mapOfStructs: null },
    {},
  ],
  [
    'recursive_map: what is owned by none any more goes at all depths',
    [
      { apply: { nested: { nested: { map: { a: 'x' }, name: 'n' } } }, by: 'm' },
      { apply: { nested: { nested: { name: 'n' } } }, by: 'n' },
      { apply: {}, by: 'm' },
      { apply: {}, by: 'n' },
    ],
    {},
    {},
  ],
  [
    'two appliers, both leave: nothing remains',
    [
      { apply: { name: 'a', map: { x: '1' } }, by: 'm' },
      { apply: { name: 'a', map: { x: '1' } }, by: 'n' },
      { apply: {}, by: 'm' },
      { apply: {}, by: 'n' },
    ],
    {},
    {},
  ],
]);

suite('deduced', sampleSchema(), [
  [
    'leaf_apply_update_apply_with_overlap',
    [
      { apply: { free: { a: { b: 1 } } }, by: 'm' },
      { update: { free: { a: { b: 2 } } }, by: 'c' },
      { apply: { free: { a: { b: 1 } } }, by: 'm', conflicts: ['c .free.a.b'] },
    ],
    { free: { a: { b: 2 } } },
    { m: ['.free.a'], c: ['.free.a.b'] },
  ],
  [
    'lists_are_atomic',
    [
      { apply: { free: { l: [1] } }, by: 'm' },
      { apply: { free: { l: [2] } }, by: 'n', conflicts: ['m .free.l'] },
    ],
    { free: { l: [1] } },
    { m: ['.free.l'] },
  ],
  [
    'remove_one',
    [
      { apply: { free: { a: 1, b: { c: 1 } } }, by: 'm' },
      { apply: { free: { b: {} } }, by: 'm' },
    ],
    { free: { b: null } },
    { m: ['.free.b'] },
  ],
]);

suite('preserve unknown', preservingSchema(), [
  [
    'preserve_unknown_fields',
    [
      { apply: { known: 'a', more: { x: 1 } }, by: 'm' },
      { apply: { more: { y: 2 } }, by: 'n' },
      { apply: { known: 'a' }, by: 'm' },
    ],
    { known: 'a', more: { y: 2 } },
    { m: ['.known'], n: ['.more', '.more.y'] },
  ],
]);

describe('ignored fields', () => {
  const reset = FieldSet.fromPaths([['f:struct']]);
  const filters: FieldFilters = new Map([['v1', (set) => set.recursiveDifference(reset)]]);

  test('update_does_not_own_ignored', () => {
    const { owners } = run(
      [{ update: { name: 'a', struct: { name: 'b' } }, by: 'c' }],
      versionsOf(sampleSchema()),
      filters,
    );
    expect(owners).toEqual({ c: ['.name'] });
  });

  test('update_does_not_steal_ignored, apply_does_not_own_ignored', () => {
    const { owners } = run(
      [
        { apply: { struct: { name: 'a' } }, by: 'm' },
        { update: { struct: { name: 'b' } }, by: 'c' },
      ],
      versionsOf(sampleSchema()),
      new Map([['v2', (set) => set.recursiveDifference(reset)]]),
    );
    expect(owners).toEqual({ c: ['.struct.name'] });
    const applied = run(
      [{ apply: { name: 'a', struct: { name: 'b' } }, by: 'm' }],
      versionsOf(sampleSchema()),
      filters,
    );
    expect(applied.owners).toEqual({ m: ['.name'] });
  });

  test('apply_over_ignored is no conflict', () => {
    const live = { struct: { name: 'a' } };
    const owners: Managers = new Map([
      ['m', { set: toFieldSet(live, sampleSchema()), apiVersion: 'v1', applied: true }],
    ]);
    const result = run(
      [{ apply: { struct: { name: 'b' } }, by: 'n' }],
      versionsOf(sampleSchema()),
      filters,
      live,
      owners,
    );
    expect(result.owners).toEqual({ m: ['.struct.name'] });
  });
});

describe('versions', () => {
  // v2 calls `name` `title`.
  const v1 = sampleSchema();
  const v2: StructSchema = {
    ...v1,
    ...(() => {
      const fields = v1.fields.map((field) => (field.name === 'name' ? { ...field, name: 'title' } : field));
      return { fields, byName: new Map(fields.map((field) => [field.name, field])) };
    })(),
  };
  const versions: Versions = {
    schema: (version) => (version === 'v1' ? v1 : version === 'v2' ? v2 : undefined),
    convert: (object, _from, to) => {
      const { name, title, ...rest } = object;
      const value = name ?? title;
      return value === undefined ? rest : { ...rest, [to === 'v2' ? 'title' : 'name']: value };
    },
  };

  test('apply_update_apply_conflict_different_version', () => {
    const outcome = run(
      [
        { apply: { name: 'a', count: 1 }, by: 'm' },
        { apply: { count: 2 }, by: 'n', conflicts: ['m .count'] },
      ],
      versions,
    );
    expect(outcome.owners).toEqual({ m: ['.count', '.name'] });
  });

  test('an owner of another version conflicts by its own path', () => {
    const first = apply({}, { title: 'a' }, 'v2', new Map(), 'm', false, versions);
    if (!first.ok || first.object === undefined) throw new Error('refused');
    const stored = versions.convert(first.object, 'v2', 'v1') ?? {};
    const second = apply(stored, { name: 'b' }, 'v1', first.managers, 'n', false, versions);
    expect(second).toEqual({ ok: false, conflicts: [{ manager: 'm', path: ['f:title'] }] });
  });

  test('apply_twice_different_versions: the new version owns, what is gone is removed', () => {
    const first = apply({}, { title: 'a', count: 1 }, 'v2', new Map(), 'm', false, versions);
    if (!first.ok || first.object === undefined) throw new Error('refused');
    const stored = versions.convert(first.object, 'v2', 'v1') ?? {};
    const second = apply(stored, { count: 1 }, 'v1', first.managers, 'm', false, versions);
    expect(second.ok && second.object).toEqual({ count: 1 });
    expect(second.ok && ownersOf(second.managers)).toEqual({ m: ['.count'] });
  });

  test('obsolete versions: their managers are dropped, what they applied stays', () => {
    const owners: Managers = new Map([
      ['old', { set: FieldSet.fromPaths([['f:name']]), apiVersion: 'v0', applied: true }],
    ]);
    const outcome = run([{ apply: { count: 1 }, by: 'm' }], versions, undefined, { name: 'a' }, owners);
    expect(outcome).toEqual({ object: { name: 'a', count: 1 }, owners: { m: ['.count'] } });
    const again = run([{ apply: { count: 1 }, by: 'old' }], versions, undefined, { name: 'a' }, owners);
    expect(again).toEqual({ object: { name: 'a', count: 1 }, owners: { old: ['.count'] } });
  });
});

describe('duplicates', () => {
  const live = {
    set: ['a', 'a', 'b'],
    list: [
      { name: 'x', value: 1 },
      { name: 'x', value: 2 },
    ],
  };

  test('live duplicates stay while no one applies them', () => {
    const outcome = run(
      [{ apply: { set: ['c'], list: [{ name: 'y' }] }, by: 'm' }],
      versionsOf(sampleSchema()),
      undefined,
      live,
    );
    expect(outcome.object).toEqual({ set: ['a', 'a', 'b', 'c'], list: [...live.list, { name: 'y' }] });
  });

  test('who applies one of them makes one of them', () => {
    const outcome = run(
      [{ apply: { set: ['a'], list: [{ name: 'x', value: 3 }] }, by: 'm' }],
      versionsOf(sampleSchema()),
      undefined,
      live,
    );
    expect(outcome.object).toEqual({ set: ['a', 'b'], list: [{ name: 'x', value: 3 }] });
    expect(outcome.owners).toEqual({
      m: ['.list[name="x"]', '.list[name="x"].name', '.list[name="x"].value', '.set[="a"]'],
    });
  });
});

describe('schema changes', () => {
  test('granular to atomic: who owned a part owns all', () => {
    const live = { map: { a: 'x', b: 'y' } };
    const owners: Managers = new Map([
      ['m', { set: FieldSet.fromPaths([['f:map', 'f:a']]), apiVersion: 'v1', applied: true }],
    ]);
    const versions = versionsOf(changedSchema({ map: { mapType: 'atomic' } }), { schemasChange: true });
    const outcome = run(
      [{ apply: { map: { a: 'z' } }, by: 'n', conflicts: ['m .map'] }],
      versions,
      undefined,
      live,
      owners,
    );
    expect(outcome.object).toEqual(live);
  });

  test('atomic to granular: who owned all owns the parts', () => {
    const live = { atomicMap: { a: 'x', b: 'y' } };
    const owners: Managers = new Map([
      ['m', { set: FieldSet.fromPaths([['f:atomicMap']]), apiVersion: 'v1', applied: true }],
    ]);
    const versions = versionsOf(changedSchema({ atomicMap: { mapType: 'granular' } }), { schemasChange: true });
    const outcome = run(
      [
        { apply: { atomicMap: { c: 'z' } }, by: 'n' },
        { apply: { atomicMap: { a: 'x' } }, by: 'm' },
      ],
      versions,
      undefined,
      live,
      owners,
    );
    expect(outcome).toEqual({
      object: { atomicMap: { a: 'x', c: 'z' } },
      owners: { m: ['.atomicMap.a'], n: ['.atomicMap.c'] },
    });
  });
});

describe('no-ops', () => {
  test('an apply that changes nothing says so, and may still change owners', () => {
    const live = { name: 'a' };
    const result = apply(live, { name: 'a' }, 'v1', new Map(), 'm', false, versionsOf(sampleSchema()));
    expect(result.ok && result.object).toBeUndefined();
    expect(result.ok && ownersOf(result.managers)).toEqual({ m: ['.name'] });
  });
});
