// The paths of OpenAPI documents: what can be done to a kind and where, with which parameters, bodies and answers.
// Names of operations are upstream's: clients are generated from them.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/endpoints/installer.go.
//
// Example: a Deployment's scale is under /apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale; its GET is
//   { operationId: "readAppsV1NamespacedDeploymentScale", "x-kubernetes-action": "get",
//     "x-kubernetes-group-version-kind": { group: "autoscaling", version: "v1", kind: "Scale" }, … }

import type { Connector } from '../../api/connect.ts';
import type { ApiVerb, Kind } from '../../api/kind.ts';
import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { PATCH, SCHEMAS } from '../../schema/openapi.ts';
import type { Subresource } from '../discovery.ts';
import { ALL_VERBS, subresources } from '../discovery.ts';
import { patchMediaTypes } from '../patching.ts';
import { CONNECT_PARAMETERS, inPath, inQuery, PARAMETERS, WATCH_PARAMETERS } from './parameters.ts';

export const DELETE_OPTIONS = 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions';
export const STATUS = 'io.k8s.apimachinery.pkg.apis.meta.v1.Status';
export const WATCH_EVENT = 'io.k8s.apimachinery.pkg.apis.meta.v1.WatchEvent';

type PathItem = Record<string, JsonValue>;
export type Paths = Array<[path: string, item: PathItem]>;

interface Gvk {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** All paths of a kind. `root`: `api/v1` or `apis/apps/v1`. */
export function pathsOf(root: string, kind: Kind): Paths {
  const verbs = kind.verbs ?? ALL_VERBS;
  const scope = kind.namespaced ? 'namespaces/{namespace}/' : '';
  const collection = `${scope}${kind.resource}`;
  const one = `${collection}/{name}`;
  const places = kind.namespaced ? ['namespace'] : [];
  const named = ['name', ...places];
  const everywhere = kind.namespaced && verbs.includes('list');
  const paths: Paths = [
    [`/${root}/${collection}`, pathItem(places, onCollection(kind, verbs))],
    [`/${root}/${one}`, pathItem(named, onObject(kind, verbs))],
    ...subresources(kind).flatMap((sub) => subresourcePaths(`/${root}/${one}`, kind, sub, named)),
    ...(everywhere
      ? [[`/${root}/${kind.resource}`, pathItem([], { get: listing(kind, 'everywhere') })] as [string, PathItem]]
      : []),
    ...(verbs.includes('watch') ? watchPaths(root, kind, collection) : []),
  ];
  return paths.filter(([, item]) => Object.keys(item).length > 0);
}

/** Ids of the schemas that paths refer to beside the kinds' own. */
export function referredIn(paths: Paths): string[] {
  const text = JSON.stringify(paths);
  return [...new Set([...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, id = '']) => id))];
}

/** Operations with the names of their parameters. What all of them take stands at the path. */
type Operations = Record<string, { readonly takes: readonly string[]; readonly operation: JsonObject }>;

function pathItem(places: readonly string[], operations: Operations, common: readonly string[] = ['pretty']): PathItem {
  const all = Object.values(operations);
  const [first = [], ...others] = all.map(({ takes }) => takes);
  const shared = first.filter((name) => others.every((takes) => takes.includes(name)));
  const parametersOf = (names: readonly string[]): JsonValue[] => [...names].sort().map(inQuery);
  const item = Object.entries(operations).map(
    ([
      method,
      {
        takes,
        operation: { responses, ...described },
      },
    ]) => {
      const own = takes.filter((name) => !shared.includes(name));
      const parameters = own.length === 0 ? {} : { parameters: parametersOf(own) };
      return [method, { ...described, ...parameters, responses }];
    },
  );
  const query = parametersOf([...new Set([...common, ...shared])]);
  return all.length === 0 ? {} : { ...Object.fromEntries(item), parameters: [...places.map(inPath), ...query] };
}

function onCollection(kind: Kind, verbs: readonly ApiVerb[]): Operations {
  const item: Operations = {};
  if (verbs.includes('list')) item['get'] = listing(kind, 'collection');
  if (verbs.includes('create')) {
    const parameters = PARAMETERS.create;
    item['post'] = operation(
      kind,
      `create${idOf(kind)}`,
      'post',
      kind,
      parameters,
      body(kind.definition),
      created(kind.definition),
    );
  }
  if (verbs.includes('deletecollection')) {
    const id = `delete${gvName(kind)}Collection${kind.namespaced ? 'Namespaced' : ''}${kind.kind}`;
    const parameters = PARAMETERS.deletecollection;
    item['delete'] = operation(kind, id, 'deletecollection', kind, parameters, deletion(), answers(STATUS, [200]));
  }
  return item;
}

