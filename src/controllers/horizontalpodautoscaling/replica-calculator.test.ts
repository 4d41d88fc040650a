// Cases by the names of kubernetes pkg/controller/podautoscaler/replica_calculator_test.go.

import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Asked, Situation } from './replica-calculator.ts';
import { nextStart, replicasByAverage, replicasByUtilization } from './replica-calculator.ts';
import type { Found, PodMetrics } from './resource-metrics.ts';
import type { ScaledPod } from './scaled-pod.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const WINDOW = 15_000;
const HOUR = 3_600_000;

interface Case {
  readonly replicas: number;
  readonly resource?: string;
  /** Thousandths, of each pod in turn; undefined: missing. */
  readonly usage: ReadonlyArray<number | undefined>;
  /** Of each pod; 1 CPU where absent. */
  readonly requests?: readonly number[];
  /** Percent. */
  readonly target?: number;
  /** Thousandths. */
  readonly average?: number;
  readonly pods?: ReadonlyArray<Partial<ScaledPod>>;
  readonly tolerances?: Situation['tolerances'];
}

const READY: Partial<ScaledPod> = { ready: { status: 'True', since: NOW - HOUR }, startTime: NOW - HOUR };
const UNREADY: Partial<ScaledPod> = { ready: { status: 'False', since: NOW - 60_000 }, startTime: NOW - 60_000 };
const HOT: Partial<ScaledPod> = { ready: { status: 'True', since: NOW - 5000 }, startTime: NOW - 60_000 };
const PENDING: Partial<ScaledPod> = { phase: 'Pending' };

function ask(one: Case): Found<Asked> {
  const { replicas, resource = 'cpu', usage, requests = [], target, average, pods = [] } = one;
  const all = Array.from({ length: Math.max(usage.length, pods.length, requests.length) }, (_, index): ScaledPod => ({
    name: `p${index}`,
    uid: `u${index}`,
    labels: {},
    node: 'n',
    phase: 'Running',
    terminating: false,
    containers: [{ name: 'c', requests: { [resource]: `${requests[index] ?? 1000}m` } }],
    standing: [],
    ...READY,
    ...pods[index],
  }));
  const metrics: PodMetrics = new Map(
    usage.flatMap((value, index) => (value === undefined ? [] : [[`p${index}`, { value, at: NOW, window: WINDOW }]])),
  );
  const situation = { pods: all, metrics, replicas, tolerances: one.tolerances ?? { down: 0.1, up: 0.1 }, now: NOW };
  if (average !== undefined) return replicasByAverage(situation, resource, average);
  return replicasByUtilization(situation, resource, '', target ?? 50);
}

const replicasOf = (one: Case): number | string => {
  const asked = ask(one);
  return asked.ok ? asked.value.replicas : asked.error;
};

