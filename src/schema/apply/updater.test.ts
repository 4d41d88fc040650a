// Scenarios after the suites of structured-merge-diff's merge package, by their names there; objects are this project's.

import { describe, expect, test } from 'vitest';
import type { StructSchema } from '../structural.ts';
import { FieldSet } from './field-set.ts';
import { changedSchema, sampleSchema } from './testing/sample-schema.ts';
import { ownersOf, run, versionsOf } from './testing/scenario.ts';
import { toFieldSet } from './typed.ts';
import type { FieldFilters, Managers, Versions } from './updater.ts';
import { apply } from './updater.ts';

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
