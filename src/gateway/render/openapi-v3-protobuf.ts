// An OpenAPI v3 document as protobuf, `openapi.v3.Document` of gnostic: what aggregating servers ask for first.

import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { any, bool, entries, extensions, message, named, part, string, strings } from './openapi-messages.ts';

/** `text` is the document in JSON. */
export function openApiV3Protobuf(text: string): Uint8Array {
  const { openapi = '', info = {}, paths = {}, components = {} } = JSON.parse(text) as JsonObject;
  const writer = new BinaryWriter();
  string(writer, 1, openapi);
  message(writer, 2, () => {
    string(writer, 1, part(info, 'title'));
    string(writer, 6, part(info, 'version'));
  });
  message(writer, 4, () => {
    for (const [path, item] of entries(paths)) named(writer, 1, path, () => pathItem(writer, item));
  });
  message(writer, 5, () => {
    message(writer, 1, () => namedSchemas(writer, part(components, 'schemas')));
    message(writer, 7, () => {
      for (const [name, scheme] of entries(part(components, 'securitySchemes'))) {
        // SecuritySchemeOrReference → SecurityScheme
        named(writer, 1, name, () => message(writer, 1, () => securityScheme(writer, scheme)));
      }
    });
  });
  return writer.finish();
}

const METHODS: readonly (readonly [string, number])[] = [
  ['get', 4],
  ['put', 5],
  ['post', 6],
  ['delete', 7],
  ['options', 8],
  ['head', 9],
  ['patch', 10],
];

function pathItem(writer: BinaryWriter, item: JsonValue): void {
  for (const [method, field] of METHODS) {
    const found = part(item, method);
    if (found !== undefined) message(writer, field, () => operation(writer, found));
  }
  parameters(writer, 13, part(item, 'parameters'));
  extensions(writer, 14, item);
}

function operation(writer: BinaryWriter, item: JsonValue): void {
  strings(writer, 1, part(item, 'tags'));
  string(writer, 3, part(item, 'description'));
  string(writer, 5, part(item, 'operationId'));
  parameters(writer, 6, part(item, 'parameters'));
  const body = part(item, 'requestBody');
  if (body !== undefined) message(writer, 7, () => message(writer, 1, () => requestBody(writer, body)));
  message(writer, 8, () => {
    for (const [code, answer] of entries(part(item, 'responses'))) {
      // ResponseOrReference → Response
      named(writer, 2, code, () => message(writer, 1, () => response(writer, answer)));
    }
  });
  extensions(writer, 13, item);
}

function requestBody(writer: BinaryWriter, item: JsonValue): void {
  string(writer, 1, part(item, 'description'));
  content(writer, 2, part(item, 'content'));
  bool(writer, 3, part(item, 'required'));
}

function response(writer: BinaryWriter, item: JsonValue): void {
  string(writer, 1, part(item, 'description'));
  content(writer, 3, part(item, 'content'));
}

function content(writer: BinaryWriter, field: number, types: JsonValue | undefined): void {
  if (types === undefined) return;
  message(writer, field, () => {
    for (const [type, media] of entries(types)) {
      named(writer, 1, type, () => {
        const found = part(media, 'schema');
        if (found !== undefined) message(writer, 1, () => schemaOrReference(writer, found));
      });
    }
  });
}

function parameters(writer: BinaryWriter, field: number, list: JsonValue | undefined): void {
  for (const item of Array.isArray(list) ? list : []) {
    // ParameterOrReference → Parameter
    message(writer, field, () => message(writer, 1, () => parameter(writer, item)));
  }
}

function parameter(writer: BinaryWriter, item: JsonValue): void {
  string(writer, 1, part(item, 'name'));
  string(writer, 2, part(item, 'in'));
  string(writer, 3, part(item, 'description'));
  bool(writer, 4, part(item, 'required'));
  const found = part(item, 'schema');
  if (found !== undefined) message(writer, 10, () => schemaOrReference(writer, found));
}

