// From Kubernetes' protobuf encoding to the JSON value that says the same.
//
// A body is the four bytes `k8s\0` and then a message runtime.Unknown: the type's apiVersion and kind, and the object's own
// message as bytes. Fields without pointers are always written, so that the value holds zeroes that JSON leaves out; the
// decoder of JSON values drops them where upstream does.
//
// Models kubernetes staging/src/k8s.io/apimachinery/pkg/runtime/serializer/protobuf.

import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import type { JsonObject, JsonValue } from '../../lib/json.ts';
import type { MessageField } from './table.ts';
import { messageOf } from './table.ts';

export type DecodedProtobuf =
  | { readonly ok: true; readonly apiVersion: string; readonly kind: string; readonly value: JsonObject }
  | { readonly ok: false; readonly error: string };

const MAGIC = [0x6b, 0x38, 0x73, 0x00];
/** Messages within messages; the deepest of the API (JSON schemas aside) need less than a third of it. */
const MAX_DEPTH = 100;

const MACHINERY = 'k8s.io.apimachinery.pkg';
const UNKNOWN = `${MACHINERY}.runtime.Unknown`;

/** Messages that are no objects in JSON. */
const SPECIAL: ReadonlyMap<string, (fields: JsonObject) => JsonValue | undefined> = new Map([
  [`${MACHINERY}.apis.meta.v1.Time`, (fields: JsonObject) => timeText(fields, 0)],
  [`${MACHINERY}.apis.meta.v1.MicroTime`, (fields: JsonObject) => timeText(fields, 6)],
  [`${MACHINERY}.api.resource.Quantity`, (fields: JsonObject) => fields['string'] ?? '0'],
  [`${MACHINERY}.util.intstr.IntOrString`, intOrString],
  [`${MACHINERY}.runtime.RawExtension`, rawJson],
  [`${MACHINERY}.apis.meta.v1.FieldsV1`, rawJson],
  ['k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.JSON', rawJson],
  ['k8s.io.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON', rawJson],
]);

/** `messageFor` gives the message of a type, as its full name in the table. */
export function decodeProtobuf(
  bytes: Uint8Array,
  messageFor: (apiVersion: string, kind: string) => string | undefined,
): DecodedProtobuf {
  if (bytes.length < 4 || MAGIC.some((byte, index) => bytes[index] !== byte)) {
    return {
      ok: false,
      error: 'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]',
    };
  }
  try {
    const envelope = decodeMessage(bytes.subarray(4), UNKNOWN, 0);
    const { apiVersion = '', kind = '' } = (envelope['typeMeta'] ?? {}) as { apiVersion?: string; kind?: string };
    const message = messageFor(apiVersion, kind);
    if (message === undefined) return { ok: true, apiVersion, kind, value: {} };
    const raw = base64Bytes((envelope['raw'] as string | undefined) ?? '');
    return { ok: true, apiVersion, kind, value: decodeMessage(raw, message, 0) };
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : 'malformed protobuf' };
  }
}

function decodeMessage(bytes: Uint8Array, name: string, depth: number): JsonObject {
  const message = messageOf(name);
  if (message === undefined) throw new Error(`no message ${name}`);
  if (depth > MAX_DEPTH) throw new Error('messages are nested too deep');
  const reader = new BinaryReader(bytes);
  const target: JsonObject = {};
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const field = message.get(number);
    if (field === undefined) {
      reader.skip(wireType, number);
      continue;
    }
    readField(reader, wireType, field, target, depth);
  }
  return target;
}

function readField(
  reader: BinaryReader,
  wireType: WireType,
  field: MessageField,
  target: JsonObject,
  depth: number,
): void {
  if (field.map) {
    const map = (target[field.name] ??= {}) as JsonObject;
    readEntry(new BinaryReader(reader.bytes()), field.type, map, depth);
    return;
  }
  if (
    field.repeated &&
    field.type.length === 1 &&
    field.type !== 's' &&
    field.type !== 'y' &&
    wireType === WireType.LengthDelimited
  ) {
    const packed = new BinaryReader(reader.bytes());
    const list = (target[field.name] ??= []) as JsonValue[];
    while (packed.pos < packed.len) list.push(readValue(packed, field.type, depth) ?? null);
    return;
  }
  const value = readValue(reader, field.type, depth);
  if (field.name === '') Object.assign(target, value);
  else if (field.repeated) ((target[field.name] ??= []) as JsonValue[]).push(value ?? null);
  else if (value !== undefined) define(target, field.name, value);
}

/** A map's entry: a message of the key (1) and the value (2). */
function readEntry(reader: BinaryReader, type: string, map: JsonObject, depth: number): void {
  let key = '';
  let value: JsonValue | undefined;
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === 1) key = reader.string();
    else if (number === 2) value = readValue(reader, type, depth);
    else reader.skip(wireType, number);
  }
  define(map, key, value ?? (type === 's' || type === 'y' ? '' : {}));
}

/** A key such as `__proto__` is a member like any other. */
function define(target: JsonObject, key: string, value: JsonValue): void {
  if (key !== '__proto__') target[key] = value;
  else Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

function readValue(reader: BinaryReader, type: string, depth: number): JsonValue | undefined {
  switch (type) {
    case 's':
      return reader.string();
    case 'i':
      return Number(reader.int64());
    case 'b':
      return reader.bool();
    case 'd':
      return reader.double();
    case 'y':
      return base64Text(reader.bytes());
    default: {
      const fields = decodeMessage(reader.bytes(), type, depth + 1);
      const special = SPECIAL.get(type);
      if (special !== undefined) return special(fields);
      // A list of strings under a name of its own (authorization's ExtraValue).
      const own = messageOf(type);
      return own?.size === 1 && own.get(1)?.name === 'items' && own.get(1)?.type === 's'
        ? (fields['items'] ?? [])
        : fields;
    }
  }
}

/** Undefined for the zero time, which is an empty message. */
function timeText({ seconds, nanos = 0 }: JsonObject, digits: 0 | 6): string | undefined {
  if (typeof seconds !== 'number') return undefined;
  const text = new Date(seconds * 1000).toISOString().slice(0, 19);
  if (digits === 0) return `${text}Z`;
  return `${text}.${String(Math.floor(Number(nanos) / 1000)).padStart(6, '0')}Z`;
}

function intOrString({ type = 0, intVal = 0, strVal = '' }: JsonObject): JsonValue {
  return type === 1 ? strVal : intVal;
}

function rawJson(fields: JsonObject): JsonValue | undefined {
  const raw = fields['raw'] ?? fields['Raw'];
  if (typeof raw !== 'string' || raw === '') return undefined;
  return JSON.parse(new TextDecoder().decode(base64Bytes(raw))) as JsonValue;
}

function base64Text(bytes: Uint8Array): string {
  let binary = '';
  for (let start = 0; start < bytes.length; start += 8192) {
    binary += String.fromCharCode(...bytes.subarray(start, start + 8192));
  }
  return btoa(binary);
}

function base64Bytes(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}
