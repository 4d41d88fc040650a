import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { clone, deepEqual, isObject } from '../../lib/json.ts';
import { FieldSet } from './field-set.ts';
import { sampleSchema } from './testing/sample-schema.ts';
import { compare, extractItems, merge, removeItems, toFieldSet, validateTyped } from './typed.ts';
import type { Managers, Versions } from './updater.ts';
import { apply, update } from './updater.ts';

const schema = sampleSchema();
const versions: Versions = { schema: (version) => (version === 'v1' ? schema : undefined), convert: () => undefined };

// Objects of the sample schema, without nulls and empty containers: those are told in typed.test.ts.
const name = fc.constantFrom('a', 'b', 'c', '__proto__');
const text = fc.constantFrom('x', 'y', 'z');
const number = fc.constantFrom(1, 2, 10);
const item = fc.record(
  { name: fc.constantFrom('a', 'b', 'c'), value: number, tags: fc.uniqueArray(text, { minLength: 1 }) },
  { requiredKeys: ['name'] },
);
const items = fc.uniqueArray(item, { minLength: 1, maxLength: 3, selector: (one) => one.name });
const port = fc.record(
  { port: number, protocol: fc.constantFrom('TCP', 'UDP'), name: text },
  { requiredKeys: ['port'] },
);
const ports = fc.uniqueArray(port, {
  minLength: 1,
  maxLength: 3,
  selector: (one) => `${one.port}/${one.protocol ?? 'TCP'}`,
});
const mapOf = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> =>
  fc.dictionary(name, value, { minKeys: 1, maxKeys: 3 });
const free = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    fc.constantFrom<JsonValue>(true, 1, 'x'),
    fc.array(tie('value'), { minLength: 1, maxLength: 2 }),
    mapOf(tie('value')),
  ),
})).value;

const object = fc.letrec<{ object: JsonObject }>((tie) => ({
  object: fc
    .record(
      {
        name: text,
        count: number,
        list: items,
        ports,
        set: fc.uniqueArray(text, { minLength: 1 }),
        numbers: fc.uniqueArray(number, { minLength: 1 }),
        atomicList: fc.array(text, { minLength: 1, maxLength: 2 }),
        map: mapOf(text),
        mapOfMaps: mapOf(mapOf(text)),
        mapOfStructs: mapOf(item),
        atomicMap: mapOf(text),
        struct: item,
        atomicStruct: item,
        free,
        nested: fc.oneof({ maxDepth: 2 }, fc.constant({ name: 'x' }), tie('object')),
      },
      { requiredKeys: [] },
    )
    .map((found) => (Object.keys(found).length === 0 ? { name: 'x' } : found) as JsonObject),
})).object;

function applied(live: JsonObject, config: JsonObject, managers: Managers, manager: string, force = true) {
  const result = apply(live, config, 'v1', managers, manager, force, versions);
  if (!result.ok) return undefined;
  return { object: result.object ?? live, managers: result.managers, changed: result.object !== undefined };
}

function forced(live: JsonObject, config: JsonObject, managers: Managers, manager: string) {
  const result = applied(live, config, managers, manager);
  if (result === undefined) throw new Error('a forced apply was refused');
  return result;
}

/** Upstream leaves null where a map or list lost all it held; storing the object drops it. */
function withoutNulls(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value).flatMap((key) => {
      const inner = value[key] ?? null;
      return inner === null ? [] : [[key, withoutNulls(inner)] as const];
    }),
  );
}

const equalOwners = (a: Managers, b: Managers): boolean =>
  a.size === b.size && [...a].every(([key, owned]) => b.get(key)?.set.equals(owned.set) === true);