describe('by utilization', () => {
  const cases: Array<[name: string, one: Case, expected: number]> = [
    ['TestReplicaCalcScaleUp', { replicas: 3, usage: [300, 500, 700], target: 30 }, 5],
    ['TestReplicaCalcScaleUpUnreadyLessScale', { replicas: 3, usage: [300, 500, 700], target: 30, pods: [UNREADY] }, 4],
    [
      'TestReplicaCalcScaleUpHotCpuLessScale',
      { replicas: 3, usage: [300, 500, 700], target: 30, pods: [READY, READY, HOT] },
      3,
    ],
    [
      'TestReplicaCalcScaleUpUnreadyNoScale',
      { replicas: 3, usage: [400, 500, 700], target: 40, pods: [READY, UNREADY, UNREADY] },
      3,
    ],
    [
      'TestReplicaCalcScaleUpIgnoresFailedPods',
      { replicas: 2, usage: [500, 700], target: 30, pods: [READY, READY, { phase: 'Failed' }, { phase: 'Failed' }] },
      4,
    ],
    [
      'TestReplicaCalcScaleUpIgnoresDeletionPods',
      {
        replicas: 2,
        usage: [500, 700],
        target: 30,
        pods: [READY, READY, { terminating: true }, { terminating: true }],
      },
      4,
    ],
    ['TestReplicaCalcScaleDown', { replicas: 5, usage: [100, 300, 500, 250, 250], target: 50 }, 3],
    [
      'TestReplicaCalcScaleDownIncludeUnreadyPods',
      { replicas: 5, usage: [100, 300, 500, 250, 250], target: 50, pods: [READY, READY, READY, UNREADY, UNREADY] },
      2,
    ],
    [
      'TestReplicaCalcTolerance',
      { replicas: 3, usage: [1010, 1030, 1020], requests: [900, 1000, 1100], target: 100 },
      3,
    ],
    [
      'TestReplicaCalcSuperfluousMetrics',
      { replicas: 4, usage: [4000, 9500, 3000, 7000], requests: [1000, 1000, 1000, 1000], target: 100 },
      24,
    ],
    [
      'TestReplicaCalcMissingMetrics',
      { replicas: 4, usage: [400, 95], pods: [READY, READY, READY, READY], target: 100 },
      3,
    ],
    ['TestReplicaCalcMissingMetricsNoChangeEq', { replicas: 2, usage: [1000], pods: [READY, READY], target: 100 }, 2],
    ['TestReplicaCalcMissingMetricsNoChangeGt', { replicas: 2, usage: [1900], pods: [READY, READY], target: 100 }, 2],
    ['TestReplicaCalcMissingMetricsNoChangeLt', { replicas: 2, usage: [600], pods: [READY, READY], target: 100 }, 2],
    [
      'TestReplicaCalcMissingMetricsUnreadyChange',
      { replicas: 3, usage: [100, 450, undefined], target: 50, pods: [UNREADY, READY, READY] },
      3,
    ],
    [
      'TestReplicaCalcMissingMetricsHotCpuNoChange',
      { replicas: 3, usage: [100, 450, undefined], target: 50, pods: [HOT, READY, READY] },
      3,
    ],
    [
      'TestReplicaCalcMissingMetricsUnreadyScaleUp',
      { replicas: 3, usage: [undefined, 100, 2000], target: 50, pods: [READY, UNREADY] },
      4,
    ],
    [
      'TestReplicaCalcMissingMetricsUnreadyScaleDown',
      { replicas: 4, usage: [undefined, 100, 100, 100], target: 50, pods: [READY, UNREADY, READY, READY] },
      3,
    ],
    [
      'TestReplicaCalcDuringRollingUpdateWithMaxSurge',
      { replicas: 2, usage: [100, 100], target: 50, pods: [READY, READY, PENDING, PENDING] },
      1,
    ],
    [
      'TestConfigurableToleranceUp (within)',
      { replicas: 3, usage: [500, 500, 500], target: 40, tolerances: { down: 0.1, up: 0.3 } },
      3,
    ],
    [
      'TestConfigurableToleranceUp (outside)',
      { replicas: 3, usage: [600, 600, 600], target: 40, tolerances: { down: 0.1, up: 0.3 } },
      5,
    ],
  ];

  test.each(cases)('%s', (_name, one, expected) => {
    expect(replicasOf(one)).toBe(expected);
  });

  it('TestReplicaCalcScaleUp: what is told beside', () => {
    expect(ask({ replicas: 3, usage: [300, 500, 700], target: 30 })).toEqual({
      ok: true,
      value: { replicas: 5, percent: 50, average: 500 },
    });
  });

  it('TestReplicaCalcMissingRequests', () => {
    const pods = [{ containers: [{ name: 'c', requests: {} }] }];
    expect(replicasOf({ replicas: 1, usage: [200], target: 100, pods })).toBe(
      'missing request for cpu in container c of Pod p0',
    );
  });

  it('TestReplicaCalcEmptyMetrics, and pods that are all unready', () => {
    const why = 'did not receive metrics for targeted pods (pods might be unready)';
    expect(replicasOf({ replicas: 4, usage: [], pods: [READY], target: 100 })).toBe(why);
    expect(replicasOf({ replicas: 1, usage: [900], pods: [UNREADY] })).toBe(why);
  });

  it('a pod says for itself what it requests', () => {
    const pods = [{ containers: [{ name: 'c', requests: {} }], requests: { cpu: '500m' } }];
    expect(ask({ replicas: 1, usage: [500], target: 50, pods })).toMatchObject({
      value: { replicas: 2, percent: 100 },
    });
  });
});

