import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { FieldSet, pathText } from './field-set.ts';
import { changedSchema, preservingSchema, sampleSchema } from './testing/sample-schema.ts';
import {
  compare,
  ensureNamedFields,
  extractItems,
  merge,
  reconcileWithSchema,
  removeItems,
  toFieldSet,
  validateTyped,
} from './typed.ts';

const schema = sampleSchema();
const texts = (set: FieldSet): string[] => [...set.paths()].map(pathText).toSorted();

describe('toFieldSet', () => {
  test.each<[string, JsonObject, string[]]>([
    ['scalars', { name: 'a', count: 1, on: false }, ['.count', '.name', '.on']],
    ['a scalar that is null', { name: null }, ['.name']],
    ['a struct by what it holds', { struct: { name: 'a' } }, ['.struct.name']],
    ['a struct that holds nothing', { struct: {} }, ['.struct']],
    ['a struct that is null', { struct: null }, ['.struct']],
    ['nested structs', { nested: { nested: { name: 'a' } } }, ['.nested.nested.name']],
    ['an atomic struct as one', { atomicStruct: { name: 'a', value: 1 } }, ['.atomicStruct']],
    ['an atomic struct that is null', { atomicStruct: null }, ['.atomicStruct']],
    ['a map by its keys', { map: { a: 'x', b: 'y' } }, ['.map.a', '.map.b']],
    ['a map that holds nothing', { map: {} }, ['.map']],
    ['a map of maps', { mapOfMaps: { a: { b: 'x' }, c: {} } }, ['.mapOfMaps.a', '.mapOfMaps.a.b', '.mapOfMaps.c']],
    ['a map of structs', { mapOfStructs: { a: { value: 1 } } }, ['.mapOfStructs.a', '.mapOfStructs.a.value']],
    ['an atomic map as one', { atomicMap: { a: 'x' } }, ['.atomicMap']],
    [
      'a list by key',
      { list: [{ name: 'a', value: 1, tags: ['t'] }] },
      ['.list[name="a"]', '.list[name="a"].name', '.list[name="a"].tags[="t"]', '.list[name="a"].value'],
    ],
    ['a list that holds nothing: not at all', { list: [] }, []],
    ['a list that is null', { list: null }, ['.list']],
    ['a set', { set: ['a', 'b'], numbers: [2, 10] }, ['.numbers[=10]', '.numbers[=2]', '.set[="a"]', '.set[="b"]']],
    ['an atomic list as one', { atomicList: ['a', 'b'] }, ['.atomicList']],
    ['an atomic list that holds nothing', { atomicList: [] }, ['.atomicList']],
    ['an atomic list that is null', { atomicList: null }, ['.atomicList']],
    ['a list without a list type as one', { plainList: [{ name: 'a' }] }, ['.plainList']],
    [
      'a list by keys of which one has a default',
      { ports: [{ port: 80 }, { port: 80, protocol: 'UDP' }] },
      [
        '.ports[port=80,protocol="TCP"]',
        '.ports[port=80,protocol="TCP"].port',
        '.ports[port=80,protocol="UDP"]',
        '.ports[port=80,protocol="UDP"].port',
        '.ports[port=80,protocol="UDP"].protocol',
      ],
    ],
    [
      'items that share a key: by the key alone',
      { list: [{ name: 'a', value: 1 }, { name: 'a' }] },
      ['.list[name="a"]'],
    ],
    ['values that are twice in a set', { set: ['a', 'a', 'a'] }, ['.set[="a"]']],
    ['free-form scalars', { free: 1 }, ['.free']],
    [
      'free-form objects as maps, lists in them as one',
      { free: { a: { b: 1 }, l: [{ x: 1 }], e: {}, n: null } },
      ['.free.a', '.free.a.b', '.free.e', '.free.l', '.free.n'],
    ],
    ['a free-form list as one', { free: [1, 2] }, ['.free']],
    ['members without a value: not at all', { name: undefined }, []],
  ])('%s', (_name, object, paths) => {
    expect(texts(toFieldSet(object, schema))).toEqual(paths);
  });

  test('unknown fields that are kept are free-form', () => {
    const object = { known: 'a', more: { a: 1 }, list: [{ name: 'x' }] };
    expect(texts(toFieldSet(object, preservingSchema()))).toEqual([
      '.known',
      '.list[name="x"]',
      '.list[name="x"].name',
      '.more',
      '.more.a',
    ]);
  });

  test('names that objects have by themselves are names like others', () => {
    const object = JSON.parse('{"map":{"__proto__":"a","constructor":"b","toString":"c"}}') as JsonObject;
    expect(texts(toFieldSet(object, schema))).toEqual(['.map.__proto__', '.map.constructor', '.map.toString']);
  });

  test('what is nested without end is owned as one from some depth on', () => {
    let free: JsonValue = 1;
    for (let i = 0; i < 5000; i++) free = { a: free };
    const set = toFieldSet({ free }, schema);
    expect(set.size).toBeLessThan(500);
    expect(FieldSet.fromFieldsV1(set.toFieldsV1())?.equals(set)).toBe(true);
    expect(compare({ free: 1 }, { free }, schema).added.size).toBeLessThan(500);
    expect(merge({ free: { a: 1 } }, { free }, schema)).toEqual({ free });
    expect(validateTyped({ free }, schema)).toEqual([]);
  });
});

