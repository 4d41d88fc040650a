// What a Deployment says of its ReplicaSets, and whether its rollout moves.
// Models kubernetes pkg/controller/deployment/progress.go and sync.go calculateStatus.

import type { Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet } from '../../api/types/apps-v1.ts';
import { condition, find, hasDeadline, withCondition, without } from './conditions.ts';
import { maxUnavailable, sum, totalSize, wanted } from './replicas.ts';

export interface Sets {
  /** The one with the Deployment's template. */
  readonly current: ReplicaSet | undefined;
  readonly old: readonly ReplicaSet[];
}

export function allOf({ current, old }: Sets): ReplicaSet[] {
  return current === undefined ? [...old] : [...old, current];
}

/** Counts and the Available condition. Counts of 0 are left out, as upstream leaves them out. */
export function countedStatus(deployment: Deployment, sets: Sets, now: number): DeploymentStatus {
  const all = allOf(sets);
  const available = sum(all, ({ status }) => status?.availableReplicas);
  const counts = {
    replicas: sum(all, ({ status }) => status?.replicas),
    updatedReplicas: sets.current?.status?.replicas ?? 0,
    readyReplicas: sum(all, ({ status }) => status?.readyReplicas),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, totalSize(all) - available),
  };
  const enough = available >= wanted(deployment) - maxUnavailable(deployment);
  const availability = enough
    ? condition('Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.', now)
    : condition(
        'Available',
        'False',
        'MinimumReplicasUnavailable',
        'Deployment does not have minimum availability.',
        now,
      );
  const collisionCount = deployment.status?.collisionCount;
  return {
    ...(deployment.metadata.generation === undefined ? {} : { observedGeneration: deployment.metadata.generation }),
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0)),
    terminatingReplicas: sum(all, ({ status }) => status?.terminatingReplicas),
    conditions: withCondition(deployment.status?.conditions ?? [], availability),
    ...(collisionCount === undefined ? {} : { collisionCount }),
  };
}

/** The counted status, with how the rollout goes and what stands in its way. */
export function rolloutStatus(deployment: Deployment, sets: Sets, now: number): DeploymentStatus {
  const status = countedStatus(deployment, sets, now);
  let conditions = status.conditions ?? [];
  if (!hasDeadline(deployment)) conditions = without(conditions, 'Progressing');
  const progressing = find(deployment.status?.conditions, 'Progressing');
  const settled = status.replicas === status.updatedReplicas && progressing?.reason === 'NewReplicaSetAvailable';
  if (hasDeadline(deployment) && !settled) conditions = withProgress(deployment, sets, status, conditions, now);
  const failure = replicaFailure(sets);
  conditions = failure === undefined ? without(conditions, 'ReplicaFailure') : withCondition(conditions, failure);
  return { ...status, conditions };
}

function withProgress(
  deployment: Deployment,
  sets: Sets,
  status: DeploymentStatus,
  conditions: DeploymentCondition[],
  now: number,
): DeploymentCondition[] {
  const { current } = sets;
  const subject =
    current === undefined ? `Deployment "${deployment.metadata.name}"` : `ReplicaSet "${current.metadata.name}"`;
  if (isComplete(deployment, status)) {
    const message = `${subject} has successfully progressed.`;
    return withCondition(conditions, condition('Progressing', 'True', 'NewReplicaSetAvailable', message, now));
  }
  if (isProgressing(deployment, status)) {
    const next = condition('Progressing', 'True', 'ReplicaSetUpdated', `${subject} is progressing.`, now);
    // Unlike any other condition, this one is written anew for the same reason: lastUpdateTime is what the deadline counts from.
    const before = find(deployment.status?.conditions, 'Progressing');
    const since = before?.status === 'True' ? before.lastTransitionTime : undefined;
    return [
      ...without(conditions, 'Progressing'),
      { ...next, ...(since === undefined ? {} : { lastTransitionTime: since }) },
    ];
  }
  if (isTimedOut(deployment, conditions, now)) {
    const message = `${subject} has timed out progressing.`;
    return withCondition(conditions, condition('Progressing', 'False', 'ProgressDeadlineExceeded', message, now));
  }
  return conditions;
}

/** All replicas are of the current template and available, and nothing else is left. */
export function isComplete(deployment: Deployment, status: DeploymentStatus | undefined): boolean {
  const goal = wanted(deployment);
  return (
    (status?.updatedReplicas ?? 0) === goal &&
    (status?.replicas ?? 0) === goal &&
    (status?.availableReplicas ?? 0) === goal &&
    (status?.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
}

function isProgressing({ status: before }: Deployment, next: DeploymentStatus): boolean {
  const old = (status: DeploymentStatus | undefined): number =>
    (status?.replicas ?? 0) - (status?.updatedReplicas ?? 0);
  return (
    (next.updatedReplicas ?? 0) > (before?.updatedReplicas ?? 0) ||
    old(next) < old(before) ||
    (next.readyReplicas ?? 0) > (before?.readyReplicas ?? 0) ||
    (next.availableReplicas ?? 0) > (before?.availableReplicas ?? 0)
  );
}

function isTimedOut(deployment: Deployment, conditions: readonly DeploymentCondition[], now: number): boolean {
  const progressing = find(conditions, 'Progressing');
  if (progressing === undefined || progressing.reason === 'NewReplicaSetAvailable') return false;
  if (progressing.reason === 'ProgressDeadlineExceeded') return true;
  return deadline(deployment, progressing) < now;
}

/** Milliseconds since the epoch. */
function deadline(deployment: Deployment, progressing: DeploymentCondition): number {
  return Date.parse(progressing.lastUpdateTime ?? '') + (deployment.spec?.progressDeadlineSeconds ?? 0) * 1000;
}

/** Milliseconds until the rollout must be looked at again, as nothing else may happen until then. */
export function nextProgressCheck(deployment: Deployment, now: number): number | undefined {
  const progressing = find(deployment.status?.conditions, 'Progressing');
  if (!hasDeadline(deployment) || progressing === undefined) return undefined;
  if (progressing.reason === 'NewReplicaSetAvailable' || progressing.reason === 'ProgressDeadlineExceeded')
    return undefined;
  if (isComplete(deployment, deployment.status)) return undefined;
  return Math.max(0, deadline(deployment, progressing) - now) + 1000;
}

/** One failure of a ReplicaSet, of the current one by preference. */
function replicaFailure({ current, old }: Sets): DeploymentCondition | undefined {
  for (const set of current === undefined ? old : [current, ...old]) {
    const failure = set.status?.conditions?.find(({ type }) => type === 'ReplicaFailure');
    if (failure === undefined) continue;
    const { status, reason, message, lastTransitionTime } = failure;
    return {
      type: 'ReplicaFailure',
      status,
      ...(lastTransitionTime === undefined ? {} : { lastUpdateTime: lastTransitionTime, lastTransitionTime }),
      ...(reason === undefined ? {} : { reason }),
      ...(message === undefined ? {} : { message }),
    };
  }
  return undefined;
}
