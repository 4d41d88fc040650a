// Which verb a method on a resource path is. What a kind does not serve is unknown (404); what it serves under
// another method is refused (405).

import type { ComputedStrategy } from '../api/computed.ts';
import type { Connector } from '../api/connect.ts';
import type { ApiVerb, Kind } from '../api/kind.ts';
import type { KubeObject } from '../api/object.ts';
import { isUnstructured } from '../api/schema-of.ts';
import { own } from '../lib/json.ts';
import { resolveCustom } from './custom/routes.ts';
import { notAllowed, notFound, notWatched } from './refusals.ts';
import type { Exchange } from './exchange.ts';
import type { ApiResponse } from './http.ts';
import type { Query, ResourcePath } from './request-info.ts';
import type { Route } from './route.ts';
import { act } from './verbs/action.ts';
import { computedGet, computedList } from './verbs/computed.ts';
import { connect } from './verbs/connect.ts';
import { post } from './verbs/create.ts';
import { deleteCollection, deleteOne } from './verbs/delete.ts';
import { get } from './verbs/get.ts';
import { list } from './verbs/list.ts';
import { patch } from './verbs/patch.ts';
import { review } from './verbs/review.ts';
import { getScale, patchScale, putScale } from './verbs/scale.ts';
import { put } from './verbs/update.ts';
import { watch } from './verbs/watch.ts';

const read = (name: 'get' | 'list', run: (exchange: Exchange) => ApiResponse): Route => ({
  ok: true,
  verb: { name, writes: false, run },
});

const write = (name: Exclude<ApiVerb, 'watch' | 'get' | 'list'>, run: (exchange: Exchange) => ApiResponse): Route => ({
  ok: true,
  verb: { name, writes: true, run },
});

const WATCH: Route = { ok: true, verb: { name: 'watch', run: watch } };

const OBJECT_VERBS: readonly ApiVerb[] = ['get', 'update', 'patch', 'delete'];

export function resolve(kind: Kind, method: string, path: ResourcePath, query: Query): Route {
  if (path.inNamespace && !kind.namespaced) return notFound();
  if (kind.computed !== undefined) return resolveComputed(kind, kind.computed, method, path, query);
  if (isUnstructured(kind)) return resolveCustom(kind, method, path, query);
  const connector = path.watch ? undefined : own(kind.connections, path.subresource);
  if (connector !== undefined) return resolveConnection(kind, connector, method, path);
  if (path.rest.length > 0) return notFound();
  if (path.watch && path.subresource !== '') return notFound();
  if (path.watch && method !== 'GET') return notAllowed();
  if (path.subresource !== '') return resolveSubresource(kind, method, path);
  if (path.name !== '' && !hasObjects(kind)) return notFound();
  const route = path.name === '' ? resolveCollection(kind, method, path, query) : resolveObject(kind, method, path);
  if (!route.ok) return route;
  if (kind.verbs === undefined || kind.verbs.includes(route.verb.name)) return route;
  return route.verb.name === 'watch' && kind.verbs.includes('list') ? notWatched(kind.resource) : notAllowed();
}

/** What is worked out can be read, and nothing else. */
function resolveComputed(
  { namespaced }: Kind,
  strategy: ComputedStrategy<KubeObject>,
  method: string,
  { name, namespace, subresource, rest, watch: watched }: ResourcePath,
  query: Query,
): Route {
  if (subresource !== '' || rest.length > 0 || (name !== '' && namespaced && namespace === '')) return notFound();
  if (method !== 'GET' || watched || (name === '' && query.bool('watch'))) return notAllowed();
  return name === ''
    ? read('list', (exchange) => computedList(exchange, strategy))
    : read('get', (exchange) => computedGet(exchange, strategy));
}

/** What is only created has no objects that a path could name. */
function hasObjects({ verbs }: Kind): boolean {
  return verbs === undefined || OBJECT_VERBS.some((verb) => verbs.includes(verb));
}

