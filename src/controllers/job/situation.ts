// What a reconcile of a Job goes by: its pods, and the counts that its status will come to once all that has ended is counted.
// Models kubernetes pkg/controller/job/job_controller.go (syncJobCtx).

import type { Job } from '../../api/types/batch-v1.ts';
import type { Pod } from '../../api/types/core-v1.ts';
import { isActive, isTerminating } from '../common/pods.ts';
import type { BackoffRecord } from './backoff.ts';
import { NO_FAILURES, nextRecord } from './backoff.ts';
import { failsIndex, podsToReplace } from './index-failures.ts';
import type { Intervals } from './intervals.ts';
import { count, parseIndexes, withIndexes } from './intervals.ts';
import { matchPodFailurePolicy } from './pod-failure-policy.ts';
import { completionIndex, isFailed, isTracked } from './pods.ts';

export interface Situation {
  readonly job: Job;
  readonly pods: readonly Pod[];
  readonly active: readonly Pod[];
  readonly terminating: readonly Pod[];
  /** Counts with the pods that are counted by this reconcile. */
  readonly succeeded: number;
  readonly failed: number;
  readonly record: BackoffRecord;
  /** Of an Indexed Job. */
  readonly indexes: IndexSituation | undefined;
}

export interface IndexSituation {
  readonly completions: number;
  /** As the status has them. */
  readonly counted: Intervals;
  /** Those, and what has succeeded since. */
  readonly succeeded: Intervals;
  /** Undefined: indexes have no backoff limit of their own. */
  readonly failed: Intervals | undefined;
  /** Failed pods that wait for the one that takes their place, by index. */
  readonly replaced: ReadonlyMap<number, Pod>;
}

/** `known`: what is remembered of earlier failures. */
export function situationOf(job: Job, pods: readonly Pod[], known: BackoffRecord | undefined): Situation {
  const { status = {}, spec } = job;
  const uncounted = status.uncountedTerminatedPods ?? {};
  const listed = new Set([...(uncounted.succeeded ?? []), ...(uncounted.failed ?? [])]);
  const active = pods.filter(isActive);
  const isNew = (pod: Pod): boolean => isTracked(pod) && !listed.has(pod.metadata.uid);
  const isValid = (pod: Pod): boolean => !isIndexed(job) || isInRange(pod, spec?.completions ?? 0);
  const fresh = pods.filter((pod) => isNew(pod) && isValid(pod));
  const newlySucceeded = fresh.filter(hasSucceeded);
  const newlyFailed = fresh.filter((pod) => isFailed(pod, job));
  const counting = newlyFailed.filter((pod) => matchPodFailurePolicy(spec?.podFailurePolicy, pod).counts);
  const before = known ?? rememberedBy(pods.filter((pod) => !isNew(pod)));
  const indexes = isIndexed(job) ? indexSituation(job, pods, active) : undefined;
  const { succeeded = 0, failed = 0 } = status;
  return {
    job,
    pods,
    active,
    terminating: pods.filter(isTerminating),
    succeeded:
      indexes === undefined
        ? succeeded + newlySucceeded.length + (uncounted.succeeded ?? []).length
        : count(indexes.succeeded),
    failed: failed + counting.length + (uncounted.failed ?? []).length,
    record: nextRecord(before, newlySucceeded, newlyFailed),
    indexes,
  };
}

export function isIndexed({ spec }: Job): boolean {
  return spec?.completionMode === 'Indexed';
}

export function isInRange(pod: Pod, completions: number): boolean {
  const index = completionIndex(pod);
  return index !== undefined && index < completions;
}

function hasSucceeded({ status }: Pod): boolean {
  return status?.phase === 'Succeeded';
}

/** What pods that are counted already say of failures in a row. */
function rememberedBy(counted: readonly Pod[]): BackoffRecord {
  const failed = counted.filter(({ status }) => status?.phase === 'Failed');
  return nextRecord(NO_FAILURES, counted.filter(hasSucceeded), failed);
}

function indexSituation(job: Job, pods: readonly Pod[], active: readonly Pod[]): IndexSituation {
  const { status = {}, spec } = job;
  const completions = spec?.completions ?? 0;
  const tracked = pods.filter((pod) => isTracked(pod) && isInRange(pod, completions));
  const counted = parseIndexes(status.completedIndexes ?? '', completions);
  const succeeded = withIndexes(counted, indexesOf(tracked.filter(hasSucceeded)));
  if (spec?.backoffLimitPerIndex === undefined) {
    return { completions, counted, succeeded, failed: undefined, replaced: new Map() };
  }
  const failed = withIndexes(
    parseIndexes(status.failedIndexes ?? '', completions),
    indexesOf(tracked.filter((pod) => failsIndex(pod, job))),
  );
  const ended = tracked.filter((pod) => isFailed(pod, job));
  const replaced = podsToReplace(ended, [succeeded, failed], indexesOf(active));
  return { completions, counted, succeeded, failed, replaced };
}

export function indexesOf(pods: readonly Pod[]): Set<number> {
  return new Set(pods.map(completionIndex).filter((index) => index !== undefined));
}
