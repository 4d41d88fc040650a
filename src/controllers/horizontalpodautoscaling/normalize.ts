// From the replicas that the metrics ask for to those that the target gets: held against recent recommendations, bounded by
// rates, minimum and maximum. Models normalizeDesiredReplicas(WithBehaviors) of kubernetes
// pkg/controller/podautoscaler/horizontal.go.

import type { HorizontalPodAutoscaler, HPAScalingPolicy, HPAScalingRules } from '../../api/types/autoscaling-v2.ts';
import type { Finding } from './conditions.ts';
import type { Entry, Memory, Windows } from './memory.ts';
import { windowsOf } from './memory.ts';

/** Without a behavior a target grows to at most twice its size, or to four. */
const UP_FACTOR = 2;
const UP_MINIMUM = 4;

export interface Normalized {
  readonly replicas: number;
  readonly findings: readonly Finding[];
  /** What to remember of recommendations, this one included. */
  readonly recommended: readonly Entry[];
  readonly last: number | undefined;
  /** When it would come out otherwise though nothing else changes, in milliseconds since the epoch; undefined: never. */
  readonly next: number | undefined;
}

export interface Wish {
  readonly current: number;
  readonly desired: number;
  readonly minimum: number;
  readonly now: number;
}

interface Limited {
  readonly replicas: number;
  readonly reason: string;
  readonly message: string;
}

const WITHIN = { reason: 'DesiredWithinRange', message: 'the desired count is within the acceptable range' };
const TOO_MANY = {
  reason: 'TooManyReplicas',
  message: 'the desired replica count is more than the maximum replica count',
};
const TOO_FEW = {
  reason: 'TooFewReplicas',
  message: 'the desired replica count is less than the minimum replica count',
};
const UP_LIMIT = {
  reason: 'ScaleUpLimit',
  message: 'the desired replica count is increasing faster than the maximum scale rate',
};
const DOWN_LIMIT = {
  reason: 'ScaleDownLimit',
  message: 'the desired replica count is decreasing faster than the maximum scale rate',
};

export function normalize(autoscaler: HorizontalPodAutoscaler, memory: Memory, wish: Wish): Normalized {
  const { behavior } = autoscaler.spec;
  const { desired, now } = wish;
  const windows = windowsOf(autoscaler);
  const recommended = useful([...memory.recommended, [memory.last ?? lastSize(autoscaler, wish), now]], windows, wish);
  const stabilized = stabilize(recommended, wish, behavior === undefined);
  const up = desired >= wish.current && behavior !== undefined;
  const stable: Finding =
    stabilized === desired
      ? able('ReadyForNewScale', 'recommended size matches current size')
      : up
        ? able(
            'ScaleUpStabilized',
            'recent recommendations were lower than current one, applying the lowest recent recommendation',
          )
        : able(
            'ScaleDownStabilized',
            'recent recommendations were higher than current one, applying the highest recent recommendation',
          );
  const limited =
    behavior === undefined
      ? byRules(wish, stabilized, autoscaler.spec.maxReplicas)
      : byPolicies({ ...wish, desired: stabilized }, autoscaler, memory);
  const { replicas, reason, message } = limited;
  const status = replicas === stabilized ? 'False' : 'True';
  const ends = recommended.map(([count, at]) => at + (count > desired ? windows.scaleDown : windows.scaleUp));
  const periods = behavior === undefined ? [] : periodEnds(behavior.scaleUp, behavior.scaleDown, memory);
  const held = stabilized === desired ? [] : ends;
  const bounded = reason === UP_LIMIT.reason || reason === DOWN_LIMIT.reason ? periods : [];
  const next = Math.min(...[...held, ...bounded].filter((at) => at > now));
  return {
    replicas,
    findings: [stable, { type: 'ScalingLimited', status, reason, message }],
    recommended,
    last: desired === replicas ? undefined : desired,
    next: next === Infinity ? undefined : next,
  };
}

/** The size that was right at the last look. A new autoscaler has none: what it finds is held like a recommendation. */
function lastSize({ status }: HorizontalPodAutoscaler, { current }: Wish): number {
  const size = status?.desiredReplicas ?? 0;
  return size === 0 ? current : size;
}

