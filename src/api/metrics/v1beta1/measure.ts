// NodeMetrics and PodMetrics of what runs: measured by the nodes that do so, else the standing usage.
// Models kubernetes-sigs/metrics-server pkg/api (node.go, pod.go): pods that run and nodes that are ready have metrics.

import { formatTime } from '../../../lib/clock.ts';
import type { ComputeContext } from '../../computed.ts';
import type { StoredMeta } from '../../object.ts';
import type { Node, Pod } from '../../types/core-v1.ts';
import type { UsageSource } from './measurement.ts';
import { usageSource } from './measurement.ts';
import type { ContainerMetrics, NodeMetrics, PodMetrics, Usage } from './types.ts';
import { standingUsage, sumOfUsage } from './usage.ts';

const METRICS_VERSION = 'metrics.k8s.io/v1beta1';
/** How often metrics-server looks. */
export const WINDOW_MS = 15_000;
const WINDOW = `${WINDOW_MS / 1000}s`;
/** What a node uses that runs no pods: its kubelet and runtime. */
const OVERHEAD: Usage = { cpu: '20m', memory: '200Mi' };

/** Undefined: the pod has no metrics (yet). */
export function podMetrics(pod: Pod, { measurements, now, get }: ComputeContext): PodMetrics | undefined {
  if (!isRunning(pod)) return undefined;
  const source = usageSource(get('nodes', '', pod.spec?.nodeName ?? ''), measurements, now);
  const containers = usageOfPod(pod.metadata.uid, standingUsage(pod), source);
  if (containers.length === 0) return undefined;
  const { name, namespace, labels } = pod.metadata;
  return {
    kind: 'PodMetrics',
    apiVersion: METRICS_VERSION,
    metadata: metadataOf({ name, ...(namespace === undefined ? {} : { namespace }) }, labels, now),
    timestamp: formatTime(measuredAt(source, now)),
    window: WINDOW,
    containers,
  };
}

/** What its node has measured, or else its standing usage. Nothing: it has no metrics (yet). */
export function usageOfPod(
  uid: string,
  standing: readonly ContainerMetrics[],
  source: UsageSource,
): readonly ContainerMetrics[] {
  if (source === 'standing') return standing;
  return source?.usage.pods.find((pod) => pod.uid === uid)?.containers ?? [];
}

/** Milliseconds. What stands is so at any moment. */
export function measuredAt(source: UsageSource, now: number): number {
  return source === 'standing' || source === undefined ? now : source.at;
}

/** Undefined: the node has no metrics (yet). */
export function nodeMetrics(node: Node, context: ComputeContext): NodeMetrics | undefined {
  if (!isReady(node)) return undefined;
  const { name, labels } = node.metadata;
  const { now } = context;
  const source = usageSource(node, context.measurements, now);
  if (source === undefined) return undefined;
  return {
    kind: 'NodeMetrics',
    apiVersion: METRICS_VERSION,
    metadata: metadataOf({ name }, labels, now),
    timestamp: formatTime(measuredAt(source, now)),
    window: WINDOW,
    usage: source === 'standing' ? standingUsageOfNode(name, context) : source.usage.usage,
  };
}

function standingUsageOfNode(name: string, { list }: ComputeContext): Usage {
  const pods = list('pods', { term: `node:${name}` }).filter(isRunning);
  return sumOfUsage([OVERHEAD, ...pods.flatMap(standingUsage).map(({ usage }) => usage)]);
}

function isRunning({ status }: Pod): boolean {
  return status?.phase === 'Running';
}

function isReady({ status }: Node): boolean {
  return status?.conditions?.some(({ type, status: state }) => type === 'Ready' && state === 'True') ?? false;
}

/** Nothing is stored: it is made as it is asked for, and has neither uid nor revision. */
function metadataOf(
  identity: { readonly name: string; readonly namespace?: string },
  labels: Readonly<Record<string, string>> | undefined,
  now: number,
): StoredMeta {
  const metadata = { ...identity, creationTimestamp: formatTime(now), ...(labels === undefined ? {} : { labels }) };
  return metadata as StoredMeta;
}
