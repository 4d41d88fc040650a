import { describe, expect, test } from 'vitest';
import type { JsonValue } from '../../../lib/json.ts';
import { fieldErrorText } from '../../field-error.ts';
import type { JsonSchema, ValidationRule } from '../json-schema.ts';
import { Rules } from './rules.ts';
import { celName } from './values.ts';

const INTEGER: JsonSchema = { type: 'integer' };
const TEXT: JsonSchema = { type: 'string' };
const FREE: JsonSchema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

function errorsOf(schema: JsonSchema, value: JsonValue, old?: JsonValue): string[] {
  return new Rules(schema).check(value, old).map(fieldErrorText);
}

function ruled(rule: string | ValidationRule, schema: JsonSchema): JsonSchema {
  const rules = [typeof rule === 'string' ? { rule } : rule];
  return { type: 'object', properties: { spec: { ...schema, 'x-kubernetes-validations': rules } } };
}

describe('a rule', () => {
  test.each<[string, JsonSchema, JsonValue, boolean]>([
    ['self > 1', INTEGER, 2, true],
    ['self > 1', INTEGER, 1, false],
    ['self.a + 1 == self.b', { type: 'object', properties: { a: INTEGER, b: INTEGER } }, { a: 1, b: 2 }, true],
    ['self * 2.0 == 3.0', { type: 'number' }, 1.5, true],
    ['!has(self.a) || self.a == "x"', { type: 'object', properties: { a: TEXT } }, {}, true],
    ['self.all(x, x.startsWith("a"))', { type: 'array', items: TEXT }, ['ab', 'b'], false],
    [
      'has(self[0].a) && !has(self[ 1 ].a)',
      { type: 'array', items: { type: 'object', properties: { a: TEXT } } },
      [{ a: '' }, {}],
      true,
    ],
    ['self.all(x, has(x.a.b) && [x].all(y, !has(y.a.c)))', { type: 'array', items: FREE }, [{ a: { b: 1 } }], true],
    ['self == "has(self.x) matches(" && "\\"has(a.b)".size() == 9', TEXT, 'has(self.x) matches(', true],
    ['self["k-1"] == 2', { type: 'object', additionalProperties: INTEGER }, { 'k-1': 2 }, true],
    ['self.all(k, self[k] > 1)', { type: 'object', additionalProperties: INTEGER }, { a: 2, b: 1 }, false],
    ['self.x__dash__y == 1', { type: 'object', properties: { 'x-y': INTEGER } }, { 'x-y': 1 }, true],
    ['self.__namespace__ == "n"', { type: 'object', properties: { namespace: TEXT } }, { namespace: 'n' }, true],
    ['type(self) == int ? self > 0 : self == "x"', { 'x-kubernetes-int-or-string': true }, 'x', true],
    ['self < duration("1h")', { type: 'string', format: 'duration' }, '30m', true],
    ['self < timestamp("2030-01-01T00:00:00Z")', { type: 'string', format: 'date-time' }, '2026-01-01T00:00:00Z', true],
    ['self.matches("^a+$")', TEXT, 'aaa', true],
    ['self.matches("^a+$") && "matches" != self', TEXT, 'b', false],
    ['self.isSorted() && self.sum() == 6 && self.max() == 3', { type: 'array', items: INTEGER }, [1, 2, 3], true],
    ['isURL(self) && url(self).getHost() == "example.com:80"', TEXT, 'https://example.com:80/x', true],
    ['quantity(self).isGreaterThan(quantity("1Ki"))', TEXT, '1Mi', true],
    ['self.findAll("[0-9]+") == ["1", "22"]', TEXT, 'a1b22', true],
    ['self.replace("a", "$&", 1) == "$&ba" && self.charAt(1) == "b"', TEXT, 'aba', true],
    ['isIP(self)', TEXT, '::1', true],
    ['self.?a.orValue(5) == 5', { type: 'object', properties: { a: INTEGER } }, {}, true],
  ])('%s of %j', (rule, schema, value, holds) => {
    expect(errorsOf(ruled(rule, schema), { spec: value }).length === 0).toBe(holds);
  });

  test('quotes scalars, and of others the type', () => {
    expect(errorsOf(ruled('self > 1', INTEGER), { spec: 0 })).toEqual([
      'spec: Invalid value: 0: failed rule: self > 1',
    ]);
    const object = ruled(
      { rule: 'has(self.a)', message: ' a is needed ' },
      { type: 'object', properties: { a: TEXT } },
    );
    expect(errorsOf(object, { spec: {} })).toEqual(['spec: Invalid value: "object": a is needed']);
  });

  test('may say why, and where', () => {
    const schema = { type: 'object', properties: { a: INTEGER } };
    const rule = { rule: 'self.a > 1', messageExpression: '"got " + string(self.a)', fieldPath: '.a' };
    expect(errorsOf(ruled(rule, schema), { spec: { a: 1 } })).toEqual(['spec.a: Invalid value: "object": got 1']);
    const forbidden = { rule: 'self.a > 1', message: 'm', reason: 'FieldValueForbidden' };
    expect(errorsOf(ruled(forbidden, schema), { spec: { a: 1 } })).toEqual(['spec: Forbidden: m']);
    const broken = { rule: 'self.a > 1', messageExpression: 'self.nope', message: 'm' };
    expect(errorsOf(ruled(broken, schema), { spec: { a: 1 } })).toEqual(['spec: Invalid value: "object": m']);
  });

  test('that cannot be carried out refuses', () => {
    const schema = { type: 'object', properties: { a: INTEGER } };
    expect(errorsOf(ruled('self.a > 1', schema), { spec: {} })).toEqual([
      'spec: Invalid value: "object": no such key: a evaluating rule: self.a > 1',
    ]);
  });

  test('is not asked about null', () => {
    expect(errorsOf(ruled('false', { type: 'string', nullable: true }), { spec: null })).toEqual([]);
  });

  test('of the root knows what every resource has', () => {
    const schema: JsonSchema = { type: 'object', 'x-kubernetes-validations': [{ rule: 'self.metadata.name == "a"' }] };
    const named = (name: string) => ({ apiVersion: 'x/v1', kind: 'X', metadata: { name } });
    expect(errorsOf(schema, named('a'))).toEqual([]);
    expect(errorsOf(schema, named('b'))).toEqual([
      '<nil>: Invalid value: "object": failed rule: self.metadata.name == "a"',
    ]);
  });
});