describe('compare', () => {
  const changes = (old: JsonObject, next: JsonObject): Record<string, string[]> => {
    const { added, modified, removed } = compare(old, next, schema);
    return Object.fromEntries(
      Object.entries({ added: texts(added), modified: texts(modified), removed: texts(removed) }).filter(
        ([, paths]) => paths.length > 0,
      ),
    );
  };

  test.each<[string, JsonObject, JsonObject, Record<string, string[]>]>([
    ['a scalar', { name: 'a' }, { name: 'b' }, { modified: ['.name'] }],
    ['a scalar that comes', {}, { name: 'b' }, { added: ['.name'] }],
    ['a scalar that goes', { name: 'a' }, {}, { removed: ['.name'] }],
    ['a scalar that becomes null', { name: 'a' }, { name: null }, { modified: ['.name'] }],
    ['a struct that comes', {}, { struct: { name: 'a' } }, { added: ['.struct', '.struct.name'] }],
    ['a struct that goes', { struct: { name: 'a' } }, {}, { removed: ['.struct', '.struct.name'] }],
    ['a struct that comes to hold something', { struct: {} }, { struct: { name: 'a' } }, { added: ['.struct.name'] }],
    ['a struct that was null', { struct: null }, { struct: { name: 'a' } }, { added: ['.struct.name'] }],
    ['a struct from null to empty', { struct: null }, { struct: {} }, { modified: ['.struct'] }],
    [
      'a key of a map',
      { map: { a: 'x', b: 'y' } },
      { map: { a: 'z', c: 'y' } },
      { added: ['.map.c'], modified: ['.map.a'], removed: ['.map.b'] },
    ],
    ['a map that goes', { map: { a: 'x' } }, {}, { removed: ['.map', '.map.a'] }],
    ['a map that loses all', { map: { a: 'x' } }, { map: {} }, { removed: ['.map.a'] }],
    ['an atomic map', { atomicMap: { a: 'x' } }, { atomicMap: { a: 'x', b: 'y' } }, { modified: ['.atomicMap'] }],
    ['an atomic map that comes', {}, { atomicMap: { a: 'x' } }, { added: ['.atomicMap'] }],
    ['an atomic list', { atomicList: ['a'] }, { atomicList: ['b'] }, { modified: ['.atomicList'] }],
    ['a value of a set', { set: ['a', 'b'] }, { set: ['b', 'c'] }, { added: ['.set[="c"]'], removed: ['.set[="a"]'] }],
    ['the order of a set', { set: ['a', 'b'] }, { set: ['b', 'a'] }, {}],
    ['a set that comes', {}, { set: ['a'] }, { added: ['.set', '.set[="a"]'] }],
    ['an empty list that comes', {}, { set: [] }, { added: ['.set'] }],
    ['a list from null to empty', { list: null }, { list: [] }, { modified: ['.list'] }],
    [
      'a list that was null',
      { list: null },
      { list: [{ name: 'a' }] },
      { added: ['.list[name="a"]', '.list[name="a"].name'] },
    ],
    [
      'a field of an item',
      { list: [{ name: 'a', value: 1 }] },
      { list: [{ name: 'a', value: 2 }] },
      { modified: ['.list[name="a"].value'] },
    ],
    [
      'the order of a list by key',
      { list: [{ name: 'a' }, { name: 'b' }] },
      { list: [{ name: 'b' }, { name: 'a' }] },
      {},
    ],
    [
      'an item that goes',
      { list: [{ name: 'a' }, { name: 'b' }] },
      { list: [{ name: 'b' }] },
      { removed: ['.list[name="a"]', '.list[name="a"].name'] },
    ],
    [
      'a default key that is written out',
      { ports: [{ port: 1 }] },
      { ports: [{ port: 1, protocol: 'TCP' }] },
      { added: ['.ports[port=1,protocol="TCP"].protocol'] },
    ],
    [
      'free-form members',
      { free: { a: 1, b: { c: 1 } } },
      { free: { a: 2, b: { d: 1 } } },
      { added: ['.free.b.d'], modified: ['.free.a'], removed: ['.free.b.c'] },
    ],
    ['a free-form list', { free: { a: [1] } }, { free: { a: [2] } }, { modified: ['.free.a'] }],
    [
      'a free-form scalar that becomes an object',
      { free: 1 },
      { free: { a: 1 } },
      { added: ['.free.a'], modified: ['.free'] },
    ],
    [
      'a free-form object that becomes a list',
      { free: { a: 1 } },
      { free: [1] },
      { modified: ['.free'], removed: ['.free.a'] },
    ],
    ['a free-form object that becomes null', { free: { a: 1 } }, { free: null }, { removed: ['.free.a'] }],
    [
      'items that share a key, changed',
      {
        list: [
          { name: 'a', value: 1 },
          { name: 'a', value: 2 },
        ],
      },
      {
        list: [
          { name: 'a', value: 1 },
          { name: 'a', value: 3 },
        ],
      },
      { modified: ['.list[name="a"]'] },
    ],
    [
      'items that share a key no longer',
      {
        list: [
          { name: 'a', value: 1 },
          { name: 'a', value: 2 },
        ],
      },
      { list: [{ name: 'a', value: 1 }] },
      { added: ['.list[name="a"]', '.list[name="a"].name', '.list[name="a"].value'], removed: ['.list[name="a"]'] },
    ],
    [
      'items that come to share a key',
      { list: [{ name: 'a', value: 1 }] },
      {
        list: [
          { name: 'a', value: 1 },
          { name: 'a', value: 2 },
        ],
      },
      { added: ['.list[name="a"]'], removed: ['.list[name="a"]', '.list[name="a"].name', '.list[name="a"].value'] },
    ],
    [
      'a name that objects have by themselves',
      { map: {} },
      { map: { constructor: 'a' } },
      { added: ['.map.constructor'] },
    ],
  ])('%s', (_name, old, next, expected) => {
    expect(changes(old, next)).toEqual(expected);
  });
});

