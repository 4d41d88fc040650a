// An OpenAPI v2 document as protobuf, `openapi.v2.Document` of gnostic: the only form in which older clients ask for it.

import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { any, bool, entries, extensions, message, named, part, string, strings } from './openapi-messages.ts';

/** `text` is the document in JSON. */
export function openApiProtobuf(text: string): Uint8Array {
  const document = JSON.parse(text) as JsonObject;
  const { swagger = '', info = {}, paths = {}, definitions = {} } = document;
  const writer = new BinaryWriter();
  string(writer, 1, swagger);
  message(writer, 2, () => {
    string(writer, 1, part(info, 'title'));
    string(writer, 2, part(info, 'version'));
  });
  message(writer, 8, () => {
    for (const [path, item] of entries(paths)) named(writer, 2, path, () => pathItem(writer, item));
  });
  message(writer, 9, () => {
    for (const [name, item] of entries(definitions)) named(writer, 1, name, () => schema(writer, item));
  });
  const { parameters: shared, security, securityDefinitions } = document;
  if (shared !== undefined) {
    message(writer, 10, () => {
      for (const [name, item] of entries(shared)) named(writer, 1, name, () => parameter(writer, item));
    });
  }
  for (const requirement of Array.isArray(security) ? security : []) {
    message(writer, 12, () => {
      for (const [name, scopes] of entries(requirement)) named(writer, 1, name, () => strings(writer, 1, scopes));
    });
  }
  if (securityDefinitions !== undefined) {
    message(writer, 13, () => {
      for (const [name, item] of entries(securityDefinitions)) {
        // SecurityDefinitionsItem → ApiKeySecurity
        named(writer, 1, name, () => message(writer, 2, () => apiKey(writer, item)));
      }
    });
  }
  return writer.finish();
}

const METHODS: readonly (readonly [string, number])[] = [
  ['get', 2],
  ['put', 3],
  ['post', 4],
  ['delete', 5],
  ['options', 6],
  ['head', 7],
  ['patch', 8],
];

function pathItem(writer: BinaryWriter, item: JsonValue): void {
  for (const [method, field] of METHODS) {
    const found = part(item, method);
    if (found !== undefined) message(writer, field, () => operation(writer, found));
  }
  parameters(writer, 9, part(item, 'parameters'));
  extensions(writer, 10, item);
}

function apiKey(writer: BinaryWriter, item: JsonValue): void {
  string(writer, 1, part(item, 'type'));
  string(writer, 2, part(item, 'name'));
  string(writer, 3, part(item, 'in'));
  string(writer, 4, part(item, 'description'));
}

function operation(writer: BinaryWriter, item: JsonValue): void {
  strings(writer, 1, part(item, 'tags'));
  string(writer, 3, part(item, 'description'));
  string(writer, 5, part(item, 'operationId'));
  strings(writer, 6, part(item, 'produces'));
  strings(writer, 7, part(item, 'consumes'));
  parameters(writer, 8, part(item, 'parameters'));
  message(writer, 9, () => {
    for (const [code, answer] of entries(part(item, 'responses'))) {
      // ResponseValue → Response → SchemaItem → Schema
      named(writer, 1, code, () => message(writer, 1, () => response(writer, answer)));
    }
  });
  extensions(writer, 13, item);
}

function response(writer: BinaryWriter, answer: JsonValue): void {
  string(writer, 1, part(answer, 'description'));
  const found = part(answer, 'schema');
  if (found !== undefined) message(writer, 2, () => message(writer, 1, () => schema(writer, found)));
}

function parameters(writer: BinaryWriter, field: number, list: JsonValue | undefined): void {
  for (const item of Array.isArray(list) ? list : []) {
    const shared = part(item, '$ref');
    // ParametersItem → JsonReference, or Parameter → BodyParameter, or NonBodyParameter → one of its kinds
    message(writer, field, () => {
      if (shared === undefined) message(writer, 1, () => parameter(writer, item));
      else message(writer, 2, () => string(writer, 1, shared));
    });
  }
}

function parameter(writer: BinaryWriter, item: JsonValue): void {
  const where = part(item, 'in');
  if (where === 'body') {
    message(writer, 1, () => {
      string(writer, 2, part(item, 'name'));
      string(writer, 3, where);
      bool(writer, 4, part(item, 'required'));
      message(writer, 5, () => schema(writer, part(item, 'schema') ?? {}));
    });
    return;
  }
  const inPath = where === 'path';
  message(writer, 2, () =>
    message(writer, inPath ? 4 : 3, () => {
      bool(writer, 1, part(item, 'required'));
      string(writer, 2, where);
      string(writer, 3, part(item, 'description'));
      string(writer, 4, part(item, 'name'));
      string(writer, inPath ? 5 : 6, part(item, 'type'));
      bool(writer, inPath ? 19 : 20, part(item, 'uniqueItems'));
    }),
  );
}

const NUMBERS: readonly (readonly [string, number, 'double' | 'int64'])[] = [
  ['multipleOf', 6, 'double'],
  ['maximum', 7, 'double'],
  ['minimum', 9, 'double'],
  ['maxLength', 11, 'int64'],
  ['minLength', 12, 'int64'],
  ['maxItems', 14, 'int64'],
  ['minItems', 15, 'int64'],
  ['maxProperties', 17, 'int64'],
  ['minProperties', 18, 'int64'],
];

function schema(writer: BinaryWriter, item: JsonValue): void {
  string(writer, 1, part(item, '$ref'));
  string(writer, 2, part(item, 'format'));
  string(writer, 4, part(item, 'description'));
  const fallback = part(item, 'default');
  if (fallback !== undefined) any(writer, 5, fallback);
  for (const [name, field, type] of NUMBERS) {
    const value = part(item, name);
    if (typeof value !== 'number') continue;
    if (type === 'double') writer.tag(field, WireType.Bit64).double(value);
    else writer.tag(field, WireType.Varint).int64(value);
  }
  string(writer, 13, part(item, 'pattern'));
  bool(writer, 16, part(item, 'uniqueItems'));
  strings(writer, 19, part(item, 'required'));
  const values = part(item, 'enum');
  for (const value of Array.isArray(values) ? values : []) any(writer, 20, value);
  const additional = part(item, 'additionalProperties');
  if (typeof additional === 'boolean') message(writer, 21, () => writer.tag(2, WireType.Varint).bool(additional));
  else if (additional !== undefined) message(writer, 21, () => message(writer, 1, () => schema(writer, additional)));
  const type = part(item, 'type');
  if (type !== undefined) message(writer, 22, () => strings(writer, 1, Array.isArray(type) ? type : [type]));
  const items = part(item, 'items');
  if (items !== undefined) message(writer, 23, () => message(writer, 1, () => schema(writer, items)));
  const properties = part(item, 'properties');
  if (properties !== undefined) {
    message(writer, 25, () => {
      for (const [name, property] of entries(properties)) named(writer, 1, name, () => schema(writer, property));
    });
  }
  extensions(writer, 31, item);
}