describe('a rule about what was', () => {
  const fixed: ValidationRule = { rule: 'self == oldSelf', message: 'fixed' };

  test('is asked of what corresponds alone', () => {
    const schema = ruled(fixed, TEXT);
    expect(errorsOf(schema, { spec: 'a' })).toEqual([]);
    expect(errorsOf(schema, { spec: 'a' }, {})).toEqual([]);
    expect(errorsOf(schema, { spec: 'a' }, { spec: 'a' })).toEqual([]);
    expect(errorsOf(schema, { spec: 'a' }, { spec: 'b' })).toEqual(['spec: Invalid value: "a": fixed']);
  });

  test('finds the items of lists that are maps by their keys', () => {
    const items: JsonSchema = {
      type: 'object',
      properties: { name: TEXT, v: { ...INTEGER, 'x-kubernetes-validations': [fixed] } },
    };
    const schema: JsonSchema = {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items,
    };
    const old = [
      { name: 'a', v: 1 },
      { name: 'b', v: 2 },
    ];
    const next = [
      { name: 'b', v: 3 },
      { name: 'c', v: 9 },
    ];
    expect(errorsOf(schema, next, old)).toEqual(['[0].v: Invalid value: 3: fixed']);
    expect(errorsOf({ ...schema, 'x-kubernetes-list-type': 'atomic' }, next, old)).toEqual([]);
  });

  test('may take it as an optional, and is then always asked', () => {
    const schema = ruled({ rule: 'oldSelf.hasValue() || self == "first"', optionalOldSelf: true }, TEXT);
    expect(errorsOf(schema, { spec: 'first' })).toEqual([]);
    expect(errorsOf(schema, { spec: 'x' })).toHaveLength(1);
    expect(errorsOf(schema, { spec: 'x' }, { spec: 'y' })).toEqual([]);
  });

  test('reads members of what the optional holds', () => {
    const schema = ruled(
      {
        rule: '!oldSelf.hasValue() || self.size >= oldSelf.value().size',
        messageExpression: '"less than " + string(oldSelf.value().size)',
        optionalOldSelf: true,
      },
      { type: 'object', properties: { size: INTEGER } },
    );
    expect(errorsOf(schema, { spec: { size: 1 } })).toEqual([]);
    expect(errorsOf(schema, { spec: { size: 2 } }, { spec: { size: 1 } })).toEqual([]);
    expect(errorsOf(schema, { spec: { size: 1 } }, { spec: { size: 2 } })).toEqual([
      'spec: Invalid value: "object": less than 2',
    ]);
  });

  test('one about the present alone lets be what did not change', () => {
    const schema = ruled('self > 1', INTEGER);
    expect(errorsOf(schema, { spec: 0 }, { spec: 0 })).toEqual([]);
    expect(errorsOf(schema, { spec: 1 }, { spec: 0 })).toHaveLength(1);
  });
});

test('what does not compile is told at its own place', () => {
  const schema = ruled('has(self[0].a) && self.matches("x") && nope', TEXT);
  expect(errorsOf(schema, { spec: 'x' })).toEqual([
    `spec: Invalid value: "string": rule compile error: ERROR: <input>:1:40: undeclared reference to 'nope' (in container '')\n | has(self[0].a) && self.matches("x") && nope\n | .......................................^`,
  ]);
});

test.each([
  ['a', 'a'],
  ['a__b', 'a__underscores__b'],
  ['a.b/c-d', 'a__dot__b__slash__c__dash__d'],
  ['in', '__in__'],
  ['1a', undefined],
])('%s is %s in CEL', (name, escaped) => {
  expect(celName(name)).toBe(escaped);
});
