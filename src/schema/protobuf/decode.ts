// From Kubernetes' protobuf encoding to the JSON value that says the same.
//
// A body is the four bytes `k8s\0` and then a message runtime.Unknown: the type's apiVersion and kind, and the object's own
// message as bytes. Fields without pointers are always written, so that the value holds zeroes that JSON leaves out; the
// decoder of JSON values drops them where upstream does.
//
// Models kubernetes staging/src/k8s.io/apimachinery/pkg/runtime/serializer/protobuf.

import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { decodeJson } from '../decode/json.ts';
import type { MessageField } from './table.ts';
import { messageOf } from './table.ts';
import { DELIMITED, FIXED64, Malformed, VARINT, WireReader } from './wire-reader.ts';

export type DecodedProtobuf =
  | { readonly ok: true; readonly apiVersion: string; readonly kind: string; readonly value: JsonObject }
  /** `kind` and `apiVersion` where the envelope could be read. */
  | { readonly ok: false; readonly error: string; readonly apiVersion?: string; readonly kind?: string };

/** What a body is of that does not say it itself. */
export interface DefaultType {
  readonly apiVersion: string;
  readonly kind: string;
}

const MAGIC = [0x6b, 0x38, 0x73, 0x00];
/** Messages within messages. The deepest of the API needs a sixth of it; what is left is for JSON schemas. */
const MAX_DEPTH = 200;
/** Of one body. Empty messages take two bytes each, and many times that as values. */
const MAX_MESSAGES = 300_000;

const MACHINERY = 'k8s.io.apimachinery.pkg';
const EXTENSIONS = 'k8s.io.apiextensions-apiserver.pkg.apis.apiextensions.v1';

/** Messages that are no objects in JSON. */
const SPECIAL: ReadonlyMap<string, (fields: JsonObject) => JsonValue | undefined> = new Map([
  [`${MACHINERY}.apis.meta.v1.Time`, (fields: JsonObject) => timeText(fields, 0)],
  [`${MACHINERY}.apis.meta.v1.MicroTime`, (fields: JsonObject) => timeText(fields, 6)],
  [`${MACHINERY}.api.resource.Quantity`, (fields: JsonObject) => fields['string'] ?? '0'],
  [`${MACHINERY}.util.intstr.IntOrString`, intOrString],
  [`${EXTENSIONS}.JSONSchemaPropsOrArray`, ({ schema, jSONSchemas }: JsonObject) => jSONSchemas ?? schema],
  [`${EXTENSIONS}.JSONSchemaPropsOrBool`, ({ schema, allows }: JsonObject) => schema ?? allows ?? false],
  [`${EXTENSIONS}.JSONSchemaPropsOrStringArray`, ({ schema, property }: JsonObject) => property ?? schema],
]);

/** Messages of one field of bytes, which are JSON. */
const RAW: ReadonlySet<string> = new Set([
  `${MACHINERY}.runtime.RawExtension`,
  `${MACHINERY}.apis.meta.v1.FieldsV1`,
  `${EXTENSIONS}.JSON`,
]);

/** `messageFor` gives the message of a type, as its full name in the table; where it gives none, the value is empty. */
export function decodeProtobuf(
  bytes: Uint8Array,
  messageFor: (apiVersion: string, kind: string) => string | undefined,
  otherwise: DefaultType = { apiVersion: '', kind: '' },
): DecodedProtobuf {
  if (bytes.length === 0) return { ok: false, error: 'empty data' };
  if (MAGIC.some((byte, index) => bytes[index] !== byte)) {
    const error = 'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]';
    return { ok: false, error };
  }
  if (bytes.length === MAGIC.length) return { ok: false, error: 'empty body' };
  const envelope = attempt(() => readEnvelope(new WireReader(bytes, MAGIC.length)));
  if (!envelope.ok) return envelope;
  const { apiVersion, kind } = { ...envelope.value };
  const type = { apiVersion: apiVersion || otherwise.apiVersion, kind: kind || otherwise.kind };
  const message = messageFor(type.apiVersion, type.kind);
  if (message === undefined) return { ok: true, ...type, value: {} };
  const object = attempt(() => new MessageReader().message(new WireReader(envelope.value.raw), message, 0));
  return object.ok ? { ok: true, ...type, value: object.value } : { ...object, ...type };
}

function attempt<T>(read: () => T): { readonly ok: true; readonly value: T } | { ok: false; error: string } {
  try {
    return { ok: true, value: read() };
  } catch (error) {
    if (error instanceof Malformed) return { ok: false, error: error.message };
    throw error;
  }
}

interface Envelope extends DefaultType {
  readonly raw: Uint8Array;
}

function readEnvelope(reader: WireReader): Envelope {
  const texts = { apiVersion: '', kind: '' };
  let raw = new Uint8Array(0);
  while (!reader.done) {
    const [number, wireType] = reader.tag('Unknown');
    if (number > 4) {
      reader.skip(wireType);
      continue;
    }
    if (wireType !== DELIMITED) throw wrongType(wireType, UNKNOWN_FIELDS[number - 1] ?? '');
    if (number === 1) readType(reader.nested(), texts);
    else if (number === 2) raw = new Uint8Array(reader.bytes());
    else reader.bytes();
  }
  return { ...texts, raw };
}

const UNKNOWN_FIELDS = ['TypeMeta', 'Raw', 'ContentEncoding', 'ContentType'];

function readType(reader: WireReader, texts: { apiVersion: string; kind: string }): void {
  while (!reader.done) {
    const [number, wireType] = reader.tag('TypeMeta');
    if (number > 2) {
      reader.skip(wireType);
      continue;
    }
    const name = number === 1 ? 'apiVersion' : 'kind';
    if (wireType !== DELIMITED) throw wrongType(wireType, capitalized(name));
    texts[name] = reader.string();
  }
}

