// Bodies of three megabytes of one thing each: they are decoded, or refused, in a moment. Holds upstream's TestJSONLimits
// (apimachinery pkg/runtime/serializer/json/json_limit_test.go) by the names of its cases.

import { describe, expect, it } from 'vitest';
import { decodeJson } from './json.ts';
import { parseTree } from './json-tree.ts';

const SIZE = 3 << 20;
const fill = (unit: string): string => unit.repeat(Math.floor(SIZE / unit.length));
const list = (item: string): string => `{"a":[${fill(`${item},`)}${item}]}`;
const DEEP = 'exceeded max depth';

const CASES: ReadonlyArray<readonly [title: string, text: () => string, error: string]> = [
  ['deeply nested slices', () => `{"a":${'['.repeat(SIZE / 2)}${']'.repeat(SIZE / 2)}}`, DEEP],
  ['unbalanced nested slices', () => `{"a":${fill('[')}`, DEEP],
  ['deeply nested maps', () => `{"a":${'{"":'.repeat(SIZE / 10)}1${'}'.repeat(SIZE / 10)}}`, DEEP],
  ['unbalanced nested maps', () => fill('{"a":'), DEEP],
  ['slices as deep as is allowed', () => `${'['.repeat(1000)}${']'.repeat(1000)}`, ''],
  ['slices one deeper', () => `${'['.repeat(1001)}${']'.repeat(1001)}`, DEEP],
  ['empty slices', () => list('[]'), ''],
  ['slices containing null', () => list('[null]'), ''],
  ['empty maps', () => list('{}'), ''],
  ['maps containing null', () => list('{"a":null}'), ''],
  ['bools', () => list('true'), ''],
  ['ints', () => list('0'), ''],
  ['floats', () => list('0.0'), ''],
  ['empty strings', () => list('""'), ''],
  ['strings', () => list('"abcdefghijklmnopqrstuvwxyz012"'), ''],
  ['nulls', () => list('null'), ''],
  ['one string', () => `{"a":"${fill('x')}"}`, ''],
  ['escapes', () => `{"a":"${fill('\\u0041')}"}`, ''],
  ['backslashes', () => `{"a":"${fill('\\\\')}"}`, ''],
  ['quotes that are no ends', () => `{"a":"${fill('\\"')}"}`, ''],
  ['a string without an end', () => `{"a":"${fill('\\\\')}`, 'unexpected end of JSON input'],
  ['many keys', () => `{${Array.from({ length: 250_000 }, (_, index) => `"k${index}":0`).join(',')}}`, ''],
  ['one key again and again', () => `{${fill('"a":0,')}"a":0}`, ''],
  ['digits', () => fill('1'), ''],
  ['zeroes', () => fill('0'), "invalid character '0' after top-level value"],
  ['spaces', () => fill(' '), 'unexpected end of JSON input'],
  ['commas', () => fill(','), "invalid character ',' looking for beginning of value"],
  ['colons', () => `{${fill(':')}`, "invalid character ':' looking for beginning of object key string"],
  ['closing brackets', () => fill(']'), "invalid character ']' looking for beginning of value"],
];

describe('TestJSONLimits', () => {
  it.each(CASES)('3MB of %s', (_title, make, error) => {
    const text = make();
    const started = performance.now();
    const decoded = decodeJson(text);
    const tree = parseTree(text);
    expect(decoded.ok ? '' : decoded.error).toBe(error);
    // The exact reader gives the same answer.
    expect(tree.ok ? '' : tree.error).toBe(error);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
