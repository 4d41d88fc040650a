import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  QUANTITY_FORMAT_ERROR,
  addQuantity,
  compareQuantity,
  formatQuantity,
  parseQuantity,
  quantityMilliValue,
  quantityOf,
  quantityValue,
  roundUpQuantity,
  subtractQuantity,
} from './quantity.ts';

function canonical(text: string | number): string {
  const parsed = parseQuantity(text);
  return parsed.ok ? parsed.text : `error: ${parsed.error}`;
}

describe('the served text of a quantity', () => {
  it.each([
    ['0', '0'],
    ['00', '0'],
    ['1000m', '1'],
    ['0.5', '500m'],
    ['1.5', '1500m'],
    ['.5', '500m'],
    ['5.', '5.'],
    ['1.500', '1.500'],
    ['+5', '+5'],
    ['-1', '-1'],
    ['-0.5', '-500m'],
    ['1Gi', '1Gi'],
    ['1024Mi', '1Gi'],
    ['1.5Gi', '1536Mi'],
    ['0.5Gi', '512Mi'],
    ['1Ki', '1Ki'],
    ['0.5Ki', '512'],
    ['1.1Ki', '1126400m'],
    ['1000', '1k'],
    ['10000', '10k'],
    ['1500', '1500'],
    ['1e3', '1e3'],
    ['12e6', '12e6'],
    ['1E1', '10'],
    ['100m', '100m'],
    ['0.1m', '100u'],
    ['1n', '1n'],
    ['0.1n', '1n'],
    ['-0.1n', '-1n'],
    ['9Ei', '9223372036854775807'],
    ['123456789012345678901', '123456789012345678901'],
    [' 1 ', '1'],
    [1, '1'],
    [0.5, '500m'],
  ])('%s becomes %s', (text, expected) => {
    expect(canonical(text)).toBe(expected);
  });

  it.each([
    ['', QUANTITY_FORMAT_ERROR],
    ['abc', QUANTITY_FORMAT_ERROR],
    ['1KiB', QUANTITY_FORMAT_ERROR],
    ['1..2', QUANTITY_FORMAT_ERROR],
    ['1K', "unable to parse quantity's suffix"],
    ['1mm', "unable to parse quantity's suffix"],
    ['1e', "unable to parse quantity's suffix"],
    ['1e999999999', 'unable to parse numeric part of quantity'],
    ['9'.repeat(100_000), QUANTITY_FORMAT_ERROR],
  ])('%s is refused', (text, error) => {
    expect(parseQuantity(text)).toEqual({ ok: false, error });
  });
});

describe('values of a quantity', () => {
  it.each([
    ['1', 1, 1000],
    ['1500m', 2, 1500],
    ['0.1m', 1, 1],
    ['1Gi', 1073741824, 1073741824000],
    ['128Mi', 134217728, 134217728000],
    ['1.5', 2, 1500],
    ['-1500m', -1, -1500],
    [2, 2, 2000],
  ])('%s', (text, value, milli) => {
    expect(quantityValue(text)).toBe(value);
    expect(quantityMilliValue(text)).toBe(milli);
  });

  it('rounds up to milli as defaulting does', () => {
    expect(formatQuantity(roundUpQuantity(quantityOf('0.1m'), -3))).toBe('1m');
    expect(formatQuantity(roundUpQuantity(quantityOf('250m'), -3))).toBe('250m');
  });
});

const quantities = fc
  .record({
    sign: fc.constantFrom('', '-'),
    whole: fc.nat({ max: 10_000_000 }),
    fraction: fc.option(fc.nat({ max: 99_999 })),
    suffix: fc.constantFrom('', 'm', 'u', 'n', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi', 'e3', 'e-2'),
  })
  .map(({ sign, whole, fraction, suffix }) => `${sign}${whole}${fraction === null ? '' : `.${fraction}`}${suffix}`);

describe('laws of quantities', () => {
  it('what is served parses to the same number and is served the same again', () => {
    fc.assert(
      fc.property(quantities, (text) => {
        const first = parseQuantity(text);
        if (!first.ok) throw new Error(first.error);
        const again = parseQuantity(first.text);
        expect(again.ok && again.quantity.nano).toBe(first.quantity.nano);
        expect(again.ok && again.text).toBe(first.text);
      }),
    );
  });

  it('the canonical text is a fixed point', () => {
    fc.assert(
      fc.property(quantities, (text) => {
        const once = formatQuantity(quantityOf(text));
        expect(formatQuantity(quantityOf(once))).toBe(once);
      }),
    );
  });

  it('order is total and agrees with subtraction', () => {
    fc.assert(
      fc.property(quantities, quantities, (left, right) => {
        const [a, b] = [quantityOf(left), quantityOf(right)];
        expect(compareQuantity(a, b)).toBe(-compareQuantity(b, a) + 0);
        const difference = subtractQuantity(a, b).nano;
        expect(Math.sign(compareQuantity(a, b))).toBe(difference < 0n ? -1 : difference > 0n ? 1 : 0);
      }),
    );
  });

  it('subtraction undoes addition, addition is commutative', () => {
    fc.assert(
      fc.property(quantities, quantities, (left, right) => {
        const [a, b] = [quantityOf(left), quantityOf(right)];
        expect(subtractQuantity(addQuantity(a, b), b).nano).toBe(a.nano);
        expect(addQuantity(a, b).nano).toBe(addQuantity(b, a).nano);
      }),
    );
  });

  it('the fast values equal the exact ones', () => {
    fc.assert(
      fc.property(quantities, (text) => {
        const { nano } = quantityOf(text);
        const up = (unit: bigint): number => Number(nano / unit + (nano > 0n && nano % unit !== 0n ? 1n : 0n));
        expect(quantityMilliValue(text)).toBe(up(1_000_000n));
        expect(quantityValue(text)).toBe(up(1_000_000_000n));
      }),
    );
  });
});
