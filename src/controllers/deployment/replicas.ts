// Counting: how many replicas there are, may be more, and may be missing.
// Models kubernetes pkg/controller/deployment/util/deployment_util.go.

import type { Deployment, ReplicaSet } from '../../api/types/apps-v1.ts';
import { scaledValue } from '../../schema/int-or-string.ts';

export function wanted(deployment: Deployment): number {
  return deployment.spec?.replicas ?? 1;
}

export function sizeOf(set: ReplicaSet): number {
  return set.spec?.replicas ?? 1;
}

/** Sum over the sets of what each was told to have. */
export function totalSize(sets: readonly ReplicaSet[]): number {
  return sum(sets, sizeOf);
}

export function sum(sets: readonly ReplicaSet[], count: (set: ReplicaSet) => number | undefined): number {
  return sets.reduce((total, set) => total + (count(set) ?? 0), 0);
}

export function active(sets: readonly ReplicaSet[]): ReplicaSet[] {
  return sets.filter((set) => sizeOf(set) > 0);
}

export function isRolling(deployment: Deployment): boolean {
  return deployment.spec?.strategy?.type !== 'Recreate';
}

interface Fenceposts {
  readonly surge: number;
  readonly unavailable: number;
}

/** Shares resolved to counts. Both 0 would never move: then one may be unavailable. */
function fenceposts(deployment: Deployment): Fenceposts {
  const { maxSurge = '25%', maxUnavailable = '25%' } = deployment.spec?.strategy?.rollingUpdate ?? {};
  const surge = scaledValue(maxSurge, wanted(deployment), 'up');
  const unavailable = scaledValue(maxUnavailable, wanted(deployment), 'down');
  const counts = { surge: surge.ok ? surge.value : 0, unavailable: unavailable.ok ? unavailable.value : 0 };
  return counts.surge === 0 && counts.unavailable === 0 ? { surge: 0, unavailable: 1 } : counts;
}

/** How many pods there may be above the wanted number. */
export function maxSurge(deployment: Deployment): number {
  return isRolling(deployment) ? fenceposts(deployment).surge : 0;
}

/** How many of the wanted pods may be unavailable. */
export function maxUnavailable(deployment: Deployment): number {
  if (!isRolling(deployment) || wanted(deployment) === 0) return 0;
  return Math.min(fenceposts(deployment).unavailable, wanted(deployment));
}

/** The size that the new ReplicaSet, now at `current`, may have beside the others. */
export function newSize(deployment: Deployment, all: readonly ReplicaSet[], current: number): number {
  const goal = wanted(deployment);
  if (!isRolling(deployment)) return goal;
  const room = goal + maxSurge(deployment) - totalSize(all);
  return room <= 0 ? current : current + Math.min(room, goal - current);
}

/** Older first; of the same second, by name. */
export function byCreation(a: ReplicaSet, b: ReplicaSet): number {
  const at = a.metadata.creationTimestamp;
  const bt = b.metadata.creationTimestamp;
  if (at !== bt) return at < bt ? -1 : 1;
  return a.metadata.name < b.metadata.name ? -1 : 1;
}
