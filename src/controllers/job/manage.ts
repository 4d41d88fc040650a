// Keeps as many pods of a Job running as it may have.
// Models kubernetes pkg/controller/job/job_controller.go (manageJob).
//
// 1. One call either deletes pods or makes some, at most BURST; the events of its own writes bring the Job back.
// 2. A pod that is one too many loses its finalizer before it is deleted: its end is no failure.
// 3. The counts are kept in step with what was really done.

import type { Client } from '../../api/client.ts';
import type { Job } from '../../api/types/batch-v1.ts';
import type { Pod } from '../../api/types/core-v1.ts';
import { isNamespaceTerminating } from '../common/failures.ts';
import { createPod, deletePod } from '../common/pod-control.ts';
import { isReady } from '../common/pods.ts';
import { remaining } from './backoff.ts';
import { remainingForIndex } from './index-failures.ts';
import { lowestMissing, merge, withIndexes } from './intervals.ts';
import type { PodPlan } from './pod-template.ts';
import { podDraft } from './pod-template.ts';
import { byProgress, completionIndex, replacesOnlyFailed, untrack } from './pods.ts';
import type { IndexSituation, Situation } from './situation.ts';
import { indexesOf } from './situation.ts';

const BURST = 30;

/** How many pods there are once a reconcile has done its work. */
export interface Counts {
  active: number;
  ready: number;
  terminating: number;
}

export interface Managed {
  /** Milliseconds until pods may be made that are held back now. */
  readonly wait?: number;
  readonly error?: string | undefined;
}

export function managePods(situation: Situation, counts: Counts, client: Client, now: number): Managed {
  const { job, active } = situation;
  const suspended = job.spec?.suspend === true;
  const wanted = suspended ? 0 : wantedPods(situation);
  const surplus = podsToRemove(situation, Math.max(0, active.length - wanted));
  if (suspended || surplus.length > 0) return { error: removePods(client, job, surplus.slice(0, BURST), counts) };
  // Those that are still to end take a place each where only failed pods are replaced.
  const taken = active.length + (replacesOnlyFailed(job) ? situation.terminating.length : 0);
  const missing = Math.min(wanted - taken, BURST);
  if (missing <= 0) return {};
  const { plans, wait } = plansFor(situation, missing, now);
  return wait > 0 ? { wait } : { error: makePods(client, job, plans, counts) };
}

function wantedPods({ job, active, succeeded }: Situation): number {
  const { completions, parallelism = 1 } = job.spec ?? {};
  // A work queue: the first success says that there is nothing left to begin.
  if (completions === undefined) return succeeded > 0 ? active.length : parallelism;
  return Math.max(0, Math.min(completions - succeeded, parallelism));
}

/** At least `number` active pods, and every one whose index is invalid or is held by another too. */
function podsToRemove({ active, indexes }: Situation, number: number): Pod[] {
  const misplaced: Pod[] = [];
  const left: Pod[] = indexes === undefined ? [...active] : [];
  if (indexes !== undefined) {
    for (const [index, pods] of Map.groupBy(active, completionIndex)) {
      const valid = index !== undefined && index < indexes.completions;
      const ranked = byProgress(pods);
      misplaced.push(...(valid ? ranked.slice(0, -1) : ranked));
      if (valid) left.push(...ranked.slice(-1));
    }
  }
  return [...misplaced, ...byProgress(left).slice(0, Math.max(0, number - misplaced.length))];
}

/** Which pods to make, at most `limit`, or how long to wait until the first may be made. */
function plansFor(situation: Situation, limit: number, now: number): { plans: PodPlan[]; wait: number } {
  const { job, indexes, record } = situation;
  if (job.spec?.backoffLimitPerIndex === undefined) {
    const wait = remaining(record, now);
    if (wait > 0) return { plans: [], wait };
  }
  if (indexes === undefined) return { plans: Array.from({ length: limit }, () => ({})), wait: 0 };
  const plans: PodPlan[] = [];
  let wait = Number.POSITIVE_INFINITY;
  for (const index of pendingIndexes(situation, indexes, limit)) {
    const replaced = indexes.replaced.get(index);
    const left = remainingForIndex(replaced, now);
    if (left === 0) plans.push({ index, replaced });
    else wait = Math.min(wait, left);
  }
  return { plans, wait: plans.length > 0 || wait === Number.POSITIVE_INFINITY ? 0 : wait };
}

function pendingIndexes({ job, active, terminating }: Situation, indexes: IndexSituation, limit: number): number[] {
  const held = replacesOnlyFailed(job) ? [...active, ...terminating] : active;
  const settled = merge(withIndexes(indexes.succeeded, indexesOf(held)), indexes.failed ?? []);
  return lowestMissing(settled, limit, indexes.completions);
}

/** Rule 2. */
function removePods(client: Client, job: Job, pods: readonly Pod[], counts: Counts): string | undefined {
  let error: string | undefined;
  for (const pod of pods) {
    const refused = untrack(client, pod) ?? deletePod(client, job, pod)?.message;
    if (refused === undefined) countDeleted(pod, counts);
    error ??= refused;
  }
  return error;
}

/** Deletes every active pod of a Job that ends; they keep their finalizers until they are counted. */
export function deleteActivePods({ job, active }: Situation, counts: Counts, client: Client): string | undefined {
  let error: string | undefined;
  for (const pod of active) {
    const refused = deletePod(client, job, pod);
    if (refused === undefined) countDeleted(pod, counts);
    else error ??= refused.message ?? 'refused';
  }
  return error;
}

function countDeleted(pod: Pod, counts: Counts): void {
  counts.active -= 1;
  counts.terminating += 1;
  if (isReady(pod)) counts.ready -= 1;
}

function makePods(client: Client, job: Job, plans: readonly PodPlan[], counts: Counts): string | undefined {
  for (const plan of plans) {
    const refused = createPod(client, job, podDraft(job, plan));
    if (refused !== undefined) return isNamespaceTerminating(refused) ? undefined : (refused.message ?? 'refused');
    counts.active += 1;
  }
  return undefined;
}
