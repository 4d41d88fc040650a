// The `timeout` parameter that every request may carry. Nothing here takes long enough for it to matter, but what is
// not a duration is refused. Models kubernetes staging/src/k8s.io/apiserver/pkg/endpoints/filters/request_deadline.go.

import type { Status } from '../api/status.ts';
import { badRequest } from '../api/status.ts';
import { goQuote } from '../schema/go-text.ts';

const UNITS: ReadonlySet<string> = new Set(['ns', 'us', 'µs', 'μs', 'ms', 's', 'm', 'h']);

/** Undefined: it is a duration, or there is none. */
export function checkTimeout(timeout: string): Status | undefined {
  const error = timeout === '' ? undefined : durationError(timeout);
  return error === undefined
    ? undefined
    : badRequest(`invalid timeout specified in the request URL - time: ${error} ${goQuote(timeout)}`);
}

/** Models Go's time.ParseDuration: signed decimal numbers, each with a unit. */
function durationError(text: string): string | undefined {
  let rest = text.replace(/^[-+]/, '');
  if (rest === '0') return undefined;
  if (rest === '') return 'invalid duration';
  while (rest !== '') {
    const number = /^(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)/.exec(rest)?.[0];
    if (number === undefined) return 'invalid duration';
    rest = rest.slice(number.length);
    const unit = /^[^.0-9]*/.exec(rest)?.[0] ?? '';
    if (unit === '') return 'missing unit in duration';
    if (!UNITS.has(unit)) return `unknown unit ${goQuote(unit)} in duration`;
    rest = rest.slice(unit.length);
  }
  return undefined;
}
