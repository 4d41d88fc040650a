import { describe, expect, test } from 'vitest';
import { integer, oneOf, quantity, seconds } from './flag-values.ts';

describe('flag values', () => {
  test.each([
    ['50s', 50],
    ['2m', 120],
    ['1m30s', 90],
    ['1h', 3600],
  ])('a duration %s is %d seconds', (text, expected) => {
    expect(seconds({ d: text }, 'd')).toBe(expected);
  });

  test.each(['', '50', 's', '0s', '1.5s', '-1s', '1s2m'])('"%s" is no duration', (text) => {
    expect(() => seconds({ d: text }, 'd')).toThrow('--d must be a duration');
  });

  test('a flag that is not given has no value', () => {
    expect(seconds({}, 'd')).toBeUndefined();
    expect(integer({}, 'n', 0, 1)).toBeUndefined();
    expect(quantity({}, 'q')).toBeUndefined();
  });

  test.each(['-1', '65536', '1e3', '0x10', ' 1', ''])('"%s" is no port', (text) => {
    expect(() => integer({ port: text }, 'port', 0, 65535)).toThrow('--port must be a whole number from 0 to 65535');
  });

  test('quantities are passed on as text', () => {
    for (const text of ['4', '500m', '0.5', '16Gi']) expect(quantity({ q: text }, 'q')).toBe(text);
    for (const text of ['4 ', 'lots', '1Xi', '-1'])
      expect(() => quantity({ q: text }, 'q')).toThrow('--q must be a quantity');
  });

  test('one of a few words', () => {
    expect(oneOf({ l: 'warn' }, 'l', ['warn', 'info'])).toBe('warn');
    expect(() => oneOf({ l: 'loud' }, 'l', ['warn', 'info'])).toThrow('--l must be one of warn, info, not "loud"');
  });
});
