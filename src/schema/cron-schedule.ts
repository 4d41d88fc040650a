// When a cron schedule is due: an instant whose local time, to the minute, matches all fields.
// Models github.com/robfig/cron/v3 (SpecSchedule.Next, ConstantDelaySchedule.Next).
//
// A local time that a clock change skips does not come; one that it repeats comes twice.
//
//   const next = parseSchedule('30 2 * * *', 'Europe/Berlin')
//   next(Date.UTC(2026, 2, 28, 12))   2026-03-30T00:30Z: on the 29th there is no 02:30

import { EVERY, FIELDS, splitZone, valueOf, withoutMacro } from './cron.ts';

/** The first time after that one; undefined: none in the next five years. Milliseconds since the epoch. */
export type Schedule = (after: number) => number | undefined;

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEARS = 5;
const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: SECOND,
  m: MINUTE,
  h: HOUR,
};

/** `schedule` must be right (scheduleError), and the zone known (isTimeZone). A zone in the schedule comes before `timeZone`. */
export function parseSchedule(schedule: string, timeZone = 'UTC'): Schedule {
  const { text, timeZone: own } = splitZone(schedule);
  if (text.startsWith(EVERY)) return everySo(durationOf(text.slice(EVERY.length)));
  const fields = withoutMacro(text).split(/\s+/).map(parseField);
  const zone = zoneOf(own ?? timeZone);
  return (after) => nextMatch(fields, zone, after);
}

function everySo(delay: number): Schedule {
  const whole = Math.max(SECOND, Math.floor(delay / SECOND) * SECOND);
  return (after) => Math.floor(after / SECOND) * SECOND + whole;
}

/** Milliseconds of a Go duration: `1h30m`. */
function durationOf(text: string): number {
  let sum = 0;
  for (const [, number = '', unit = ''] of text.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    sum += Number(number) * (UNITS[unit] ?? 0);
  }
  return text.startsWith('-') ? -sum : sum;
}

interface Field {
  readonly values: ReadonlySet<number>;
  /** It is `*` (or `?`), which leaves the choice of the day to the other field of days. */
  readonly any: boolean;
}

function parseField(text: string, index: number): Field {
  const { min, max } = FIELDS[index] ?? { min: 0, max: 0 };
  const values = new Set<number>();
  let any = false;
  for (const part of text.split(',').filter((item) => item !== '')) {
    const [range = '', step] = part.split('/');
    const [low = '', high] = range.split('-');
    const isAny = low === '*' || low === '?';
    const every = step === undefined ? 1 : Number(step);
    const first = isAny ? min : Number(valueOf(low, index));
    const single = step === undefined ? first : max;
    const last = isAny ? max : high === undefined ? single : Number(valueOf(high, index));
    for (let value = first; value <= last; value += every) values.add(value);
    any ||= isAny && every === 1;
  }
  return { values, any };
}

interface Local {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly weekday: number;
}

interface Zone {
  local(at: number): Local;
  /** When a local day begins, if that is after `at`. Where a clock change makes it doubtful, rather too early. */
  dayStart(year: number, month: number, day: number, at: number): number | undefined;
}

function zoneOf(name: string): Zone {
  const offset = name === '' || name === 'UTC' || name === 'Local' ? () => 0 : offsetOf(name);
  return {
    local(at) {
      const date = new Date(at + offset(at));
      return {
        year: date.getUTCFullYear(),
        month: date.getUTCMonth() + 1,
        day: date.getUTCDate(),
        hour: date.getUTCHours(),
        minute: date.getUTCMinutes(),
        weekday: date.getUTCDay(),
      };
    },
    dayStart(year, month, day, at) {
      const local = Date.UTC(year, month - 1, day);
      const starts = [local - offset(local - DAY), local - offset(local + DAY)].filter((start) => start > at);
      return starts.length === 0 ? undefined : Math.min(...starts);
    },
  };
}

/** What local time is ahead of UTC, in milliseconds. */
function offsetOf(timeZone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (at) => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
    const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
    return local - Math.floor(at / SECOND) * SECOND;
  };
}

/** Leaves out whole months, days and hours that do not match. */
function nextMatch(fields: readonly Field[], zone: Zone, after: number): number | undefined {
  const [minutes, hours, , months] = fields;
  let at = Math.floor(after / MINUTE) * MINUTE + MINUTE;
  const limit = zone.local(at).year + YEARS;
  for (;;) {
    const local = zone.local(at);
    const { year, month, day, hour, minute } = local;
    if (year > limit) return undefined;
    const nextHour = at + (60 - minute) * MINUTE;
    if (months?.values.has(month) !== true) at = zone.dayStart(year, month + 1, 1, at) ?? nextHour;
    else if (!matchesDay(fields, local)) at = zone.dayStart(year, month, day + 1, at) ?? nextHour;
    else if (hours?.values.has(hour) !== true) at = nextHour;
    else if (minutes?.values.has(minute) !== true) at += MINUTE;
    else return at;
  }
}

/** Where both fields of days say something, one that matches is enough. */
function matchesDay([, , days, , weekdays]: readonly Field[], { day, weekday }: Local): boolean {
  const byDay = days?.values.has(day) ?? false;
  const byWeekday = weekdays?.values.has(weekday) ?? false;
  return days?.any === true || weekdays?.any === true ? byDay && byWeekday : byDay || byWeekday;
}

/** RFC 3339 in the time zone, to the second: `2026-03-29T12:00:00+02:00`. */
export function formatInZone(at: number, timeZone = 'UTC'): string {
  const offset = timeZone === '' || timeZone === 'UTC' || timeZone === 'Local' ? 0 : offsetOf(timeZone)(at);
  const local = new Date(at + offset).toISOString().slice(0, 19);
  if (offset === 0) return `${local}Z`;
  const minutes = Math.floor(Math.abs(offset) / MINUTE);
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${local}${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
