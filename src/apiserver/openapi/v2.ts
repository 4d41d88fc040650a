// OpenAPI v2: one document of all that is served, made of documents of v3. Older clients (kubectl before 1.29 among
// them) read it before they write.
// Models kubernetes staging/src/k8s.io/kube-openapi/pkg/{builder,schemaconv}.

import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { isObject } from '../../lib/json.ts';
import { GIT_VERSION } from '../../lib/version.ts';
import { SCHEMAS } from '../../schema/openapi.ts';
import type { OpenApiDocument } from './document.ts';
import { BEARER_TOKEN, SECURITY_SCHEMES } from './document.ts';

export interface OpenApiV2 {
  readonly paths: JsonObject;
  readonly swagger: '2.0';
  readonly info: JsonObject;
  readonly definitions: JsonObject;
}

/** `paths` come first and `definitions` last: see gateway/openapi.ts, which joins two such texts. */
export function openApiV2(documents: Iterable<OpenApiDocument>): OpenApiV2 {
  const paths: JsonObject = {};
  const definitions: JsonObject = {};
  for (const document of documents) {
    for (const [at, item] of members(document.paths)) paths[at] = pathItem(item);
    for (const [id, schema] of members(document.components.schemas)) definitions[id] ??= schemaV2(schema);
  }
  const sorted = Object.fromEntries(Object.entries(definitions).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { paths, swagger: '2.0', info: { title: 'Kubernetes', version: GIT_VERSION }, definitions: sorted };
}

function pathItem(item: JsonValue): JsonObject {
  return Object.fromEntries(
    members(item).map(([key, value]) =>
      key === 'parameters' ? [key, parameters(value)] : [key, isObject(value) ? operation(value) : value],
    ),
  );
}

function operation({ requestBody, responses, parameters: given, ...rest }: JsonObject): JsonObject {
  const body = members(object(requestBody ?? null)['content'] ?? null);
  const [, media = null] = body[0] ?? [];
  const schema = object(media)['schema'];
  return {
    ...rest,
    consumes: body.length === 0 ? ['*/*'] : body.map(([type]) => type),
    produces: members(object(object(responses ?? null)['200'] ?? null)['content']).map(([type]) => type),
    parameters: [
      ...parameters(given ?? []),
      ...(schema === undefined ? [] : [{ name: 'body', in: 'body', required: true, schema: schemaV2(schema) }]),
    ],
    responses: Object.fromEntries(members(responses ?? null).map(([code, answer]) => [code, response(answer)])),
  };
}

function parameters(list: JsonValue): JsonValue[] {
  if (!Array.isArray(list)) return [];
  return list.map((item) => {
    const { schema = null, ...parameter } = object(item);
    return { ...parameter, ...object(schema) };
  });
}

function response(answer: JsonValue): JsonObject {
  const { description = 'OK', content = null } = object(answer);
  const [, media = null] = members(content)[0] ?? [];
  const { schema } = object(media);
  return { description, ...(schema === undefined ? {} : { schema: schemaV2(schema) }) };
}

/** Keywords that v2 does not know are left out, and defaults, as upstream does; scalars of several types are strings there. */
function schemaV2(schema: JsonValue): JsonValue {
  if (!isObject(schema)) return schema;
  const made: JsonObject = {};
  for (const [key, value] of members(schema)) {
    switch (key) {
      case '$ref':
        made[key] = typeof value === 'string' ? value.replace(SCHEMAS, '#/definitions/') : value;
        break;
      case 'properties':
        made[key] = Object.fromEntries(members(value).map(([name, property]) => [name, schemaV2(property)]));
        break;
      case 'items':
      case 'additionalProperties':
        made[key] = schemaV2(value);
        break;
      case 'allOf':
        Object.assign(made, ...(Array.isArray(value) && value.length === 1 ? value.map(schemaV2) : []));
        break;
      case 'oneOf':
        made['type'] = 'string';
        break;
      case 'anyOf':
      case 'not':
      case 'nullable':
      case 'default':
        break;
      default:
        made[key] = value;
    }
  }
  return made;
}

/**
 * The whole of what is built in: with how clients prove who they are, and with the parameters of its operations in one place.
 * Those stay where they are by which kubectl before 1.27 knows what a server can do, and those that tell of one kind.
 */
export function wholeOpenApiV2(documents: Iterable<OpenApiDocument>): JsonObject {
  const { paths, swagger, info, definitions } = openApiV2(documents);
  const parameters: JsonObject = {};
  const share = (list: JsonValue): JsonValue =>
    Array.isArray(list)
      ? list.map((parameter) => {
          if (!isShared(object(parameter))) return parameter;
          const name = sharedName(object(parameter));
          parameters[name] = parameter;
          return { $ref: `#/parameters/${name}` };
        })
      : list;
  const sharing = (item: JsonValue): JsonValue =>
    Object.fromEntries(
      members(item).map(([key, value]) => [
        key,
        key === 'parameters' ? share(value) : isObject(value) && 'responses' in value ? sharing(value) : value,
      ]),
    );
  const sparse = Object.fromEntries(members(paths).map(([path, item]) => [path, sharing(item)]));
  const sorted = Object.fromEntries(Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1)));
  const security = [{ [BEARER_TOKEN]: [] }];
  return {
    paths: sparse,
    swagger,
    info,
    parameters: sorted,
    security,
    securityDefinitions: SECURITY_SCHEMES,
    definitions,
  };
}

function isShared(parameter: JsonObject): boolean {
  const { in: where, name, schema } = parameter;
  if (where !== 'body') return name !== 'name' && name !== 'fieldValidation' && name !== 'dryRun';
  const reference = object(schema ?? null)['$ref'];
  return typeof reference === 'string' && reference.startsWith('#/definitions/io.k8s.apimachinery');
}

/** Its name and what it says, hashed: FNV-1 of 64 bits, the first 48 of which are written in base64. */
function sharedName(parameter: JsonObject): string {
  const { name } = parameter;
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(JSON.stringify(parameter))) {
    hash = BigInt.asUintN(64, hash * 0x100000001b3n) ^ BigInt(byte);
  }
  const bytes = [56n, 48n, 40n, 32n, 24n, 16n].map((shift) => Number((hash >> shift) & 0xffn));
  const text = btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_');
  return `${typeof name === 'string' ? name : 'param'}-${text}`;
}

function object(value: JsonValue): JsonObject {
  return isObject(value) ? value : {};
}

function members(value: JsonValue | undefined): [string, JsonValue][] {
  return value !== undefined && isObject(value) ? (Object.entries(value) as [string, JsonValue][]) : [];
}
