import { expect, test } from 'vitest';
import { EmptyRanges } from './empty-ranges.ts';

test('holds what is empty until something is created there', () => {
  const empty = new EmptyRanges();
  expect(empty.has('quotas', 'a/')).toBe(false);
  for (const low of ['', 'a/', 'b/']) empty.add('quotas', low);
  empty.add('limits', 'a/');
  expect([empty.has('quotas', 'b/'), empty.has('quotas', 'c/'), empty.has('limits', 'a/')]).toEqual([
    true,
    false,
    true,
  ]);
  empty.created('quotas');
  expect([empty.has('quotas', ''), empty.has('quotas', 'a/'), empty.has('limits', 'a/')]).toEqual([false, false, true]);
  empty.clear();
  expect(empty.has('limits', 'a/')).toBe(false);
});

test('is bounded', () => {
  const empty = new EmptyRanges();
  const lows = Array.from({ length: 2_500 }, (_, n) => `${n}/`);
  for (const low of lows) empty.add('quotas', low);
  expect(empty.has('quotas', '2499/')).toBe(true);
  expect(lows.filter((low) => empty.has('quotas', low)).length).toBeLessThanOrEqual(1_000);
});
