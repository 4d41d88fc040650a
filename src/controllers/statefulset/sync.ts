// One step of a StatefulSet towards what it asks for.
// Models kubernetes pkg/controller/statefulset/stateful_set_control.go (updateStatefulSet).
//
// 1. Replicas are gone through by ordinal, upwards. Under OrderedReady the first that is not available ends the step: nothing
//    is made above it, and nothing is deleted. Under Parallel nobody waits for another.
// 2. Only when all replicas are there do those that are too many go, by ordinal, downwards.
// 3. Only then does an update go on: downwards to the partition, one pod of an old revision at a time (or as many as
//    maxUnavailable leaves), each of which must be available before the next one goes. A new pod that never becomes available
//    therefore holds the update up until somebody deletes it, as upstream.
// 4. No two pods ever have the same ordinal: a pod is made only where none of its name is left.
// 5. A step makes or deletes at most BURST pods; the events of its own writes bring the set back.

import type { Draft } from '../../api/object.ts';
import type { StatefulSet } from '../../api/types/apps-v1.ts';
import type { Pod } from '../../api/types/core-v1.ts';
import { scaledValue } from '../../schema/int-or-string.ts';
import { availableAt, isReady } from '../common/pods.ts';
import { firstOrdinal, isInRange, isItself, newPod, ordinalOf, revisionOf } from './identity.ts';
import type { PodControl } from './pod-control.ts';
import type { Revisions } from './revisions.ts';
import { atRevision } from './revisions.ts';

const BURST = 30;

export interface Step {
  /** What status tells of: the pods as the step found them, without those that were yet to be made. */
  readonly pods: readonly Pod[];
  /** How many of the current revision the step deleted for the update. */
  readonly replaced: number;
  readonly error: string | undefined;
}

interface Input {
  readonly set: StatefulSet;
  readonly revisions: Revisions;
  readonly pods: readonly Pod[];
  readonly control: PodControl;
  readonly now: number;
}

/** A replica that is there, or one that is to be made. */
type Replica = { readonly pod: Pod } | { readonly draft: Draft<Pod> };

export function step(input: Input): Step {
  const { set, pods } = input;
  const wanted = pods.filter((pod) => isInRange(set, pod));
  const condemned = pods
    .filter((pod) => !isInRange(set, pod) && ordinalOf(pod) >= 0)
    .toSorted((a, b) => ordinalOf(b) - ordinalOf(a));
  const replicas = replicasOf(input, wanted);
  const done = (error?: string, replaced = 0): Step => ({ pods: [...wanted, ...condemned], replaced, error });

  const up = processReplicas(input, replicas);
  if (up.halt) return done(up.error);
  for (const pod of condemned) {
    if (input.control.claimsAreOwnedAsWanted(pod)) continue;
    const error = input.control.fixClaims(pod);
    if (error !== undefined) return done(error);
  }
  const down = processCondemned(input, replicas, condemned);
  if (down.halt) return done(down.error);
  if (set.spec?.updateStrategy?.type === 'OnDelete') return done();
  const { replaced, error } = update(input, replicas);
  return done(error, replaced);
}

function replicasOf({ set, revisions }: Input, wanted: readonly Pod[]): Replica[] {
  const byOrdinal = new Map(wanted.map((pod) => [ordinalOf(pod), pod]));
  const currentSet = atRevision(set, revisions.current);
  const updateSet = atRevision(set, revisions.update);
  return Array.from({ length: set.spec?.replicas ?? 1 }, (_, index) => {
    const ordinal = firstOrdinal(set) + index;
    const pod = byOrdinal.get(ordinal);
    if (pod !== undefined) return { pod };
    const [from, revision] = isOfCurrentRevision(set, index)
      ? [currentSet, revisions.current]
      : [updateSet, revisions.update];
    return {
      get draft() {
        return newPod(from, ordinal, revision.metadata.name);
      },
    };
  });
}

/** Whether a pod that is missing is made as it was, because the update has not come to it yet. */
function isOfCurrentRevision({ spec, status }: StatefulSet, index: number): boolean {
  const { type = 'RollingUpdate', rollingUpdate } = spec?.updateStrategy ?? {};
  if (type !== 'RollingUpdate') return false;
  return index < (rollingUpdate === undefined ? (status?.currentReplicas ?? 0) : (rollingUpdate.partition ?? 0));
}

interface Went {
  /** Nothing more is done in this step. */
  readonly halt: boolean;
  readonly error?: string | undefined;
}