describe('merge', () => {
  const list = (...names: string[]): JsonObject => ({ list: names.map((name) => ({ name })) });

  test.each<[string, JsonObject, JsonObject, JsonObject]>([
    ['scalars', { name: 'a', count: 1 }, { name: 'b' }, { name: 'b', count: 1 }],
    ['null', { name: 'a' }, { name: null }, { name: null }],
    ['structs', { struct: { name: 'a', value: 1 } }, { struct: { value: 2 } }, { struct: { name: 'a', value: 2 } }],
    ['maps', { map: { a: 'x', b: 'y' } }, { map: { b: 'z', c: 'w' } }, { map: { a: 'x', b: 'z', c: 'w' } }],
    ['an empty map', { map: { a: 'x' } }, { map: {} }, { map: { a: 'x' } }],
    ['null for a map that holds something', { map: { a: 'x' } }, { map: null }, { map: { a: 'x' } }],
    ['null for a map that holds nothing', { map: {} }, { map: null }, { map: null }],
    ['an empty list', { list: [{ name: 'a' }] }, { list: [] }, { list: [{ name: 'a' }] }],
    ['atomic maps', { atomicMap: { a: 'x' } }, { atomicMap: { b: 'y' } }, { atomicMap: { b: 'y' } }],
    ['atomic lists', { atomicList: ['a'] }, { atomicList: [] }, { atomicList: [] }],
    ['sets', { set: ['a', 'b'] }, { set: ['c', 'b'] }, { set: ['a', 'c', 'b'] }],
    [
      'items by key',
      { list: [{ name: 'a', value: 1 }] },
      { list: [{ name: 'a', tags: ['t'] }] },
      { list: [{ name: 'a', value: 1, tags: ['t'] }] },
    ],
    [
      'items by a default key',
      { ports: [{ port: 1, protocol: 'TCP' }] },
      { ports: [{ port: 1, name: 'x' }] },
      { ports: [{ port: 1, protocol: 'TCP', name: 'x' }] },
    ],
    [
      'items that share a key: the applied one takes their place',
      { list: [{ name: 'a', value: 1 }, { name: 'a' }] },
      { list: [{ name: 'a', value: 2 }] },
      { list: [{ name: 'a', value: 2 }] },
    ],
    [
      'items that share a key and are not applied',
      { list: [{ name: 'a', value: 1 }, { name: 'a' }] },
      { list: [{ name: 'b' }] },
      { list: [{ name: 'a', value: 1 }, { name: 'a' }, { name: 'b' }] },
    ],
    [
      'free-form objects',
      { free: { a: 1, b: { c: 1 } } },
      { free: { b: { d: 1 } } },
      { free: { a: 1, b: { c: 1, d: 1 } } },
    ],
    ['a free-form scalar over an object', { free: { a: 1 } }, { free: 2 }, { free: 2 }],
    ['free-form lists', { free: [1, 2] }, { free: [3] }, { free: [3] }],
  ])('%s', (_name, live, applied, expected) => {
    expect(merge(live, applied, schema)).toEqual(expected);
  });

  test.each<[string[], string[], string[]]>([
    [['a', 'b', 'c'], ['d'], ['a', 'b', 'c', 'd']],
    [
      ['a', 'b', 'c'],
      ['c', 'b', 'a'],
      ['c', 'b', 'a'],
    ],
    [
      ['a', 'b', 'c', 'd'],
      ['d', 'x', 'b'],
      ['a', 'c', 'd', 'x', 'b'],
    ],
    [
      ['1', '2', '3'],
      ['2', '1'],
      ['2', '3', '1'],
    ],
    [
      ['a', 'c'],
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ],
    [
      ['a', 'b'],
      ['b', 'c'],
      ['a', 'b', 'c'],
    ],
    [
      ['a', 'b'],
      ['c', 'a'],
      ['c', 'a', 'b'],
    ],
  ])('items %j with %j applied are %j', (live, applied, expected) => {
    expect(merge(list(...live), list(...applied), schema)).toEqual(list(...expected));
  });

  test('a name that objects have by themselves', () => {
    const applied = JSON.parse('{"map":{"__proto__":"a"}}') as JsonObject;
    const merged = merge({ map: { b: 'y' } }, applied, schema);
    expect(JSON.stringify(merged)).toBe('{"map":{"b":"y","__proto__":"a"}}');
  });
});