/** What may hold the present recommendation back: higher ones on the way down, lower ones on the way up. */
function useful(entries: readonly Entry[], windows: Windows, { desired, now }: Wish): Entry[] {
  return entries.filter(([count, at]) => {
    if (count === desired) return false;
    return at + (count > desired ? windows.scaleDown : windows.scaleUp) > now;
  });
}

function able(reason: string, message: string): Finding {
  return { type: 'AbleToScale', status: 'True', reason, message };
}

/** The present size, moved as little as recent recommendations allow. Without a behavior only the way down is held. */
function stabilize(recommended: readonly Entry[], { current, desired }: Wish, plain: boolean): number {
  const counts = recommended.map(([count]) => count);
  const highest = Math.max(desired, ...counts);
  if (plain) return highest;
  return Math.min(Math.max(current, Math.min(desired, ...counts)), highest);
}

function byRules({ current, minimum }: Wish, desired: number, maximum: number): Limited {
  const fastest = Math.max(UP_FACTOR * current, UP_MINIMUM);
  const most = Math.min(maximum, fastest);
  if (desired < minimum) return { replicas: minimum, ...TOO_FEW };
  if (desired > most) return { replicas: most, ...(maximum > fastest ? UP_LIMIT : TOO_MANY) };
  return { replicas: desired, ...WITHIN };
}

function byPolicies(
  { current, desired, minimum, now }: Wish,
  { spec }: HorizontalPodAutoscaler,
  memory: Memory,
): Limited {
  const { maxReplicas, behavior } = spec;
  if (desired > current) {
    const limit = Math.max(upLimit(behavior?.scaleUp, current, memory, now), current);
    const most = Math.min(maxReplicas, limit);
    if (desired > most) return { replicas: most, ...(maxReplicas > limit ? UP_LIMIT : TOO_MANY) };
  } else if (desired < current) {
    const limit = Math.min(downLimit(behavior?.scaleDown, current, memory, now), current);
    const least = Math.max(minimum, limit);
    if (desired < least) return { replicas: least, ...(minimum < limit ? DOWN_LIMIT : TOO_FEW) };
  }
  return { replicas: desired, ...WITHIN };
}

function upLimit(rules: HPAScalingRules | undefined, current: number, memory: Memory, now: number): number {
  if (rules?.selectPolicy === 'Disabled') return current;
  const proposals = (rules?.policies ?? []).map((policy) => {
    const start = current - changed(memory.up, policy, now) + changed(memory.down, policy, now);
    // Rounded up, since a small number would never grow.
    return policy.type === 'Pods' ? start + policy.value : Math.ceil(start * (1 + policy.value / 100));
  });
  return rules?.selectPolicy === 'Min' ? Math.min(...proposals) : Math.max(...proposals);
}

function downLimit(rules: HPAScalingRules | undefined, current: number, memory: Memory, now: number): number {
  if (rules?.selectPolicy === 'Disabled') return current;
  const proposals = (rules?.policies ?? []).map((policy) => {
    const start = current - changed(memory.up, policy, now) + changed(memory.down, policy, now);
    return policy.type === 'Pods' ? start - policy.value : Math.trunc(start * (1 - policy.value / 100));
  });
  return rules?.selectPolicy === 'Min' ? Math.max(...proposals) : Math.min(...proposals);
}

/** By how many replicas it was changed within the period of a policy. */
function changed(entries: readonly Entry[], { periodSeconds }: HPAScalingPolicy, now: number): number {
  return entries.filter(([, at]) => at + periodSeconds * 1000 > now).reduce((sum, [count]) => sum + count, 0);
}

/** When what was changed leaves a period. */
function periodEnds(up: HPAScalingRules | undefined, down: HPAScalingRules | undefined, memory: Memory): number[] {
  const periods = [...(up?.policies ?? []), ...(down?.policies ?? [])].map(({ periodSeconds }) => periodSeconds * 1000);
  return [...memory.up, ...memory.down].flatMap(([, at]) => periods.map((period) => at + period));
}
