// Which pods must be moved off a node that goes, and which may be.
// Models kubernetes/autoscaler cluster-autoscaler/simulator/drainability/rules and utils/drain/drain.go.

import type { Pod } from '../../api/types/core-v1.ts';
import type { PodDisruptionBudget } from '../../api/types/policy-v1.ts';
import { labelMatcher } from '../../schema/label-selector.ts';
import { controllerOf } from '../common/owners.ts';

const SAFE_TO_EVICT = 'cluster-autoscaler.kubernetes.io/safe-to-evict';
/** Names of volumes, separated by commas. */
const SAFE_LOCAL_VOLUMES = 'cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes';
const MIRROR = 'kubernetes.io/config.mirror';
/** Who makes a pod anew; what other controllers do is not known. */
const REPLICATORS: ReadonlySet<string> = new Set(['Job', 'ReplicaSet', 'ReplicationController', 'StatefulSet']);
/** So long after its end was due a pod that is still there is no reason to wait. */
const LATE_MS = 30_000;
const DEFAULT_GRACE_SECONDS = 30;

/** Those of a node's pods that a drain moves: not those of DaemonSets and of the node itself, nor those long overdue. */
export function podsToMove(pods: readonly Pod[], now: number): Pod[] {
  return pods.filter(
    (pod) =>
      controllerOf(pod)?.kind !== 'DaemonSet' &&
      pod.metadata.annotations?.[MIRROR] === undefined &&
      (ignoredFrom(pod) ?? Infinity) > now,
  );
}

/** When a pod that is being deleted counts no more (milliseconds); undefined: it is not being deleted. */
export function ignoredFrom({ metadata, spec }: Pod): number | undefined {
  if (metadata.deletionTimestamp === undefined) return undefined;
  const grace = spec?.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
  return Date.parse(metadata.deletionTimestamp) + grace * 1000 + LATE_MS;
}

export function mayBeMoved(pod: Pod, budgets: readonly PodDisruptionBudget[]): boolean {
  const { deletionTimestamp, annotations, namespace } = pod.metadata;
  if (deletionTimestamp !== undefined) return true;
  const own = budgets.filter((budget) => covers(budget, pod));
  const allowed = own.every(({ status }) => (status?.disruptionsAllowed ?? 0) > 0);
  const safe = annotations?.[SAFE_TO_EVICT];
  if (safe === 'true') return allowed;
  if (safe === 'false' || !REPLICATORS.has(controllerOf(pod)?.kind ?? '')) return false;
  if (namespace === 'kube-system' && own.length === 0) return false;
  return allowed && !keepsFiles(pod);
}

function covers({ metadata, spec }: PodDisruptionBudget, pod: Pod): boolean {
  return metadata.namespace === pod.metadata.namespace && labelMatcher(spec?.selector)(pod.metadata.labels);
}

function keepsFiles({ metadata, spec }: Pod): boolean {
  const safe = new Set((metadata.annotations?.[SAFE_LOCAL_VOLUMES] ?? '').split(',').map((name) => name.trim()));
  return (spec?.volumes ?? []).some(
    ({ name, emptyDir, hostPath }) =>
      (hostPath !== undefined || (emptyDir !== undefined && emptyDir.medium !== 'Memory')) && !safe.has(name),
  );
}
