// Conditions of a Deployment.
// Models kubernetes pkg/controller/deployment/util/deployment_util.go.

import type { Deployment, DeploymentCondition } from '../../api/types/apps-v1.ts';
import { formatTime } from '../../lib/clock.ts';

export type Conditions = readonly DeploymentCondition[];

export function condition(
  type: 'Available' | 'Progressing',
  status: 'True' | 'False' | 'Unknown',
  reason: string,
  message: string,
  now: number,
): DeploymentCondition {
  const at = formatTime(now);
  return { type, status, lastUpdateTime: at, lastTransitionTime: at, reason, message };
}

export function find(conditions: Conditions | undefined, type: string): DeploymentCondition | undefined {
  return conditions?.find((item) => item.type === type);
}

export function without(conditions: Conditions, type: string): DeploymentCondition[] {
  return conditions.filter((item) => item.type !== type);
}

/** One with the same status and reason stays as it is, whatever its message; a change of status alone is a transition. */
export function withCondition(conditions: Conditions, next: DeploymentCondition): DeploymentCondition[] {
  const current = find(conditions, next.type);
  if (current?.status === next.status && current.reason === next.reason) return [...conditions];
  const since = current?.status === next.status ? current.lastTransitionTime : next.lastTransitionTime;
  return [
    ...without(conditions, next.type),
    { ...next, ...(since === undefined ? {} : { lastTransitionTime: since }) },
  ];
}

/** Without a deadline, progress is not told of at all. */
export function hasDeadline(deployment: Deployment): boolean {
  const seconds = deployment.spec?.progressDeadlineSeconds;
  return seconds !== undefined && seconds !== 2 ** 31 - 1;
}

export function withStatusCondition(deployment: Deployment, next: DeploymentCondition): Deployment {
  const conditions = withCondition(deployment.status?.conditions ?? [], next);
  return { ...deployment, status: { ...deployment.status, conditions } };
}
