// What pods use of a resource, as the autoscaler gets it from metrics.k8s.io.
// Models kubernetes pkg/controller/podautoscaler/metrics/{client,utilization}.go.

import type { UsageSource } from '../../api/metrics/v1beta1/measurement.ts';
import { measuredAt, usageOfPod, WINDOW_MS } from '../../api/metrics/v1beta1/measure.ts';
import { quantityMilliValue } from '../../schema/quantity.ts';
import type { ScaledPod } from './scaled-pod.ts';

export interface PodMetric {
  /** Thousandths. */
  readonly value: number;
  /** Milliseconds since the epoch: the end of the window. */
  readonly at: number;
  /** Milliseconds. */
  readonly window: number;
}

/** By the names of pods. */
export type PodMetrics = Map<string, PodMetric>;

/** A value, or the text of the error that there is none. */
export type Found<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: string };

export function found<T>(value: T): Found<T> {
  return { ok: true, value };
}

export function failed(error: string): { readonly ok: false; readonly error: string } {
  return { ok: false, error };
}

/** Where metrics come from: undefined: metrics.k8s.io is not served. */
export type Sources = ((node: string) => UsageSource) | undefined;

export interface MetricQuery {
  readonly namespace: string;
  readonly resource: string;
  /** '' for all of a pod's together. */
  readonly container: string;
}

/** The pods are those that a selector selects. */
export function resourceMetrics(
  pods: readonly ScaledPod[],
  { namespace, resource, container }: MetricQuery,
  sources: Sources,
  now: number,
): Found<PodMetrics> {
  const api = 'unable to fetch metrics from resource metrics API';
  if (sources === undefined) {
    return failed(`${api}: the server could not find the requested resource (get pods.metrics.k8s.io)`);
  }
  const metrics: PodMetrics = new Map();
  let measured = false;
  for (const pod of pods) {
    if (pod.phase !== 'Running') continue;
    const source = sources(pod.node);
    const usage = usageOfPod(pod.uid, pod.standing, source);
    if (usage.length === 0) continue;
    measured = true;
    const counted = container === '' ? usage : usage.filter(({ name }) => name === container);
    if (counted.length === 0) {
      const why = `container ${container} not present in metrics for pod ${namespace}/${pod.name}`;
      return failed(`failed to get container metrics: ${why}`);
    }
    const values = counted.map((one) => one.usage[resource]);
    // A pod of which a part is not known is not known.
    if (values.some((value) => value === undefined)) continue;
    const value = values.reduce((sum, one) => sum + quantityMilliValue(one ?? 0), 0);
    metrics.set(pod.name, { value, at: measuredAt(source, now), window: WINDOW_MS });
  }
  return measured ? found(metrics) : failed('no metrics returned from resource metrics API');
}

export interface Utilization {
  /** Of the present use to the one aimed at. */
  readonly ratio: number;
  /** Percent of what is requested. */
  readonly percent: number;
  /** Thousandths, the average of a pod. */
  readonly average: number;
}

/** `requests` in thousandths, by the names of pods. `target` in percent. */
export function utilizationOf(
  metrics: PodMetrics,
  requests: ReadonlyMap<string, number>,
  target: number,
): Found<Utilization> {
  let used = 0;
  let requested = 0;
  let pods = 0;
  for (const [name, { value }] of metrics) {
    const request = requests.get(name);
    if (request === undefined) continue;
    used += value;
    requested += request;
    pods += 1;
  }
  if (requested === 0) return failed('no metrics returned matched known pods');
  const percent = Math.trunc((used * 100) / requested);
  return found({ ratio: percent / target, percent, average: Math.trunc(used / pods) });
}

/** `target` in thousandths. */
export function averageOf(metrics: PodMetrics, target: number): { readonly ratio: number; readonly average: number } {
  let used = 0;
  for (const { value } of metrics.values()) used += value;
  const average = Math.trunc(used / metrics.size);
  return { ratio: average / target, average };
}
