// Whether a request may go on: what it wants, from its path and method, and what is said where it may not.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/endpoints/{request/requestinfo.go,filters/authorization.go,handlers/responsewriters}.

import type { AccessQuestion, Authorizer } from '../../api/review.ts';
import type { Status } from '../../api/status.ts';
import { failure } from '../../api/status.ts';
import type { ResourceAttributes } from '../../api/types/authorization-v1.ts';
import { parseFieldSelector } from '../../schema/field-selector.ts';
import { goQuote } from '../../schema/go-text.ts';
import { pathSegmentNameErrors } from '../../schema/names.ts';
import type { User } from '../authentication/user.ts';
import { userInfoOf } from '../authentication/user.ts';
import type { ApiRequest } from '../http.ts';
import type { PathInfo, ResourcePath } from '../request-info.ts';
import { Query } from '../request-info.ts';

const VERBS: Readonly<Partial<Record<string, string>>> = {
  GET: 'get',
  HEAD: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

type Asked = Pick<ApiRequest, 'method' | 'path' | 'query'>;

/** Why the user may not; undefined: they may. */
export function authorize(authorizer: Authorizer, user: User, request: Asked, info: PathInfo): Status | undefined {
  return ask(authorizer, user, questionOf(request, info));
}

/** Why the user may not do this; undefined: they may. */
export function ask(authorizer: Authorizer, user: User, question: AccessQuestion): Status | undefined {
  const { allowed, reason } = authorizer.authorize(userInfoOf(user), question);
  return allowed ? undefined : forbidden(user, question, reason ?? '');
}

function questionOf(request: Asked, info: PathInfo): AccessQuestion {
  if (info.kind === 'resource') return { resourceAttributes: attributesOf(request, info.path) };
  const path = info.kind === 'other' ? info.path : request.path;
  return { nonResourceAttributes: { path, verb: request.method.toLowerCase() } };
}

function attributesOf(request: Asked, path: ResourcePath): ResourceAttributes {
  const { group, version, resource, subresource } = path;
  const verb = verbOf(request, path);
  const lists = path.name === '' && (verb === 'list' || verb === 'watch');
  const name = lists ? selectedName(request.query) : path.name;
  // A Namespace is in itself: who may read all of it may read it.
  const namespace = resource === 'namespaces' ? path.name : path.namespace;
  return {
    verb,
    group,
    version,
    resource,
    ...(subresource === '' ? {} : { subresource }),
    ...(name === '' ? {} : { name }),
    ...(namespace === '' ? {} : { namespace }),
  };
}

/** The one object that a list selects by its name: a rule for that name allows it. '': there is none. */
function selectedName(query: string): string {
  if (!query.includes('fieldSelector')) return '';
  const parsed = parseFieldSelector(new Query(query).get('fieldSelector'));
  if (!parsed.ok) return '';
  const term = parsed.selector.find(({ field, operator }) => field === 'metadata.name' && operator === '=');
  return term === undefined || pathSegmentNameErrors(term.value).length > 0 ? '' : term.value;
}

function verbOf({ method, query }: Asked, path: ResourcePath): string {
  if (method === 'GET' || method === 'HEAD') {
    if (path.watch) return 'watch';
    if (path.name !== '') return 'get';
    return query !== '' && new Query(query).bool('watch') ? 'watch' : 'list';
  }
  if (method === 'DELETE' && path.name === '') return 'deletecollection';
  return VERBS[method] ?? '';
}

function forbidden(user: User, { resourceAttributes, nonResourceAttributes }: AccessQuestion, reason: string): Status {
  const who = `User ${goQuote(user.name)}`;
  const tail = reason === '' ? '' : `: ${reason}`;
  if (resourceAttributes === undefined) {
    const { verb = '', path = '' } = nonResourceAttributes ?? {};
    return failure(403, 'Forbidden', `forbidden: ${who} cannot ${verb} path ${goQuote(path)}${tail}`, {});
  }
  const { verb = '', group = '', resource = '', subresource, name = '', namespace } = resourceAttributes;
  const qualified = `${resource}${group === '' ? '' : `.${group}`}`;
  const what = goQuote(subresource === undefined ? resource : `${resource}/${subresource}`);
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace ${goQuote(namespace)}`;
  const subject = name === '' ? qualified : `${qualified} ${goQuote(name)}`;
  const why = `${who} cannot ${verb} resource ${what} in API group ${goQuote(group)} ${where}${tail}`;
  return failure(403, 'Forbidden', `${subject} is forbidden: ${why}`, {
    ...(name === '' ? {} : { name }),
    ...(group === '' ? {} : { group }),
    kind: resource,
  });
}
