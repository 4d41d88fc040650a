// Lists that are sets or maps hold nothing twice.
// Models kubernetes staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype.

import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { isObject } from '../../lib/json.ts';
import type { FieldError } from '../field-error.ts';
import { duplicate } from '../field-error.ts';
import { goJson } from '../go-text.ts';
import type { JsonSchema } from './json-schema.ts';
import { additionalOf, itemsOf, propertyOf } from './json-schema.ts';

export function repeatedItems(value: JsonValue, schema: JsonSchema, path = ''): FieldError[] {
  if (Array.isArray(value)) {
    const items = itemsOf(schema);
    const inside =
      items === undefined ? [] : value.flatMap((item, index) => repeatedItems(item, items, `${path}[${index}]`));
    return [...ofList(value, schema, path), ...inside];
  }
  if (!isObject(value)) return [];
  const additional = additionalOf(schema);
  return Object.keys(value)
    .sort()
    .flatMap((name) => {
      const member = propertyOf(schema, name) ?? (additional === true ? undefined : additional);
      return member === undefined
        ? []
        : repeatedItems(value[name] ?? null, member, path === '' ? name : `${path}.${name}`);
    });
}

function ofList(value: readonly JsonValue[], schema: JsonSchema, path: string): FieldError[] {
  const type = schema['x-kubernetes-list-type'];
  if (type !== 'set' && type !== 'map') return [];
  const seen = new Map<string, number>();
  const errors: FieldError[] = [];
  value.forEach((item, index) => {
    const identity = type === 'set' ? item : keysOf(item, schema);
    const text = canonicalText(identity);
    const times = (seen.get(text) ?? 0) + 1;
    seen.set(text, times);
    // What stands there a third time is told of only once.
    if (times === 2) errors.push(duplicate(`${path}[${index}]`, identity));
  });
  return errors;
}

function keysOf(item: JsonValue, schema: JsonSchema): JsonValue {
  if (!isObject(item)) return item;
  const keys: JsonObject = {};
  for (const key of [...(schema['x-kubernetes-list-map-keys'] ?? [])].sort()) {
    const value = item[key];
    if (value !== undefined) keys[key] = value;
  }
  return keys;
}

/** Equal values have equal texts. */
function canonicalText(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (!isObject(value)) return goJson(value);
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${goJson(name)}:${canonicalText(value[name] ?? null)}`).join(',')}}`;
}
