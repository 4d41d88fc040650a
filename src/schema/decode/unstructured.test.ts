import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { clone } from '../../lib/json.ts';
import type { JsonSchema } from '../openapi-schema/json-schema.ts';
import { structOfSchema } from '../openapi-schema/to-struct.ts';
import { canonical } from './canonical.ts';
import { inspect } from './inspect.ts';
import { parseTree, TreeObject } from './json-tree.ts';

const text: JsonSchema = { type: 'string' };

function schemaOf(spec: JsonSchema): JsonSchema {
  return { type: 'object', properties: { spec } };
}

function fitted(spec: JsonSchema, value: JsonValue): JsonValue | undefined {
  const struct = structOfSchema(schemaOf(spec), 'com.example.v1.Thing', 'Thing');
  return canonical({ spec: value }, struct).object['spec'];
}

describe('a value of a custom resource', () => {
  const object = (properties: Record<string, JsonSchema>, more: JsonSchema = {}): JsonSchema => ({
    type: 'object',
    properties,
    ...more,
  });

  test.each<[string, JsonSchema, JsonValue, JsonValue]>([
    ['loses unknown fields, at any depth', object({ a: object({}) }), { a: { b: 1 }, c: 2 }, { a: {} }],
    [
      'keeps them where it may',
      { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      { z: { y: null } },
      { z: { y: null } },
    ],
    [
      'is pruned again below what is kept',
      object({ a: object({}) }, { 'x-kubernetes-preserve-unknown-fields': true }),
      { a: { b: 1 }, c: { d: 1 } },
      { a: {}, c: { d: 1 } },
    ],
    [
      'gets defaults, and those within them',
      object({ a: object({ b: { ...text, default: 'x' } }, { default: {} }) }),
      {},
      { a: { b: 'x' } },
    ],
    ['gets none where its parent is not there', object({ a: object({ b: { ...text, default: 'x' } }) }), {}, {}],
    ['has a default instead of null', object({ a: { ...text, default: 'x' } }), { a: null }, { a: 'x' }],
    ['loses null where there is no default', object({ a: text }), { a: null }, {}],
    [
      'keeps null where that is a value',
      object({ a: { ...text, nullable: true, default: 'x' } }),
      { a: null },
      { a: null },
    ],
    ['keeps what is of the wrong type', object({ a: { type: 'integer' } }), { a: 'x' }, { a: 'x' }],
    ['keeps empty values', object({ a: text, l: { type: 'array', items: text } }), { a: '', l: [] }, { a: '', l: [] }],
    [
      'has the members of maps pruned',
      { type: 'object', additionalProperties: object({ a: text }) },
      { k: { a: 'x', b: 1 }, n: null },
      { k: { a: 'x' } },
    ],
    [
      'has items of lists defaulted',
      { type: 'array', items: object({ a: { ...text, default: 'x' } }) },
      [{}, { a: 'y' }],
      [{ a: 'x' }, { a: 'y' }],
    ],
    [
      'embeds resources with their types and metadata',
      object({ a: object({ s: text }, { 'x-kubernetes-embedded-resource': true }) }),
      { a: { kind: 'K', apiVersion: 'v1', metadata: { name: 'n', nope: 1 }, s: 'x', t: 1 } },
      { a: { kind: 'K', apiVersion: 'v1', metadata: { name: 'n' }, s: 'x' } },
    ],
  ])('%s', (_, spec, value, expected) => {
    expect(fitted(spec, value)).toEqual(expected);
  });

  test('has its members sorted', () => {
    const free: JsonSchema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    const value = { b: { d: 1, c: [{ f: 1, e: 2 }] }, a: 1 };
    expect(JSON.stringify(fitted(object({ z: free }), { z: value }))).toBe(
      '{"z":{"a":1,"b":{"d":1,"c":[{"f":1,"e":2}]}}}',
    );
    expect(JSON.stringify(fitted(object({ b: text, a: text }), { b: 'x', a: 'y' }))).toBe('{"a":"y","b":"x"}');
  });
});

test('what is wrong is told: repeats in order, then metadata, then the rest sorted', () => {
  const struct = structOfSchema(
    schemaOf({ type: 'object', properties: { l: { type: 'array', items: { type: 'object' } } } }),
    'x',
    'Thing',
  );
  const body = '{"z":1,"spec":{"l":[{"b":1,"a":1}],"q":1,"q":2},"metadata":{"name":"a","nope":1},"a":1}';
  const parsed = parseTree(body);
  const tree = parsed.ok && parsed.tree instanceof TreeObject ? parsed.tree : new TreeObject();
  expect(inspect(tree, struct)).toEqual({
    error: undefined,
    strict: [
      'duplicate field "spec.q"',
      'unknown field "metadata.nope"',
      'unknown field "a"',
      'unknown field "spec.l[0].a"',
      'unknown field "spec.l[0].b"',
      'unknown field "spec.q"',
      'unknown field "z"',
    ],
  });
});

describe('of any object and any schema', () => {
  const names = fc.constantFrom('a', 'b', 'c');
  const values = fc.letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom<JsonValue>(null, 'x', '', 0, 1.5, true),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(names, tie('value'), { maxKeys: 3 }),
    ),
  })).value;
  const schemas = fc.letrec<{ schema: JsonSchema }>((tie) => ({
    schema: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom<JsonSchema>(
        { type: 'string', default: 'd' },
        { type: 'string', nullable: true },
        { type: 'integer' },
        { 'x-kubernetes-int-or-string': true },
        { 'x-kubernetes-preserve-unknown-fields': true },
      ),
      fc.record({ type: fc.constant('array'), items: tie('schema') }),
      fc.record({ type: fc.constant('object'), additionalProperties: tie('schema') }),
      fc.record({
        type: fc.constant('object'),
        properties: fc.dictionary(names, tie('schema'), { maxKeys: 3 }),
        'x-kubernetes-preserve-unknown-fields': fc.boolean(),
      }),
    ),
  })).schema;

  test('fitting it twice is fitting it once, nothing is unknown then, and the input is left alone', () => {
    fc.assert(
      fc.property(schemas, values, (schema, value) => {
        const struct = structOfSchema(schemaOf(schema), 'x', 'Thing');
        const input: JsonObject = { spec: value };
        const before = clone(input);
        const once = canonical(input, struct);
        expect(input).toEqual(before);
        const twice = canonical(once.object, struct);
        expect(twice.object).toEqual(once.object);
        expect(twice.unknown).toBe(false);
      }),
    );
  });
});
