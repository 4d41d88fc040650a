// Conditions of a Job. Before Failed stands FailureTarget, before Complete SuccessCriteriaMet: they tell how the Job will
// end while its last pods still go.
// Models kubernetes pkg/controller/job/job_controller.go.

import type { JobCondition, JobStatus } from '../../api/types/batch-v1.ts';
import { formatTime } from '../../lib/clock.ts';

export interface Ending {
  readonly type: 'FailureTarget' | 'SuccessCriteriaMet';
  readonly reason: string;
  readonly message: string;
}

export const COMPLETED: Ending = {
  type: 'SuccessCriteriaMet',
  reason: 'CompletionsReached',
  message: 'Reached expected number of succeeded pods',
};

/** That the Job is to end so was already said. */
export function announcedEnding({ conditions = [] }: JobStatus): Ending | undefined {
  for (const type of ['SuccessCriteriaMet', 'FailureTarget'] as const) {
    const condition = conditions.find((other) => other.type === type && other.status === 'True');
    if (condition !== undefined) return { type, reason: condition.reason ?? '', message: condition.message ?? '' };
  }
  return undefined;
}

/** Sets a condition. One that is not there is not made only to be False. Answers whether anything changed. */
export function setCondition(
  status: JobStatus,
  condition: Pick<JobCondition, 'type' | 'status'> & { reason: string; message: string },
  now: number,
): boolean {
  const { type, status: value, reason, message } = condition;
  const conditions = status.conditions ?? [];
  const index = conditions.findIndex((other) => other.type === type);
  const before = conditions[index];
  if (before === undefined && value === 'False') return false;
  if (before?.status === value && before.reason === reason && before.message === message) return false;
  const at = formatTime(now);
  const next = { type, status: value, lastProbeTime: at, lastTransitionTime: at, reason, message };
  status.conditions = before === undefined ? [...conditions, next] : conditions.with(index, next);
  return true;
}
