// Conditions of an autoscaler. Models setCondition of kubernetes pkg/controller/podautoscaler/horizontal.go.

import type { HorizontalPodAutoscaler } from '../../api/types/autoscaling-v2.ts';
import { formatTime } from '../../lib/clock.ts';

export type ConditionType = 'AbleToScale' | 'ScalingActive' | 'ScalingLimited';

export interface Finding {
  readonly type: ConditionType;
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

/** In place. When it changed is kept while its status stays. */
export function setCondition(autoscaler: HorizontalPodAutoscaler, finding: Finding, now: number): void {
  const status = (autoscaler.status ??= { desiredReplicas: 0 });
  const conditions = (status.conditions ??= []);
  const index = conditions.findIndex(({ type }) => type === finding.type);
  const old = conditions[index];
  const since = old?.status === finding.status ? old.lastTransitionTime : undefined;
  const { type, reason, message } = finding;
  const next = { type, status: finding.status, lastTransitionTime: since ?? formatTime(now), reason, message };
  if (index < 0) conditions.push(next);
  else conditions[index] = next;
}
