// From JSON values to Kubernetes' protobuf encoding, byte for byte as upstream's generated code writes it.
//
// - Fields stand in the order of their numbers, entries of a map in the order of their keys.
// - What is no pointer in Go is always written, zero or not; a pointer, a list, a map and bytes only where they are there.
// - An object is wrapped: `k8s\0` and a message runtime.Unknown of its apiVersion, its kind and its own message.
//
// A message's fields are looked up once and kept as a plan, in the reverse order, since messages are written backwards.
//
// Models kubernetes staging/src/k8s.io/apimachinery/pkg/runtime/serializer/protobuf and the MarshalToSizedBuffer
// functions of the API's generated.pb.go files.

import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { isObject } from '../../lib/json.ts';
import { BackwardWriter } from './backward-writer.ts';
import type { SpecialWriter } from './special.ts';
import { SPECIAL_FIELDS, SPECIAL_WRITERS } from './special.ts';
import type { MessageField } from './table.ts';
import { messageOf } from './table.ts';

type Scalar = 's' | 'i' | 'b' | 'y' | 'd';

interface FieldPlan {
  readonly name: string;
  /** Number and wire type, as they are written. */
  readonly tag: number;
  readonly repeated: boolean;
  readonly map: boolean;
  readonly pointer: boolean;
  readonly scalar: Scalar | undefined;
  /** Of a message. */
  readonly type: string;
  /** Looked up when it is first needed: messages contain themselves. */
  plan: MessagePlan | undefined;
}

interface MessagePlan {
  /** In descending order of their numbers. */
  readonly fields: readonly FieldPlan[];
  readonly special: SpecialWriter | undefined;
  readonly fieldsOf: ((value: JsonValue) => JsonObject) | undefined;
  /** A list of strings under a name of its own. */
  readonly named: boolean;
}

const DELIMITED = 2;
const WIRE_TYPES: Readonly<Record<string, number>> = { i: 0, b: 0, d: 1 };
const NOTHING: JsonObject = {};

/** Plans of messages. The table is constant, so that sharing what was made of it shares no state. */
const plans = new Map<string, MessagePlan>();

function planOf(name: string): MessagePlan {
  const known = plans.get(name);
  if (known !== undefined) return known;
  const message = messageOf(name);
  if (message === undefined) throw new Error(`no message ${name}`);
  const fields = [...message].map(([number, field]) => fieldPlan(number, field)).reverse();
  const [only] = fields;
  const plan: MessagePlan = {
    fields,
    special: SPECIAL_WRITERS.get(name),
    fieldsOf: SPECIAL_FIELDS.get(name),
    named: fields.length === 1 && only?.name === 'items' && only.scalar === 's',
  };
  plans.set(name, plan);
  return plan;
}

function fieldPlan(number: number, { name, repeated, map, pointer, type }: MessageField): FieldPlan {
  const scalar = type.length === 1 ? (type as Scalar) : undefined;
  const wire = map ? DELIMITED : (WIRE_TYPES[type] ?? DELIMITED);
  return {
    name,
    tag: number * 8 + wire,
    repeated,
    map,
    pointer: pointer || type === 'y',
    scalar,
    type,
    plan: undefined,
  };
}

/** `message`: its full name in the table. */
export function encodeMessage(value: JsonObject, message: string, sizeHint?: number): Uint8Array {
  const writer = new BackwardWriter(sizeHint);
  writeFields(writer, planOf(message), value);
  return writer.finish();
}

/** The enveloped object. `message` as above; `value` is written under its own apiVersion and kind. */
export function encodeObject(value: JsonObject, message: string, sizeHint?: number): Uint8Array {
  const writer = new BackwardWriter(sizeHint);
  writeObject(writer, value, message);
  return writer.finish();
}

/**
 * The enveloped list of encoded items, in pieces that follow each other. `list` is without its items; `message`: a list
 * whose metadata is field 1 and whose items are field 2, as all are that are named after their kind.
 */
export function encodeList(list: JsonObject, message: string, items: readonly Uint8Array[]): Uint8Array[] {
  const pieces: Uint8Array[] = [encodeMessage({ ...list, items: [] }, message)];
  for (const item of items) pieces.push(lengthOf(0x12, item.length), item);
  const length = pieces.reduce((size, piece) => size + piece.length, 0);
  return [envelopeHead(list), lengthOf(0x12, length), ...pieces, ENVELOPE_TAIL];
}

function lengthOf(tag: number, length: number): Uint8Array {
  const writer = new BackwardWriter(12);
  writer.varint(length);
  writer.varint(tag);
  return writer.finish();
}