describe('removeItems and extractItems', () => {
  const object: JsonObject = {
    name: 'a',
    struct: { name: 'b', value: 1 },
    map: { x: '1', y: '2' },
    list: [{ name: 'k', value: 1 }, { name: 'l' }],
    set: ['p', 'q'],
    atomicMap: { z: '3' },
  };
  const set = (...paths: string[][]): FieldSet => FieldSet.fromPaths(paths);

  test.each<[string, FieldSet, JsonObject, JsonObject]>([
    ['a scalar', set(['f:name']), { name: undefined }, { name: 'a' }],
    ['a field of a struct', set(['f:struct', 'f:name']), { struct: { value: 1 } }, { struct: { name: 'b' } }],
    ['a struct with all below it', set(['f:struct']), { struct: undefined }, { struct: { name: 'b', value: 1 } }],
    ['a key of a map', set(['f:map', 'f:x']), { map: { y: '2' } }, { map: { x: '1' } }],
    ['all keys of a map', set(['f:map', 'f:x'], ['f:map', 'f:y']), { map: null }, { map: { x: '1', y: '2' } }],
    ['an item', set(['f:list', 'k:{"name":"k"}']), { list: [{ name: 'l' }] }, { list: [{ name: 'k', value: 1 }] }],
    [
      'a field of an item',
      set(['f:list', 'k:{"name":"k"}', 'f:value']),
      { list: [{ name: 'k' }, { name: 'l' }] },
      { list: [{ name: 'k', value: 1 }] },
    ],
    ['a value of a set', set(['f:set', 'v:"p"']), { set: ['q'] }, { set: ['p'] }],
    ['an atomic map', set(['f:atomicMap']), { atomicMap: undefined }, { atomicMap: { z: '3' } }],
    [
      'what is below an atomic map: as one',
      set(['f:atomicMap', 'f:z']),
      { atomicMap: null },
      { atomicMap: { z: '3' } },
    ],
    ['what is not there', set(['f:map', 'f:z'], ['f:count'], ['f:list', 'k:{"name":"z"}']), {}, { map: {}, list: [] }],
  ])('%s', (_name, paths, without, extracted) => {
    const expected = Object.entries({ ...object, ...without }).filter(([, value]) => value !== undefined);
    expect(removeItems(object, paths, schema)).toEqual(Object.fromEntries(expected));
    expect(extractItems(object, paths, schema)).toEqual(extracted);
  });
});

