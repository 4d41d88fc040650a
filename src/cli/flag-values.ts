// Flag values that are more than text, checked where they enter.

import type { Values } from './command.ts';
import { text } from './command.ts';
import { Refusal } from './refusal.ts';

export function integer(values: Values, flag: string, min: number, max: number): number | undefined {
  const value = text(values, flag);
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < min || number > max) {
    throw new Refusal(`--${flag} must be a whole number from ${min} to ${max}, not "${value}"`);
  }
  return number;
}

/** A quantity such as `4`, `500m` or `16Gi`, as text. */
export function quantity(values: Values, flag: string): string | undefined {
  const value = text(values, flag);
  if (value !== undefined && !/^\d+(\.\d+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?$/.test(value)) {
    throw new Refusal(`--${flag} must be a quantity such as 4, 500m or 16Gi, not "${value}"`);
  }
  return value;
}

/** A duration such as `50s`, `2m` or `1m30s`; answered in seconds. */
export function seconds(values: Values, flag: string): number | undefined {
  const value = text(values, flag);
  if (value === undefined) return undefined;
  const match = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(value);
  const [, hours = '0', minutes = '0', rest = '0'] = match ?? [];
  const total = Number(hours) * 3600 + Number(minutes) * 60 + Number(rest);
  if (match === null || total === 0) {
    throw new Refusal(`--${flag} must be a duration such as 50s, 2m or 1m30s, not "${value}"`);
  }
  return total;
}

export function oneOf<T extends string>(values: Values, flag: string, allowed: readonly T[]): T | undefined {
  const value = text(values, flag);
  if (value === undefined) return undefined;
  const found = allowed.find((item) => item === value);
  if (found === undefined) throw new Refusal(`--${flag} must be one of ${allowed.join(', ')}, not "${value}"`);
  return found;
}
