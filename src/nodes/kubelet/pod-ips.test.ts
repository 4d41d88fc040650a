import { describe, expect, it } from 'vitest';

import { PodIps } from './pod-ips.ts';

describe('pod addresses', () => {
  it('has none before the node has a range', () => {
    expect(new PodIps().allocate()).toBeUndefined();
  });

  it('goes through the range without network, gateway and broadcast, then over what was released', () => {
    const ips = new PodIps();
    ips.setCidr('10.244.1.248/29');
    const given = [1, 2, 3, 4, 5].map(() => ips.allocate());
    expect(given).toEqual(['10.244.1.250', '10.244.1.251', '10.244.1.252', '10.244.1.253', '10.244.1.254']);
    expect(ips.allocate()).toBeUndefined();
    ips.release('10.244.1.252');
    expect(ips.allocate()).toBe('10.244.1.252');
  });

  it('never gives an address that is taken', () => {
    const ips = new PodIps();
    ips.take('10.244.0.3');
    ips.setCidr('10.244.0.0/24');
    ips.take('10.244.0.2');
    const given = new Set(Array.from({ length: 251 }, () => ips.allocate()));
    expect(given.size).toBe(251);
    expect(given.has('10.244.0.2') || given.has('10.244.0.3') || given.has(undefined)).toBe(false);
    expect(ips.allocate()).toBeUndefined();
  });
});
