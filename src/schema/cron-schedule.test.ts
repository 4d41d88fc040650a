import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scheduleError } from './cron.ts';
import { formatInZone, parseSchedule } from './cron-schedule.ts';

const at = (text: string) => Date.parse(text);
const iso = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString().slice(0, 16));
const MINUTE = 60_000;

describe('when a schedule is due', () => {
  it.each([
    ['* * * * *', '2026-01-01T00:00:00Z', '2026-01-01T00:01'],
    ['* * * * *', '2026-01-01T00:00:59.999Z', '2026-01-01T00:01'],
    ['0/15 * * * *', '2012-07-09T14:45:00Z', '2012-07-09T15:00'],
    ['20-35/15 * * * *', '2012-07-09T14:45:00Z', '2012-07-09T15:20'],
    ['@hourly', '2026-01-01T00:00:00Z', '2026-01-01T01:00'],
    ['@daily', '2026-01-31T12:00:00Z', '2026-02-01T00:00'],
    ['@yearly', '2026-01-01T00:00:00Z', '2027-01-01T00:00'],
    ['30 6 * * mon-fri', '2026-01-02T07:00:00Z', '2026-01-05T06:30'],
    ['0 0 29 feb ?', '2026-01-01T00:00:00Z', '2028-02-29T00:00'],
    // Both fields of days: either.
    ['0 0 13 * fri', '2026-01-01T00:00:00Z', '2026-01-02T00:00'],
    // A step of more than one is no star.
    ['0 0 */2 * sun', '2026-01-03T00:00:00Z', '2026-01-04T00:00'],
    ['0 0 31 * *', '2026-02-01T00:00:00Z', '2026-03-31T00:00'],
    ['@every 90m', '2026-01-01T00:00:30.5Z', '2026-01-01T01:30'],
    ['@every 1h30m5s', '2026-01-01T00:00:00Z', '2026-01-01T01:30'],
    ['TZ=Asia/Tokyo 0 9 * * *', '2026-01-01T00:00:00Z', '2026-01-02T00:00'],
    ['30 4 31 2 *', '2026-01-01T00:00:00Z', undefined],
  ])('%s after %s', (schedule, after, expected) => {
    expect(scheduleError(schedule)).toBeUndefined();
    expect(iso(parseSchedule(schedule)(at(after)))).toBe(expected);
  });

  it.each([
    // Clocks go from 02:00 to 03:00 on March 29, and from 03:00 to 02:00 on October 25.
    ['30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', '2026-03-30T00:30'],
    ['30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', '2026-10-25T00:30'],
    ['30 2 * * *', 'Europe/Berlin', '2026-10-25T00:30:00Z', '2026-10-25T01:30'],
    ['0 * * * *', 'Europe/Berlin', '2026-03-29T00:00:00Z', '2026-03-29T01:00'],
    ['0 0 * * *', 'America/New_York', '2026-06-01T00:00:00Z', '2026-06-01T04:00'],
    // Midnight of September 6 does not exist in Santiago.
    ['0 0 * * *', 'America/Santiago', '2026-09-05T12:00:00Z', '2026-09-07T03:00'],
    ['30 1 6 9 *', 'America/Santiago', '2026-01-01T00:00:00Z', '2026-09-06T04:30'],
    // Midnight of October 25 comes twice in the Azores.
    ['30 0 25 10 *', 'Atlantic/Azores', '2026-10-01T00:00:00Z', '2026-10-25T00:30'],
    ['30 0 25 10 *', 'Atlantic/Azores', '2026-10-25T00:30:00Z', '2026-10-25T01:30'],
    ['15 2 * * *', 'Asia/Kolkata', '2026-01-01T00:00:00Z', '2026-01-01T20:45'],
  ])('%s in %s after %s', (schedule, zone, after, expected) => {
    expect(iso(parseSchedule(schedule, zone)(at(after)))).toBe(expected);
  });

  const field = (min: number, max: number) =>
    fc.oneof(
      fc.constant('*'),
      fc.integer({ min: 1, max: 9 }).map((step) => `*/${step}`),
      fc.integer({ min, max }).map(String),
      fc
        .tuple(fc.integer({ min, max }), fc.integer({ min, max }))
        .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
    );
  const schedules = fc
    .tuple(field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 6))
    .map((fields) => fields.join(' '));
  const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/Santiago', 'Australia/Lord_Howe', 'Atlantic/Azores');
  const times = fc.integer({ min: at('2025-01-01T00:00:00Z'), max: at('2027-12-31T00:00:00Z') });

  it('is the first minute after it that is due at all', () => {
    fc.assert(
      fc.property(schedules, zones, times, (schedule, zone, after) => {
        const next = parseSchedule(schedule, zone);
        const due = next(after) ?? Number.NaN;
        expect(due).toBeGreaterThan(after);
        expect(due % MINUTE).toBe(0);
        // Asked from just before it, and from any time in between, it is the same.
        expect(next(due - 1)).toBe(due);
        expect(next(Math.floor((after + due) / 2))).toBe(due);
      }),
      { numRuns: 150 },
    );
  });
});

it.each([
  ['UTC', '2026-07-01T10:00:00Z'],
  ['', '2026-07-01T10:00:00Z'],
  ['Europe/Berlin', '2026-07-01T12:00:00+02:00'],
  ['America/St_Johns', '2026-07-01T07:30:00-02:30'],
])('the time in %s', (zone, expected) => {
  expect(formatInZone(at('2026-07-01T10:00:00Z'), zone)).toBe(expected);
});
