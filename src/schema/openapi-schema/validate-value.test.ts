import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonValue } from '../../lib/json.ts';
import { fieldErrorText } from '../field-error.ts';
import { hasFormat } from './formats.ts';
import type { JsonSchema } from './json-schema.ts';
import { repeatedItems } from './list-items.ts';
import { Patterns } from './patterns.ts';
import { validateValue } from './validate-value.ts';

function errorsOf(spec: JsonSchema, value: JsonValue, old?: JsonValue): string[] {
  const schema = { type: 'object', properties: { spec } };
  const before = old === undefined ? undefined : { spec: old, other: 1 };
  return validateValue({ spec: value }, schema, new Patterns(), '', before).map(fieldErrorText);
}

describe('the texts of', () => {
  test.each<[string, JsonSchema, JsonValue, string[]]>([
    [
      'types',
      { type: 'integer' },
      'x',
      ['spec: Invalid value: "string": spec in body must be of type integer: "string"'],
    ],
    ['null', { type: 'string' }, null, ['spec: Invalid value: "null": spec in body must be of type string: "null"']],
    [
      'int or string',
      { 'x-kubernetes-int-or-string': true },
      true,
      ['spec: Invalid value: "boolean": spec in body must be of type integer,string: "boolean"'],
    ],
    [
      'maximum',
      { type: 'number', maximum: 1 },
      2,
      ['spec: Invalid value: 2: spec in body should be less than or equal to 1'],
    ],
    [
      'exclusive maximum',
      { type: 'number', maximum: 2, exclusiveMaximum: true },
      2,
      ['spec: Invalid value: 2: spec in body should be less than 2'],
    ],
    [
      'minimum',
      { type: 'integer', minimum: 1 },
      0,
      ['spec: Invalid value: 0: spec in body should be greater than or equal to 1'],
    ],
    [
      'multiples',
      { type: 'number', multipleOf: 0.1 },
      0.25,
      ['spec: Invalid value: 0.25: spec in body should be a multiple of 0.1'],
    ],
    ['long texts', { type: 'string', maxLength: 2 }, 'äöü', ['spec: Too long: may not be more than 2 bytes']],
    [
      'short texts',
      { type: 'string', minLength: 2 },
      'ä',
      ['spec: Invalid value: "ä": spec in body should be at least 2 chars long'],
    ],
    [
      'patterns',
      { type: 'string', pattern: '^a+$' },
      'b',
      [`spec: Invalid value: "b": spec in body should match '^a+$'`],
    ],
    ['enums', { type: 'string', enum: ['a', 'b'] }, 'c', ['spec: Unsupported value: "c": supported values: "a", "b"']],
    [
      'formats',
      { type: 'string', format: 'date-time' },
      'x',
      ['spec: Invalid value: "x": spec in body must be of type date-time: "x"'],
    ],
    ['long lists', { type: 'array', maxItems: 1 }, [1, 2], ['spec: Too many: 2: must have at most 1 item']],
    [
      'short lists',
      { type: 'array', minItems: 1 },
      [],
      ['spec: Invalid value: 0: spec in body should have at least 1 items'],
    ],
    [
      'repeats',
      { type: 'array', uniqueItems: true },
      [1, 1],
      [`spec: Invalid value: "": spec in body shouldn't contain duplicates`],
    ],
    [
      'items',
      { type: 'array', items: { type: 'string' } },
      ['a', 1],
      ['spec[1]: Invalid value: "integer": spec[1] in body must be of type string: "integer"'],
    ],
    ['required members', { type: 'object', required: ['a'] }, {}, ['spec.a: Required value']],
    [
      'members of maps',
      { type: 'object', additionalProperties: { type: 'string' } },
      { k: 1 },
      ['spec.k: Invalid value: "integer": spec.k in body must be of type string: "integer"'],
    ],
    [
      'many members',
      { type: 'object', maxProperties: 1 },
      { a: 1, b: 2 },
      ['spec: Too many: 2: must have at most 1 item'],
    ],
    ['not', { not: { enum: ['a'] } }, 'a', ['<nil>: Invalid value: "": "spec" must not validate the schema (not)']],
    [
      'oneOf',
      { oneOf: [{ required: ['a'] }, { required: ['b'] }] },
      {},
      [
        '<nil>: Invalid value: "": "spec" must validate one and only one schema (oneOf). Found none valid',
        'spec.a: Required value',
      ],
    ],
    [
      'too many of oneOf',
      { oneOf: [{ required: ['a'] }, { required: ['b'] }] },
      { a: 1, b: 1 },
      ['<nil>: Invalid value: "": "spec" must validate one and only one schema (oneOf). Found 2 valid alternatives'],
    ],
    [
      'anyOf',
      { anyOf: [{ minimum: 5 }, { maximum: 1 }] },
      3,
      [
        '<nil>: Invalid value: "": "spec" must validate at least one schema (anyOf)',
        'spec: Invalid value: 3: spec in body should be greater than or equal to 5',
      ],
    ],
    [
      'allOf',
      { allOf: [{ minimum: 5 }, { maximum: 4 }] },
      3,
      [
        'spec: Invalid value: 3: spec in body should be greater than or equal to 5',
        '<nil>: Invalid value: "": "spec" must validate all the schemas (allOf)',
      ],
    ],
  ])('%s', (_, schema, value, expected) => {
    expect(errorsOf(schema, value)).toEqual(expected);
  });

  test('a default value, which stands nowhere', () => {
    const [error] = validateValue(-1, { type: 'integer', minimum: 0 }, new Patterns());
    expect(error).toMatchObject({
      field: '<nil>',
      message: 'Invalid value: -1:  in body should be greater than or equal to 0',
    });
  });
});

