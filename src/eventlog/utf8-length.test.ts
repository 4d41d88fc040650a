import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Utf8Length } from './utf8-length.ts';

it('is the length of the encoded text, however long', () => {
  const length = new Utf8Length();
  const expected = (text: string): number => new TextEncoder().encode(text).length;
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 20_000 }), (text, times) => {
      const long = text.repeat(times).slice(0, 200_000);
      expect(length.of(long)).toBe(expected(long));
    }),
    { numRuns: 200 },
  );
  expect(length.of('\ud800')).toBe(3);
});