const ON: Went = { halt: false };
const HALT: Went = { halt: true };

function processReplicas(input: Input, replicas: readonly Replica[]): Went {
  const ordered = !isParallel(input.set);
  let made = 0;
  for (const replica of replicas) {
    const went = 'draft' in replica ? make(input, replica.draft) : keep(input, replica.pod);
    if (went.error !== undefined) return went;
    if (went.halt && ordered) return went;
    if ('draft' in replica) made += 1;
    if (made >= BURST) return HALT;
  }
  return ON;
}

function make({ control }: Input, draft: Draft<Pod>): Went {
  if (control.isClaimStale(draft.metadata.name ?? '')) return HALT;
  return { halt: true, error: control.create(draft) };
}

function keep({ set, control, now }: Input, pod: Pod): Went {
  const { phase } = pod.status ?? {};
  const terminating = isTerminating(pod);
  // Whatever a container's exit code was: the pod is to run.
  if (phase === 'Failed' || phase === 'Succeeded') {
    return { halt: true, error: terminating ? undefined : control.delete(pod) };
  }
  if (phase === 'Pending') {
    const error = control.createMissingClaims(pod);
    if (error !== undefined) return { halt: true, error };
  }
  const waits = terminating || !isAvailable(set, pod, now);
  if (waits && !isParallel(set)) return HALT;
  if (isItself(set, pod) && control.claimsAreOwnedAsWanted(pod)) return ON;
  return { halt: false, error: control.mend(pod) };
}

function processCondemned({ set, control, now }: Input, replicas: readonly Replica[], condemned: readonly Pod[]): Went {
  const ordered = !isParallel(set);
  const unavailable = (pod: Pod): boolean => isUnavailable(set, pod, now);
  const inPlace = replicas.flatMap((replica) => ('pod' in replica ? [replica.pod] : []));
  const firstUnavailable =
    inPlace.length < replicas.length ? undefined : (inPlace.find(unavailable) ?? condemned.findLast(unavailable));
  let deleted = 0;
  for (const pod of condemned) {
    if (isTerminating(pod)) {
      if (ordered) return HALT;
      continue;
    }
    if (ordered && !isAvailable(set, pod, now) && pod !== firstUnavailable) return HALT;
    const error = control.delete(pod);
    if (error !== undefined || ordered) return { halt: true, error };
    deleted += 1;
    if (deleted >= BURST) return HALT;
  }
  return ON;
}

/** Rule 3. All replicas are there, though under Parallel some may just have been made. */
function update({ set, revisions, control, now }: Input, replicas: readonly Replica[]) {
  const { partition = 0, maxUnavailable } = set.spec?.updateStrategy?.rollingUpdate ?? {};
  const { name } = revisions.update.metadata;
  const isOld = (pod: Pod): boolean => revisionOf(pod) !== name && !isTerminating(pod);
  const unavailable = (replica: Replica): boolean => 'draft' in replica || isUnavailable(set, replica.pod, now);
  const allowed = maxUnavailable === undefined ? undefined : mostUnavailable(maxUnavailable, replicas.length);
  let left = allowed === undefined ? 1 : Math.min(allowed - replicas.filter(unavailable).length, BURST);
  let replaced = 0;
  for (const replica of replicas.slice(partition).toReversed()) {
    if (left <= 0) break;
    if ('pod' in replica && isOld(replica.pod)) {
      const error = control.delete(replica.pod);
      if (error !== undefined) return { replaced, error };
      left -= 1;
      replaced += 1;
    } else if (allowed === undefined && unavailable(replica)) break;
  }
  return { replaced, error: undefined };
}

/** At least one, or nothing would ever be updated. */
function mostUnavailable(value: number | string, replicas: number): number {
  const scaled = scaledValue(value, replicas, 'down');
  return Math.max(1, scaled.ok ? scaled.value : 1);
}

function isParallel({ spec }: StatefulSet): boolean {
  return spec?.podManagementPolicy === 'Parallel';
}

export function isTerminating({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined;
}

export function isRunningAndReady(pod: Pod): boolean {
  return pod.status?.phase === 'Running' && isReady(pod);
}

export function isAvailable(set: StatefulSet, pod: Pod, now: number): boolean {
  const at = availableAt(pod, set.spec?.minReadySeconds ?? 0);
  return isRunningAndReady(pod) && at !== undefined && at <= now;
}

function isUnavailable(set: StatefulSet, pod: Pod, now: number): boolean {
  return isTerminating(pod) || !isAvailable(set, pod, now);
}
