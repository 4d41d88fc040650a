import { expect, it } from 'vitest';
import { percentOf, scaledValue } from './int-or-string.ts';

it('scales percentages up or down to whole numbers', () => {
  expect(scaledValue('25%', 3, 'up')).toEqual({ ok: true, value: 1 });
  expect(scaledValue('25%', 3, 'down')).toEqual({ ok: true, value: 0 });
  expect(scaledValue('100%', 7, 'up')).toEqual({ ok: true, value: 7 });
  expect(scaledValue(4, 100, 'up')).toEqual({ ok: true, value: 4 });
});

it('refuses other texts', () => {
  expect(scaledValue('3', 10, 'up')).toEqual({
    ok: false,
    error: 'invalid value for IntOrString: invalid type: string is not a percentage',
  });
  expect(scaledValue('x%', 10, 'up')).toEqual({
    ok: false,
    error: 'invalid value for IntOrString: invalid value "x%": strconv.Atoi: parsing "x": invalid syntax',
  });
  expect(percentOf('50')).toBeUndefined();
});
