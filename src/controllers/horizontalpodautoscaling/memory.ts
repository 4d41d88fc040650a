// What the autoscaler remembers of its own: what it recommended, and by how much it scaled. Upstream keeps it in memory;
// here a cluster may sleep through a window, so it stands in an annotation of the autoscaler, written with its status.
//
// 1. A recommendation holds until the next one is made: between two syncs nothing has changed, and upstream would have
//    repeated it all the while. `until` is when it was last so.
// 2. Only what still matters is kept: recommendations that may hold back the present one (normalize.ts), and what a
//    policy's period reaches back to. Mostly that is nothing, and there is no annotation.
// 3. Where `last` is missing the last recommendation was status.desiredReplicas: what somebody else made of the target since is
//    no recommendation.
//
// Example: 10 replicas were recommended until 12:00:00, and 4 are now, with a window of five minutes:
//   {"recommended":[[10,1767268800000]],"last":4} — at 12:05:00 the window reaches no further back, and 4 are applied.

import type { HorizontalPodAutoscaler, HPAScalingRules } from '../../api/types/autoscaling-v2.ts';
import { isObject } from '../../lib/json.ts';

const ANNOTATION = 'kubewisp.dev/autoscaling-memory';
/** Upstream's default of --horizontal-pod-autoscaler-downscale-stabilization. */
const DOWNSCALE_WINDOW_MS = 300_000;
/** More than any window with a sync each 15 seconds holds. */
const MAX_ENTRIES = 250;
const MAX_COUNT = 2 ** 31 - 1;

/** A number and when (milliseconds since the epoch). */
export type Entry = readonly [count: number, at: number];

export interface Memory {
  readonly recommended: readonly Entry[];
  readonly last?: number;
  /** By how many replicas it scaled up, and down. */
  readonly up: readonly Entry[];
  readonly down: readonly Entry[];
}

const NOTHING: Memory = { recommended: [], up: [], down: [] };

/** Anybody may write an annotation: what cannot have been remembered is left out. */
export function memoryOf({ metadata }: HorizontalPodAutoscaler, now: number): Memory {
  const text = metadata.annotations?.[ANNOTATION];
  if (text === undefined) return NOTHING;
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value)) return NOTHING;
    const { recommended, last, up, down } = value;
    return {
      recommended: entries(recommended, now),
      ...(isCount(last) ? { last } : {}),
      up: entries(up, now),
      down: entries(down, now),
    };
  } catch {
    return NOTHING;
  }
}

function entries(value: unknown, now: number): Entry[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry): Entry[] => {
    const [count, at] = Array.isArray(entry) ? (entry as unknown[]) : [];
    return isCount(count) && typeof at === 'number' && at <= now ? [[count, at]] : [];
  });
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_COUNT;
}

/** Drops what reaches too far back; `autoscaler` is changed. */
export function remember(autoscaler: HorizontalPodAutoscaler, memory: Memory, now: number): void {
  const { behavior } = autoscaler.spec;
  const since = (list: readonly Entry[], ms: number): readonly Entry[] =>
    list.filter(([, at]) => at + ms > now).slice(-MAX_ENTRIES);
  // Each counts for the limits of both directions.
  const period = Math.max(longestPeriod(behavior?.scaleUp), longestPeriod(behavior?.scaleDown));
  const kept = {
    ...some('recommended', memory.recommended.slice(-MAX_ENTRIES)),
    ...(memory.last === undefined ? {} : { last: memory.last }),
    ...some('up', since(memory.up, period)),
    ...some('down', since(memory.down, period)),
  };
  const { [ANNOTATION]: _, ...others } = autoscaler.metadata.annotations ?? {};
  const annotations = Object.keys(kept).length === 0 ? others : { ...others, [ANNOTATION]: JSON.stringify(kept) };
  if (Object.keys(annotations).length === 0) delete autoscaler.metadata.annotations;
  else autoscaler.metadata.annotations = annotations;
}

function some(key: string, list: readonly Entry[]): Record<string, readonly Entry[]> {
  return list.length === 0 ? {} : { [key]: list };
}

/** How far back recommendations count, in milliseconds. */
export interface Windows {
  readonly scaleUp: number;
  readonly scaleDown: number;
}

export function windowsOf({ spec }: HorizontalPodAutoscaler): Windows {
  const { scaleUp, scaleDown } = spec.behavior ?? {};
  const down = scaleDown?.stabilizationWindowSeconds;
  return {
    scaleUp: (scaleUp?.stabilizationWindowSeconds ?? 0) * 1000,
    scaleDown: down === undefined ? DOWNSCALE_WINDOW_MS : down * 1000,
  };
}

/** Milliseconds. */
function longestPeriod(rules: HPAScalingRules | undefined): number {
  return Math.max(0, ...(rules?.policies ?? []).map(({ periodSeconds }) => periodSeconds * 1000));
}
