// What a ReplicaSet or a ReplicationController says of its pods.
// Models kubernetes pkg/controller/replicaset/replica_set_utils.go.

import type { ReplicaSet, ReplicaSetCondition, ReplicaSetStatus } from '../../api/types/apps-v1.ts';
import type { ReplicationController } from '../../api/types/core-v1.ts';
import { formatTime } from '../../lib/clock.ts';
import type { PodOutline } from '../common/pod-outline.ts';
import { availableAt, isReady } from '../common/pods.ts';

export interface ReplicaFailure {
  readonly reason: 'FailedCreate' | 'FailedDelete';
  readonly message: string;
}

export interface StatusInput {
  readonly active: readonly PodOutline[];
  /** Undefined: not told, as of a ReplicationController. */
  readonly terminating: number | undefined;
  readonly failure: ReplicaFailure | undefined;
  readonly now: number;
}

/** Counts of 0 are left out where upstream leaves them out. */
export function replicaStatus(
  set: ReplicaSet | ReplicationController,
  { active, terminating, failure, now }: StatusInput,
): ReplicaSetStatus {
  const templateLabels = Object.entries(set.spec?.template?.metadata?.labels ?? {});
  const minReadySeconds = set.spec?.minReadySeconds ?? 0;
  let fullyLabeled = 0;
  let ready = 0;
  let available = 0;
  for (const pod of active) {
    const { labels } = pod.metadata;
    if (templateLabels.every(([key, value]) => labels?.[key] === value)) fullyLabeled += 1;
    if (isReady(pod)) ready += 1;
    const at = availableAt(pod, minReadySeconds);
    if (at !== undefined && at <= now) available += 1;
  }
  const conditions = nextConditions(set.status?.conditions ?? [], failure, now);
  return {
    replicas: active.length,
    ...(fullyLabeled === 0 ? {} : { fullyLabeledReplicas: fullyLabeled }),
    ...(ready === 0 ? {} : { readyReplicas: ready }),
    ...(available === 0 ? {} : { availableReplicas: available }),
    ...(terminating === undefined ? {} : { terminatingReplicas: terminating }),
    ...(set.metadata.generation === undefined ? {} : { observedGeneration: set.metadata.generation }),
    ...(conditions.length === 0 ? {} : { conditions }),
  };
}

/** A failure that lasts keeps its first message. */
function nextConditions(
  conditions: ReplicaSetCondition[],
  failure: ReplicaFailure | undefined,
  now: number,
): ReplicaSetCondition[] {
  const others = conditions.filter(({ type }) => type !== 'ReplicaFailure');
  if (failure === undefined) return others;
  if (others.length < conditions.length) return conditions;
  const { reason, message } = failure;
  return [...others, { type: 'ReplicaFailure', status: 'True', lastTransitionTime: formatTime(now), reason, message }];
}