describe('by an average', () => {
  const cases: Array<[name: string, one: Case, expected: number]> = [
    ['TestReplicaCalcScaleUpCM', { replicas: 3, resource: '', usage: [20_000, 10_000, 30_000], average: 15_000 }, 4],
    [
      'TestReplicaCalcScaleUpCMUnreadyHotCpuNoLessScale',
      {
        replicas: 3,
        resource: 'memory',
        usage: [50_000, 10_000, 30_000],
        average: 15_000,
        pods: [READY, UNREADY, HOT],
      },
      6,
    ],
    [
      'TestReplicaCalcScaleDownCM',
      { replicas: 5, resource: 'memory', usage: Array(5).fill(12_000) as number[], average: 20_000 },
      3,
    ],
    [
      'TestReplicaCalcToleranceCM',
      { replicas: 3, resource: 'memory', usage: [20_000, 21_000, 21_000], average: 20_000 },
      3,
    ],
    [
      'missing on the way down: at the target',
      { replicas: 3, usage: [100, 100], average: 200, pods: [READY, READY, READY] },
      2,
    ],
  ];

  test.each(cases)('%s', (_name, one, expected) => {
    expect(replicasOf(one)).toBe(expected);
  });
});

describe('laws', () => {
  const usages = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 8 });

  it('more use never asks for fewer replicas', () => {
    fc.assert(
      fc.property(usages, fc.integer({ min: 1, max: 200 }), fc.integer({ min: 0, max: 500 }), (usage, target, more) => {
        const replicas = usage.length;
        const less = replicasOf({ replicas, usage, target }) as number;
        expect(replicasOf({ replicas, usage: usage.map((one) => one + more), target })).toBeGreaterThanOrEqual(less);
      }),
    );
  });

  it('a pod that is missing never lets the number move further than without it', () => {
    fc.assert(
      fc.property(usages, fc.integer({ min: 1, max: 200 }), (usage, target) => {
        const replicas = usage.length + 1;
        const damped = replicasOf({ replicas, usage, target, pods: Array(replicas).fill(READY) as ScaledPod[] });
        const ratio = usage.reduce((sum, one) => sum + one, 0) / usage.length / 10 / target;
        if (ratio > 1.2) expect(damped).toBeGreaterThanOrEqual(replicas);
        if (ratio < 0.8) expect(damped).toBeLessThanOrEqual(replicas);
      }),
    );
  });
});

describe('when pods come to count', () => {
  const pod = (one: Partial<ScaledPod>): ScaledPod[] => [{ phase: 'Running', terminating: false, ...one } as ScaledPod];

  it('a window after one turned ready', () => {
    expect(nextStart(pod(HOT), WINDOW, NOW)).toBe(NOW - 5000 + WINDOW);
    expect(nextStart(pod(READY), WINDOW, NOW)).toBeUndefined();
  });

  it('five minutes after its start, where it was ready before', () => {
    expect(nextStart(pod({ ...UNREADY, ready: { status: 'False', since: NOW } }), WINDOW, NOW)).toBe(NOW + 240_000);
    expect(nextStart(pod(UNREADY), WINDOW, NOW)).toBeUndefined();
    expect(nextStart(pod(PENDING), WINDOW, NOW)).toBeUndefined();
  });
});
