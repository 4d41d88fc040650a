import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import { preservingSchema, sampleSchema } from './testing/sample-schema.ts';
import { validateTyped } from './typed.ts';

const schema = sampleSchema();

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
