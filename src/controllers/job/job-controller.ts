// Runs pods of a Job until enough of them have succeeded, or too many have failed.
// Models kubernetes pkg/controller/job/job_controller.go.
//
// 1. A reconcile of `namespace/name` reads one list: what the Job owns. Only `namespace/name/adopt`, queued when a Job appears
//    or a pod without controller may be its own, searches the namespace.
// 2. The pods in the log are the truth: no expectations are needed, since nothing is cached and nothing runs beside.
// 3. `namespace/name/orphan` is a pod, not a Job: one that bears the finalizer but that no running Job will count loses it.
// 4. A Job that has ended is never touched again, and one that another controller manages not at all.
// 5. What comes of mere waiting (backoff, deadline) is the key's timer, set anew by each reconcile.

import type { Client } from '../../api/client.ts';
import type { Job, JobStatus } from '../../api/types/batch-v1.ts';
import type { Pod } from '../../api/types/core-v1.ts';
import { formatTime } from '../../lib/clock.ts';
import { clone } from '../../lib/json.ts';
import { labelMatcher } from '../../schema/label-selector.ts';
import { isFinished } from '../common/jobs.ts';
import { adoptOrphans, claimOwned, controllerOf, controllerOfKind, keyOf } from '../common/owners.ts';
import { isReady } from '../common/pods.ts';
import type { Change, Context, Controller, Outcome } from '../runtime/component.ts';
import { BackoffRecords } from './backoff.ts';
import type { Ending } from './conditions.ts';
import { COMPLETED, setCondition } from './conditions.ts';
import { deadlineIn, endingOf } from './ending.ts';
import type { Counts, Managed } from './manage.ts';
import { deleteActivePods, managePods } from './manage.ts';
import { isTracked, TRACKING_FINALIZER, untrack } from './pods.ts';
import type { Situation } from './situation.ts';
import { situationOf } from './situation.ts';
import { setCount, trackPods } from './tracking.ts';

const MANAGER = 'kubernetes.io/job-controller';

/** One for each cluster: it remembers failures of pods. */
export function jobController(): Controller {
  const records = new BackoffRecords();
  return {
    name: 'job-controller',
    watches: { 'jobs.batch': keysOfJob, pods: keysOfPod },
    reconcile: (key, context) => reconcile(key, context, records),
  };
}

function* keysOfJob({ verb, object }: Change, { client }: Context): Iterable<string> {
  const job = object as Job;
  if (verb === 'create') yield `${keyOf(job)}/adopt`;
  yield keyOf(job);
  // Counted are its pods by now, if ever: this is for what was missed.
  if (verb !== 'delete' && !isFinished(job)) return;
  for (const pod of client.list('pods', { term: `owner:${job.metadata.uid}` })) {
    if (controllerOf(pod)?.uid === job.metadata.uid && isTracked(pod)) yield `${keyOf(pod)}/orphan`;
  }
}

function* keysOfPod({ verb, namespace, object, old }: Change, { client }: Context): Iterable<string> {
  const pod: Pod = object;
  const owner = controllerOf(pod);
  const before = old === undefined ? undefined : controllerOfKind(old, 'Job', 'batch');
  if (before !== undefined && before.uid !== owner?.uid) yield `${namespace}/${before.name}`;
  const deleting = pod.metadata.deletionTimestamp !== undefined;
  if (owner !== undefined) {
    if (controllerOfKind(pod, 'Job', 'batch') === undefined) return;
    const job = jobOf(client, pod);
    if (job !== undefined && !isFinished(job)) yield keyOf(job);
    else if (verb !== 'delete' && deleting && isTracked(pod)) yield `${keyOf(pod)}/orphan`;
    return;
  }
  if (verb === 'delete') return;
  if (!deleting) {
    for (const job of client.list('jobs.batch', { namespace })) {
      if (labelMatcher(job.spec?.selector)(pod.metadata.labels)) yield `${keyOf(job)}/adopt`;
    }
  }
  if (isTracked(pod)) yield `${keyOf(pod)}/orphan`;
}

/** The Job that controls the pod, if it is still there. */
function jobOf(client: Client, pod: Pod): Job | undefined {
  const owner = controllerOfKind(pod, 'Job', 'batch');
  if (owner === undefined) return undefined;
  const job = client.get('jobs.batch', pod.metadata.namespace ?? '', owner.name);
  return job?.metadata.uid === owner.uid ? job : undefined;
}

function isManagedElsewhere({ spec }: Job): boolean {
  return spec?.managedBy !== undefined && spec.managedBy !== MANAGER;
}

