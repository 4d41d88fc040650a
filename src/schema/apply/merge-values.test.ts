import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import { sampleSchema } from './testing/sample-schema.ts';
import { merge } from './typed.ts';

const schema = sampleSchema();

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
