import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addressAt,
  cidrContains,
  cidrSize,
  formatCidr,
  formatIp,
  networkOf,
  parseCidr,
  parseIp,
  subnetAt,
} from './ip.ts';
import type { Cidr } from './ip.ts';

function cidr(text: string): Cidr {
  const parsed = parseCidr(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
}

describe('addresses', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['::', '::'],
    ['::1', '::1'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['::ffff:1.2.3.4', '::ffff:1.2.3.4'],
    ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
  ])('%s is written %s', (text, canonical) => {
    const ip = parseIp(text);
    expect(ip && formatIp(ip)).toBe(canonical);
  });

  it.each(['', '1.2.3', '1.2.3.256', '01.2.3.4', '1::2::3', '1:2:3:4:5:6:7:8:9', '12345::', ':1', 'x'])(
    '%s is none',
    (text) => {
      expect(parseIp(text)).toBeUndefined();
    },
  );

  it('survive a round trip', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 128n - 1n), (value) => {
        expect(parseIp(formatIp({ family: 6, value }))).toEqual({ family: 6, value });
      }),
    );
  });
});

describe('ranges', () => {
  it('know their addresses', () => {
    const range = cidr('10.244.3.7/16');
    expect(formatIp(networkOf(range))).toBe('10.244.0.0');
    expect(cidrSize(range)).toBe(65536n);
    expect(formatIp(addressAt(range, 258))).toBe('10.244.1.2');
    expect(formatCidr(subnetAt(range, 24, 5))).toBe('10.244.5.0/24');
    expect(cidrContains(range, cidr('10.244.255.255/32').ip)).toBe(true);
    expect(cidrContains(range, cidr('10.245.0.0/32').ip)).toBe(false);
  });

  it.each(['10.0.0.0', '10.0.0.0/33', '10.0.0.0/08', '::/129', '10.0.0.0/'])('%s is none', (text) => {
    expect(parseCidr(text)).toBeUndefined();
  });
});
