// One step of a rollout, by strategy: a little up, a little down, or all down and then all up.
// Models kubernetes pkg/controller/deployment/rolling.go and recreate.go.

import type { ReplicaSet } from '../../api/types/apps-v1.ts';
import { controllerOf } from '../common/owners.ts';
import { podOutline } from '../common/pod-outline.ts';
import { isTerminal } from '../common/pods.ts';
import { revisionOf } from './annotations.ts';
import { withCurrent } from './new-replicaset.ts';
import { active, byCreation, maxUnavailable, newSize, sizeOf, sum, totalSize, wanted } from './replicas.ts';
import { resizeSet } from './scale.ts';
import type { Sets } from './status.ts';
import { allOf, isComplete } from './status.ts';
import type { Writer } from './writer.ts';

/** Answers the sets as they are after the step. */
export function rollOver(writer: Writer, sets: Sets): Sets {
  const { current, old } = withCurrent(writer, sets);
  if (current === undefined) return { current, old };
  const grown = growCurrent(writer, { current, old }, current);
  if (sizeOf(grown) !== sizeOf(current)) return { current: grown, old };
  const shrunk = shrinkOld(writer, grown, old);
  if (totalSize(shrunk) === totalSize(old) && isComplete(writer.deployment, writer.deployment.status))
    cleanUp(writer, old);
  return { current: grown, old: shrunk };
}

function growCurrent(writer: Writer, sets: Sets, current: ReplicaSet): ReplicaSet {
  const goal = wanted(writer.deployment);
  const size = sizeOf(current);
  if (size === goal) return current;
  return resizeSet(writer, current, size > goal ? goal : newSize(writer.deployment, allOf(sets), size));
}

/** Takes away what is unhealthy first, then as much as availability allows. */
function shrinkOld(writer: Writer, current: ReplicaSet, old: readonly ReplicaSet[]): ReplicaSet[] {
  if (totalSize(old) === 0) return [...old];
  const minAvailable = wanted(writer.deployment) - maxUnavailable(writer.deployment);
  const newUnavailable = sizeOf(current) - available(current);
  const most = totalSize(old) + sizeOf(current) - minAvailable - newUnavailable;
  if (most <= 0) return [...old];
  const healthy = shrink(writer, old, most, (set) => sizeOf(set) - available(set));
  const spare = sum([...healthy, current], ({ status }) => status?.availableReplicas) - minAvailable;
  return shrink(writer, healthy, spare, sizeOf);
}

/** Takes at most `most` replicas away, from each set at most `from(set)`, oldest set first. */
function shrink(
  writer: Writer,
  old: readonly ReplicaSet[],
  most: number,
  from: (set: ReplicaSet) => number,
): ReplicaSet[] {
  let left = most;
  return old.toSorted(byCreation).map((set) => {
    const less = Math.min(left, Math.max(0, from(set)));
    if (less <= 0 || sizeOf(set) === 0) return set;
    left -= less;
    return resizeSet(writer, set, sizeOf(set) - less);
  });
}

function available(set: ReplicaSet): number {
  return set.status?.availableReplicas ?? 0;
}

/** Answers the sets as they are after the step. */
export function recreate(writer: Writer, sets: Sets): Sets {
  const { old } = sets;
  const shrunk = old.map((set) => resizeSet(writer, set, 0));
  if (active(old).length > 0 || oldPodsRun(writer, old)) return { current: sets.current, old: shrunk };
  const { current } = withCurrent(writer, sets);
  if (current === undefined) return { current, old };
  const grown = resizeSet(writer, current, wanted(writer.deployment));
  if (isComplete(writer.deployment, writer.deployment.status)) cleanUp(writer, old);
  return { current: grown, old };
}

/** Terminating pods count: nothing new may start beside them. */
function oldPodsRun(writer: Writer, old: readonly ReplicaSet[]): boolean {
  return old.some((set) => {
    if ((set.status?.replicas ?? 0) > 0) return true;
    const pods = writer.client.view(podOutline, { term: `owner:${set.metadata.uid}` });
    return pods.some((pod) => controllerOf(pod)?.uid === set.metadata.uid && !isTerminal(pod));
  });
}

/** Deletes the oldest empty sets beyond the history that is to be kept. */
export function cleanUp(writer: Writer, old: readonly ReplicaSet[]): void {
  const limit = writer.deployment.spec?.revisionHistoryLimit;
  if (limit === undefined || limit === 2 ** 31 - 1) return;
  const alive = old.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const surplus = alive.length - limit;
  if (surplus <= 0) return;
  const byRevision = alive.toSorted((a, b) => compare(revisionOf(a), revisionOf(b)) || byCreation(a, b));
  for (const set of byRevision.slice(0, surplus)) {
    const seen = (set.status?.observedGeneration ?? 0) >= (set.metadata.generation ?? 0);
    if (sizeOf(set) === 0 && (set.status?.replicas ?? 0) === 0 && seen) writer.delete(set);
  }
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
