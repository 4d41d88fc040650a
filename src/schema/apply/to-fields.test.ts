import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { FieldSet, pathText } from './field-set.ts';
import { preservingSchema, sampleSchema } from './testing/sample-schema.ts';
import { compare, merge, toFieldSet, validateTyped } from './typed.ts';

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