describe('compare', () => {
  it('finds nothing between equal objects', () => {
    fc.assert(
      fc.property(object, (a) => {
        const { added, modified, removed } = compare(a, clone(a), schema);
        expect(added.isEmpty && modified.isEmpty && removed.isEmpty).toBe(true);
      }),
    );
  });

  it('finds something between objects that differ, but for the order in lists', () => {
    fc.assert(
      fc.property(object, object, (a, b) => {
        const { added, modified, removed } = compare(a, b, schema);
        const same = added.isEmpty && modified.isEmpty && removed.isEmpty;
        if (deepEqual(a, b)) expect(same).toBe(true);
        else if (same) expect(deepEqual(sorted(a), sorted(b))).toBe(true);
      }),
    );
  });

  it('is the same whatever is expected', () => {
    fc.assert(
      fc.property(object, object, object, (a, b, c) => {
        const found = compare(a, b, schema);
        for (const other of [b, c, { ...c, ...b }, { ...b, set: ['x', 'x'] }]) {
          const { added, modified } = compare(a, other, schema);
          const likewise = compare(a, b, schema, added.union(modified));
          expect(likewise.added.equals(found.added)).toBe(true);
          expect(likewise.modified.equals(found.modified)).toBe(true);
          expect(likewise.removed.equals(found.removed)).toBe(true);
        }
      }),
    );
  });

  it('takes what is as expected from there', () => {
    const a = { map: { a: 'x' }, list: [{ name: 'a', tags: ['x'] }], struct: { name: 'y' } };
    const { added } = compare({}, a, schema);
    const likewise = compare({}, { ...clone(a), name: 'x' }, schema, added);
    for (const name of ['f:map', 'f:list', 'f:struct']) {
      expect(likewise.added.tree.get(name)).toBe(added.tree.get(name));
    }
  });

  it('takes no two items of one name for two that were expected', () => {
    const { added } = compare({}, { set: ['x', 'y'] }, schema);
    const twice = compare({}, { set: ['x', 'x'] }, schema, added);
    expect(twice.added.equals(compare({}, { set: ['x', 'x'] }, schema).added)).toBe(true);
  });

  it('is the same the other way round', () => {
    fc.assert(
      fc.property(object, object, (a, b) => {
        const there = compare(a, b, schema);
        const back = compare(b, a, schema);
        expect(there.added.equals(back.removed)).toBe(true);
        expect(there.removed.equals(back.added)).toBe(true);
        expect(there.modified.equals(back.modified)).toBe(true);
        expect(there.added.intersection(there.removed).isEmpty).toBe(true);
        expect(there.modified.intersection(there.removed.union(there.added)).isEmpty).toBe(true);
      }),
    );
  });

  it('tells what of the old fields is left', () => {
    fc.assert(
      fc.property(object, object, (a, b) => {
        const { added, modified, removed } = compare(a, b, schema);
        const left = toFieldSet(a, schema).difference(removed).union(added).union(modified);
        expect(toFieldSet(b, schema).isWithin(left)).toBe(true);
      }),
    );
  });
});

/** Lists of strings and of items in one order: sets and lists by key have none that counts. */
function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value))
    return value.map(sorted).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.keys(value).map((key) => [key, sorted(value[key] ?? null)]));
}

describe('merge', () => {
  it('with itself, with parts of itself, and with nothing changes nothing', () => {
    fc.assert(
      fc.property(object, object, (live, other) => {
        expect(merge(live, clone(live), schema)).toBe(live);
        expect(merge(live, {}, schema)).toBe(live);
        const part = extractItems(live, toFieldSet(other, schema), schema);
        expect(deepEqual(sorted(merge(live, part, schema)), sorted(live))).toBe(true);
        expect(deepEqual(merge(live, extractItems(live, toFieldSet(live, schema), schema), schema), live)).toBe(true);
      }),
    );
  });

  it('twice is once, and holds all that was applied', () => {
    fc.assert(
      fc.property(object, object, (live, config) => {
        const before = clone(live);
        const once = merge(live, config, schema);
        expect(merge(once, config, schema)).toEqual(once);
        expect(toFieldSet(config, schema).isWithin(toFieldSet(once, schema))).toBe(true);
        expect(compare(once, config, schema).modified.isEmpty).toBe(true);
        expect(deepEqual(live, before)).toBe(true);
        expect(validateTyped(once, schema)).toEqual([]);
      }),
    );
  });
});

describe('removeItems', () => {
  it('removes what is in the set, and nothing that is not below it', () => {
    fc.assert(
      fc.property(object, object, (live, other) => {
        const set = toFieldSet(other, schema);
        const before = clone(live);
        const left = removeItems(live, set, schema);
        expect(deepEqual(live, before)).toBe(true);
        const rest = toFieldSet(left, schema);
        expect(toFieldSet(live, schema).recursiveDifference(set).leaves().difference(rest).isEmpty).toBe(true);
        expect(toFieldSet(withoutNulls(left) as JsonObject, schema).intersection(set).isEmpty).toBe(true);
      }),
    );
  });
});

