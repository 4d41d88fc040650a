// What a cluster says of OpenAPI: the part that is its own, that of its custom resources, and which document it belongs
// to. The gateway has the documents of what is built in, and joins the two.
// Models kubernetes staging/src/k8s.io/kube-openapi/pkg/{handler,handler3}.

import type { Kind } from '../../api/kind.ts';
import type { Scheme } from '../../api/scheme.ts';
import { isUnstructured } from '../../api/schema-of.ts';
import type { JsonValue } from '../../lib/json.ts';
import type { ApiRequest, ApiResponse } from '../http.ts';
import type { OpenApiDocument } from './document.ts';
import { customDocument, groupVersions } from './document.ts';
import { openApiV2 } from './v2.ts';

export const OPENAPI_V2 = '/openapi/v2';
export const OPENAPI_V3 = '/openapi/v3';

export const OPENAPI_V2_PROTOBUF = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
/** The same by an older name, which is no valid media type. */
const OLDER_NAME = OPENAPI_V2_PROTOBUF.replace('v2.v1', 'v2@v1');

/** Undefined: no such document. `path` is within the cluster. */
export function openApiAnswer(request: ApiRequest, path: string, scheme: Scheme): ApiResponse | undefined {
  const accept = request.header('accept') ?? '';
  if (path === OPENAPI_V2) return version2(accept, scheme);
  if (path !== OPENAPI_V3 && !path.startsWith(`${OPENAPI_V3}/`)) return undefined;
  if (!accepts(accept, 'application/json')) return NOT_ACCEPTABLE;
  if (path === OPENAPI_V3) return part('v3', index(scheme));
  const name = path.slice(OPENAPI_V3.length + 1);
  const found = groupVersions(scheme).get(name);
  if (found === undefined) return undefined;
  const kinds = scheme.kindsOf(found.group, found.version);
  if (!kinds.some(isUnstructured)) return part(`v3/${name}`, '');
  return part('v3/custom', textOf(customDocument(name, kinds)));
}

const NOT_ACCEPTABLE: ApiResponse = { status: 406, contentType: 'text/plain; charset=utf-8', body: '' };

function version2(accept: string, scheme: Scheme): ApiResponse {
  const protobuf = [OPENAPI_V2_PROTOBUF, OLDER_NAME].some((type) => accept.includes(type));
  if (!protobuf && !accepts(accept, 'application/json')) return NOT_ACCEPTABLE;
  const documents = custom(scheme).map(([path, kinds]) => customDocument(path, kinds));
  const text = documents.length === 0 ? '' : `${JSON.stringify(openApiV2(documents))}\n`;
  return part('v2', text, protobuf ? 'protobuf' : 'json');
}

function part(document: string, body: string, format: 'json' | 'protobuf' = 'json'): ApiResponse {
  return { status: 200, contentType: 'application/json', body, encoding: { format, document } };
}

/** The index of the documents that are the cluster's own. */
function index(scheme: Scheme): string {
  const paths = custom(scheme).map(([path, kinds]): [string, JsonValue] => {
    const hash = hashOf(textOf(customDocument(path, kinds)));
    return [path, { serverRelativeURL: `${OPENAPI_V3}/${path}?hash=${hash}` }];
  });
  return `${JSON.stringify({ paths: Object.fromEntries(paths) })}\n`;
}

function custom(scheme: Scheme): Array<[path: string, kinds: readonly Kind[]]> {
  return [...groupVersions(scheme)]
    .map(([path, { group, version }]): [string, readonly Kind[]] => [path, scheme.kindsOf(group, version)])
    .filter(([, kinds]) => kinds.some(isUnstructured));
}

function textOf(document: OpenApiDocument): string {
  return `${JSON.stringify(document)}\n`;
}

/** FNV-1a: it tells documents apart, and guards nothing. */
export function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, '0').toUpperCase();
}

function accepts(accept: string, media: string): boolean {
  if (accept.trim() === '') return true;
  const [type = ''] = media.split('/');
  const names = accept.split(',').map((item) => (item.split(';')[0] ?? '').trim());
  return names.some((name) => name === media || name === `${type}/*` || name === '*/*');
}
