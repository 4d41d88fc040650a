// Messages that are no objects in JSON, and how their JSON values are written.
// Models kubernetes staging/src/k8s.io/apimachinery: apis/meta/v1/time_proto.go, api/resource/quantity_proto.go,
// util/intstr/generated.pb.go, and staging/src/k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1/marshal.go.

import type { JsonObject, JsonValue } from '../../lib/json.ts';
import type { BackwardWriter } from './backward-writer.ts';

const MACHINERY = 'k8s.io.apimachinery.pkg';
const EXTENSIONS = 'k8s.io.apiextensions-apiserver.pkg.apis.apiextensions.v1';

/** Writes a message's content. `value` undefined or null: the zero value. */
export type SpecialWriter = (writer: BackwardWriter, value: JsonValue | undefined) => void;

/** Those that are written at once. */
export const SPECIAL_WRITERS: ReadonlyMap<string, SpecialWriter> = new Map([
  [`${MACHINERY}.apis.meta.v1.Time`, writeTime],
  [`${MACHINERY}.apis.meta.v1.MicroTime`, writeMicroTime],
  [`${MACHINERY}.api.resource.Quantity`, writeQuantity],
  [`${MACHINERY}.util.intstr.IntOrString`, writeIntOrString],
  [`${MACHINERY}.runtime.RawExtension`, writeRawJson],
  [`${MACHINERY}.apis.meta.v1.FieldsV1`, writeRawJson],
  [`${EXTENSIONS}.JSON`, writeRawJson],
]);

/** Those that in JSON are one of several things: the fields that their message has then. */
export const SPECIAL_FIELDS: ReadonlyMap<string, (value: JsonValue) => JsonObject> = new Map<
  string,
  (value: JsonValue) => JsonObject
>([
  [
    `${EXTENSIONS}.JSONSchemaPropsOrArray`,
    (value) => (Array.isArray(value) ? { jSONSchemas: value } : { schema: value }),
  ],
  [
    `${EXTENSIONS}.JSONSchemaPropsOrBool`,
    (value) => (typeof value === 'boolean' ? { allows: value } : { allows: true, schema: value }),
  ],
  [
    `${EXTENSIONS}.JSONSchemaPropsOrStringArray`,
    (value) => (Array.isArray(value) ? { property: value } : { schema: value }),
  ],
]);

function writeTime(writer: BackwardWriter, value: JsonValue | undefined): void {
  const ms = typeof value === 'string' ? Date.parse(value) : NaN;
  if (!Number.isNaN(ms)) writeTimestamp(writer, Math.floor(ms / 1000), 0);
}

function writeMicroTime(writer: BackwardWriter, value: JsonValue | undefined): void {
  const ms = typeof value === 'string' ? Date.parse(value) : NaN;
  if (Number.isNaN(ms)) return;
  const fraction = /\.(\d{1,6})/.exec(value as string)?.[1] ?? '0';
  writeTimestamp(writer, Math.floor(ms / 1000), Number(fraction.padEnd(6, '0')) * 1000);
}

function writeTimestamp(writer: BackwardWriter, seconds: number, nanos: number): void {
  writer.varint(nanos);
  writer.varint(0x10);
  writer.varint(seconds);
  writer.varint(0x08);
}

function writeQuantity(writer: BackwardWriter, value: JsonValue | undefined): void {
  writeText(writer, 0x0a, typeof value === 'string' || typeof value === 'number' ? String(value) : '0');
}

function writeIntOrString(writer: BackwardWriter, value: JsonValue | undefined): void {
  const text = typeof value === 'string';
  writeText(writer, 0x1a, text ? value : '');
  writer.varint(typeof value === 'number' ? value : 0);
  writer.varint(0x10);
  writer.varint(text ? 1 : 0);
  writer.varint(0x08);
}

/** What JSON holds whole goes over as its text. */
function writeRawJson(writer: BackwardWriter, value: JsonValue | undefined): void {
  if (value !== undefined && value !== null) writeText(writer, 0x0a, JSON.stringify(value));
}

function writeText(writer: BackwardWriter, tag: number, text: string): void {
  writer.varint(writer.string(text));
  writer.varint(tag);
}
