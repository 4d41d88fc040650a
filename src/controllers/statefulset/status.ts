// What a StatefulSet says of its pods.
// Models kubernetes pkg/controller/statefulset/stateful_set_control.go (updateStatus) and stateful_set_utils.go
// (completeRollingUpdate).

import type { StatefulSet, StatefulSetStatus } from '../../api/types/apps-v1.ts';
import { revisionOf } from './identity.ts';
import type { Step } from './sync.ts';
import { isAvailable, isRunningAndReady, isTerminating } from './sync.ts';

/** Names of the revisions, and how often a name was taken. */
export interface RevisionNames {
  readonly current: string;
  readonly update: string;
  readonly collisionCount: number;
}

/** Counts of 0 are left out where upstream leaves them out. Conditions, which it never sets, are dropped likewise. */
export function statefulSetStatus(
  set: StatefulSet,
  { current, update, collisionCount }: RevisionNames,
  { pods, replaced }: Step,
  now: number,
): StatefulSetStatus {
  const ready = pods.filter(isRunningAndReady);
  const alive = pods.filter((pod) => !isTerminating(pod));
  const of = (revision: string): number => alive.filter((pod) => revisionOf(pod) === revision).length;
  const available = ready.filter((pod) => isAvailable(set, pod, now)).length;
  const updated = of(update);
  // A rollout is complete when every pod that is wanted, and no other, is of the newest revision, and ready.
  const complete =
    (set.spec?.updateStrategy?.type ?? 'RollingUpdate') === 'RollingUpdate' &&
    [updated, ready.length, pods.length].every((count) => count === (set.spec?.replicas ?? 1));
  // What was replaced may have been of a revision between the two.
  const currentReplicas = complete ? updated : Math.max(0, of(current) - replaced);
  return {
    ...(set.metadata.generation === undefined ? {} : { observedGeneration: set.metadata.generation }),
    replicas: pods.length,
    ...positive('readyReplicas', ready.length),
    ...positive('currentReplicas', currentReplicas),
    ...positive('updatedReplicas', updated),
    currentRevision: complete ? update : current,
    updateRevision: update,
    collisionCount,
    availableReplicas: available,
  };
}

function positive<K extends string>(key: K, count: number): { [P in K]?: number } {
  return (count === 0 ? {} : { [key]: count }) as { [P in K]?: number };
}
