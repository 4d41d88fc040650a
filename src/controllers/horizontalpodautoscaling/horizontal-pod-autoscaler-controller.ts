// Keeps the size of a target by what its pods use. Models reconcileAutoscaler of kubernetes
// pkg/controller/podautoscaler/horizontal.go.
//
// Upstream looks each 15 seconds, whether anything has happened or not. Here an autoscaler is looked at when something has
// changed that it depends on, and when time alone changes what comes out:
//
// 1. Changes of its spec are answered at once, others at most each SYNC_MS, as upstream's are.
// 2. It comes back SYNC_MS after it has scaled; when a recommendation leaves its window or a change its policy's period;
//    when a pod's first minutes are over; and each SYNC_MS while pods are on a node that measures and is ready, which may
//    tell anything.
// 3. One that finds everything as it was writes nothing, and asks for nothing.

import type { Client } from '../../api/client.ts';
import { METRICS_API_SERVICE } from '../../api/metrics/v1beta1/group.ts';
import { WINDOW_MS } from '../../api/metrics/v1beta1/measure.ts';
import type { UsageSource } from '../../api/metrics/v1beta1/measurement.ts';
import type { Scale } from '../../api/types/autoscaling-v1.ts';
import type { HorizontalPodAutoscaler, MetricStatus } from '../../api/types/autoscaling-v2.ts';
import { formatTime } from '../../lib/clock.ts';
import { clone, deepEqual } from '../../lib/json.ts';
import { matchesLabels, parseLabelSelector } from '../../schema/label-selector.ts';
import { readiness } from '../common/nodes.ts';
import { keyOf } from '../common/owners.ts';
import type { Context, Controller, Outcome } from '../runtime/component.ts';
import { setCondition } from './conditions.ts';
import type { Memory } from './memory.ts';
import { memoryOf, remember } from './memory.ts';
import { normalize } from './normalize.ts';
import type { MetricFailure } from './proposals.ts';
import { isFailure, propose, together } from './proposals.ts';
import { nextStart } from './replica-calculator.ts';
import type { Sources } from './resource-metrics.ts';
import type { ScaledPod } from './scaled-pod.ts';
import { scaledPod } from './scaled-pod.ts';
import { AUTOSCALERS, interest, keys } from './triggers.ts';

/** Upstream's default of --horizontal-pod-autoscaler-sync-period. */
const SYNC_MS = 15_000;

/** When an autoscaler was last looked at, and which spec it had. Lost in a crash, it is looked at once more. */
type Syncs = Map<string, { readonly at: number; readonly spec: HorizontalPodAutoscaler['spec'] }>;

export function horizontalPodAutoscalerController(): Controller {
  const syncs: Syncs = new Map();
  return {
    name: 'horizontal-pod-autoscaler',
    watches: {},
    watchesAll: { interest, keys },
    reconcile(key, context) {
      const slash = key.indexOf('/');
      const autoscaler = context.client.get(AUTOSCALERS, key.slice(0, slash), key.slice(slash + 1));
      if (autoscaler === undefined || autoscaler.metadata.deletionTimestamp !== undefined) {
        syncs.delete(key);
        return undefined;
      }
      const last = syncs.get(key);
      const wait = last === undefined ? 0 : last.at + SYNC_MS - context.now;
      if (wait > 0 && deepEqual(last?.spec, autoscaler.spec)) return { requeueAfter: wait };
      syncs.set(key, { at: context.now, spec: autoscaler.spec });
      return new Sync(autoscaler, context).run();
    },
  };
}

class Sync {
  readonly #stored: HorizontalPodAutoscaler;
  /** A copy, with the status as it is to be. */
  readonly #autoscaler: HorizontalPodAutoscaler;
  readonly #client: Client;
  readonly #now: number;
  readonly #next: number[] = [];
  #memory: Memory;

  constructor(stored: HorizontalPodAutoscaler, { client, now }: Context) {
    this.#stored = stored;
    this.#autoscaler = clone(stored);
    this.#client = client;
    this.#now = now;
    this.#memory = memoryOf(stored, now);
  }

