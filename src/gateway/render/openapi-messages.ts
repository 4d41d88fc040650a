// What OpenAPI documents of both versions are written with, as gnostic's messages have them. Vendor extensions and values
// of any type travel as YAML texts, of which JSON is one.

import type { BinaryWriter } from '@bufbuild/protobuf/wire';
import { WireType } from '@bufbuild/protobuf/wire';
import type { JsonValue } from '../../lib/json.ts';
import { isObject } from '../../lib/json.ts';

export function extensions(writer: BinaryWriter, field: number, item: JsonValue): void {
  for (const [name, value] of entries(item)) {
    if (!name.startsWith('x-')) continue;
    message(writer, field, () => {
      string(writer, 1, name);
      any(writer, 2, value);
    });
  }
}

export function any(writer: BinaryWriter, field: number, value: JsonValue): void {
  message(writer, field, () => string(writer, 2, `${JSON.stringify(value)}\n`));
}

export function message(writer: BinaryWriter, field: number, content: () => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  content();
  writer.join();
}

/** A message of a name (1) and a value (2), which is how maps are written. */
export function named(writer: BinaryWriter, field: number, name: string, content: () => void): void {
  message(writer, field, () => {
    string(writer, 1, name);
    message(writer, 2, content);
  });
}

export function string(writer: BinaryWriter, field: number, value: JsonValue | undefined): void {
  if (typeof value === 'string' && value !== '') writer.tag(field, WireType.LengthDelimited).string(value);
}

export function strings(writer: BinaryWriter, field: number, value: JsonValue | undefined): void {
  for (const item of Array.isArray(value) ? value : []) string(writer, field, item);
}

export function bool(writer: BinaryWriter, field: number, value: JsonValue | undefined): void {
  if (value === true) writer.tag(field, WireType.Varint).bool(true);
}

export function part(value: JsonValue, name: string): JsonValue | undefined {
  return isObject(value) ? value[name] : undefined;
}

export function entries(value: JsonValue | undefined): [string, JsonValue][] {
  return value !== undefined && isObject(value) ? (Object.entries(value) as [string, JsonValue][]) : [];
}
