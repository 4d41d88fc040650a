// A count or a share of one: `3` or `"25%"`.
// Models kubernetes staging/src/k8s.io/apimachinery/pkg/util/intstr.

import { goQuote } from './go-text.ts';

export type IntOrString = number | string;

export type Scaled =
  | { readonly ok: true; readonly value: number }
  /** The value is neither an integer nor a percentage. */
  | { readonly ok: false; readonly error: string };

/** The count that `value` means of `total`; a percentage rounds up or down to whole numbers. */
export function scaledValue(value: IntOrString, total: number, round: 'up' | 'down'): Scaled {
  if (typeof value === 'number') return { ok: true, value };
  const percent = percentOf(value);
  if (percent === undefined) {
    const why = value.endsWith('%')
      ? `invalid value ${goQuote(value)}: strconv.Atoi: parsing ${goQuote(value.slice(0, -1))}: invalid syntax`
      : 'invalid type: string is not a percentage';
    return { ok: false, error: `invalid value for IntOrString: ${why}` };
  }
  const exact = (percent * total) / 100;
  return { ok: true, value: round === 'up' ? Math.ceil(exact) : Math.floor(exact) };
}

/** 25 of `"25%"`; undefined if the text is no percentage. */
export function percentOf(value: string): number | undefined {
  return /^[-+]?[0-9]+%$/.test(value) ? Number(value.slice(0, -1)) : undefined;
}
