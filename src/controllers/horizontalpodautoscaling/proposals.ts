// What each metric of an autoscaler asks for, and what they ask for together.
// Models computeReplicasForMetrics of kubernetes pkg/controller/podautoscaler/horizontal.go.

import type { HorizontalPodAutoscaler, MetricSpec, MetricStatus } from '../../api/types/autoscaling-v2.ts';
import { formatQuantity, quantityMilliValue, quantityOf } from '../../schema/quantity.ts';
import { goSelectorText } from '../../schema/label-selector.ts';
import type { Asked, Situation, Tolerances } from './replica-calculator.ts';
import { replicasByAverage, replicasByUtilization } from './replica-calculator.ts';
import type { Found, Sources } from './resource-metrics.ts';
import { failed, found, resourceMetrics } from './resource-metrics.ts';
import type { ScaledPod } from './scaled-pod.ts';

/** Upstream's default of --horizontal-pod-autoscaler-tolerance. */
const TOLERANCE = 0.1;
const NO_CUSTOM_METRICS =
  'unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered';

export interface Observed {
  readonly pods: readonly ScaledPod[];
  readonly sources: Sources;
  readonly replicas: number;
  readonly now: number;
}

/** A metric that could not be had: the reason and the text of its Event, and how the failure as a whole is told. */
export interface MetricFailure {
  readonly reason: string;
  readonly error: string;
  readonly whole: string;
}

export interface Proposal {
  readonly replicas: number;
  /** `cpu resource utilization (percentage of request)` */
  readonly metric: string;
  readonly status: MetricStatus;
}

export type Proposed = Proposal | MetricFailure;

export function isFailure(proposed: Proposed): proposed is MetricFailure {
  return 'error' in proposed;
}

export function propose(autoscaler: HorizontalPodAutoscaler, metric: MetricSpec, observed: Observed): Proposed {
  const { metadata } = autoscaler;
  const namespace = metadata.namespace ?? '';
  switch (metric.type) {
    case 'Resource':
    case 'ContainerResource':
      return byResource(autoscaler, metric, observed);
    case 'Pods': {
      const error = `unable to get metric ${metric.pods?.metric.name ?? ''}: ${NO_CUSTOM_METRICS}`;
      return { reason: 'FailedGetPodsMetric', error, whole: `failed to get pods metric value: ${error}` };
    }
    case 'Object': {
      const { kind = '', name = '' } = metric.object?.describedObject ?? {};
      const which = `${metric.object?.metric.name ?? ''}: ${kind} on ${namespace} ${name}`;
      const error = `unable to get metric ${which}/${NO_CUSTOM_METRICS}`;
      return { reason: 'FailedGetObjectMetric', error, whole: `failed to get object metric value: ${error}` };
    }
    case 'External':
      return byExternal(namespace, metric);
    default: {
      const error = `unknown metric source type ${JSON.stringify(metric.type)}`;
      return { reason: 'InvalidMetricSourceType', error, whole: error };
    }
  }
}

function byExternal(namespace: string, { external }: MetricSpec): MetricFailure {
  const { name = '', selector } = external?.metric ?? {};
  const selected = selector === undefined ? 'nil' : goSelectorText(selector);
  const api = 'unable to fetch metrics from external metrics API';
  const missing = `the server could not find the requested resource (get ${name}.external.metrics.k8s.io)`;
  const error = `unable to get external metric ${namespace}/${name}/${selected}: ${api}: ${missing}`;
  const target = external?.target;
  const inner =
    target?.averageValue === undefined
      ? `failed to get external metric ${name}: ${error}`
      : `failed to get ${name} external metric: ${error}`;
  return { reason: 'FailedGetExternalMetric', error, whole: `failed to get ${name} external metric value: ${inner}` };
}

function byResource(autoscaler: HorizontalPodAutoscaler, metric: MetricSpec, observed: Observed): Proposed {
  const own = metric.type === 'Resource';
  const source = own ? metric.resource : metric.containerResource;
  const { name: resource = '', target } = source ?? {};
  const container = own ? '' : (metric.containerResource?.container ?? '');
  const failure = (error: string): MetricFailure => ({
    reason: own ? 'FailedGetResourceMetric' : 'FailedGetContainerResourceMetric',
    error,
    whole: `failed to get ${resource} ${own ? 'resource' : 'container'} metric value: ${error}`,
  });
  const { averageValue, averageUtilization } = target ?? {};
  if (averageValue === undefined && averageUtilization === undefined) {
    return failure(
      'invalid resource metric source: neither an average utilization target nor an average value (usage) target was set',
    );
  }
  const query = { namespace: autoscaler.metadata.namespace ?? '', resource, container };
  const metrics = resourceMetrics(observed.pods, query, observed.sources, observed.now);
  const asked = metrics.ok
    ? ask({ ...observed, metrics: metrics.value, tolerances: tolerancesOf(autoscaler) }, resource, container, target)
    : failed(`unable to get metrics for resource ${resource}: ${metrics.error}`);
  if (!asked.ok) {
    return failure(`failed to get ${resource} ${averageValue === undefined ? 'utilization' : 'usage'}: ${asked.error}`);
  }
  const { replicas, percent, average } = asked.value;
  const value = formatQuantity({ nano: BigInt(average) * 1_000_000n, format: 'DecimalSI' });
  const current = { averageValue: value, ...(percent === undefined ? {} : { averageUtilization: percent }) };
  return {
    replicas,
    metric: percent === undefined ? `${resource} resource` : `${resource} resource utilization (percentage of request)`,
    status: own
      ? { type: 'Resource', resource: { name: resource, current } }
      : { type: 'ContainerResource', containerResource: { name: resource, container, current } },
  };
}

function ask(
  situation: Situation,
  resource: string,
  container: string,
  target: { readonly averageValue?: string | number; readonly averageUtilization?: number } | undefined,
): Found<Asked> {
  const { averageValue, averageUtilization = 0 } = target ?? {};
  if (averageValue !== undefined) return replicasByAverage(situation, resource, quantityMilliValue(averageValue));
  return replicasByUtilization(situation, resource, container, averageUtilization);
}

function tolerancesOf({ spec: { behavior } }: HorizontalPodAutoscaler): Tolerances {
  const of = (given: string | number | undefined): number =>
    given === undefined ? TOLERANCE : Number(quantityOf(given).nano) / 1e9;
  return { down: of(behavior?.scaleDown?.tolerance), up: of(behavior?.scaleUp?.tolerance) };
}

export interface Together {
  readonly replicas: number;
  readonly metric: string;
}

/** The largest proposal. Where a metric is missing, fewer replicas than there are would be a guess: the error then. */
export function together(proposals: readonly Proposed[], current: number): Found<Together> {
  const failures = proposals.filter(isFailure);
  let best: Together = { replicas: 0, metric: '' };
  for (const proposal of proposals) {
    if (isFailure(proposal)) continue;
    if (best.replicas === 0 || proposal.replicas > best.replicas) best = proposal;
  }
  const [first] = failures;
  if (first === undefined) return found(best);
  if (failures.length < proposals.length && best.replicas >= current) return found(best);
  const counts = `${failures.length} invalid out of ${proposals.length}`;
  return failed(`invalid metrics (${counts}), first error is: ${first.whole}`);
}
