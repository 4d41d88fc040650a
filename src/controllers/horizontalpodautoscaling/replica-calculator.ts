// How many replicas a metric asks for. Models kubernetes pkg/controller/podautoscaler/replica_calculator.go.
//
// Pods count by what is known of them:
// - ignored: they fail or go away; no part of the sum at all;
// - unready: they have yet to start; on the way up they count as using nothing, on the way down not at all;
// - missing: they run, and nothing is known; on the way up as using nothing, on the way down as using all they should.

import { quantityMilliValue } from '../../schema/quantity.ts';
import type { Found, PodMetrics } from './resource-metrics.ts';
import { averageOf, failed, found, utilizationOf } from './resource-metrics.ts';
import type { ScaledPod } from './scaled-pod.ts';

/** As the flags of upstream's controller manager default. */
const CPU_INITIALIZATION_MS = 5 * 60_000;
const INITIAL_READINESS_MS = 30_000;

/** How far from its target a metric may be, as a share of it, before anything is done. */
export interface Tolerances {
  readonly down: number;
  readonly up: number;
}

export interface Asked {
  readonly replicas: number;
  /** Percent of the requests; of metrics that have a target in percent. */
  readonly percent?: number;
  /** Thousandths, of a pod. */
  readonly average: number;
}

export interface Situation {
  readonly pods: readonly ScaledPod[];
  readonly metrics: PodMetrics;
  /** Of the target's scale: what it is to have. */
  readonly replicas: number;
  readonly tolerances: Tolerances;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** `target` in percent of the requests, of one container or ('') of all. */
export function replicasByUtilization(
  situation: Situation,
  resource: string,
  container: string,
  target: number,
): Found<Asked> {
  const groups = groupPods(situation, resource);
  const metrics = ofReady(situation.metrics, groups);
  if (metrics.size === 0) return failed('did not receive metrics for targeted pods (pods might be unready)');
  const requests = requestsOf(situation.pods, container, resource);
  if (!requests.ok) return requests;
  const first = utilizationOf(metrics, requests.value, target);
  if (!first.ok) return first;
  const { ratio, percent, average } = first.value;
  const full = Math.max(100, target);
  const fallback = (name: string): number => Math.trunc(((requests.value.get(name) ?? 0) * full) / 100);
  const whole = withOthers(metrics, groups, ratio, situation.now, fallback);
  const second = utilizationOf(whole, requests.value, target);
  if (!second.ok) return second;
  const replicas = settled(situation, groups, ratio, second.value.ratio, whole.size);
  return found({ replicas, percent, average });
}

/** `target` in thousandths, of a pod. */
export function replicasByAverage(situation: Situation, resource: string, target: number): Found<Asked> {
  const groups = groupPods(situation, resource);
  const metrics = ofReady(situation.metrics, groups);
  if (metrics.size === 0) return failed('did not receive metrics for targeted pods (pods might be unready)');
  const { ratio, average } = averageOf(metrics, target);
  const whole = withOthers(metrics, groups, ratio, situation.now, () => target);
  const replicas = settled(situation, groups, ratio, averageOf(whole, target).ratio, whole.size);
  return found({ replicas, average });
}

interface Groups {
  readonly ready: number;
  readonly ignored: ReadonlySet<string>;
  readonly unready: ReadonlySet<string>;
  readonly missing: ReadonlySet<string>;
}

function groupPods({ pods, metrics, now }: Situation, resource: string): Groups {
  const groups = { ignored: new Set<string>(), unready: new Set<string>(), missing: new Set<string>() };
  let ready = 0;
  for (const pod of pods) {
    const metric = metrics.get(pod.name);
    if (pod.terminating || pod.phase === 'Failed') groups.ignored.add(pod.name);
    else if (pod.phase === 'Pending') groups.unready.add(pod.name);
    else if (metric === undefined) groups.missing.add(pod.name);
    else if (resource === 'cpu' && isStarting(pod, metric.at - metric.window, now)) groups.unready.add(pod.name);
    else ready += 1;
  }
  return { ...groups, ready };
}

/** What a pod uses of CPU while it starts tells nothing. `from`: when the window of its metric began. */
function isStarting({ ready, startTime }: ScaledPod, from: number, now: number): boolean {
  if (ready === undefined || startTime === undefined) return true;
  const unready = ready.status === 'False';
  if (startTime + CPU_INITIALIZATION_MS > now) return unready || from < ready.since;
  return unready && startTime + INITIAL_READINESS_MS > ready.since;
}

/** When pods that start come to count though nothing of them changes, in milliseconds since the epoch; undefined: never. */
export function nextStart(pods: readonly ScaledPod[], window: number, now: number): number | undefined {
  const times = pods.flatMap(({ ready, startTime, phase, terminating }) => {
    if (terminating || phase !== 'Running' || ready === undefined || startTime === undefined) return [];
    const end = startTime + CPU_INITIALIZATION_MS;
    if (ready.status !== 'False') return [Math.min(ready.since + window, end)];
    return startTime + INITIAL_READINESS_MS > ready.since ? [] : [end];
  });
  const next = Math.min(...times.filter((at) => at > now));
  return next === Infinity ? undefined : next;
}

function ofReady(metrics: PodMetrics, { ignored, unready }: Groups): PodMetrics {
  return new Map([...metrics].filter(([name]) => !ignored.has(name) && !unready.has(name)));
}

/** With those counted in of which nothing is known, so that they damp the change. */
function withOthers(
  metrics: PodMetrics,
  { missing, unready }: Groups,
  ratio: number,
  now: number,
  fallback: (name: string) => number,
): PodMetrics {
  const whole = new Map(metrics);
  const set = (name: string, value: number): void => void whole.set(name, { value, at: now, window: 0 });
  for (const name of missing) {
    if (ratio < 1) set(name, fallback(name));
    else if (ratio > 1) set(name, 0);
  }
  if (ratio > 1) for (const name of unready) set(name, 0);
  return whole;
}

/** `ratio`: of the ready pods alone; `damped`: with the others, `counted` in all. */
function settled(
  { replicas, tolerances }: Situation,
  { ready, missing, unready }: Groups,
  ratio: number,
  damped: number,
  counted: number,
): number {
  const rising = unready.size > 0 && ratio > 1;
  if (!rising && missing.size === 0) {
    return isWithin(tolerances, ratio) ? replicas : Math.ceil(ratio * ready);
  }
  if (isWithin(tolerances, damped) || (ratio < 1 && damped > 1) || (ratio > 1 && damped < 1)) return replicas;
  const next = Math.ceil(damped * counted);
  // That more or fewer pods are counted than there should be must not turn the change around.
  if ((damped < 1 && next > replicas) || (damped > 1 && next < replicas)) return replicas;
  return next;
}

function isWithin({ down, up }: Tolerances, ratio: number): boolean {
  return 1 - down <= ratio && ratio <= 1 + up;
}

/** In thousandths, by the names of pods. A pod that requests nothing makes a percentage meaningless. */
function requestsOf(pods: readonly ScaledPod[], container: string, resource: string): Found<Map<string, number>> {
  const requests = new Map<string, number>();
  for (const pod of pods) {
    const own = container === '' ? pod.requests?.[resource] : undefined;
    if (own !== undefined) {
      requests.set(pod.name, quantityMilliValue(own));
      continue;
    }
    let sum = 0;
    for (const { name, requests: given } of pod.containers) {
      if (container !== '' && container !== name) continue;
      const request = given[resource];
      if (request === undefined)
        return failed(`missing request for ${resource} in container ${name} of Pod ${pod.name}`);
      sum += quantityMilliValue(request);
    }
    requests.set(pod.name, sum);
  }
  return found(requests);
}