describe('apply', () => {
  it('owns exactly what it sets', () => {
    fc.assert(
      fc.property(object, object, (live, config) => {
        const { managers } = forced(live, config, new Map(), 'm');
        expect(managers.get('m')?.set.equals(toFieldSet(config, schema))).toBe(true);
      }),
    );
  });

  it('twice is once', () => {
    fc.assert(
      fc.property(object, object, object, (live, mine, theirs) => {
        const other = forced(live, theirs, new Map(), 'n');
        const once = forced(other.object, mine, other.managers, 'm');
        const twice = applied(once.object, mine, once.managers, 'm', false);
        expect(twice?.changed).toBe(false);
        expect(equalOwners(twice?.managers ?? new Map(), once.managers)).toBe(true);
      }),
    );
  });

  it('of what was read back changes nothing', () => {
    fc.assert(
      fc.property(object, object, (first, second) => {
        const other = forced({}, first, new Map(), 'n');
        const once = forced(other.object, second, other.managers, 'm');
        const set = once.managers.get('m')?.set ?? FieldSet.empty;
        const read = extractItems(once.object, set, schema);
        expect(applied(once.object, read, once.managers, 'm', false)?.changed).toBe(false);
        const all = applied(once.object, clone(once.object), once.managers, 'o', false);
        expect(all?.changed).toBe(false);
      }),
    );
  });

  it('loses no owner: what is there is owned by who set it last', () => {
    fc.assert(
      fc.property(object, object, object, (first, second, third) => {
        const one = forced({}, first, new Map(), 'a');
        const two = forced(one.object, second, one.managers, 'b');
        const three = forced(two.object, third, two.managers, 'c');
        const owned = [...three.managers.values()].reduce((all, { set }) => all.union(set), FieldSet.empty);
        expect(toFieldSet(three.object, schema).isWithin(owned)).toBe(true);
        expect(owned.difference(toFieldSet(three.object, schema)).isEmpty).toBe(true);
      }),
    );
  });

  it('of nothing removes exactly what the applier alone owned', () => {
    fc.assert(
      fc.property(object, object, (mine, theirs) => {
        const one = forced({}, theirs, new Map(), 'n');
        const two = forced(one.object, mine, one.managers, 'm');
        const gone = forced(two.object, {}, two.managers, 'm');
        const others = two.managers.get('n')?.set ?? FieldSet.empty;
        // Here everything has an owner. What has lost all it held is null, and owned still.
        expect(toFieldSet(gone.object, schema).equals(others)).toBe(true);
        expect(gone.managers.has('m')).toBe(false);
        expect(gone.managers.get('n')?.set.equals(others)).toBe(true);
      }),
    );
  });

  it('unforced is refused for exactly what others own and it would change', () => {
    fc.assert(
      fc.property(object, object, (theirs, mine) => {
        const one = forced({}, theirs, new Map(), 'n');
        const result = apply(one.object, mine, 'v1', one.managers, 'm', false, versions);
        const { added, modified } = compare(one.object, merge(one.object, mine, schema), schema);
        const disputed = toFieldSet(theirs, schema).intersection(modified.union(added));
        const conflicts = result.ok ? FieldSet.empty : FieldSet.fromPaths(result.conflicts.map(({ path }) => path));
        expect(conflicts.equals(disputed)).toBe(true);
        expect(result.ok).toBe(disputed.isEmpty);
      }),
    );
  });
});

describe('update', () => {
  it('owns what it changed; who owned that owns it no more; what is gone is owned by no one', () => {
    fc.assert(
      fc.property(object, object, (first, second) => {
        const one = forced({}, first, new Map(), 'm');
        const { managers } = update(one.object, second, 'v1', one.managers, 'u', versions);
        const mine = managers.get('u')?.set ?? FieldSet.empty;
        const { added, modified } = compare(one.object, second, schema);
        expect(mine.equals(added.union(modified))).toBe(true);
        expect(mine.intersection(managers.get('m')?.set ?? FieldSet.empty).isEmpty).toBe(true);
        const owned = mine.union(managers.get('m')?.set ?? FieldSet.empty);
        expect(toFieldSet(second, schema).isWithin(owned)).toBe(true);
      }),
    );
  });

  it('that changes nothing changes no owner', () => {
    fc.assert(
      fc.property(object, (first) => {
        const one = forced({}, first, new Map(), 'm');
        const { managers } = update(one.object, clone(one.object), 'v1', one.managers, 'u', versions);
        expect(equalOwners(managers, one.managers)).toBe(true);
      }),
    );
  });
});
