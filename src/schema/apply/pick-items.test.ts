import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import { FieldSet } from './field-set.ts';
import { sampleSchema } from './testing/sample-schema.ts';
import { extractItems, removeItems } from './typed.ts';

const schema = sampleSchema();

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
