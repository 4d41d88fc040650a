// Laws of the way from a wish to a size, and of what is remembered.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { setAutoscalerDefaults } from '../../api/autoscaling/v2/horizontal-pod-autoscaler.ts';
import type { HorizontalPodAutoscaler, HorizontalPodAutoscalerBehavior } from '../../api/types/autoscaling-v2.ts';
import { memoryOf, remember } from './memory.ts';
import { normalize } from './normalize.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const ANNOTATION = 'kubewisp.dev/autoscaling-memory';

function anAutoscaler(maxReplicas: number, behavior?: HorizontalPodAutoscalerBehavior, memory?: string) {
  const autoscaler = {
    metadata: { name: 'a', ...(memory === undefined ? {} : { annotations: { [ANNOTATION]: memory } }) },
    spec: {
      scaleTargetRef: { kind: 'Deployment', name: 'a' },
      maxReplicas,
      ...(behavior === undefined ? {} : { behavior }),
    },
  } as unknown as HorizontalPodAutoscaler;
  setAutoscalerDefaults(autoscaler);
  return autoscaler;
}

const policy = fc.record({
  type: fc.constantFrom('Pods', 'Percent'),
  value: fc.integer({ min: 1, max: 300 }),
  periodSeconds: fc.integer({ min: 1, max: 1800 }),
});
const rules = fc.record(
  {
    stabilizationWindowSeconds: fc.integer({ min: 0, max: 3600 }),
    selectPolicy: fc.constantFrom('Max', 'Min', 'Disabled'),
    policies: fc.array(policy, { minLength: 1, maxLength: 3 }),
  },
  { requiredKeys: [] },
);
const behaviors = fc.option(fc.record({ scaleUp: rules, scaleDown: rules }, { requiredKeys: [] }), { nil: undefined });
const entry = fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: NOW - 4_000_000, max: NOW }));
const entries = fc.array(entry, { maxLength: 5 });
const memories = fc.oneof(
  fc.record({ recommended: entries, last: fc.nat(60), up: entries, down: entries }, { requiredKeys: [] }),
  fc.jsonValue(),
);
const count = fc.integer({ min: 1, max: 50 });

describe('laws', () => {
  it('whatever is remembered, a size within the bounds stays there and is whole', () => {
    fc.assert(
      fc.property(behaviors, memories, count, count, count, (behavior, memory, most, current, desired) => {
        const autoscaler = anAutoscaler(most, behavior, JSON.stringify(memory));
        const wish = { current: Math.min(current, most), desired, minimum: 1, now: NOW };
        const { replicas, next } = normalize(autoscaler, memoryOf(autoscaler, NOW), wish);
        expect(Number.isInteger(replicas)).toBe(true);
        expect(replicas).toBeGreaterThanOrEqual(1);
        expect(replicas).toBeLessThanOrEqual(most);
        if (next !== undefined) expect(next).toBeGreaterThan(NOW);
      }),
    );
  });

  it('what is asked for over and over is given in the end, unless a direction is disabled', () => {
    const enabled = behaviors.filter(
      (one) => one?.scaleUp?.selectPolicy !== 'Disabled' && one?.scaleDown?.selectPolicy !== 'Disabled',
    );
    fc.assert(
      fc.property(enabled, count, count, (behavior, from, desired) => {
        const autoscaler = anAutoscaler(50, behavior);
        let current = from;
        let now = NOW;
        for (let turns = 0; turns < 400 && current !== desired; turns++) {
          const memory = memoryOf(autoscaler, now);
          const normalized = normalize(autoscaler, memory, { current, desired, minimum: 1, now });
          const change = [Math.abs(normalized.replicas - current), now] as const;
          const { recommended, last, replicas } = normalized;
          remember(
            autoscaler,
            {
              recommended,
              ...(last === undefined ? {} : { last }),
              up: replicas > current ? [...memory.up, change] : memory.up,
              down: replicas < current ? [...memory.down, change] : memory.down,
            },
            now,
          );
          // It comes back in time by itself.
          if (replicas === current) expect(normalized.next).toBeDefined();
          now = Math.max(now + 15_000, replicas === current ? (normalized.next ?? now) : 0);
          current = replicas;
        }
        expect(current).toBe(desired);
      }),
      { numRuns: 60 },
    );
  });

  it('what is remembered reads back, and nothing to remember leaves no annotation', () => {
    const autoscaler = anAutoscaler(10);
    remember(autoscaler, { recommended: [[5, NOW - 1000]], last: 2, up: [], down: [] }, NOW);
    expect(memoryOf(autoscaler, NOW)).toEqual({ recommended: [[5, NOW - 1000]], last: 2, up: [], down: [] });
    remember(autoscaler, { recommended: [], up: [[1, NOW - 3_600_000]], down: [] }, NOW);
    expect(autoscaler.metadata.annotations).toBeUndefined();
  });
});