function onObject(kind: Kind, verbs: readonly ApiVerb[]): Operations {
  const item = readAndWrite(kind, kind, kind.definition, '', verbs);
  if (verbs.includes('delete')) {
    // What has its own way of ending is documented otherwise, though the object is what comes.
    const whole = kind.deleteReturnsObject === true && kind.deletion === undefined;
    const returned = whole ? kind.definition : STATUS;
    const parameters = PARAMETERS.delete;
    item['delete'] = operation(
      kind,
      `delete${idOf(kind)}`,
      'delete',
      kind,
      parameters,
      deletion(),
      answers(returned, [200, 202]),
    );
  }
  return item;
}

function readAndWrite(kind: Kind, gvk: Gvk, definition: string, suffix: string, verbs: readonly string[]): Operations {
  const item: Operations = {};
  if (verbs.includes('get')) {
    item['get'] = operation(kind, `read${idOf(kind)}${suffix}`, 'get', gvk, [], {}, answers(definition, [200]));
  }
  if (verbs.includes('update')) {
    const id = `replace${idOf(kind)}${suffix}`;
    item['put'] = operation(kind, id, 'put', gvk, PARAMETERS.update, body(definition), answers(definition, [200, 201]));
  }
  if (verbs.includes('patch')) {
    const id = `patch${idOf(kind)}${suffix}`;
    const content = Object.fromEntries(
      patchMediaTypes(kind).map((type): [string, JsonValue] => [type, { schema: { $ref: SCHEMAS + PATCH } }]),
    );
    const patched = { requestBody: { required: true, content } };
    item['patch'] = operation(kind, id, 'patch', gvk, PARAMETERS.patch, patched, answers(definition, [200, 201]));
  }
  return item;
}

function listing(kind: Kind, where: 'collection' | 'everywhere'): Operations[string] {
  const id = where === 'collection' ? `list${idOf(kind)}` : `list${gvName(kind)}${kind.kind}ForAllNamespaces`;
  const produced = [...PRODUCED, ...STREAMED];
  return operation(kind, id, 'list', kind, WATCH_PARAMETERS, {}, answers(`${kind.definition}List`, [200], produced));
}

/** Deprecated, and served: `?watch=true` of a list does the same. */
function watchPaths(root: string, kind: Kind, collection: string): Paths {
  const watching = (id: string, action: string): Operations => ({
    get: operation(
      kind,
      id,
      action,
      kind,
      WATCH_PARAMETERS,
      {},
      answers(WATCH_EVENT, [200], [...PRODUCED, ...STREAMED]),
    ),
  });
  const places = kind.namespaced ? ['namespace'] : [];
  const everywhere = `watch${gvName(kind)}${kind.kind}ListForAllNamespaces`;
  return [
    [`/${root}/watch/${collection}`, pathItem(places, watching(`watch${idOf(kind)}List`, 'watchlist'))],
    [`/${root}/watch/${collection}/{name}`, pathItem(['name', ...places], watching(`watch${idOf(kind)}`, 'watch'))],
    ...(kind.namespaced
      ? [[`/${root}/watch/${kind.resource}`, pathItem([], watching(everywhere, 'watchlist'))] as [string, PathItem]]
      : []),
  ];
}

function subresourcePaths(one: string, kind: Kind, sub: Subresource, places: readonly string[]): Paths {
  const path = `${one}/${sub.name}`;
  const suffix = capital(sub.name);
  const connector = kind.connections?.[sub.name];
  if (connector !== undefined) return connectionPaths(path, kind, connector, suffix, places);
  const action = kind.actions?.[sub.name];
  const gvk = sub.version === '' ? kindOf(kind, sub.kind) : sub;
  if (action !== undefined) {
    const definition = action.bodyDefinition;
    const parameters = PARAMETERS.create;
    const id = `create${idOf(kind)}${suffix}`;
    const post = operation(kind, id, 'post', gvk, parameters, body(definition), created(definition));
    return [[path, pathItem(places, { post })]];
  }
  const definition = sub.name === 'scale' ? 'io.k8s.api.autoscaling.v1.Scale' : kind.definition;
  return [[path, pathItem(places, readAndWrite(kind, gvk, definition, suffix, sub.verbs))]];
}

