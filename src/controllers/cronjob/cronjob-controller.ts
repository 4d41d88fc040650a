// Makes a Job of a CronJob at each time of its schedule, and removes old ones.
// Models kubernetes pkg/controller/cronjob/cronjob_controllerv2.go.
//
// 1. The key's timer is the next time of the schedule; nothing else wakes an idle CronJob. A suspended one has none.
// 2. A Job's name tells its time, so that no time gets two; status.lastScheduleTime is the last that got one.
// 3. `namespace/name/rescheduled` is queued when the schedule changes: times of the new schedule that lie in the past are not
//    caught up with for that alone, the first to come is waited for.

import type { CronJob, Job } from '../../api/types/batch-v1.ts';
import { formatTime } from '../../lib/clock.ts';
import { clone } from '../../lib/json.ts';
import { isTimeZone, scheduleError } from '../../schema/cron.ts';
import type { Schedule } from '../../schema/cron-schedule.ts';
import { parseSchedule } from '../../schema/cron-schedule.ts';
import { isNamespaceTerminating } from '../common/failures.ts';
import { finishedCondition } from '../common/jobs.ts';
import { controllerOf, controllerOfKind, keyOf } from '../common/owners.ts';
import type { Change, Context, Controller, Outcome } from '../runtime/component.ts';
import { byStartTime, jobDraft, jobName, referenceTo } from './job.ts';
import { Recorder } from './recorder.ts';
import { isTooMany, NEVER, unmetTimes, untilNext } from './times.ts';

export const cronJobController: Controller = {
  name: 'cronjob-controller',
  watches: { 'cronjobs.batch': keysOfCronJob, 'jobs.batch': keysOfJob },
  reconcile,
};

function keysOfCronJob({ object, old }: Change): string[] {
  const { spec } = object as CronJob;
  const before = (old as CronJob | undefined)?.spec;
  const moved = before !== undefined && (before.schedule !== spec.schedule || before.timeZone !== spec.timeZone);
  return [moved ? `${keyOf(object)}/rescheduled` : keyOf(object)];
}

function keysOfJob({ namespace, object, old }: Change): Set<string> {
  const owners = [object, old].map((job) =>
    job === undefined ? undefined : controllerOfKind(job, 'CronJob', 'batch'),
  );
  return new Set(owners.filter((owner) => owner !== undefined).map(({ name }) => `${namespace}/${name}`));
}

function reconcile(key: string, context: Context): Outcome | undefined {
  const { client, now, due } = context;
  const [namespace = '', name = '', rescheduled] = key.split('/');
  const cronJob = client.get('cronjobs.batch', namespace, name);
  if (cronJob === undefined) return undefined;
  if (rescheduled !== undefined && (due === undefined || due > now)) return waitForNext(cronJob, now);
  const next = clone(cronJob);
  const jobs = client
    .list('jobs.batch', { term: `owner:${cronJob.metadata.uid}` })
    .filter((job) => controllerOf(job)?.uid === cronJob.metadata.uid);
  const recorder = new Recorder(client, next);
  cleanUp(recorder, jobs);
  noteJobs(recorder, jobs);
  const outcome = start(recorder, now);
  if (recorder.changed) {
    const written = client.updateStatus('cronjobs.batch', next);
    if (!written.ok && written.status.reason !== 'NotFound') return { error: written.status.message ?? '' };
  }
  // From here on the key of the CronJob itself keeps the time.
  return rescheduled === undefined || outcome?.error !== undefined ? outcome : undefined;
}

function scheduleOf({ spec }: CronJob): Schedule | undefined {
  return scheduleError(spec.schedule) === undefined ? parseSchedule(spec.schedule, spec.timeZone) : undefined;
}

/** Rule 3. */
function waitForNext(cronJob: CronJob, now: number): Outcome | undefined {
  const { suspend, timeZone } = cronJob.spec;
  if (suspend === true || (timeZone !== undefined && !isTimeZone(timeZone))) return undefined;
  const schedule = scheduleOf(cronJob);
  return schedule === undefined ? undefined : comeBack(cronJob, now, schedule);
}

/** Rule 1. */
function comeBack(cronJob: CronJob, now: number, schedule: Schedule): Outcome | undefined {
  const wait = untilNext(cronJob, now, schedule);
  return wait === undefined ? undefined : { requeueAfter: wait };
}

/** Removes the oldest Jobs that have ended, beyond what the limits keep. */
function cleanUp(recorder: Recorder, jobs: readonly Job[]): void {
  const { successfulJobsHistoryLimit, failedJobsHistoryLimit } = recorder.cronJob.spec;
  const limits = [
    ['Complete', successfulJobsHistoryLimit],
    ['Failed', failedJobsHistoryLimit],
  ] as const;
  for (const [type, limit] of limits) {
    if (limit === undefined) continue;
    const ended = jobs.filter((job) => finishedCondition(job)?.type === type);
    for (const job of byStartTime(ended).slice(0, Math.max(0, ended.length - limit))) recorder.deleteJob(job);
  }
}