/** One event of a watch, framed: its length in four bytes, and a message WatchEvent that holds the enveloped object. */
export function encodeWatchEvent(type: string, object: JsonObject, message: string, sizeHint?: number): Uint8Array {
  const writer = new BackwardWriter(sizeHint);
  writeObject(writer, object, message);
  writer.varint(writer.length);
  writer.varint(0x0a);
  writer.varint(writer.length);
  writer.varint(0x12);
  writeText(writer, 0x0a, type);
  const { length } = writer;
  writer.bytes(Uint8Array.of(length >>> 24, length >>> 16, length >>> 8, length));
  return writer.finish();
}

function writeObject(writer: BackwardWriter, value: JsonObject, message: string): void {
  writer.bytes(ENVELOPE_TAIL);
  const end = writer.length;
  writeFields(writer, planOf(message), value);
  writer.varint(writer.length - end);
  writer.varint(0x12);
  writer.bytes(envelopeHead(value));
}

/** `k8s\0` and the type of the envelope. */
function envelopeHead({ apiVersion, kind }: JsonObject): Uint8Array {
  const writer = new BackwardWriter(128);
  writeText(writer, 0x12, textOf(kind));
  writeText(writer, 0x0a, textOf(apiVersion));
  writer.varint(writer.length);
  writer.varint(0x0a);
  writer.bytes(MAGIC);
  return writer.finish();
}

/** contentEncoding and contentType, both empty. */
const ENVELOPE_TAIL = Uint8Array.of(0x1a, 0, 0x22, 0);
const MAGIC = Uint8Array.of(0x6b, 0x38, 0x73, 0x00);

function writeText(writer: BackwardWriter, tag: number, text: string): void {
  writer.varint(writer.string(text));
  writer.varint(tag);
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

function writeFields(writer: BackwardWriter, plan: MessagePlan, value: JsonObject): void {
  for (const field of plan.fields) {
    const item = field.name === '' ? value : value[field.name];
    if (item === undefined || item === null) {
      if (!field.pointer && !field.repeated && !field.map) writeOne(writer, field, undefined);
    } else if (field.repeated) {
      if (Array.isArray(item)) for (let at = item.length - 1; at >= 0; at--) writeOne(writer, field, item[at]);
    } else if (field.map) {
      writeMap(writer, field, item);
    } else {
      writeOne(writer, field, item);
    }
  }
}

function writeOne(writer: BackwardWriter, field: FieldPlan, value: JsonValue | undefined): void {
  writeValue(writer, field, value);
  writer.varint(field.tag);
}

/** Entries are messages of the key (1) and the value (2). */
function writeMap(writer: BackwardWriter, field: FieldPlan, map: JsonValue): void {
  if (!isObject(map)) return;
  const keys = Object.keys(map).sort();
  const valueTag = 2 * 8 + (WIRE_TYPES[field.type] ?? DELIMITED);
  for (let at = keys.length - 1; at >= 0; at--) {
    const key = keys[at] as string;
    const end = writer.length;
    writeValue(writer, field, map[key]);
    writer.varint(valueTag);
    writeText(writer, 0x0a, key);
    writer.varint(writer.length - end);
    writer.varint(field.tag);
  }
}

/** A value, with its length where it has one. */
function writeValue(writer: BackwardWriter, field: FieldPlan, value: JsonValue | undefined): void {
  switch (field.scalar) {
    case 's':
      writer.varint(writer.string(textOf(value)));
      return;
    case 'i':
      writer.varint(typeof value === 'number' ? Math.trunc(value) : 0);
      return;
    case 'b':
      writer.varint(value === true ? 1 : 0);
      return;
    case 'd':
      writer.double(typeof value === 'number' ? value : 0);
      return;
    case 'y': {
      const bytes = base64Bytes(textOf(value));
      writer.bytes(bytes);
      writer.varint(bytes.length);
      return;
    }
    default: {
      const plan = (field.plan ??= planOf(field.type));
      const end = writer.length;
      writeContent(writer, plan, value);
      writer.varint(writer.length - end);
    }
  }
}

function writeContent(writer: BackwardWriter, plan: MessagePlan, value: JsonValue | undefined): void {
  if (plan.special !== undefined) plan.special(writer, value);
  else if (plan.named && Array.isArray(value)) writeFields(writer, plan, { items: value });
  else if (plan.fieldsOf !== undefined && value !== undefined) writeFields(writer, plan, plan.fieldsOf(value ?? null));
  else writeFields(writer, plan, isObject(value ?? null) ? (value as JsonObject) : NOTHING);
}

function base64Bytes(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