function resolveCollection(kind: Kind, method: string, path: ResourcePath, query: Query): Route {
  const acrossNamespaces = kind.namespaced && path.namespace === '';
  switch (method) {
    case 'GET':
      return path.watch || query.bool('watch') ? WATCH : read('list', list);
    case 'POST':
      if (acrossNamespaces) return notAllowed();
      return write('create', creation(kind));
    case 'DELETE':
      return acrossNamespaces ? notAllowed() : write('deletecollection', deleteCollection);
    default:
      return notAllowed();
  }
}

/** What a POST to a collection does. */
function creation(kind: Kind): (exchange: Exchange) => ApiResponse {
  const question = kind.review;
  if (question !== undefined) return (exchange) => review(exchange, question);
  return kind.collectionAction === undefined ? post : collectionAct;
}

function collectionAct(exchange: Exchange): ApiResponse {
  const action = exchange.kind.collectionAction;
  const target = action === undefined ? undefined : exchange.services.scheme.byLogResource(action.resource);
  if (action === undefined || target === undefined) throw new Error('a collection action without its kind');
  return act({ ...exchange, kind: target }, action.action);
}

function resolveObject(kind: Kind, method: string, path: ResourcePath): Route {
  if (kind.namespaced && path.namespace === '') return notFound();
  switch (method) {
    case 'GET':
      return path.watch ? WATCH : read('get', get);
    case 'PUT':
      return write('update', (exchange) => put(exchange, 'main'));
    case 'PATCH':
      return write('patch', (exchange) => patch(exchange, 'main'));
    case 'DELETE':
      return write('delete', deleteOne);
    default:
      return notAllowed();
  }
}

function resolveConnection(kind: Kind, connector: Connector, method: string, path: ResourcePath): Route {
  if (kind.namespaced && path.namespace === '') return notFound();
  if (connector.manner !== 'proxy' && path.rest.length > 0) return notFound();
  if (!connector.methods.some((known) => known === method)) return notAllowed();
  const run = (exchange: Exchange): ApiResponse => connect(exchange, connector);
  // What it answers with is not the API's to negotiate, but for what the server itself fetches.
  return { ok: true, verb: { name: 'get', writes: false, handsOn: connector.manner !== 'fetch', run } };
}

function resolveSubresource(kind: Kind, method: string, path: ResourcePath): Route {
  if (kind.namespaced && path.namespace === '') return notFound();
  const action = own(kind.actions, path.subresource);
  if (action !== undefined) {
    return method === 'POST' ? write('create', (exchange) => act(exchange, action)) : notAllowed();
  }
  const part = own(kind.parts, path.subresource);
  if (part !== undefined) {
    if (method === 'GET') return read('get', get);
    if (method === 'PUT') return write('update', (exchange) => put(exchange, part));
    return method === 'PATCH' ? write('patch', (exchange) => patch(exchange, part)) : notAllowed();
  }
  if (path.subresource === 'status' && kind.status !== undefined) {
    if (method === 'GET') return read('get', get);
    if (method === 'PUT') return write('update', (exchange) => put(exchange, 'status'));
    return method === 'PATCH' ? write('patch', (exchange) => patch(exchange, 'status')) : notAllowed();
  }
  if (path.subresource === 'finalize' && kind.deletion?.finalize === true) {
    return method === 'PUT' ? write('update', (exchange) => put(exchange, 'finalize')) : notAllowed();
  }
  if (path.subresource === 'scale' && kind.scale !== undefined) {
    const strategy = kind.scale;
    if (method === 'GET') return read('get', (exchange) => getScale(exchange, strategy));
    if (method === 'PUT') return write('update', (exchange) => putScale(exchange, strategy));
    return method === 'PATCH' ? write('patch', (exchange) => patchScale(exchange, strategy)) : notAllowed();
  }
  return notFound();
}
