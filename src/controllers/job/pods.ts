// Pods of a Job: the finalizer by which none is lost uncounted, their completion index, when they count as failed, and which
// of the running ones go first.
// Models kubernetes pkg/controller/job/{job_controller,indexed_job_utils,tracking_utils}.go and ActivePods of
// pkg/controller/controller_utils.go.

import type { Client } from '../../api/client.ts';
import type { Job } from '../../api/types/batch-v1.ts';
import type { Pod } from '../../api/types/core-v1.ts';
import { withoutFinalizer } from '../common/owners.ts';
import { isReady, readySince } from '../common/pods.ts';

export const TRACKING_FINALIZER = 'batch.kubernetes.io/job-tracking';
export const INDEX_KEY = 'batch.kubernetes.io/job-completion-index';

export function isTracked({ metadata }: Pod): boolean {
  return metadata.finalizers?.includes(TRACKING_FINALIZER) ?? false;
}

/** The pod's completion index; undefined: it has none that counts. */
export function completionIndex({ metadata }: Pod): number | undefined {
  const text = metadata.annotations?.[INDEX_KEY] ?? '';
  return /^\+?\d+$/.test(text) ? Number(text) : undefined;
}

/** Whether only pods that have ended are replaced. Others are replaced as soon as they are being deleted. */
export function replacesOnlyFailed({ spec }: Job): boolean {
  return spec?.podReplacementPolicy === 'Failed' || spec?.podFailurePolicy !== undefined;
}

/** A pod that is being deleted may never come to the phase Failed: it counts, unless the Job waits for pods to end. */
export function isFailed(pod: Pod, job: Job): boolean {
  const phase = pod.status?.phase;
  if (phase === 'Failed') return true;
  return pod.metadata.deletionTimestamp !== undefined && phase !== 'Succeeded' && !replacesOnlyFailed(job);
}

/** Undefined: the pod has no such finalizer (any more). Otherwise why it could not be taken away. */
export function untrack(client: Client, { metadata }: Pod): string | undefined {
  const current = client.get('pods', metadata.namespace ?? '', metadata.name);
  if (current === undefined || current.metadata.uid !== metadata.uid || !isTracked(current)) return undefined;
  const written = client.update('pods', withoutFinalizer(current, TRACKING_FINALIZER));
  return written.ok || written.status.reason === 'NotFound' ? undefined : (written.status.message ?? 'refused');
}

const PHASE_ORDER: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

/** Those to be deleted first come first: what has not got far, then what is young. */
export function byProgress(pods: readonly Pod[]): Pod[] {
  return pods.toSorted(
    (a, b) =>
      Number(isAssigned(a)) - Number(isAssigned(b)) ||
      phaseOrder(a) - phaseOrder(b) ||
      Number(isReady(a)) - Number(isReady(b)) ||
      youngest(readySince(a), readySince(b)) ||
      restarts(b) - restarts(a) ||
      youngest(Date.parse(a.metadata.creationTimestamp), Date.parse(b.metadata.creationTimestamp)),
  );
}

function isAssigned({ spec }: Pod): boolean {
  return (spec?.nodeName ?? '') !== '';
}

function phaseOrder({ status }: Pod): number {
  return PHASE_ORDER[status?.phase ?? ''] ?? 0;
}

/** Later times first; no time at all is later than any. */
function youngest(a: number | undefined, b: number | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return -1;
  return b === undefined ? 1 : b - a;
}

function restarts({ status }: Pod): number {
  return Math.max(0, ...(status?.containerStatuses ?? []).map(({ restartCount }) => restartCount));
}
