// Which times of a schedule were missed, and when to look again. The cases are upstream's (pkg/controller/cronjob/utils_test.go).

import { describe, expect, it } from 'vitest';
import type { CronJob } from '../../api/types/batch-v1.ts';
import { formatTime } from '../../lib/clock.ts';
import { parseSchedule } from '../../schema/cron-schedule.ts';
import { aCronJob } from '../testing/objects.ts';
import { byStartTime } from './job.ts';
import { isTooMany, NEVER, unmetTimes, untilNext } from './times.ts';

interface Given {
  readonly schedule: string;
  readonly now: string;
  readonly created?: string;
  readonly last?: string;
  /** Seconds. */
  readonly deadline?: number;
  readonly zone?: string;
}

function cronJobOf({ schedule, created = '2016-05-19T08:00:00Z', last, deadline, zone }: Given): CronJob {
  const draft = aCronJob({
    schedule,
    ...(deadline === undefined ? {} : { startingDeadlineSeconds: deadline }),
    ...(zone === undefined ? {} : { timeZone: zone }),
  });
  const metadata = { ...draft.metadata, creationTimestamp: created };
  return { ...draft, metadata, status: last === undefined ? {} : { lastScheduleTime: last } } as CronJob;
}

function latest(given: Given, withDeadline = true): string | undefined {
  const unmet = unmetTimes(
    cronJobOf(given),
    Date.parse(given.now),
    parseSchedule(given.schedule, given.zone),
    withDeadline,
  );
  if (unmet === NEVER) return 'never';
  return unmet.latest === undefined ? undefined : formatTime(unmet.latest);
}

function missed(given: Given): number {
  const unmet = unmetTimes(cronJobOf(given), Date.parse(given.now), parseSchedule(given.schedule), true);
  return unmet === NEVER ? -1 : unmet.missed;
}

const HOURLY = '0 * * * ?';
const T1 = '2016-05-19T10:00:00Z';
const T2 = '2016-05-19T11:00:00Z';

describe('TestNextScheduleTime', () => {
  it.each([
    [
      'no job run yet, and the first time has not come',
      { created: '2016-05-19T09:50:00Z', now: '2016-05-19T09:55:00Z' },
      undefined,
    ],
    ['a time has come since the creation', { created: '2016-05-19T09:50:00Z', now: '2016-05-19T10:00:02Z' }, T1],
    ['the last time has its job', { last: T1, now: '2016-05-19T10:00:02Z' }, undefined],
    ['the last time has its job, and the next has come', { last: T1, now: '2016-05-19T11:05:00Z' }, T2],
    [
      'two times have come since the creation',
      { created: '2016-05-19T09:59:59Z', now: '2016-05-19T12:59:00Z' },
      '2016-05-19T12:00:00Z',
    ],
    [
      'the times of more than a day have come',
      { last: '2016-05-19T08:00:00Z', now: '2016-05-25T11:05:00Z' },
      '2016-05-25T11:00:00Z',
    ],
    [
      'only those within the deadline count',
      { last: '2016-05-19T08:00:00Z', now: '2016-05-25T11:05:00Z', deadline: 60 },
      undefined,
    ],
  ])('%s', (_, given, expected) => {
    expect(latest({ schedule: HOURLY, ...given })).toBe(expected);
  });

  it('tells of more than a hundred missed times', () => {
    const given = { schedule: HOURLY, last: '2016-05-19T08:00:00Z' };
    const unmet = (now: string) =>
      unmetTimes(cronJobOf({ ...given, now }), Date.parse(now), parseSchedule(HOURLY), true);
    expect(unmet('2016-05-23T12:00:00Z')).toMatchObject({ missed: 100 });
    expect(
      [unmet('2016-05-23T12:00:00Z'), unmet('2016-05-23T13:00:00Z')].map((one) => one !== NEVER && isTooMany(one)),
    ).toEqual([false, true]);
  });
});

