// Whether a Job is to end, and how.
// Models kubernetes pkg/controller/job/job_controller.go (syncJob).

import type { Job, JobStatus } from '../../api/types/batch-v1.ts';
import type { Pod } from '../../api/types/core-v1.ts';
import type { Ending } from './conditions.ts';
import { announcedEnding } from './conditions.ts';
import { count } from './intervals.ts';
import { matchPodFailurePolicy } from './pod-failure-policy.ts';
import { isFailed } from './pods.ts';
import type { Situation } from './situation.ts';
import { matchSuccessPolicy } from './success-policy.ts';

/** The ending that is not simply that all is done. `status.startTime` is set already. Undefined: the Job goes on. */
export function endingOf(situation: Situation, status: JobStatus, now: number): Ending | undefined {
  const { job, pods } = situation;
  const announced = announcedEnding(status);
  if (announced !== undefined) return announced;
  const message = failJobMessage(job, pods);
  if (message !== undefined) return failure('PodFailurePolicy', message);
  if (situation.failed > backoffLimit(job) || hasRestartedTooOften(job, pods)) {
    return failure('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  }
  const left = deadlineIn(job, status, now);
  if (left !== undefined && left <= 0) {
    return failure('DeadlineExceeded', 'Job was active longer than specified deadline');
  }
  return indexEnding(situation);
}

/** Milliseconds until the Job has been active too long. Undefined: it may run for ever. */
export function deadlineIn({ spec }: Job, { startTime }: JobStatus, now: number): number | undefined {
  const seconds = spec?.activeDeadlineSeconds;
  if (seconds === undefined || startTime === undefined || spec?.suspend === true) return undefined;
  return Date.parse(startTime) + seconds * 1000 - now;
}

function failure(reason: string, message: string): Ending {
  return { type: 'FailureTarget', reason, message };
}

function backoffLimit({ spec }: Job): number {
  return spec?.backoffLimit ?? 6;
}

function failJobMessage(job: Job, pods: readonly Pod[]): string | undefined {
  const policy = job.spec?.podFailurePolicy;
  if (policy === undefined) return undefined;
  for (const pod of pods) {
    const message = isFailed(pod, job) ? matchPodFailurePolicy(policy, pod).message : undefined;
    if (message !== undefined) return message;
  }
  return undefined;
}

/** With restartPolicy OnFailure the restarts of containers are the failures. */
function hasRestartedTooOften(job: Job, pods: readonly Pod[]): boolean {
  if (job.spec?.template.spec?.restartPolicy !== 'OnFailure') return false;
  let restarts = 0;
  for (const { status } of pods) {
    if (status?.phase !== 'Running' && status?.phase !== 'Pending') continue;
    for (const container of [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]) {
      restarts += container.restartCount;
    }
  }
  const limit = backoffLimit(job);
  return limit === 0 ? restarts > 0 : restarts >= limit;
}

function indexEnding({ job, indexes }: Situation): Ending | undefined {
  if (indexes === undefined) return undefined;
  const failed = count(indexes.failed ?? []);
  const limit = job.spec?.maxFailedIndexes;
  if (indexes.failed !== undefined && limit !== undefined && failed > limit) {
    const message = 'Job has exceeded the specified maximal number of failed indexes';
    return failure('MaxFailedIndexesExceeded', message);
  }
  if (failed > 0 && failed + count(indexes.succeeded) >= indexes.completions) {
    return failure('FailedIndexes', 'Job has failed indexes');
  }
  const message = matchSuccessPolicy(job.spec?.successPolicy, indexes.completions, indexes.succeeded);
  return message === undefined ? undefined : { type: 'SuccessCriteriaMet', reason: 'SuccessPolicy', message };
}