describe('validateTyped', () => {
  test.each<[string, JsonObject, string[]]>([
    ['nothing wrong', { name: 'a', list: [{ name: 'x' }], free: { any: [1] }, map: { a: 'x' } }, []],
    ['null anywhere', { name: null, list: null, map: null, struct: null, free: null }, []],
    ['an unknown field', { nope: 1 }, ['.nope: field not declared in schema']],
    [
      'an unknown field of an item',
      { list: [{ name: 'a', nope: 1 }] },
      ['.list[name="a"].nope: field not declared in schema'],
    ],
    ['a number for a string', { map: { a: 1 } }, ['.map.a: expected string, got &value.valueUnstructured{Value:1}']],
    [
      'an object for a string',
      { name: { a: ['x'] } },
      ['.name: expected string, got &value.valueUnstructured{Value:map[string]interface {}{"a":[]interface {}{"x"}}}'],
    ],
    ['a string for a boolean', { on: 'yes' }, ['.on: expected boolean, got &{yes}']],
    ['a string for a number', { count: 'x' }, ['.count: expected numeric (int or float), got string']],
    ['a list for a map', { map: ['a'] }, ['.map: expected map, got &{[a]}']],
    ['a map for a list', { set: { b: 1, a: 'x' } }, ['.set: expected list, got &{map[a:x b:1]}']],
    [
      'an item that is no object',
      { list: ['a'] },
      ['.list: element 0: associative list with keys may not have non-map elements'],
    ],
    [
      'an item that is null',
      { list: [null] },
      ['.list: element 0: associative list with keys may not have a null element'],
    ],
    [
      'an item without its key',
      { list: [{ value: 1 }] },
      [
        '.list: element 0: associative list with keys has an element that omits key field "name" (and doesn\'t have default value)',
      ],
    ],
    [
      'items that share a key',
      { list: [{ name: 'a' }, { name: 'a' }] },
      ['.list: duplicate entries for key [name="a"]'],
    ],
    [
      'items that share a default key',
      { ports: [{ port: 1 }, { port: 1, protocol: 'TCP' }] },
      ['.ports: duplicate entries for key [port=1,protocol="TCP"]'],
    ],
    ['a value that is twice in a set', { set: ['a', 'b', 'a'] }, ['.set: duplicate entries for key [="a"]']],
    [
      'an object in a set',
      { set: [{}] },
      ["set: element 0: associative list without keys has an element that's a map type"].map((text) => `.${text}`),
    ],
    ['a list in a set', { set: [[]] }, ['.set: element 0: not supported: associative list with lists as elements']],
    [
      'null in a set',
      { set: [null] },
      [".set: element 0: associative list without keys has an element that's an explicit null"],
    ],
    [
      'an item of an atomic list',
      { plainList: [{ name: 'a' }, { nope: 1 }] },
      ['.plainList[1].nope: field not declared in schema'],
    ],
    [
      'several',
      { name: 1, on: 1 },
      ['.name: expected string, got &value.valueUnstructured{Value:1}', '.on: expected boolean, got &{1}'],
    ],
  ])('%s', (_name, object, problems) => {
    expect(validateTyped(object, schema)).toEqual(problems);
  });

  test('live objects may have items that share a key', () => {
    const live = { set: ['a', 'a'], list: [{ name: 'a' }, { name: 'a' }] };
    expect(validateTyped(live, schema, { allowDuplicates: true })).toEqual([]);
  });

  test('unknown fields that are kept', () => {
    expect(validateTyped({ any: { x: 1 } }, preservingSchema())).toEqual([]);
  });
});

