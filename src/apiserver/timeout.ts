// The `timeout` parameter that every request may carry: how long its client waits for the answer.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/endpoints/filters/request_deadline.go.

import type { Status } from '../api/status.ts';
import { badRequest } from '../api/status.ts';
import { goQuote } from '../schema/go-text.ts';
import { Query } from './request-info.ts';

/** In milliseconds. */
const UNITS: ReadonlyMap<string, number> = new Map([
  ['ns', 1e-6],
  ['us', 1e-3],
  ['µs', 1e-3],
  ['μs', 1e-3],
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);
const LONGEST = 60_000;

/** Undefined: it is a duration, or there is none. */
export function checkTimeout(timeout: string): Status | undefined {
  const parsed = timeout === '' ? 0 : parseDuration(timeout);
  return typeof parsed === 'number'
    ? undefined
    : badRequest(`invalid timeout specified in the request URL - time: ${parsed} ${goQuote(timeout)}`);
}

/** How long a request with this query may take, in milliseconds; one that is not a duration is refused elsewhere. */
export function timeoutOf(query: string): number {
  if (!query.includes('timeout=')) return LONGEST;
  const asked = parseDuration(new Query(query).get('timeout'));
  return typeof asked === 'number' && asked > 0 ? Math.min(asked, LONGEST) : LONGEST;
}

/** Models Go's time.ParseDuration: signed decimal numbers, each with a unit. Milliseconds, or what is wrong. */
function parseDuration(text: string): number | string {
  let rest = text.replace(/^[-+]/, '');
  if (rest === '0') return 0;
  if (rest === '') return 'invalid duration';
  let sum = 0;
  while (rest !== '') {
    const number = /^(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)/.exec(rest)?.[0];
    if (number === undefined) return 'invalid duration';
    rest = rest.slice(number.length);
    const unit = /^[^.0-9]*/.exec(rest)?.[0] ?? '';
    if (unit === '') return 'missing unit in duration';
    const scale = UNITS.get(unit);
    if (scale === undefined) return `unknown unit ${goQuote(unit)} in duration`;
    sum += Number(number) * scale;
    rest = rest.slice(unit.length);
  }
  return text.startsWith('-') ? -sum : sum;
}