/** Takes into the status what has become of the Jobs. */
function noteJobs(recorder: Recorder, jobs: readonly Job[]): void {
  for (const job of jobs) {
    const { name, uid } = job.metadata;
    const ended = finishedCondition(job);
    const listed = recorder.isActive(uid);
    if (ended === undefined) {
      const message = `Saw a job that the controller did not create or forgot: ${name}`;
      if (!listed) recorder.event('Warning', 'UnexpectedJob', message);
      continue;
    }
    if (listed) {
      recorder.dropActive(uid);
      recorder.event('Normal', 'SawCompletedJob', `Saw completed job: ${name}, condition: ${ended.type}`);
    }
    if (ended.type === 'Complete') recorder.succeededAt(job.status?.completionTime);
  }
  const known = new Set(jobs.map(({ metadata }) => metadata.uid));
  for (const { name = '', namespace = '', uid = '' } of recorder.active) {
    if (known.has(uid) || recorder.client.get('jobs.batch', namespace, name) !== undefined) continue;
    recorder.event('Normal', 'MissingJob', `Active job went missing: ${name}`);
    recorder.dropActive(uid);
  }
}

/** Starts the Job that is due, if one is. */
function start(recorder: Recorder, now: number): Outcome | undefined {
  const { client, cronJob } = recorder;
  const { spec, metadata, status } = cronJob;
  if (metadata.deletionTimestamp !== undefined) return undefined;
  if (spec.timeZone !== undefined && !isTimeZone(spec.timeZone)) {
    const message = `invalid timeZone: ${JSON.stringify(spec.timeZone)}: unknown time zone ${spec.timeZone}`;
    recorder.event('Warning', 'UnknownTimeZone', message);
    return undefined;
  }
  if (spec.suspend === true) return undefined;
  const schedule = scheduleFor(recorder);
  if (schedule === undefined) return undefined;
  const unmet = unmetTimes(cronJob, now, schedule, true);
  if (unmet === NEVER) {
    recorder.event('Warning', 'InvalidSchedule', `invalid schedule: ${spec.schedule} : ${NEVER}`);
    return undefined;
  }
  const time = unmet.latest;
  const later = comeBack(cronJob, now, schedule);
  if (time === undefined) return later;
  if (isTooMany(unmet)) {
    const message = 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew';
    recorder.event('Warning', 'TooManyMissedTimes', message);
  }
  if (spec.startingDeadlineSeconds !== undefined && time + spec.startingDeadlineSeconds * 1000 < now) {
    recorder.event('Warning', 'MissSchedule', `Missed scheduled time to start a job: ${rfc1123(time)}`);
    return later;
  }
  const name = jobName(cronJob, time);
  if (recorder.active.some((job) => job.name === name) || status?.lastScheduleTime === formatTime(time)) return later;
  if (spec.concurrencyPolicy === 'Forbid' && recorder.active.length > 0) {
    const message = 'Not starting job because prior execution is running and concurrency policy is Forbid';
    recorder.event('Normal', 'JobAlreadyActive', message);
    return later;
  }
  if (spec.concurrencyPolicy === 'Replace') {
    for (const { name: other = '', namespace = '' } of recorder.active) {
      const job = client.get('jobs.batch', namespace, other);
      if (job === undefined || !recorder.deleteJob(job))
        return { error: `could not replace job ${namespace}/${other}` };
    }
  }
  const error = create(recorder, time);
  return error === undefined ? comeBack(cronJob, now, schedule) : { error };
}

function scheduleFor(recorder: Recorder): Schedule | undefined {
  const { schedule } = recorder.cronJob.spec;
  const quoted = JSON.stringify(schedule);
  if (schedule.includes('TZ')) {
    const see = 'see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details';
    const message = `CRON_TZ or TZ used in schedule ${quoted} is not officially supported, ${see}`;
    recorder.event('Warning', 'UnsupportedSchedule', message);
  }
  const error = scheduleError(schedule);
  if (error === undefined) return scheduleOf(recorder.cronJob);
  recorder.event('Warning', 'UnparseableSchedule', `unparseable schedule: ${quoted} : ${error}`);
  return undefined;
}

/** Answers why it could not be made, if trying again may help. */
function create(recorder: Recorder, time: number): string | undefined {
  const { client, cronJob } = recorder;
  const created = client.create('jobs.batch', jobDraft(cronJob, time));
  if (created.ok) {
    recorder.event('Normal', 'SuccessfulCreate', `Created job ${created.value.metadata.name}`);
    recorder.started(referenceTo(created.value), formatTime(time));
    return undefined;
  }
  const { status } = created;
  if (status.reason === 'AlreadyExists') {
    const job = client.get('jobs.batch', cronJob.metadata.namespace ?? '', jobName(cronJob, time));
    // Its own: a crash came between the Job and the status that tells of it.
    if (job !== undefined && controllerOf(job)?.uid === cronJob.metadata.uid && !recorder.isActive(job.metadata.uid)) {
      recorder.started(referenceTo(job), formatTime(time));
    }
    return undefined;
  }
  if (isNamespaceTerminating(status)) return undefined;
  recorder.event('Warning', 'FailedCreate', `Error creating job: ${status.message ?? ''}`);
  return status.message ?? 'refused';
}

/** `Mon, 02 Jan 2006 15:04:05 +0000`. */
function rfc1123(time: number): string {
  return new Date(time).toUTCString().replace('GMT', '+0000');
}
