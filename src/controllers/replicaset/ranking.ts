// Which pods go first when a ReplicaSet shrinks.
// Models kubernetes pkg/controller/controller_utils.go ActivePodsWithRanks.

import type { PodOutline } from '../common/pod-outline.ts';
import { DELETION_COST } from '../common/pod-outline.ts';
import { isReady, readySince } from '../common/pods.ts';

const PHASE_ORDER: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

/** Everything the order looks at, read once a pod. */
interface Ranked {
  readonly pod: PodOutline;
  readonly assigned: boolean;
  readonly phase: number;
  readonly ready: boolean;
  readonly cost: number;
  /** How many related pods run on the same node. */
  readonly crowd: number;
  readonly readySince: number | undefined;
  readonly restarts: number;
  readonly sidecarRestarts: number;
  readonly created: number;
}

/** The `count` pods to delete, first one first. `related`: active pods whose number on a node counts. */
export function podsToDelete(
  pods: readonly PodOutline[],
  related: readonly PodOutline[],
  count: number,
  now: number,
): PodOutline[] {
  if (count >= pods.length) return [...pods];
  const onNode = new Map<string, number>();
  for (const pod of related) {
    const node = pod.spec?.nodeName ?? '';
    onNode.set(node, (onNode.get(node) ?? 0) + 1);
  }
  const ranked = pods.map((pod) => rank(pod, onNode.get(pod.spec?.nodeName ?? '') ?? 0));
  return ranked
    .sort((a, b) => compare(a, b, now))
    .slice(0, count)
    .map(({ pod }) => pod);
}

function rank(pod: PodOutline, crowd: number): Ranked {
  const regular = pod.status?.containerStatuses ?? [];
  const sidecarNames = new Set(
    (pod.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always').map(({ name }) => name),
  );
  const sidecars = (pod.status?.initContainerStatuses ?? []).filter(({ name }) => sidecarNames.has(name));
  return {
    pod,
    assigned: (pod.spec?.nodeName ?? '') !== '',
    phase: PHASE_ORDER[pod.status?.phase ?? ''] ?? 0,
    ready: isReady(pod),
    cost: deletionCost(pod),
    crowd,
    readySince: readySince(pod),
    restarts: Math.max(0, ...regular.map(({ restartCount }) => restartCount)),
    sidecarRestarts: Math.max(0, ...sidecars.map(({ restartCount }) => restartCount)),
    created: Date.parse(pod.metadata.creationTimestamp),
  };
}

/** A 32-bit integer as strconv writes it; anything else counts as 0. */
function deletionCost(pod: PodOutline): number {
  const text = pod.metadata.annotations?.[DELETION_COST] ?? '0';
  const value = /^(0|-?[1-9][0-9]*)$/.test(text) ? Number(text) : 0;
  return Math.abs(value) < 2 ** 31 ? value : 0;
}

/** Negative: a is deleted before b. */
function compare(a: Ranked, b: Ranked, now: number): number {
  if (a.assigned !== b.assigned) return a.assigned ? 1 : -1;
  if (a.phase !== b.phase) return a.phase - b.phase;
  if (a.ready !== b.ready) return a.ready ? 1 : -1;
  if (a.cost !== b.cost) return a.cost - b.cost;
  if (a.crowd !== b.crowd) return b.crowd - a.crowd;
  if (a.ready && b.ready && a.readySince !== b.readySince) {
    if (a.readySince === undefined) return -1;
    if (b.readySince === undefined) return 1;
    return byAge(a.readySince, b.readySince, now) || byUid(a, b);
  }
  if (a.restarts !== b.restarts) return b.restarts - a.restarts;
  if (a.sidecarRestarts !== b.sidecarRestarts) return b.sidecarRestarts - a.sidecarRestarts;
  if (a.created !== b.created) return byAge(a.created, b.created, now) || byUid(a, b);
  return 0;
}

/** Younger first, but ages of the same power of two count as equal: old pods of like age share the risk. */
function byAge(a: number, b: number, now: number): number {
  return magnitude(now - a) - magnitude(now - b);
}

/** Power of two of an age, which upstream takes in nanoseconds. */
function magnitude(ms: number): number {
  return ms > 0 ? Math.floor(Math.log2(ms * 1e6)) : -1;
}

function byUid(a: Ranked, b: Ranked): number {
  return a.pod.metadata.uid < b.pod.metadata.uid ? -1 : 1;
}