function securityScheme(writer: BinaryWriter, item: JsonValue): void {
  string(writer, 1, part(item, 'type'));
  string(writer, 2, part(item, 'description'));
  string(writer, 3, part(item, 'name'));
  string(writer, 4, part(item, 'in'));
}

function namedSchemas(writer: BinaryWriter, schemas: JsonValue | undefined): void {
  for (const [name, schema] of entries(schemas)) named(writer, 1, name, () => schemaOrReference(writer, schema));
}

function schemaOrReference(writer: BinaryWriter, item: JsonValue): void {
  const reference = part(item, '$ref');
  if (reference === undefined) message(writer, 1, () => schema(writer, item));
  else message(writer, 2, () => string(writer, 1, reference));
}

const NUMBERS: readonly (readonly [string, number, 'double' | 'int64'])[] = [
  ['multipleOf', 10, 'double'],
  ['maximum', 11, 'double'],
  ['minimum', 13, 'double'],
  ['maxLength', 15, 'int64'],
  ['minLength', 16, 'int64'],
  ['maxItems', 18, 'int64'],
  ['minItems', 19, 'int64'],
  ['maxProperties', 21, 'int64'],
  ['minProperties', 22, 'int64'],
];

function schema(writer: BinaryWriter, item: JsonValue): void {
  bool(writer, 1, part(item, 'nullable'));
  for (const [name, field, type] of NUMBERS) {
    const value = part(item, name);
    if (typeof value !== 'number') continue;
    if (type === 'double') writer.tag(field, WireType.Bit64).double(value);
    else writer.tag(field, WireType.Varint).int64(value);
  }
  string(writer, 9, part(item, 'title'));
  bool(writer, 12, part(item, 'exclusiveMaximum'));
  bool(writer, 14, part(item, 'exclusiveMinimum'));
  string(writer, 17, part(item, 'pattern'));
  bool(writer, 20, part(item, 'uniqueItems'));
  strings(writer, 23, part(item, 'required'));
  for (const value of list(item, 'enum')) any(writer, 24, value);
  string(writer, 25, part(item, 'type'));
  for (const value of list(item, 'allOf')) message(writer, 26, () => schemaOrReference(writer, value));
  for (const value of list(item, 'oneOf')) message(writer, 27, () => schemaOrReference(writer, value));
  for (const value of list(item, 'anyOf')) message(writer, 28, () => schemaOrReference(writer, value));
  const not = part(item, 'not');
  if (not !== undefined) message(writer, 29, () => schema(writer, not));
  const items = part(item, 'items');
  if (items !== undefined) message(writer, 30, () => message(writer, 1, () => schemaOrReference(writer, items)));
  const properties = part(item, 'properties');
  if (properties !== undefined) message(writer, 31, () => namedSchemas(writer, properties));
  const additional = part(item, 'additionalProperties');
  if (typeof additional === 'boolean') message(writer, 32, () => writer.tag(2, WireType.Varint).bool(additional));
  else if (additional !== undefined) {
    message(writer, 32, () => message(writer, 1, () => schemaOrReference(writer, additional)));
  }
  const fallback = part(item, 'default');
  if (fallback !== undefined) message(writer, 33, () => defaultType(writer, fallback));
  string(writer, 34, part(item, 'description'));
  string(writer, 35, part(item, 'format'));
  extensions(writer, 36, item);
}

/** Of objects and lists the message has no member: it says that there is a default, and no more. */
function defaultType(writer: BinaryWriter, value: JsonValue): void {
  if (typeof value === 'number') writer.tag(1, WireType.Bit64).double(value);
  else if (typeof value === 'boolean') writer.tag(2, WireType.Varint).bool(value);
  else if (typeof value === 'string') writer.tag(3, WireType.LengthDelimited).string(value);
}

function list(item: JsonValue, name: string): readonly JsonValue[] {
  const found = part(item, name);
  return Array.isArray(found) ? found : [];
}