describe('sets under a schema', () => {
  test('named fields that paths pass through come along, keys and items do not', () => {
    const set = FieldSet.fromPaths([
      ['f:struct', 'f:name'],
      ['f:map', 'f:a'],
      ['f:mapOfStructs', 'f:a', 'f:value'],
      ['f:list', 'k:{"name":"a"}', 'f:tags', 'v:"t"'],
    ]);
    expect(texts(ensureNamedFields(set, schema).difference(set))).toEqual([
      '.list',
      '.list[name="a"].tags',
      '.map',
      '.mapOfStructs',
      '.struct',
    ]);
  });

  test('what has become atomic is owned as one', () => {
    const set = FieldSet.fromPaths([
      ['f:struct', 'f:name'],
      ['f:list', 'k:{"name":"a"}'],
      ['f:map', 'f:a'],
      ['f:name'],
    ]);
    const now = changedSchema({
      struct: { mapType: 'atomic' },
      list: { listType: 'atomic' },
      map: { mapType: 'atomic' },
    });
    expect(texts(reconcileWithSchema(set, {}, now))).toEqual(['.list', '.map', '.name', '.struct']);
  });

  test('what was atomic is owned by its parts', () => {
    const object = { atomicMap: { a: 'x', b: 'y' }, atomicStruct: { name: 'n' }, atomicList: ['i'] };
    const set = toFieldSet(object, schema);
    const now = changedSchema({
      atomicMap: { mapType: 'granular' },
      atomicStruct: { mapType: 'granular' },
      atomicList: { listType: 'set' },
    });
    expect(texts(reconcileWithSchema(set, object, now))).toEqual([
      '.atomicList',
      '.atomicList[="i"]',
      '.atomicMap',
      '.atomicMap.a',
      '.atomicMap.b',
      '.atomicStruct',
      '.atomicStruct.name',
    ]);
  });

  test('a set that fits is handed back', () => {
    const object = { list: [{ name: 'a', value: 1 }], map: { a: 'x' }, atomicMap: { a: 'x' }, free: { a: [1] } };
    const set = toFieldSet(object, schema);
    expect(reconcileWithSchema(set, object, schema)).toBe(set);
  });
});
