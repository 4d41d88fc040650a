import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import type { FieldSet } from './field-set.ts';
import { pathText } from './field-set.ts';
import { sampleSchema } from './testing/sample-schema.ts';
import { compare } from './typed.ts';

const schema = sampleSchema();
const texts = (set: FieldSet): string[] => [...set.paths()].map(pathText).toSorted();

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