describe('TestMostRecentScheduleTime', () => {
  it.each<[string, Given, string | undefined]>([
    ['now before next schedule', { schedule: HOURLY, created: T1, now: '2016-05-19T10:59:30Z' }, undefined],
    ['now just after next schedule', { schedule: HOURLY, created: T1, now: '2016-05-19T11:00:02Z' }, T2],
    [
      'missed 5 schedules',
      { schedule: HOURLY, created: '2016-05-19T10:10:00Z', now: '2016-05-19T15:59:00Z' },
      '2016-05-19T15:00:00Z',
    ],
    [
      'complex schedule',
      { schedule: '30 6-16/4 * * 1-5', created: '2023-01-13T10:00:00Z', now: '2023-01-16T10:30:10Z' },
      '2023-01-16T10:30:00Z',
    ],
    [
      'another complex schedule',
      { schedule: '30 10,11,12 * * 1-5', created: '2023-01-13T10:00:00Z', now: '2023-01-16T12:30:02Z' },
      '2023-01-16T12:30:00Z',
    ],
    [
      'complex schedule with longer diff between executions',
      { schedule: '30 6-16/4 * * 1-5', last: '2023-01-13T14:30:00Z', now: '2023-01-16T06:29:00Z' },
      undefined,
    ],
    [
      'complex schedule with shorter diff between executions',
      { schedule: '30 6-16/4 * * 1-5', created: '2023-01-16T07:00:00Z', now: '2023-01-17T06:31:00Z' },
      '2023-01-17T06:30:00Z',
    ],
    [
      '@every schedule',
      { schedule: '@every 1h', created: '2016-05-19T09:59:59Z', now: '2016-05-19T13:05:00Z' },
      '2016-05-19T12:59:59Z',
    ],
    ['rogue cronjob', { schedule: '59 23 31 2 *', created: T1, now: T2 }, 'never'],
    [
      'earliestTime being CreationTimestamp and LastScheduleTime',
      { schedule: HOURLY, created: T1, last: T1, now: T1 },
      undefined,
    ],
    [
      'earliestTime being LastScheduleTime',
      { schedule: HOURLY, created: T1, last: T2, now: '2016-05-19T12:00:01Z' },
      '2016-05-19T12:00:00Z',
    ],
    [
      'earliestTime being LastScheduleTime (within StartingDeadlineSeconds)',
      { schedule: '*/5 * * * *', created: T1, last: '2016-05-19T10:55:00Z', now: T2, deadline: 300 },
      T2,
    ],
    [
      'earliestTime being LastScheduleTime (outside StartingDeadlineSeconds)',
      { schedule: '*/5 * * * *', created: T1, last: '2016-05-19T10:45:00Z', now: T2, deadline: 300 },
      T2,
    ],
  ])('%s', (_, given, expected) => {
    expect(latest(given)).toBe(expected);
  });

  it('counts those that were missed', () => {
    expect(missed({ schedule: HOURLY, created: '2016-05-19T10:10:00Z', now: '2016-05-19T15:59:00Z' })).toBe(5);
    expect(missed({ schedule: HOURLY, created: T1, now: '2016-05-19T11:00:02Z' })).toBe(0);
  });

  it('without the deadline counts those that are too late, too', () => {
    const given = { schedule: HOURLY, created: '2016-05-19T10:10:00Z', now: '2016-05-19T15:59:00Z', deadline: 60 };
    expect([latest(given, true), latest(given, false)]).toEqual([undefined, '2016-05-19T15:00:00Z']);
  });
});

describe('TestNextScheduleTimeDuration', () => {
  it.each<[string, Given, string]>([
    [
      'complex schedule skipping weekend',
      {
        schedule: '30 6-16/4 * * 1-5',
        created: '2023-01-06T14:30:00Z',
        last: '2023-01-06T14:30:00Z',
        now: '2023-01-06T14:31:00Z',
      },
      '2023-01-09T06:30:00Z',
    ],
    [
      'another complex schedule skipping weekend',
      { schedule: '30 10,11,12 * * 1-5', last: '2023-01-06T12:30:00Z', now: '2023-01-06T12:30:01Z' },
      '2023-01-09T10:30:00Z',
    ],
    [
      'once a week cron, missed two runs',
      { schedule: '0 12 * * 4', last: '2022-04-07T12:00:00Z', now: '2022-04-21T13:00:00Z' },
      '2022-04-28T12:00:00Z',
    ],
    [
      'no previous run of a cron',
      { schedule: '0 12 * * 5', created: '2022-04-14T11:00:00Z', now: '2022-04-14T12:00:00Z' },
      '2022-04-15T12:00:00Z',
    ],
    [
      'a schedule of its own zone',
      { schedule: '0 12 * * *', created: T1, now: T2, zone: 'America/New_York' },
      '2016-05-19T16:00:00Z',
    ],
  ])('%s', (_, given, expected) => {
    const now = Date.parse(given.now);
    const wait = untilNext(cronJobOf(given), now, parseSchedule(given.schedule, given.zone));
    expect(formatTime(now + (wait ?? 0))).toBe(expected);
  });

  it('never comes where the schedule does not', () => {
    const given = { schedule: '59 23 31 2 *', now: T1 };
    expect(untilNext(cronJobOf(given), Date.parse(T1), parseSchedule(given.schedule))).toBeUndefined();
  });
});

describe('TestByJobStartTime', () => {
  const job = (name: string, startTime?: string) =>
    ({ metadata: { name }, status: startTime === undefined ? {} : { startTime } }) as Parameters<
      typeof byStartTime
    >[0][number];
  it('puts the oldest first, those of one time by name, and those that have not started last', () => {
    const jobs = [job('c'), job('b', T1), job('d', '2016-05-19T09:00:00Z'), job('a', T1)];
    expect(byStartTime(jobs).map(({ metadata }) => metadata.name)).toEqual(['d', 'a', 'b', 'c']);
  });
});
