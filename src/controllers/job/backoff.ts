// How long a Job waits before it replaces failed pods: 10 s after the first failure in a row, twice as long after each
// further one, 10 min at most.
// Models kubernetes pkg/controller/job/backoff_utils.go.
//
// Upstream remembers in memory how many have failed in a row. So does this, but where nothing is remembered (after a cold
// start) it goes by the pods that are still there.

import type { ContainerStatus, Pod } from '../../api/types/core-v1.ts';
import { podCondition } from '../common/pods.ts';

const FIRST_MS = 10_000;
const LONGEST_MS = 600_000;

export interface BackoffRecord {
  /** Since the last success. */
  readonly failures: number;
  /** Milliseconds since the epoch; undefined where none has failed. */
  readonly lastFailure: number | undefined;
}

export const NO_FAILURES: BackoffRecord = { failures: 0, lastFailure: undefined };

/** What the pods that have ended since `before` was true make of it. */
export function nextRecord(before: BackoffRecord, succeeded: readonly Pod[], failed: readonly Pod[]): BackoffRecord {
  const ends = failed.map(finishedAt);
  if (succeeded.length === 0) {
    if (ends.length === 0) return before;
    return { failures: before.failures + ends.length, lastFailure: Math.max(...ends) };
  }
  const success = Math.max(...succeeded.map(finishedAt));
  const later = ends.filter((at) => at > success);
  return later.length === 0 ? NO_FAILURES : { failures: later.length, lastFailure: Math.max(...later) };
}

/** Milliseconds until a pod may be made; 0: now. */
export function remaining({ failures, lastFailure }: BackoffRecord, now: number): number {
  if (failures === 0 || lastFailure === undefined) return 0;
  const wait = Math.min(FIRST_MS * 2 ** (failures - 1), LONGEST_MS);
  return Math.max(0, wait - (now - lastFailure));
}

/** When a pod ended, in milliseconds since the epoch, as well as can be told. */
export function finishedAt(pod: Pod): number {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, creationTimestamp } = pod.metadata;
  const ended = lastContainerEnd(pod);
  if (ended !== undefined) return ended;
  const ready = podCondition(pod, 'Ready');
  if (ready?.status === 'False' && ready.lastTransitionTime !== undefined) return Date.parse(ready.lastTransitionTime);
  if (deletionTimestamp !== undefined) return Date.parse(deletionTimestamp) - deletionGracePeriodSeconds * 1000;
  return Date.parse(creationTimestamp);
}

/** Undefined: no container is known, or one runs still. Sidecars end last of all. */
function lastContainerEnd({ spec, status }: Pod): number | undefined {
  const sidecars = new Set(
    (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always').map(({ name }) => name),
  );
  const statuses: ContainerStatus[] = [
    ...(status?.containerStatuses ?? []),
    ...(status?.initContainerStatuses ?? []).filter(({ name }) => sidecars.has(name)),
  ];
  const ends = statuses.map(({ state }) => Date.parse(state?.terminated?.finishedAt ?? ''));
  return ends.length === 0 || ends.some(Number.isNaN) ? undefined : Math.max(...ends);
}

/** What is remembered of each Job (by its key) until it ends or goes. */
export class BackoffRecords {
  readonly #records = new Map<string, { readonly uid: string; readonly record: BackoffRecord }>();

  get(key: string, uid: string): BackoffRecord | undefined {
    const known = this.#records.get(key);
    return known?.uid === uid ? known.record : undefined;
  }

  set(key: string, uid: string, record: BackoffRecord): void {
    this.#records.set(key, { uid, record });
  }

  forget(key: string): void {
    this.#records.delete(key);
  }
}
