// Counts every pod that has ended exactly once, whatever crashes in between.
// Models kubernetes pkg/controller/job/job_controller.go (trackJobStatusAndRemoveFinalizers).
//
// A pod bears a finalizer until it is counted, so that it cannot be gone before. Counting takes three steps:
//
// 1. its uid is written into status.uncountedTerminatedPods (in an Indexed Job a success is written as its index at once);
// 2. its finalizer is taken away;
// 3. its uid is replaced by one more in status.succeeded or status.failed.
//
// A uid that is listed there while its pod bears no finalizer (or is gone) has been through step 2, and is counted by step 3 of
// any later reconcile; one whose pod still bears it is not listed again. The condition that ends the Job comes last, when
// nothing is uncounted and no pod is left that is being deleted.

import type { Client } from '../../api/client.ts';
import type { Job, JobStatus, UncountedTerminatedPods } from '../../api/types/batch-v1.ts';
import type { Pod } from '../../api/types/core-v1.ts';
import { formatTime } from '../../lib/clock.ts';
import { clone } from '../../lib/json.ts';
import type { Ending } from './conditions.ts';
import { announcedEnding, setCondition } from './conditions.ts';
import { count, formatIndexes, has, withIndexes } from './intervals.ts';
import { matchPodFailurePolicy } from './pod-failure-policy.ts';
import { completionIndex, isFailed, isTracked, untrack } from './pods.ts';
import type { Situation } from './situation.ts';
import { isInRange } from './situation.ts';

/** Bounds what a status holds, and how long a reconcile takes. */
const MAX_UNCOUNTED = 500;

export interface Tracking {
  readonly client: Client;
  readonly now: number;
  readonly situation: Situation;
  /** The status to write, less what is done here. */
  readonly status: JobStatus;
  /** Whether it differs already from the Job's. */
  readonly changed: boolean;
  readonly ending: Ending | undefined;
  /** Called when ends of pods are safely noted. */
  noted(): void;
}

/** Writes the status. Answers what could not be done. */
export function trackPods(tracking: Tracking): string | undefined {
  const { client, now, situation, status, ending } = tracking;
  const tracked = new Set(situation.pods.filter(isTracked).map(({ metadata }) => metadata.uid));
  const writer = new StatusWriter(client, situation.job, status);
  writer.changed = tracking.changed;
  if (countReleased(status, tracked)) writer.changed = true;

  const { release, full, changed } = noteEnds(tracking);
  if (changed) writer.changed = true;
  if (ending !== undefined && announcedEnding(status) === undefined) {
    setCondition(status, { ...ending, status: 'True' }, now);
    writer.changed = true;
  }
  if (writer.changed) {
    const refused = writer.write();
    if (refused !== undefined) return refused;
    tracking.noted();
  }

  const error = releasePods(client, release, tracked);
  if (countReleased(status, tracked)) writer.changed = true;
  if (error !== undefined) {
    if (writer.changed) writer.write();
    return error;
  }
  const ended = ending !== undefined && !full && endJob(tracking, ending);
  if (!ended && !writer.changed) return undefined;
  const refused = writer.write();
  if (refused === undefined && ended) tellOfEnd(client, writer.job, ending);
  return refused;
}

class StatusWriter {
  changed = false;
  job: Job;
  readonly #client: Client;
  readonly #status: JobStatus;

  constructor(client: Client, job: Job, status: JobStatus) {
    this.job = job;
    this.#client = client;
    this.#status = status;
  }

  /** Answers why it was refused. */
  write(): string | undefined {
    const written = this.#client.updateStatus('jobs.batch', { ...this.job, status: clone(this.#status) });
    if (!written.ok) return written.status.message ?? 'refused';
    this.job = written.value;
    this.changed = false;
    return undefined;
  }
}

interface Noted {
  /** Pods that may lose their finalizer. */
  readonly release: Pod[];
  /** There are more: they wait for the next reconcile. */
  readonly full: boolean;
  readonly changed: boolean;
}

