// Answers to `/api`, `/apis` and below: in the representation that was asked for, and aggregated where that was asked for
// and the client has not got it already.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/endpoints/discovery and its package aggregated.

import { textHash } from '../lib/hash.ts';
import { jsonAnswer, PAGE_NOT_FOUND, statusAnswer } from './answer.ts';
import type { Discovery } from './discovery.ts';
import type { ApiRequest, ApiResponse } from './http.ts';
import type { Conversion, Endpoint } from './negotiate.ts';
import { choose, routerAccepts } from './negotiate.ts';
import { notAllowed, notFound } from './refusals.ts';
import { plainRepresentation } from './representation.ts';
import { Query } from './request-info.ts';

const AGGREGATED: Endpoint = {
  allows(format, convert) {
    if (convert?.group !== 'apidiscovery.k8s.io' || convert.kind !== 'APIGroupDiscoveryList') return false;
    return convert.version === 'v2' || (convert.version === 'v2beta1' && format !== 'protobuf');
  },
};

/** `parts` of the path: `['apis', 'apps', 'v1']`. */
export function discoveryAnswer(discovery: Discovery, request: ApiRequest, parts: readonly string[]): ApiResponse {
  if (request.method !== 'GET') return statusAnswer(notAllowed().status);
  const [root, group = ''] = parts;
  const accept = request.header('accept');
  const refused = routerAccepts(accept, false);
  if (refused !== undefined) return statusAnswer(refused);
  const query = new Query(request.query);
  const aggregated = parts.length === 1 ? choose(accept, AGGREGATED) : undefined;
  if (aggregated?.convert !== undefined) {
    const text = discovery.aggregated(root === 'api' ? 'api' : 'apis', aggregated.convert.version as 'v2' | 'v2beta1');
    return aggregatedAnswer(request, text, aggregated.format, aggregated.convert);
  }
  const text = discovery.document(parts, request.header('host') ?? '');
  if (text === undefined) {
    return root === 'apis' && !discovery.hasGroup(group) ? PAGE_NOT_FOUND : statusAnswer(notFound().status);
  }
  const represented = plainRepresentation(request, query);
  if (!represented.ok) return statusAnswer(represented.status, { format: 'json', pretty: true });
  return jsonAnswer(200, text, represented.value);
}

function aggregatedAnswer(
  request: ApiRequest,
  text: string,
  format: 'json' | 'yaml' | 'protobuf',
  { group, version, kind }: Conversion,
): ApiResponse {
  const etag = `"${textHash(text)}"`;
  const headers = { ETag: etag, Vary: 'Accept', 'Cache-Control': 'public' };
  const contentType = `application/json;g=${group};v=${version};as=${kind}`;
  if (request.header('if-none-match') === etag) return { status: 304, contentType, body: '', headers };
  return { ...jsonAnswer(200, text, { format }), contentType, headers };
}
