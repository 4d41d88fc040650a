// What is wrong with the types of an object that a strategic merge patch has made, in the words of the converter that
// upstream takes there: patched maps go into the type field by field, not through a decoder.
// Models kubernetes staging/src/k8s.io/apimachinery/pkg/runtime/converter.go (fromUnstructured).

import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { isObject } from '../../lib/json.ts';
import type { StructSchema, ValueSchema } from '../structural.ts';

/**
 * The first mismatch in the type's order: `cannot restore struct from: string`. Undefined: none, or one of a value that
 * reads itself (times, quantities, bytes), of which inspect knows what it says.
 */
export function conversionError(object: JsonObject, schema: StructSchema): string | undefined {
  for (const { name, value } of schema.fields) {
    const member = object[name];
    const error = member === undefined ? undefined : errorOf(member, value);
    if (error !== undefined) return error;
  }
  return undefined;
}

function errorOf(value: JsonValue, schema: ValueSchema): string | undefined {
  if (value === null) return undefined;
  switch (schema.kind) {
    case 'string':
    case 'boolean':
    case 'int32':
    case 'int64':
    case 'double':
      return fits(value, schema.kind) ? undefined : `cannot convert ${goTypeName(value)} to ${schema.goType}`;
    case 'struct':
      if (!isObject(value)) return `cannot restore struct from: ${goKind(value)}`;
      return schema.struct === undefined ? undefined : conversionError(value, schema.struct());
    case 'list':
      if (!Array.isArray(value)) return `cannot restore slice from ${goKind(value)}`;
      return firstError(value, schema.items);
    case 'map':
      if (!isObject(value)) return `cannot restore map from ${goKind(value)}`;
      return firstError(Object.values(value), schema.items);
    default:
      return undefined;
  }
}

function firstError(values: ReadonlyArray<JsonValue | undefined>, schema: ValueSchema | undefined): string | undefined {
  if (schema === undefined) return undefined;
  for (const value of values) {
    const error = value === undefined ? undefined : errorOf(value, schema);
    if (error !== undefined) return error;
  }
  return undefined;
}

function fits(value: JsonValue, kind: 'string' | 'boolean' | 'int32' | 'int64' | 'double'): boolean {
  if (kind === 'string' || kind === 'boolean') return typeof value === kind;
  return typeof value === 'number' && (kind === 'double' || Number.isInteger(value));
}

function goKind(value: JsonValue): string {
  if (Array.isArray(value)) return 'slice';
  return isObject(value) ? 'map' : goTypeName(value);
}

function goTypeName(value: JsonValue): string {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'number':
      return Number.isInteger(value) ? 'int64' : 'float64';
    default:
      return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}';
  }
}