describe('on an update', () => {
  const list: JsonSchema = {
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name'],
    items: { type: 'object', properties: { name: { type: 'string' }, n: { type: 'integer', maximum: 1 } } },
  };

  test('what is as it was is not judged again', () => {
    const schema: JsonSchema = { type: 'object', properties: { a: { maximum: 1 }, b: { maximum: 1 } } };
    expect(errorsOf(schema, { a: 5, b: 0 }, { a: 5, b: 1 })).toEqual([]);
    expect(errorsOf(schema, { a: 6, b: 1 }, { a: 5, b: 1 })).toHaveLength(1);
  });

  test('items are found again by their keys', () => {
    const old = [{ name: 'a', n: 5 }];
    expect(errorsOf(list, [{ name: 'b', n: 0 }, ...old], old)).toEqual([]);
    expect(errorsOf({ ...list, 'x-kubernetes-list-type': 'atomic' }, [{ name: 'b', n: 0 }, ...old], old)).toHaveLength(
      1,
    );
  });

  test('an object that does not change has no errors, whatever it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(errorsOf({ type: 'integer', enum: [1], not: {} }, value, value)).toEqual([]);
      }),
    );
  });
});

test('sets and maps hold nothing twice; a third time is told of once', () => {
  const set: JsonSchema = { type: 'array', 'x-kubernetes-list-type': 'set' };
  const map: JsonSchema = { ...set, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['b', 'a'] };
  const schema: JsonSchema = { type: 'object', properties: { s: set, m: map } };
  const value = {
    s: [
      { x: 1, y: 2 },
      { y: 2, x: 1 },
      { x: 1, y: 2 },
    ],
    m: [{ a: 1, b: 2, c: 3 }, { a: 1, b: 2 }, { a: 1 }],
  };
  expect(repeatedItems(value, schema).map(fieldErrorText)).toEqual([
    'm[1]: Duplicate value: {"a":1,"b":2}',
    's[1]: Duplicate value: {"y":2,"x":1}',
  ]);
});

test.each([
  ['date-time', '2026-01-02T03:04:05Z', '2026-02-30T03:04:05Z'],
  ['date', '2026-01-02', '2026-1-2'],
  ['duration', '1h30m', '1x'],
  ['ipv4', '10.0.0.1', '::1'],
  ['ipv6', '::1', '10.0.0.1'],
  ['cidr', '10.0.0.0/8', '10.0.0.0/33'],
  ['uuid', '11111111-2222-3333-4444-555555555555', '1111'],
  ['byte', 'YQ==', 'Y'],
  ['email', 'a@example.com', 'a'],
  ['hostname', 'a.example.com', '-a'],
  ['uri', 'https://example.com/x', 'x y'],
  ['mac', '00:11:22:33:44:55', '00:11'],
])('the format %s', (format, good, bad) => {
  expect([hasFormat(format, good), hasFormat(format, bad), hasFormat('moonphase', bad)]).toEqual([true, false, true]);
});

test('patterns end in time for every text', () => {
  const started = performance.now();
  expect(new Patterns().test('^(a+)+$', `${'a'.repeat(5000)}b`)).toBe(false);
  expect(performance.now() - started).toBeLessThan(1000);
});
