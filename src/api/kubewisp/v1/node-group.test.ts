import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../lib/random.ts';
import type { NodeGroup } from './node-group.ts';
import { hostedMachines, newMachine } from './node-group.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');

function group(spec: Partial<NodeGroup['spec']> = {}): NodeGroup {
  const metadata = { name: 'a', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };
  const machine = { cpu: '2', memory: '4Gi' };
  return { apiVersion: 'kubewisp.dev/v1', kind: 'NodeGroup', metadata, spec: { maxSize: 3, machine, ...spec } };
}

describe('machines of a NodeGroup', () => {
  it('boot in their time, up to a fifth later, the same for the same seed', () => {
    const times = (seed: number, bootSeconds: number) => {
      const random = seededRandom(seed);
      return Array.from({ length: 50 }, (_, at) => {
        const { bootAt } = newMachine(group({ bootSeconds }), `a-${at}`, '10.2.0.1', NOW, random);
        return Date.parse(bootAt) - NOW;
      });
    };
    expect(Math.min(...times(1, 10))).toBeGreaterThanOrEqual(10_000);
    expect(Math.max(...times(1, 10))).toBeLessThanOrEqual(12_000);
    expect(new Set(times(1, 10)).size).toBeGreaterThan(40);
    expect(times(1, 10)).toEqual(times(1, 10));
    expect(new Set(times(1, 0))).toEqual(new Set([0]));
  });

  it('stay as they were ordered', () => {
    const made = newMachine(group({ zone: 'z' }), 'a-1', '10.2.0.1', NOW, seededRandom(1));
    const later = { ...group({ machine: { cpu: '9', memory: '9Gi' }, zone: 'y' }), status: { machines: [made] } };
    expect(hostedMachines(later)).toMatchObject([{ name: 'a-1', pool: 'a', cpu: '2', memory: '4Gi', zone: 'z' }]);
  });

  it.each<[string, object]>([
    ['no spec', { spec: undefined }],
    ['machines that are no list', { status: { machines: 'many' } }],
    ['a machine without a name', { status: { machines: [{ address: '10.2.0.1' }] } }],
    ['a machine that boots never', { status: { machines: [{ ...machineOfText('never') }] } }],
    ['labels that are no texts', { spec: { labels: { a: 1 } }, status: { machines: [machineOfText('')] } }],
  ])('%s: there are none', (_, more) => {
    expect(hostedMachines({ ...group(), ...more })).toEqual([]);
  });
});

function machineOfText(bootAt: string) {
  return { ...newMachine(group(), 'a-1', '10.2.0.1', NOW, seededRandom(1)), ...(bootAt === '' ? {} : { bootAt }) };
}