function wrongType(wireType: number, field: string): Malformed {
  return new Malformed(`proto: wrong wireType = ${wireType} for field ${field}`);
}

function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** The field's name in Go, nearly: of the embedded ones its type's. */
function goName({ name, type }: MessageField): string {
  return name === '' || name === 'metadata' ? lastPart(type) : capitalized(name);
}

function lastPart(type: string): string {
  return type.slice(type.lastIndexOf('.') + 1);
}

const WIRE_TYPES: Readonly<Record<string, number>> = { i: VARINT, b: VARINT, d: FIXED64 };

/** Reads one body, counting its messages. */
class MessageReader {
  #messages = 0;

  message(reader: WireReader, name: string, depth: number): JsonObject {
    const message = messageOf(name);
    if (message === undefined) throw new Error(`no message ${name}`);
    if (depth > MAX_DEPTH) throw new Malformed('messages are nested too deep');
    if (++this.#messages > MAX_MESSAGES) throw new Malformed('there are too many messages');
    const target: JsonObject = {};
    const goType = lastPart(name);
    while (!reader.done) {
      const [number, wireType] = reader.tag(goType);
      const field = message.get(number);
      if (field === undefined) reader.skip(wireType);
      else this.#field(reader, wireType, field, target, depth);
    }
    return target;
  }

  #field(reader: WireReader, wireType: number, field: MessageField, target: JsonObject, depth: number): void {
    const { name, type } = field;
    const expected = field.map ? DELIMITED : (WIRE_TYPES[type] ?? DELIMITED);
    if (wireType !== expected) {
      const packed = field.repeated && wireType === DELIMITED;
      if (!packed) throw wrongType(wireType, goName(field));
      const list = (target[name] ??= []) as JsonValue[];
      for (const values = reader.nested(); !values.done;) list.push(this.#value(values, type, depth) ?? null);
      return;
    }
    if (field.map) {
      this.#entry(reader.nested(), type, (target[name] ??= {}) as JsonObject, depth);
      return;
    }
    const value = this.#value(reader, type, depth);
    if (name === '') Object.assign(target, value);
    else if (field.repeated) ((target[name] ??= []) as JsonValue[]).push(value ?? null);
    else if (value !== undefined) define(target, name, value);
  }

  /** A map's entry: a message of the key (1) and the value (2). */
  #entry(reader: WireReader, type: string, map: JsonObject, depth: number): void {
    let key = '';
    let value: JsonValue | undefined;
    while (!reader.done) {
      const tag = reader.varint();
      const number = Math.floor(tag / 8);
      if (number === 1) key = reader.string();
      else if (number === 2) value = this.#value(reader, type, depth);
      else reader.skip(tag & 7);
    }
    define(map, key, value ?? (type === 's' || type === 'y' ? '' : {}));
  }

  #value(reader: WireReader, type: string, depth: number): JsonValue | undefined {
    switch (type) {
      case 's':
        return reader.string();
      case 'i':
        return reader.varint();
      case 'b':
        return reader.varint() !== 0;
      case 'd':
        return reader.double();
      case 'y':
        return base64Text(reader.bytes());
      default:
        return RAW.has(type) ? rawJson(reader.nested()) : this.#object(reader.nested(), type, depth + 1);
    }
  }

  #object(reader: WireReader, type: string, depth: number): JsonValue | undefined {
    const fields = this.message(reader, type, depth);
    const special = SPECIAL.get(type);
    if (special !== undefined) return special(fields);
    // A list of strings under a name of its own (authorization's ExtraValue).
    const own = messageOf(type);
    return own?.size === 1 && own.get(1)?.name === 'items' && own.get(1)?.type === 's'
      ? (fields['items'] ?? [])
      : fields;
  }
}

/** A key such as `__proto__` is a member like any other. */
function define(target: JsonObject, key: string, value: JsonValue): void {
  if (key !== '__proto__') target[key] = value;
  else Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

/** Undefined for the zero time, which is an empty message. */
function timeText({ seconds, nanos = 0 }: JsonObject, digits: 0 | 6): string | undefined {
  if (typeof seconds !== 'number') return undefined;
  const time = new Date(seconds * 1000);
  if (Number.isNaN(time.getTime())) throw new Malformed('a time beyond the year 9999');
  const text = time.toISOString().slice(0, -5);
  if (digits === 0) return `${text}Z`;
  return `${text}.${String(Math.floor(Number(nanos) / 1000)).padStart(6, '0')}Z`;
}

function intOrString({ type = 0, intVal = 0, strVal = '' }: JsonObject): JsonValue {
  return type === 1 ? strVal : intVal;
}

function rawJson(reader: WireReader): JsonValue | undefined {
  let text = '';
  while (!reader.done) {
    const [number, wireType] = reader.tag('RawExtension');
    if (number !== 1) reader.skip(wireType);
    else if (wireType !== DELIMITED) throw wrongType(wireType, 'Raw');
    else text = reader.string();
  }
  if (text === '') return undefined;
  const decoded = decodeJson(text);
  if (!decoded.ok) throw new Malformed(`a raw extension is not JSON: ${decoded.error}`);
  return decoded.value;
}

function base64Text(bytes: Uint8Array): string {
  let binary = '';
  for (let start = 0; start < bytes.length; start += 8192) {
    binary += String.fromCharCode(...bytes.subarray(start, start + 8192));
  }
  return btoa(binary);
}