  run(): Outcome | undefined {
    const { spec, metadata } = this.#autoscaler;
    const found = this.#client.scale(metadata.namespace ?? '', spec.scaleTargetRef);
    if (!found.ok) {
      const { message = '' } = found.status;
      this.#warn('FailedGetScale', message);
      this.#able(
        'False',
        'FailedGetScale',
        `the HPA controller was unable to get the target's current scale: ${message}`,
      );
      return this.#write();
    }
    this.#able('True', 'SucceededGetScale', "the HPA controller was able to get the target's current scale");
    const scale = found.value;
    const current = scale.spec?.replicas ?? 0;
    const minimum = spec.minReplicas ?? 1;
    if (current === 0 && minimum !== 0) {
      const why = 'scaling is disabled since the replica count of the target is zero';
      this.#active('False', 'ScalingDisabled', why);
      return this.#settle(current, current, undefined);
    }
    if (current > spec.maxReplicas) {
      return this.#rescale(scale, spec.maxReplicas, 'Current number of replicas above Spec.MaxReplicas', undefined);
    }
    if (current < minimum) {
      return this.#rescale(scale, minimum, 'Current number of replicas below Spec.MinReplicas', undefined);
    }
    return this.#byMetrics(scale, current, minimum);
  }

  #byMetrics(scale: Scale, current: number, minimum: number): Outcome | undefined {
    const { spec } = this.#autoscaler;
    const pods = this.#pods(scale);
    if (typeof pods === 'string') return this.#failed(current, undefined, pods);
    const sources = this.#sources();
    const observed = { pods, sources, replicas: current, now: this.#now };
    const metrics = spec.metrics ?? [];
    const proposals = metrics.map((metric) => propose(this.#autoscaler, metric, observed));
    for (const failure of proposals.filter(isFailure)) this.#warn(failure.reason, failure.error);
    const starts = nextStart(pods, WINDOW_MS, this.#now);
    if (starts !== undefined) this.#next.push(starts);
    if (sources !== undefined && this.#mayBeTold(pods, sources)) this.#next.push(this.#now + SYNC_MS);
    // Upstream's list has a place for each metric, be it known or not.
    const statuses = proposals.map((proposal): MetricStatus => (isFailure(proposal) ? { type: '' } : proposal.status));
    const all = together(proposals, current);
    if (!all.ok) {
      const first = proposals.find(isFailure) as MetricFailure;
      const why = `the HPA was unable to compute the replica count: ${first.error}`;
      this.#active('False', first.reason, why);
      return this.#failed(current, statuses, all.error);
    }
    const { replicas: desired, metric } = all.value;
    const from = `the HPA was able to successfully calculate a replica count from ${metric}`;
    this.#active('True', 'ValidMetricFound', from);
    const normalized = normalize(this.#autoscaler, this.#memory, { current, desired, minimum, now: this.#now });
    for (const finding of normalized.findings) setCondition(this.#autoscaler, finding, this.#now);
    const { last, recommended, next, replicas } = normalized;
    this.#memory = {
      recommended,
      up: this.#memory.up,
      down: this.#memory.down,
      ...(last === undefined ? {} : { last }),
    };
    if (next !== undefined) this.#next.push(next);
    if (replicas === current) return this.#settle(current, current, statuses);
    const reason = desired > current ? `${metric} above target` : 'All metrics below target';
    return this.#rescale(scale, replicas, reason, statuses);
  }

  /** The pods that the target's selector selects, or why that cannot be told. */
  #pods(scale: Scale): readonly ScaledPod[] | string {
    const { selector = '' } = scale.status ?? {};
    if (selector === '') {
      const error = 'selector is required';
      this.#warn('SelectorRequired', error);
      this.#active('False', 'InvalidSelector', "the HPA target's scale is missing a selector");
      return error;
    }
    const parsed = parseLabelSelector(selector);
    if (!parsed.ok) {
      const error = `couldn't convert selector into a corresponding internal selector object: ${parsed.error}`;
      this.#warn('InvalidSelector', error);
      this.#active('False', 'InvalidSelector', error);
      return error;
    }
    const { namespace = '' } = this.#autoscaler.metadata;
    const pods = this.#client
      .view(scaledPod, { namespace })
      .filter(({ labels }) => matchesLabels(parsed.selector, labels));
    const several = this.#alsoScale(pods, namespace);
    if (several.length === 0) return pods;
    const error = `pods by selector ${selector} are controlled by multiple HPAs: [${several.join(' ')}]`;
    this.#warn('AmbiguousSelector', error);
    this.#active('False', 'AmbiguousSelector', error);
    return error;
  }

  /** Keys of all autoscalers of these pods, where there are others than this one. */
  #alsoScale(pods: readonly ScaledPod[], namespace: string): string[] {
    const others = this.#client.list(AUTOSCALERS, { namespace }).filter((other) => {
      if (other.metadata.uid === this.#stored.metadata.uid) return false;
      const scale = this.#client.scale(namespace, other.spec.scaleTargetRef);
      const parsed = parseLabelSelector((scale.ok && scale.value.status?.selector) || '');
      if (!parsed.ok || parsed.selector.length === 0) return false;
      return pods.some(({ labels }) => matchesLabels(parsed.selector, labels));
    });
    return others.length === 0 ? [] : [this.#stored, ...others].map(keyOf).toSorted();
  }

  #sources(): Sources {
    const service = this.#client.get('apiservices.apiregistration.k8s.io', '', METRICS_API_SERVICE);
    if (service === undefined || service.spec?.service !== undefined) return undefined;
    const known = new Map<string, UsageSource>();
    return (node) => {
      if (!known.has(node)) known.set(node, this.#client.usageSource(node));
      return known.get(node);
    };
  }

  /** Whether a node may report at any moment: one that measures, and is alive. Its coming back turns its pods ready, which is seen. */
  #mayBeTold(pods: readonly ScaledPod[], sources: NonNullable<Sources>): boolean {
    const measuring = new Set(pods.map(({ node }) => node).filter((node) => sources(node) !== 'standing'));
    return [...measuring].some((name) => {
      const node = this.#client.get('nodes', '', name);
      return node !== undefined && readiness(node) === 'True';
    });
  }

  #rescale(scale: Scale, desired: number, reason: string, statuses: MetricStatus[] | undefined): Outcome | undefined {
    const current = scale.spec?.replicas ?? 0;
    const { metadata, spec } = this.#autoscaler;
    const next = { ...scale, spec: { ...scale.spec, replicas: desired } };
    const written = this.#client.updateScale(metadata.namespace ?? '', spec.scaleTargetRef, next);
    if (!written.ok) {
      const { message = '' } = written.status;
      this.#warn('FailedRescale', `New size: ${desired}; reason: ${reason}; error: ${message}`);
      this.#able('False', 'FailedUpdateScale', `the HPA controller was unable to update the target scale: ${message}`);
      this.#next.push(this.#now + SYNC_MS);
      return this.#failed(current, statuses);
    }
    this.#able('True', 'SucceededRescale', `the HPA controller was able to update the target scale to ${desired}`);
    const message = `New size: ${desired}; reason: ${reason}`;
    this.#client.event({ regarding: this.#stored, type: 'Normal', reason: 'SuccessfulRescale', message });
    this.#next.push(this.#now + SYNC_MS);
    this.#status.lastScaleTime = formatTime(this.#now);
    if (spec.behavior !== undefined) {
      const { up, down } = this.#memory;
      const change = [Math.abs(desired - current), this.#now] as const;
      this.#memory = {
        ...this.#memory,
        ...(desired > current ? { up: [...up, change] } : { down: [...down, change] }),
      };
    }
    return this.#settle(current, desired, statuses);
  }

  /** `error` of the whole, where there is one to tell. */
  #failed(current: number, statuses: MetricStatus[] | undefined, error?: string): Outcome | undefined {
    this.#status.currentReplicas = current;
    this.#showMetrics(statuses);
    const outcome = this.#write();
    if (error !== undefined) this.#warn('FailedComputeMetricsReplicas', error);
    return outcome;
  }

  #settle(current: number, desired: number, statuses: MetricStatus[] | undefined): Outcome | undefined {
    this.#status.currentReplicas = current;
    this.#status.desiredReplicas = desired;
    this.#showMetrics(statuses);
    return this.#write();
  }

  #showMetrics(statuses: MetricStatus[] | undefined): void {
    if (statuses === undefined) delete this.#status.currentMetrics;
    else this.#status.currentMetrics = statuses;
  }

  #write(): Outcome | undefined {
    remember(this.#autoscaler, this.#memory, this.#now);
    const written = this.#client.updateStatus(AUTOSCALERS, this.#autoscaler);
    if (!written.ok && written.status.reason !== 'NotFound') return { error: written.status.message ?? '' };
    if (this.#next.length === 0) return undefined;
    return { requeueAfter: Math.max(1, Math.min(...this.#next) - this.#now) };
  }

  get #status() {
    return (this.#autoscaler.status ??= { desiredReplicas: 0 });
  }

  #able(status: 'True' | 'False', reason: string, message: string): void {
    setCondition(this.#autoscaler, { type: 'AbleToScale', status, reason, message }, this.#now);
  }

  #active(status: 'True' | 'False', reason: string, message: string): void {
    setCondition(this.#autoscaler, { type: 'ScalingActive', status, reason, message }, this.#now);
  }

  #warn(reason: string, message: string): void {
    this.#client.event({ regarding: this.#stored, type: 'Warning', reason, message });
  }
}
