// Cron schedules of five fields, and what the parser that upstream uses says of a wrong one.
// Models github.com/robfig/cron/v3 (ParseStandard).

import { own } from '../lib/json.ts';

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** Minute, hour, day of the month, month, day of the week. */
export const FIELDS = [
  { min: 0, max: 59, names: [], offset: 0 },
  { min: 0, max: 23, names: [], offset: 0 },
  { min: 1, max: 31, names: [], offset: 0 },
  { min: 1, max: 12, names: MONTHS, offset: 1 },
  { min: 0, max: 6, names: DAYS, offset: 0 },
] as const;
const MACROS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};
export const EVERY = '@every ';
const DURATION = /^[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/;

/** What is wrong with a schedule; undefined if nothing is. */
export function scheduleError(schedule: string): string | undefined {
  const { text, timeZone = '' } = splitZone(schedule);
  if (!isTimeZone(timeZone)) return `provided bad location ${timeZone}: unknown time zone ${timeZone}`;
  if (text === '') return 'empty spec string';
  if (text.startsWith('@')) return descriptorError(text);
  const fields = text.split(/\s+/);
  if (fields.length !== FIELDS.length) {
    return `expected exactly ${FIELDS.length} fields, found ${fields.length}: [${fields.join(' ')}]`;
  }
  for (const [index, field] of fields.entries()) {
    for (const part of field.split(',').filter((item) => item !== '')) {
      const error = rangeError(part, index);
      if (error !== undefined) return error;
    }
  }
  return undefined;
}

/** The schedule without the time zone that may be before it. */
export function splitZone(schedule: string): { readonly text: string; readonly timeZone?: string } {
  const zoned = /^(?:CRON_)?TZ=(\S*) (.*)$/.exec(schedule);
  return zoned === null ? { text: schedule.trim() } : { text: (zoned[2] ?? '').trim(), timeZone: zoned[1] ?? '' };
}

/** The five fields that `@daily` and the like stand for; any other text as it is. */
export function withoutMacro(text: string): string {
  return own(MACROS, text) ?? text;
}

function descriptorError(text: string): string | undefined {
  if (own(MACROS, text) !== undefined) return undefined;
  if (!text.startsWith(EVERY)) return `unrecognized descriptor: ${text}`;
  const duration = text.slice(EVERY.length);
  if (DURATION.test(duration) || duration === '0') return undefined;
  return `failed to parse duration ${text}: time: invalid duration ${JSON.stringify(duration)}`;
}

/** Of `number`, `low-high`, `*`, each with an optional `/step`. */
function rangeError(expression: string, index: number): string | undefined {
  const bounds = FIELDS[index];
  if (bounds === undefined) return undefined;
  const [range = '', step, ...others] = expression.split('/');
  const [low = '', high, ...more] = range.split('-');
  let start: number = bounds.min;
  let end: number = bounds.max;
  if (low !== '*' && low !== '?') {
    const first = valueOf(low, index);
    if (typeof first === 'string') return first;
    start = first;
    end = first;
    if (more.length > 0) return `too many hyphens: ${expression}`;
    if (high !== undefined) {
      const last = valueOf(high, index);
      if (typeof last === 'string') return last;
      end = last;
    } else if (step !== undefined) end = bounds.max;
  }
  let every = 1;
  if (others.length > 0) return `too many slashes: ${expression}`;
  if (step !== undefined) {
    const parsed = integerOf(step);
    if (typeof parsed === 'string') return parsed;
    every = parsed;
  }
  if (start < bounds.min) return `beginning of range (${start}) below minimum (${bounds.min}): ${expression}`;
  if (end > bounds.max) return `end of range (${end}) above maximum (${bounds.max}): ${expression}`;
  if (start > end) return `beginning of range (${start}) beyond end of range (${end}): ${expression}`;
  return every === 0 ? `step of range should be a positive number: ${expression}` : undefined;
}

/** A number or a name of a field; a text says what is wrong. */
export function valueOf(text: string, index: number): number | string {
  const bounds = FIELDS[index];
  const named = (bounds?.names as readonly string[] | undefined)?.indexOf(text.toLowerCase()) ?? -1;
  return named >= 0 ? named + (bounds?.offset ?? 0) : integerOf(text);
}

function integerOf(text: string): number | string {
  if (!/^[-+]?\d+$/.test(text)) {
    const quoted = JSON.stringify(text);
    return `failed to parse int from ${text}: strconv.Atoi: parsing ${quoted}: invalid syntax`;
  }
  const value = Number(text);
  return value < 0 ? `negative number (${value}) not allowed: ${text}` : value;
}

/** Whether the time zone database knows the name. */
export function isTimeZone(name: string): boolean {
  if (name === '' || name === 'UTC' || name === 'Local') return true;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
