import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from './json.ts';
import { clone, deepEqual, isDeeperThan } from './json.ts';

describe('isDeeperThan', () => {
  it('counts objects and lists in each other', () => {
    expect(isDeeperThan(0, 'text')).toBe(false);
    expect(isDeeperThan(0, [])).toBe(true);
    expect(isDeeperThan(2, { a: [1, null], b: {} })).toBe(false);
    expect(isDeeperThan(1, { a: 1, b: [{}] })).toBe(true);
  });

  it('is of any depth', () => {
    let value: JsonValue = 1;
    for (let depth = 0; depth < 100_000; depth++) value = depth % 2 === 0 ? [value] : { a: value };
    expect(isDeeperThan(100_000, value)).toBe(false);
    expect(isDeeperThan(99_999, value)).toBe(true);
  });

  it('counts as the brackets of the text do', () => {
    const depthOf = (text: string): number => {
      let depth = 0;
      return Math.max(0, ...[...text].map((char) => (depth += '[{'.includes(char) ? 1 : ']}'.includes(char) ? -1 : 0)));
    };
    const keys = fc.constantFrom('a', 'b', '__proto__');
    const values = fc.letrec<{ value: JsonValue }>((tie) => ({
      value: fc.oneof(fc.constant(1), fc.array(tie('value')), fc.dictionary(keys, tie('value'))),
    }));
    fc.assert(
      fc.property(values.value, (value) => {
        const depth = depthOf(JSON.stringify(value));
        expect(isDeeperThan(depth, value)).toBe(false);
        if (depth > 0) expect(isDeeperThan(depth - 1, value)).toBe(true);
      }),
    );
  });
});

describe('clone and deepEqual', () => {
  it('a copy is equal, and shares nothing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const copy = clone(value);
        expect(deepEqual(value, copy)).toBe(true);
        expect(JSON.stringify(copy)).toBe(JSON.stringify(value));
        if (typeof value === 'object' && value !== null) expect(copy).not.toBe(value);
      }),
    );
  });

  it('members that are undefined are absent', () => {
    expect(deepEqual({ a: undefined, b: 1 }, { b: 1 })).toBe(true);
    expect(deepEqual({ a: null }, {})).toBe(false);
    expect(deepEqual({ a: 1 }, { b: 1 })).toBe(false);
    expect(deepEqual([1, 2], [1])).toBe(false);
  });
});