/** The options' kind is of the group that the connection is in. */
function kindOf({ group, version }: Kind, kind: string): Gvk {
  return { group, version, kind };
}

function connectionPaths(
  path: string,
  kind: Kind,
  connector: Connector,
  suffix: string,
  places: readonly string[],
): Paths {
  const takes = CONNECT_PARAMETERS[connector.kind] ?? [];
  if (connector.manner === 'fetch') {
    const get = operation(kind, `read${idOf(kind)}${suffix}`, 'get', kind, takes, {}, textAnswer(READABLE));
    return [[path, pathItem(places, { get }, [])]];
  }
  const item = (ending: string): Operations =>
    Object.fromEntries(
      connector.methods.map((method) => {
        const verb = method.charAt(0) + method.slice(1).toLowerCase();
        const id = `connect${gvName(kind)}${verb}${kind.namespaced ? 'Namespaced' : ''}${kind.kind}${suffix}${ending}`;
        const gvk = kindOf(kind, connector.kind);
        return [method.toLowerCase(), operation(kind, id, 'connect', gvk, takes, {}, textAnswer(ANY))];
      }),
    );
  const found: Paths = [[path, pathItem(places, item(''), [])]];
  if (connector.manner === 'proxy') found.push([`${path}/{path}`, pathItem([...places, 'path'], item('WithPath'), [])]);
  return found;
}

function operation(
  kind: Kind,
  operationId: string,
  action: string,
  { group, version, kind: name }: Gvk,
  takes: readonly string[],
  requestBody: Record<string, JsonValue>,
  responses: JsonValue,
): Operations[string] {
  return {
    takes,
    operation: {
      tags: [tagOf(kind)],
      operationId,
      ...requestBody,
      responses,
      'x-kubernetes-action': action,
      'x-kubernetes-group-version-kind': { group, version, kind: name },
    },
  };
}

const PRODUCED = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
/** What watches are written in, which lists can be. */
const STREAMED = ['application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch'];
/** Of logs: failures to read them are objects. */
const READABLE = ['text/plain', ...PRODUCED];
const ANY = ['*/*'];
const DESCRIPTIONS: Readonly<Record<number, string>> = { 200: 'OK', 201: 'Created', 202: 'Accepted' };
export const UNAUTHORIZED = { 401: { description: 'Unauthorized' } };

export function answers(
  definition: string,
  codes: readonly number[],
  produced: readonly string[] = PRODUCED,
): Record<string, JsonValue> {
  const content = contentOf(produced, { $ref: SCHEMAS + definition });
  const each = codes.map((code): [string, JsonValue] => [
    String(code),
    { description: DESCRIPTIONS[code] ?? '', content },
  ]);
  return { ...Object.fromEntries(each), ...UNAUTHORIZED };
}

export function textAnswer(types: readonly string[]): JsonValue {
  return { 200: { description: 'OK', content: contentOf(types, { type: 'string' }) }, ...UNAUTHORIZED };
}

function contentOf(types: readonly string[], schema: JsonValue): JsonValue {
  return Object.fromEntries(types.map((type): [string, JsonValue] => [type, { schema }]));
}

function created(definition: string): Record<string, JsonValue> {
  return answers(definition, [200, 201, 202]);
}

function body(definition: string): Record<string, JsonValue> {
  return { requestBody: { required: true, content: { '*/*': { schema: { $ref: SCHEMAS + definition } } } } };
}

function deletion(): Record<string, JsonValue> {
  return { requestBody: { content: { '*/*': { schema: { $ref: SCHEMAS + DELETE_OPTIONS } } } } };
}

/** `AppsV1NamespacedDeployment` */
function idOf(kind: Kind): string {
  return `${gvName(kind)}${kind.namespaced ? 'Namespaced' : ''}${kind.kind}`;
}

interface GroupVersion {
  readonly group: string;
  readonly version: string;
}

/** `CoreV1`, `RbacAuthorizationV1`. */
export function gvName({ group, version }: GroupVersion): string {
  return `${capital(groupTag(group))}${capital(version)}`;
}

/** `core_v1`, `rbacAuthorization_v1`. */
export function tagOf({ group, version }: GroupVersion): string {
  return `${groupTag(group)}_${version}`;
}

/** `core`, `rbacAuthorization`. */
export function groupTag(group: string): string {
  const [first = '', ...rest] = group === '' ? ['core'] : group.replace(/\.k8s\.io$/, '').split('.');
  return `${first}${rest.map(capital).join('')}`;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