function reconcile(key: string, context: Context, records: BackoffRecords): Outcome | undefined {
  const { client } = context;
  const [namespace = '', name = '', part] = key.split('/');
  if (part === 'orphan') return failed(releaseOrphan(client, client.get('pods', namespace, name)));
  const job = client.get('jobs.batch', namespace, name);
  if (job === undefined || isFinished(job)) records.forget(`${namespace}/${name}`);
  if (job === undefined || isFinished(job) || isManagedElsewhere(job)) return undefined;
  if (part === undefined) return sync(key, job, context, records);
  return failed(adoptOrphans(client, 'pods', job, labelMatcher(job.spec?.selector), TRACKING_FINALIZER));
}

function failed(error: string | undefined): Outcome | undefined {
  return error === undefined ? undefined : { error };
}

/** Rule 3. */
function releaseOrphan(client: Client, pod: Pod | undefined): string | undefined {
  if (pod === undefined) return undefined;
  if (controllerOf(pod) !== undefined) {
    if (controllerOfKind(pod, 'Job', 'batch') === undefined) return undefined;
    const job = jobOf(client, pod);
    if (job !== undefined && (isManagedElsewhere(job) || !isFinished(job))) return undefined;
  }
  return untrack(client, pod);
}

function sync(key: string, job: Job, { client, now }: Context, records: BackoffRecords): Outcome | undefined {
  const { uid } = job.metadata;
  const claims = claimOwned(client, 'pods', job, labelMatcher(job.spec?.selector), TRACKING_FINALIZER);
  if (claims.error !== undefined) return { error: claims.error };
  const situation = situationOf(job, claims.claimed, records.get(key, uid));
  const { active, terminating } = situation;
  const counts: Counts = {
    active: active.length,
    ready: active.filter(isReady).length,
    terminating: terminating.length,
  };
  const status: JobStatus = clone(job.status ?? {});
  status.uncountedTerminatedPods ??= {};
  if (job.spec?.suspend !== true) status.startTime ??= formatTime(now);

  const step = act(situation, status, counts, client, now);
  const changed = step.suspensionChanged || hasChanged(status, counts);
  setCount(status, 'active', counts.active);
  status.ready = counts.ready;
  status.terminating = counts.terminating;
  const error = trackPods({
    client,
    now,
    situation,
    status,
    changed,
    ending: step.ending,
    noted: () => records.set(key, uid, situation.record),
  });
  if (error !== undefined || step.error !== undefined) return { error: error ?? step.error ?? '' };
  const waits = [step.wait, step.deadline].filter((ms) => ms !== undefined);
  return waits.length === 0 ? undefined : { requeueAfter: Math.min(...waits) };
}

function hasChanged({ active = 0, ready, terminating }: JobStatus, counts: Counts): boolean {
  return active !== counts.active || ready !== counts.ready || terminating !== counts.terminating;
}

interface Step extends Managed {
  /** Undefined: the Job goes on, or pods are left that could not be deleted. */
  readonly ending: Ending | undefined;
  /** Milliseconds until it has been active too long. */
  readonly deadline?: number | undefined;
  readonly suspensionChanged: boolean;
}

/** Makes and deletes pods. */
function act(situation: Situation, status: JobStatus, counts: Counts, client: Client, now: number): Step {
  const { job } = situation;
  const ending = endingOf(situation, status, now);
  if (ending !== undefined) {
    const error = deleteActivePods(situation, counts, client);
    return { ending: counts.active === 0 ? ending : undefined, error, suspensionChanged: false };
  }
  const deadline = deadlineIn(job, status, now);
  if (job.metadata.deletionTimestamp !== undefined) {
    return { ending: isComplete(situation, counts) ? COMPLETED : undefined, deadline, suspensionChanged: false };
  }
  const managed = managePods(situation, counts, client, now);
  if (isComplete(situation, counts)) return { ...managed, ending: COMPLETED, suspensionChanged: false };
  const suspensionChanged = noteSuspension(job, status, client, now);
  return { ...managed, ending: undefined, deadline, suspensionChanged };
}

function isComplete({ job, succeeded }: Situation, { active }: Counts): boolean {
  return active === 0 && succeeded >= (job.spec?.completions ?? 1);
}

/** The time during which a Job is suspended does not count: it starts anew. */
function noteSuspension(job: Job, status: JobStatus, client: Client, now: number): boolean {
  const suspended = job.spec?.suspend === true;
  const reason = suspended ? 'JobSuspended' : 'JobResumed';
  const message = suspended ? 'Job suspended' : 'Job resumed';
  const condition = { type: 'Suspended', status: suspended ? 'True' : 'False', reason, message };
  if (!setCondition(status, condition, now)) return false;
  client.event({ regarding: job, type: 'Normal', reason: suspended ? 'Suspended' : 'Resumed', message });
  if (suspended) delete status.startTime;
  else status.startTime = formatTime(now);
  return true;
}