/** Step 1. */
function noteEnds({ situation, status, ending }: Tracking): Noted {
  const { job, indexes } = situation;
  const uncounted: UncountedTerminatedPods = (status.uncountedTerminatedPods ??= {});
  const listedFailed = new Set(uncounted.failed);
  const listedSucceeded = new Set(uncounted.succeeded);
  const newIndexes = new Set<number>();
  const release: Pod[] = [];
  let changed = false;
  let full = false;
  for (const pod of inIndexOrder(situation)) {
    if (!isTracked(pod) || !mayRelease(situation, pod, ending)) continue;
    release.push(pod);
    const { uid } = pod.metadata;
    const index = completionIndex(pod);
    if (pod.status?.phase === 'Succeeded' && !listedFailed.has(uid)) {
      if (indexes !== undefined) {
        if (index !== undefined && index < indexes.completions && !has(indexes.counted, index)) newIndexes.add(index);
      } else if (!listedSucceeded.has(uid)) {
        (uncounted.succeeded ??= []).push(uid);
        changed = true;
      }
    } else if (isFailed(pod, job) || ending?.type === 'FailureTarget') {
      const valid = indexes === undefined || isInRange(pod, indexes.completions);
      if (!listedFailed.has(uid) && valid && matchPodFailurePolicy(job.spec?.podFailurePolicy, pod).counts) {
        (uncounted.failed ??= []).push(uid);
        changed = true;
      }
    }
    full = newIndexes.size + (uncounted.succeeded ?? []).length + (uncounted.failed ?? []).length >= MAX_UNCOUNTED;
    if (full) break;
  }
  if (noteIndexes(situation, status, newIndexes)) changed = true;
  return { release, full, changed };
}

function inIndexOrder({ pods, indexes }: Situation): readonly Pod[] {
  if (indexes === undefined) return pods;
  return pods.toSorted((a, b) => (completionIndex(a) ?? -1) - (completionIndex(b) ?? -1));
}

/** A failed pod that is to be replaced keeps its finalizer until the new one has taken over its failure count. */
function mayRelease({ job, indexes }: Situation, pod: Pod, ending: Ending | undefined): boolean {
  if (job.metadata.deletionTimestamp !== undefined || ending !== undefined || pod.status?.phase === 'Succeeded') {
    return true;
  }
  if (!isFailed(pod, job)) return false;
  const index = completionIndex(pod);
  return index === undefined || indexes?.replaced.get(index)?.metadata.uid !== pod.metadata.uid;
}

function noteIndexes({ indexes, job }: Situation, status: JobStatus, added: ReadonlySet<number>): boolean {
  if (indexes === undefined) return false;
  const { succeeded, failed } = indexes;
  const completed = withIndexes(succeeded, added);
  const next = {
    completedIndexes: completed.length === 0 ? undefined : formatIndexes(completed),
    failedIndexes: failed === undefined ? undefined : formatIndexes(failed),
  };
  setCount(status, 'succeeded', count(completed));
  let changed = added.size > 0;
  for (const field of ['completedIndexes', 'failedIndexes'] as const) {
    const text = next[field];
    if (text !== job.status?.[field]) changed = true;
    if (text === undefined) delete status[field];
    else status[field] = text;
  }
  return changed;
}

/** Step 2, for each pod that goes. Answers why a finalizer could not be taken away. */
function releasePods(client: Client, pods: readonly Pod[], tracked: Set<string>): string | undefined {
  let error: string | undefined;
  for (const pod of pods) {
    const refused = untrack(client, pod);
    if (refused === undefined) tracked.delete(pod.metadata.uid);
    error ??= refused;
  }
  return error;
}

/** Step 3. Answers whether anything was counted. */
function countReleased(status: JobStatus, tracked: ReadonlySet<string>): boolean {
  const uncounted = status.uncountedTerminatedPods ?? {};
  let changed = false;
  for (const field of ['succeeded', 'failed'] as const) {
    const listed = uncounted[field] ?? [];
    const left = listed.filter((uid) => tracked.has(uid));
    if (left.length === listed.length) continue;
    changed = true;
    setCount(status, field, (status[field] ?? 0) + listed.length - left.length);
    if (left.length > 0) uncounted[field] = left;
    else delete uncounted[field];
  }
  return changed;
}

/** Counts of 0 are left out. */
export function setCount(status: JobStatus, field: 'active' | 'succeeded' | 'failed', value: number): void {
  if (value === 0) delete status[field];
  else status[field] = value;
}

/** Sets the last condition where nothing is left to wait for. Answers whether it did. */
function endJob({ status, now }: Tracking, { type, reason, message }: Ending): boolean {
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  if (succeeded.length + failed.length > 0 || (status.terminating ?? 0) > 0) return false;
  const complete = type === 'SuccessCriteriaMet';
  setCondition(status, { type: complete ? 'Complete' : 'Failed', status: 'True', reason, message }, now);
  if (complete) status.completionTime = formatTime(now);
  return true;
}

function tellOfEnd(client: Client, job: Job, { type, reason, message }: Ending): void {
  if (type === 'FailureTarget') {
    client.event({ regarding: job, type: 'Warning', reason, message });
    return;
  }
  const completions = job.spec?.completions;
  if (completions !== undefined && (job.status?.succeeded ?? 0) > completions) {
    const many = 'Too many succeeded pods running after completion count reached';
    client.event({ regarding: job, type: 'Warning', reason: 'TooManySucceededPods', message: many });
  }
  client.event({ regarding: job, type: 'Normal', reason: 'Completed', message: 'Job completed' });
}
