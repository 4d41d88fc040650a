// Scaling: one ReplicaSet, or all of them in proportion when a Deployment is scaled in the middle of a rollout.
// Models kubernetes pkg/controller/deployment/sync.go scale.

import type { Deployment, ReplicaSet } from '../../api/types/apps-v1.ts';
import { clone, deepEqual } from '../../lib/json.ts';
import { desiredReplicas, maxReplicas, withSizes } from './annotations.ts';
import { active, byCreation, isRolling, maxSurge, sizeOf, totalSize, wanted } from './replicas.ts';
import type { Sets } from './status.ts';
import { allOf } from './status.ts';
import type { Writer } from './writer.ts';

/** Gives a set its size, notes the Deployment's own on it, and tells of it in an Event. */
export function scaleSet(writer: Writer, set: ReplicaSet, size: number): ReplicaSet {
  const before = sizeOf(set);
  const annotations = withSizes(set.metadata.annotations, writer.deployment);
  if (before === size && deepEqual(annotations, set.metadata.annotations)) return set;
  const next = clone(set);
  next.metadata.annotations = annotations;
  if (next.spec !== undefined) next.spec.replicas = size;
  const scaled = writer.update(next);
  if (before !== size && writer.failure === undefined) {
    const direction = before < size ? 'up' : 'down';
    writer.event(
      'Normal',
      'ScalingReplicaSet',
      `Scaled ${direction} replica set ${set.metadata.name} from ${before} to ${size}`,
    );
  }
  return scaled;
}

/** As `scaleSet`, but leaves a set of the right size alone. */
export function resizeSet(writer: Writer, set: ReplicaSet, size: number): ReplicaSet {
  return sizeOf(set) === size ? set : scaleSet(writer, set, size);
}

/** Whether the Deployment was scaled since its sets were last. */
export function isScaling(deployment: Deployment, sets: Sets): boolean {
  return active(allOf(sets)).some((set) => {
    const size = desiredReplicas(set);
    return size !== undefined && size !== wanted(deployment);
  });
}

/** Brings the sets to the Deployment's size without moving the rollout on. */
export function scaleAll(writer: Writer, sets: Sets): Sets {
  const { deployment } = writer;
  const goal = wanted(deployment);
  const only = activeOrLatest(sets);
  if (only !== undefined) return replace(sets, [resizeSet(writer, only, goal)]);
  const { current } = sets;
  if (current !== undefined && isSaturated(deployment, current)) {
    return replace(
      sets,
      active(sets.old).map((set) => resizeSet(writer, set, 0)),
    );
  }
  return isRolling(deployment) ? scaleInProportion(writer, sets) : sets;
}

/** The only active set; the newest one if none is. */
function activeOrLatest(sets: Sets): ReplicaSet | undefined {
  const running = active(allOf(sets));
  if (running.length > 1) return undefined;
  return running[0] ?? sets.current ?? sets.old.toSorted(byCreation).at(-1);
}

function isSaturated(deployment: Deployment, set: ReplicaSet): boolean {
  const goal = wanted(deployment);
  return sizeOf(set) === goal && desiredReplicas(set) === goal && (set.status?.availableReplicas ?? 0) === goal;
}

/** Larger sets first; of equal ones the newer when growing, the older when shrinking. What rounding leaves goes to the first. */
function scaleInProportion(writer: Writer, sets: Sets): Sets {
  const { deployment } = writer;
  const goal = wanted(deployment);
  const allowed = goal > 0 ? goal + maxSurge(deployment) : 0;
  const running = active(allOf(sets));
  const toAdd = allowed - totalSize(running);
  const age = toAdd > 0 ? -1 : 1;
  const ordered = toAdd === 0 ? running : running.toSorted((a, b) => sizeOf(b) - sizeOf(a) || age * byCreation(a, b));
  let added = 0;
  const sizes = ordered.map((set) => {
    const share = proportion(deployment, set, toAdd, added);
    added += share;
    return sizeOf(set) + share;
  });
  const scaled = ordered.map((set, index) => {
    const rest = index === 0 ? toAdd - added : 0;
    return scaleSet(writer, set, Math.max(0, (sizes[index] ?? 0) + rest));
  });
  return replace(sets, scaled);
}

function proportion(deployment: Deployment, set: ReplicaSet, toAdd: number, added: number): number {
  if (toAdd === 0 || toAdd === added) return 0;
  const share = fraction(deployment, set);
  return toAdd > 0 ? Math.min(share, toAdd - added) : Math.max(share, toAdd - added);
}

function fraction(deployment: Deployment, set: ReplicaSet): number {
  const size = sizeOf(set);
  if (wanted(deployment) === 0) return -size;
  const before = maxReplicas(set) || (deployment.status?.replicas ?? 0);
  if (before === 0) return 0;
  return Math.round((size * (wanted(deployment) + maxSurge(deployment))) / before) - size;
}

function replace(sets: Sets, changed: readonly ReplicaSet[]): Sets {
  const newest = <T extends ReplicaSet | undefined>(set: T): T | ReplicaSet =>
    changed.find(({ metadata }) => metadata.uid === set?.metadata.uid) ?? set;
  return { current: newest(sets.current), old: sets.old.map(newest) };
}
