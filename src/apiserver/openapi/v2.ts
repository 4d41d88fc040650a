// OpenAPI v2: one document of all that is served, made of documents of v3. Older clients (kubectl before 1.29 among
// them) read it before they write.
// Models kubernetes staging/src/k8s.io/kube-openapi/pkg/{builder,schemaconv}.

import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { isObject } from '../../lib/json.ts';
import { GIT_VERSION } from '../../lib/version.ts';
import { SCHEMAS } from '../../schema/openapi.ts';
import type { OpenApiDocument } from './document.ts';

/** What answers are written in, as upstream lists it. */
const PRODUCED = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];

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
    produces: PRODUCED,
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

function object(value: JsonValue): JsonObject {
  return isObject(value) ? value : {};
}

function members(value: JsonValue | undefined): [string, JsonValue][] {
  return value !== undefined && isObject(value) ? (Object.entries(value) as [string, JsonValue][]) : [];
}
