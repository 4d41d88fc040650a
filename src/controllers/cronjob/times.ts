// Which times of a schedule have come without a Job, and when to look next.
// Models kubernetes pkg/controller/cronjob/utils.go (mostRecentScheduleTime, nextScheduleTime, nextScheduleTimeDuration).

import type { CronJob } from '../../api/types/batch-v1.ts';
import type { Schedule } from '../../schema/cron-schedule.ts';

/** More missed times than this are worth a warning. */
const MANY = 100;

export interface Unmet {
  /** From when on times count, in milliseconds since the epoch. */
  readonly earliest: number;
  /** The latest time that has come since; undefined: none has. */
  readonly latest: number | undefined;
  /** About how many have come; exact up to one. */
  readonly missed: number;
}

/** The schedule has no two times that are a second apart: it never comes. */
export const NEVER = 'time difference between two schedules is less than 1 second';

/** `withDeadline`: only those that are not too late to start. */
export function unmetTimes(
  { metadata, spec, status }: CronJob,
  now: number,
  schedule: Schedule,
  withDeadline: boolean,
): Unmet | typeof NEVER {
  let earliest = Date.parse(status?.lastScheduleTime ?? metadata.creationTimestamp);
  if (withDeadline && spec.startingDeadlineSeconds !== undefined) {
    earliest = Math.max(earliest, now - spec.startingDeadlineSeconds * 1000);
  }
  const first = schedule(earliest);
  const second = first === undefined ? undefined : schedule(first);
  if (first === undefined || second === undefined) return NEVER;
  if (now < first) return { earliest, latest: undefined, missed: 0 };
  if (now < second) return { earliest, latest: first, missed: 0 };
  // The distance of the first two stands for all. One step before the last that it gives, uneven schedules are taken up, too.
  const distance = second - first;
  const missed = Math.floor((now - first) / distance) + 1;
  let latest: number | undefined;
  let time = schedule(first + (missed - 2) * distance);
  for (; time !== undefined && time <= now; time = schedule(time)) latest = time;
  return { earliest, latest, missed };
}

export function isTooMany({ missed }: Unmet): boolean {
  return missed > MANY;
}

/** Milliseconds until the next time of the schedule; undefined: it never comes. */
export function untilNext(cronJob: CronJob, now: number, schedule: Schedule): number | undefined {
  const unmet = unmetTimes(cronJob, now, schedule, false);
  const from = unmet === NEVER ? now : (unmet.latest ?? (unmet.missed === 0 ? unmet.earliest : now));
  const next = schedule(from);
  return next === undefined ? undefined : next - now;
}
