// How often the pods of one index have failed: each pod carries the count of those before it, and the last failed one keeps
// its finalizer until the pod that takes its place carries the count on.
// Models kubernetes pkg/controller/job/{indexed_job_utils,backoff_utils}.go (backoffLimitPerIndex).

import type { Job, PodFailurePolicy } from '../../api/types/batch-v1.ts';
import type { Pod } from '../../api/types/core-v1.ts';
import { finishedAt, remaining } from './backoff.ts';
import type { Intervals } from './intervals.ts';
import { has } from './intervals.ts';
import { matchPodFailurePolicy } from './pod-failure-policy.ts';
import { completionIndex, isFailed } from './pods.ts';

const COUNTED = 'batch.kubernetes.io/job-index-failure-count';
const IGNORED = 'batch.kubernetes.io/job-index-ignored-failure-count';
const MAX_INT32 = 2 ** 31 - 1;

function countOf({ metadata }: Pod, annotation: string): number {
  const text = metadata.annotations?.[annotation] ?? '';
  const value = /^\+?\d+$/.test(text) ? Number(text) : 0;
  return value <= MAX_INT32 ? value : 0;
}

function allFailures(pod: Pod): number {
  return countOf(pod, COUNTED) + countOf(pod, IGNORED);
}

/** Whether the index fails for good with this pod. */
export function failsIndex(pod: Pod, job: Job): boolean {
  if (!isFailed(pod, job)) return false;
  const { counts, action } = matchPodFailurePolicy(job.spec?.podFailurePolicy, pod);
  if (action === 'FailIndex') return true;
  return counts && countOf(pod, COUNTED) >= (job.spec?.backoffLimitPerIndex ?? 0);
}

/** Annotations of the pod that takes the place of `replaced`, or that is the first of its index. */
export function nextFailureCounts(
  policy: PodFailurePolicy | undefined,
  replaced: Pod | undefined,
): Record<string, string> {
  if (replaced === undefined) return { [COUNTED]: '0' };
  const { counts } = matchPodFailurePolicy(policy, replaced);
  const counted = countOf(replaced, COUNTED) + (counts ? 1 : 0);
  const ignored = countOf(replaced, IGNORED) + (counts ? 0 : 1);
  return { [COUNTED]: `${counted}`, ...(ignored > 0 ? { [IGNORED]: `${ignored}` } : {}) };
}

/** Milliseconds until the failed pod may be replaced; 0: now. */
export function remainingForIndex(failed: Pod | undefined, now: number): number {
  if (failed === undefined) return 0;
  return remaining({ failures: allFailures(failed) + 1, lastFailure: finishedAt(failed) }, now);
}

/** Of each index that is to get a new pod, the failed pod which that one replaces. `failed`: tracked, of valid indexes. */
export function podsToReplace(
  failed: readonly Pod[],
  settled: readonly Intervals[],
  activeIndexes: ReadonlySet<number>,
): Map<number, Pod> {
  const last = new Map<number, Pod>();
  for (const pod of failed) {
    const index = completionIndex(pod);
    if (index === undefined || activeIndexes.has(index) || settled.some((intervals) => has(intervals, index))) continue;
    const other = last.get(index);
    const isLater =
      other === undefined || (allFailures(other) <= allFailures(pod) && finishedAt(pod) >= finishedAt(other));
    if (isLater) last.set(index, pod);
  }
  return last;
}
