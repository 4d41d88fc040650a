// OpenAPI v3: the index of group versions, and a document for each: what kubectl reads before it validates, applies and
// explains. Paths say what can be done to a kind and with which parameters (subresources are left out); schemas come
// from the table. Documents are made when asked for and not kept: clients keep them, by the hash in their address.
// Models kubernetes staging/src/k8s.io/kube-openapi/pkg/{builder3,handler3}.

import type { ApiVerb, Kind } from '../api/kind.ts';
import type { Scheme } from '../api/scheme.ts';
import type { JsonValue } from '../lib/json.ts';
import { GIT_VERSION } from '../lib/version.ts';
import type { OpenApiSchema } from '../schema/openapi.ts';
import { openApiSchemas, SCHEMAS } from '../schema/openapi.ts';
import { ALL_VERBS } from './discovery.ts';
import { patchMediaTypes } from './patching.ts';

/** `/openapi/v3`: group versions, each with the address of its document. */
export function openApiIndex(scheme: Scheme): string {
  const paths: Record<string, JsonValue> = {};
  for (const path of openApiPaths(scheme)) {
    const text = openApiDocument(scheme, path) ?? '';
    paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${hashOf(text)}` };
  }
  return `${JSON.stringify({ paths })}\n`;
}

/** `api/v1`, `apis/apps/v1`, …: the paths of the documents. */
export function openApiPaths(scheme: Scheme): string[] {
  return scheme.groups().flatMap(({ group, versions }) => versions.map((version) => groupVersionPath(group, version)));
}

/** The document of `api/v1` or `apis/apps/v1`; undefined if that is not served. */
export function openApiDocument(scheme: Scheme, path: string): string | undefined {
  const found = scheme
    .groups()
    .flatMap(({ group, versions }) => versions.map((version) => ({ group, version })))
    .find(({ group, version }) => groupVersionPath(group, version) === path);
  if (found === undefined) return undefined;
  const kinds = scheme.kindsOf(found.group, found.version);
  const schemas = openApiSchemas([
    ...kinds
      .filter((kind) => kind.openApi === undefined)
      .flatMap(({ definition }) => [definition, `${definition}List`]),
    ...(kinds.some((kind) => kind.openApi !== undefined) ? META : []),
  ]);
  for (const kind of kinds) addOwn(schemas, kind);
  for (const kind of kinds) {
    name(schemas, kind.definition, kind, kind.kind);
    name(schemas, `${kind.definition}List`, kind, `${kind.kind}List`);
  }
  return `${JSON.stringify({
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: GIT_VERSION },
    paths: Object.fromEntries(kinds.flatMap((kind) => pathsOf(path, kind))),
    components: { schemas: Object.fromEntries(schemas) },
  })}\n`;
}

/** What schemas of custom resources refer to. */
const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
const LIST_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta';
const META: readonly string[] = [OBJECT_META, LIST_META];

/** A kind's schema of its own, and that of its lists. */
function addOwn(schemas: Map<string, OpenApiSchema>, { definition, openApi }: Kind): void {
  if (openApi === undefined) return;
  schemas.set(definition, openApi());
  schemas.set(`${definition}List`, {
    type: 'object',
    required: ['items'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { allOf: [{ $ref: SCHEMAS + LIST_META }] },
      items: { type: 'array', items: { $ref: SCHEMAS + definition } },
    },
  });
}

function groupVersionPath(group: string, version: string): string {
  return group === '' ? `api/${version}` : `apis/${group}/${version}`;
}

function name(schemas: ReadonlyMap<string, OpenApiSchema>, id: string, kind: Kind, kindName: string): void {
  const schema = schemas.get(id);
  if (schema !== undefined) schema['x-kubernetes-group-version-kind'] = [{ ...gvk(kind), kind: kindName }];
}

function gvk({ group, version, kind }: Kind): Record<string, JsonValue> {
  return { group, version, kind };
}

const ON_COLLECTION: readonly (readonly [string, ApiVerb])[] = [
  ['get', 'list'],
  ['post', 'create'],
  ['delete', 'deletecollection'],
];
const ON_OBJECT: readonly (readonly [string, ApiVerb])[] = [
  ['get', 'get'],
  ['put', 'update'],
  ['patch', 'patch'],
  ['delete', 'delete'],
];
/** As the paths' `x-kubernetes-action` calls the verbs that discovery calls otherwise. */
const ACTIONS: Readonly<Partial<Record<ApiVerb, string>>> = { create: 'post', update: 'put' };

function pathsOf(root: string, kind: Kind): [string, JsonValue][] {
  const verbs = kind.verbs ?? ALL_VERBS;
  const collection = `/${root}/${kind.namespaced ? 'namespaces/{namespace}/' : ''}${kind.resource}`;
  const operations = (table: typeof ON_OBJECT): Record<string, JsonValue> =>
    Object.fromEntries(
      table.filter(([, verb]) => verbs.includes(verb)).map(([method, verb]) => [method, operation(kind, verb)]),
    );
  const places = kind.namespaced ? ['namespace'] : [];
  const paths: [string, Record<string, JsonValue>][] = [
    [collection, { ...operations(ON_COLLECTION), parameters: places.map(inPath) }],
    [`${collection}/{name}`, { ...operations(ON_OBJECT), parameters: ['name', ...places].map(inPath) }],
  ];
  return paths.filter(([, item]) => Object.keys(item).length > 1);
}

function inPath(parameter: string): JsonValue {
  return { name: parameter, in: 'path', required: true, schema: { type: 'string', uniqueItems: true } };
}

const WRITE_PARAMETERS: Readonly<Partial<Record<ApiVerb, readonly string[]>>> = {
  create: ['dryRun', 'fieldManager', 'fieldValidation'],
  update: ['dryRun', 'fieldManager', 'fieldValidation'],
  patch: ['dryRun', 'fieldManager', 'fieldValidation'],
  delete: ['dryRun', 'gracePeriodSeconds', 'propagationPolicy'],
  deletecollection: ['continue', 'dryRun', 'fieldSelector', 'gracePeriodSeconds', 'labelSelector', 'propagationPolicy'],
  list: ['continue', 'fieldSelector', 'labelSelector', 'limit', 'resourceVersion', 'resourceVersionMatch', 'watch'],
};
const INTEGERS: readonly string[] = ['gracePeriodSeconds', 'limit'];

function operation(kind: Kind, verb: ApiVerb): JsonValue {
  const parameters = (WRITE_PARAMETERS[verb] ?? []).map((parameter) => ({
    name: parameter,
    in: 'query',
    schema: {
      type: INTEGERS.includes(parameter) ? 'integer' : parameter === 'watch' ? 'boolean' : 'string',
      uniqueItems: true,
    },
  }));
  return {
    'x-kubernetes-action': ACTIONS[verb] ?? verb,
    'x-kubernetes-group-version-kind': gvk(kind),
    parameters,
    ...requestBody(kind, verb),
    responses: { 200: answerOf(kind, verb) },
  };
}

function requestBody(kind: Kind, verb: ApiVerb): Record<string, JsonValue> {
  if (verb === 'create' || verb === 'update') {
    return { requestBody: { required: true, content: { '*/*': { schema: { $ref: SCHEMAS + kind.definition } } } } };
  }
  if (verb !== 'patch') return {};
  const schema = { type: 'object' };
  const content = Object.fromEntries(patchMediaTypes(kind).map((type): [string, JsonValue] => [type, { schema }]));
  return { requestBody: { required: true, content } };
}

function answerOf({ definition }: Kind, verb: ApiVerb): JsonValue {
  const removed = verb === 'delete' || verb === 'deletecollection';
  const schema = removed
    ? { type: 'object' }
    : { $ref: SCHEMAS + (verb === 'list' ? `${definition}List` : definition) };
  return { description: 'OK', content: { 'application/json': { schema } } };
}

/** FNV-1a: it tells documents apart, and guards nothing. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, '0').toUpperCase();
}
