// Values of custom resources as CEL sees them, by their schema: integers as int, texts of some formats as timestamps,
// durations and bytes, members under names that CEL can write.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/cel/{common/values.go,escaping.go}.

import { Duration } from '@marcbachmann/cel-js/evaluator';
import type { JsonValue } from '../../../lib/json.ts';
import type { JsonSchema } from '../json-schema.ts';
import { additionalOf, itemsOf, propertyOf } from '../json-schema.ts';

/** What CEL and its macros keep for themselves. */
const RESERVED: ReadonlySet<string> = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);
const SYMBOLS: Readonly<Record<string, string>> = { '.': '__dot__', '-': '__dash__', '/': '__slash__' };

/** `x-y` is `x__dash__y`; undefined for a name that cannot be written. */
export function celName(name: string): string | undefined {
  if (RESERVED.has(name)) return `__${name}__`;
  if (!/^[A-Za-z_.\-/][A-Za-z0-9_.\-/]*$/.test(name)) return undefined;
  return name.replaceAll(/__|[.\-/]/g, (part) => SYMBOLS[part] ?? '__underscores__');
}

/** The property of a schema that CEL calls by this name. */
export function propertyByCelName(schema: JsonSchema, name: string): JsonSchema | undefined {
  const found = Object.keys(schema.properties ?? {}).find((key) => celName(key) === name);
  return found === undefined ? undefined : propertyOf(schema, found);
}

/** undefined schema: nothing is known, and whole numbers are integers. */
export function celValue(value: JsonValue, schema: JsonSchema | undefined): unknown {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number') return celNumber(value, schema);
  if (typeof value === 'string') return celText(value, schema?.format);
  if (Array.isArray(value)) {
    const items = schema === undefined ? undefined : itemsOf(schema);
    return value.map((item) => celValue(item, items));
  }
  return celObject(value, schema);
}

function celNumber(value: number, schema: JsonSchema | undefined): unknown {
  if (schema?.type === 'number') return value;
  return Number.isInteger(value) ? BigInt(value) : value;
}

function celText(value: string, format: string | undefined): unknown {
  switch (format) {
    case 'date':
    case 'date-time': {
      const time = new Date(value);
      return Number.isNaN(time.getTime()) ? value : time;
    }
    case 'duration':
      return celDuration(value) ?? value;
    case 'byte':
      try {
        return Uint8Array.from(atob(value), (char) => char.charCodeAt(0));
      } catch {
        return value;
      }
    default:
      return value;
  }
}

const NANOSECONDS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 6e10,
  h: 3.6e12,
};

/** Of Go's form: `1h30m`. */
export function celDuration(text: string): Duration | undefined {
  const sign = text.startsWith('-') ? -1 : 1;
  const parts = [...text.matchAll(/([0-9]*\.?[0-9]+)(ns|us|µs|μs|ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text.replace(/^[-+]/, '')) return undefined;
  const nanoseconds = parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (NANOSECONDS[unit ?? ''] ?? 0), 0);
  const whole = BigInt(Math.round(sign * nanoseconds));
  return new Duration(whole / 1_000_000_000n, Number(whole % 1_000_000_000n));
}

function celObject(value: Readonly<Record<string, JsonValue | undefined>>, schema: JsonSchema | undefined): unknown {
  const object: Record<string, unknown> = {};
  const additional = schema === undefined ? undefined : additionalOf(schema);
  for (const name of Object.keys(value)) {
    const member = value[name];
    if (member === undefined || name === '__proto__') continue;
    const property = schema === undefined ? undefined : propertyOf(schema, name);
    // Members of maps keep their names: they are asked for by text.
    if (property === undefined) object[name] = celValue(member, additional === true ? undefined : additional);
    else {
      const escaped = celName(name);
      if (escaped !== undefined) object[escaped] = celValue(member, property);
    }
  }
  return object;
}

/** What every resource has, and rules may ask for, whether its schema says so or not. */
export function withResourceFields(schema: JsonSchema): JsonSchema {
  const text: JsonSchema = { type: 'string' };
  const metadata: JsonSchema = { type: 'object', properties: { name: text, generateName: text } };
  return { ...schema, properties: { ...schema.properties, apiVersion: text, kind: text, metadata } };
}
