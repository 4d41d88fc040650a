// Which verb a method on a path of a custom resource is: the method says it, and what there is under the path follows.
// Models kubernetes staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/customresource_handler.go (crdHandler).

import type { Kind } from '../../api/kind.ts';
import type { Status } from '../../api/status.ts';
import { badRequest, failure, internalError, notFoundStatus } from '../../api/status.ts';
import { resourceName } from '../../api/kind.ts';
import { notFound } from '../refusals.ts';
import type { Query, ResourcePath } from '../request-info.ts';
import type { Route, Verb } from '../route.ts';
import { post } from '../verbs/create.ts';
import { deleteCollection, deleteOne } from '../verbs/delete.ts';
import { get } from '../verbs/get.ts';
import { list } from '../verbs/list.ts';
import { patch } from '../verbs/patch.ts';
import { getScale, patchScale, putScale } from '../verbs/scale.ts';
import { put } from '../verbs/update.ts';
import { watch } from '../verbs/watch.ts';

type VerbName = Verb['name'];

export function resolveCustom(kind: Kind, method: string, path: ResourcePath, query: Query): Route {
  const name = verbOf(method, path, query);
  const everywhere = kind.namespaced && path.namespace === '';
  if (name === undefined || path.rest.length > 0) return notFound();
  if (everywhere && name !== 'list' && name !== 'watch') return notFound();
  if (kind.unavailable !== undefined) return refused(internalError(kind.unavailable));
  if (path.subresource !== '') return resolveSubresource(kind, name, path);
  if (path.name === '' && (name === 'update' || name === 'patch')) return refused(badRequest('name must be provided'));
  if (name === 'create' && kind.closing === true) {
    return notSupported(kind, 'create not allowed while custom resource definition is terminating');
  }
  switch (name) {
    case 'watch':
      return { ok: true, verb: { name, run: watch } };
    case 'get':
      return route(name, get);
    case 'list':
      return route(name, list);
    case 'create':
      return route(name, post);
    case 'update':
      return route(name, (exchange) => put(exchange, 'main'));
    case 'patch':
      return route(name, (exchange) => patch(exchange, 'main'));
    case 'delete':
      return route(name, deleteOne);
    case 'deletecollection':
      return route(name, deleteCollection);
  }
}

function resolveSubresource(kind: Kind, name: VerbName, path: ResourcePath): Route {
  const unsupported = () => notSupported(kind, `${name} is not supported on resources of kind "${resourceName(kind)}"`);
  if (path.subresource === 'status' && kind.status !== undefined) {
    if (name === 'get') return route(name, get);
    if (name === 'update') return route(name, (exchange) => put(exchange, 'status'));
    return name === 'patch' ? route(name, (exchange) => patch(exchange, 'status')) : unsupported();
  }
  const { scale } = kind;
  if (path.subresource === 'scale' && scale !== undefined) {
    if (name === 'get') return route(name, (exchange) => getScale(exchange, scale));
    if (name === 'update') return route(name, (exchange) => putScale(exchange, scale));
    return name === 'patch' ? route(name, (exchange) => patchScale(exchange, scale)) : unsupported();
  }
  return refused(notFoundStatus(kind, path.name));
}

function verbOf(method: string, path: ResourcePath, query: Query): VerbName | undefined {
  const collection = path.name === '';
  switch (method) {
    case 'GET':
      if (path.watch || (collection && query.bool('watch'))) return 'watch';
      return collection ? 'list' : 'get';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return collection ? 'deletecollection' : 'delete';
    default:
      return undefined;
  }
}

function route(name: Exclude<VerbName, 'watch'>, run: Extract<Verb, { writes: boolean }>['run']): Route {
  return { ok: true, verb: { name, writes: name !== 'get' && name !== 'list', run } };
}

function refused(status: Status): Route {
  return { ok: false, status };
}

function notSupported({ group, resource }: Kind, message: string): Route {
  return refused(failure(405, 'MethodNotAllowed', message, { group, kind: resource }));
}
