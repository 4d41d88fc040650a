// The request path of the API, in order:
//
//   request info → authentication → authorization → negotiation → verb
//
// and, within a verb that writes (write-steps.ts, src/registry):
//
//   options → decode → default → owners → mutating admission → strategy → validation → validating admission → append → encode
//
// Controllers, the scheduler and nodes enter at the verbs, under their own identities: see in-process-client.ts.

import type { Kind } from '../api/kind.ts';
import { isUnstructured } from '../api/schema-of.ts';
import type { Status } from '../api/status.ts';
import { own } from '../lib/json.ts';
import { statusAnswer } from './answer.ts';
import type { User } from './authentication/user.ts';
import type { Exchange, Services } from './exchange.ts';
import type { ApiRequest, ApiResponse, Plan } from './http.ts';
import { routerAccepts, routerConsumes } from './negotiate.ts';
import { PATCH_MEDIA_TYPES } from './patching.ts';
import type { ResourcePath } from './request-info.ts';
import { Query } from './request-info.ts';
import { notFound } from './refusals.ts';
import { failureEncoding, representation, transformRefusal } from './representation.ts';
import type { Verb } from './route.ts';
import { resolve } from './routes.ts';
import { validatePathName } from './path-name.ts';
import { checkTimeout } from './timeout.ts';

/** A resource path's request, by a known user. */
export function planResource(services: Services, request: ApiRequest, path: ResourcePath, user: User): Plan {
  const query = new Query(request.query);
  const kind = services.scheme.byResource(path.group, path.version, path.resource);
  if (kind === undefined) return answer(statusAnswer(notFound().status));
  const refusal = (status: Status): Plan => answer(statusAnswer(status, failureEncoding(request, query)));
  const route = resolve(kind, request.method, path, query);
  if (!route.ok) {
    const status = statusAnswer(route.status, failureEncoding(request, query));
    // A watch of what can only be listed is refused by the list, which warns as it always does.
    return answer(warned(status, request.method === 'GET' && status.status === 405 ? kind.deprecated : undefined));
  }
  const { verb } = route;
  if (verb.name !== 'watch' && verb.handsOn === true) {
    const unfit = validatePathName(path.name);
    if (unfit !== undefined) return refusal(unfit);
    const exchange: Exchange = { services, request, query, path, kind, user, encoding: undefined, warnings: [] };
    return { effect: 'read', run: () => verb.run(exchange) };
  }
  const refused = refuse(request, path, query, verb, kind);
  if (refused !== undefined) return refusal(refused);

  const represented = representation(request, query, kind, {
    stream: verb.name === 'watch',
    table: hasTable(kind, path),
  });
  if (!represented.ok) return refusal(represented.status);
  const encoding = represented.value;
  const exchange: Exchange = { services, request, query, path, kind, user, encoding, warnings: [] };
  if (verb.name === 'watch') {
    const watching = verb.run(exchange);
    if (watching.ok) return { effect: 'watch', watch: watching.plan };
    return answer(warned(statusAnswer(watching.status, encoding), kind.deprecated));
  }
  const list = verb.name === 'list' || verb.name === 'deletecollection';
  const unfit = transformRefusal(encoding, query, kind, list);
  // A write whose answer could not be shown is not carried out.
  if (unfit !== undefined && verb.writes) return answer(statusAnswer(unfit, encoding));
  const run = (): ApiResponse => {
    // It may run again after what it did was undone.
    const warnings: string[] = [];
    const response = verb.run({ ...exchange, warnings });
    const shown = unfit === undefined || response.status !== 200 ? response : statusAnswer(unfit, encoding);
    return warned(warnings.length === 0 ? shown : alsoWarned(shown, warnings), kind.deprecated);
  };
  return { effect: verb.writes ? 'write' : 'read', run };
}

/** Questions and actions answer with what nobody lists. */
function hasTable({ review, collectionAction, actions }: Kind, { subresource }: ResourcePath): boolean {
  return review === undefined && collectionAction === undefined && own(actions, subresource) === undefined;
}

function answer(response: ApiResponse): Plan {
  return { effect: 'read', run: () => response };
}

/** What no verb would take: a wrong timeout, media types that the router does not know, an impossible name. */
function refuse(request: ApiRequest, path: ResourcePath, query: Query, verb: Verb, kind: Kind): Status | undefined {
  if (verb.name !== 'watch') {
    const late = checkTimeout(query.get('timeout'));
    if (late !== undefined) return late;
  }
  // Upstream's router knows custom resources as one path for all.
  if (isUnstructured(kind)) return validatePathName(path.name);
  if (verb.name === 'patch') {
    const unknown = routerConsumes(request.header('content-type'), PATCH_MEDIA_TYPES);
    if (unknown !== undefined) return unknown;
  }
  const streams = verb.name === 'list' || verb.name === 'watch';
  return routerAccepts(request.header('accept'), streams) ?? validatePathName(path.name);
}

function alsoWarned(response: ApiResponse, texts: readonly string[]): ApiResponse {
  return { ...response, warnings: [...(response.warnings ?? []), ...texts] };
}

function warned(response: ApiResponse, text: string | undefined): ApiResponse {
  return text === undefined ? response : { ...response, warnings: [text, ...(response.warnings ?? [])] };
}
