// What a cluster says of OpenAPI: the part that is its own, that of its custom resources, and which document it belongs
// to. The gateway has the documents of what is built in, and joins the two.
// Models kubernetes staging/src/k8s.io/kube-openapi/pkg/{handler,handler3}.

import type { Kind } from '../../api/kind.ts';
import type { Scheme } from '../../api/scheme.ts';
import { isUnstructured } from '../../api/schema-of.ts';
import type { JsonValue } from '../../lib/json.ts';
import { parseAccept } from '../accept.ts';
import type { ApiRequest, ApiResponse } from '../http.ts';
import { discoveryPaths } from './discovery-operations.ts';
import type { OpenApiDocument } from './document.ts';
import { customDocument, groupVersions } from './document.ts';
import { openApiV2 } from './v2.ts';

export const OPENAPI_V2 = '/openapi/v2';
export const OPENAPI_V3 = '/openapi/v3';

/** `of`: the message's version. Older clients ask for `spec.v2@v1.0`, which is no valid media type, and are answered in the newer name. */
export function protobufType(of: 'v2' | 'v3'): string {
  return `application/com.github.proto-openapi.spec.${of}.v1.0+protobuf`;
}

/** Undefined: the path leads elsewhere. `path` is within the cluster. */
export function openApiAnswer(request: ApiRequest, path: string, scheme: Scheme): ApiResponse | undefined {
  if (path === OPENAPI_V3) return part('v3', index(scheme), 'json');
  const accept = request.header('accept') ?? '';
  if (path === OPENAPI_V2) {
    const format = formatOf(accept, 'v2');
    return format === undefined ? NOT_ACCEPTABLE : version2(scheme, format);
  }
  if (!path.startsWith(`${OPENAPI_V3}/`)) return undefined;
  const name = path.slice(OPENAPI_V3.length + 1);
  const found = groupVersions(scheme).get(name);
  if (found === undefined && !discoveryPaths(scheme).has(name)) return NO_DOCUMENT;
  const format = formatOf(accept, 'v3');
  if (format === undefined) return NOT_ACCEPTABLE;
  const kinds = found === undefined ? [] : scheme.kindsOf(found.group, found.version);
  if (!kinds.some(isUnstructured)) return part(`v3/${name}`, '', format);
  return part('v3/custom', textOf(customDocument(name, kinds)), format);
}

const NO_DOCUMENT: ApiResponse = { status: 404, contentType: '', body: '' };

type Format = 'json' | 'protobuf';

const NOT_ACCEPTABLE: ApiResponse = { status: 406, contentType: '', headers: { Vary: 'Accept' }, body: '' };

/** Of the first clause that a document can be written in. */
function formatOf(accept: string, of: 'v2' | 'v3'): Format | undefined {
  const protobuf = `com.github.proto-openapi.spec.${of}`;
  const written: readonly (readonly [subtype: string, format: Format])[] = [
    ['json', 'json'],
    [`${protobuf}.v1.0+protobuf`, 'protobuf'],
    [`${protobuf}@v1.0+protobuf`, 'protobuf'],
  ];
  for (const { type, subtype } of parseAccept(accept === '' ? '*/*' : accept)) {
    if (type !== 'application' && type !== '*') continue;
    const found = written.find(([name]) => subtype === name || subtype === '*');
    if (found !== undefined) return found[1];
  }
  return undefined;
}

function version2(scheme: Scheme, format: Format): ApiResponse {
  const documents = custom(scheme).map(([path, kinds]) => customDocument(path, kinds));
  const text = documents.length === 0 ? '' : `${JSON.stringify(openApiV2(documents))}\n`;
  return part('v2', text, format);
}

function part(document: string, body: string, format: Format): ApiResponse {
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
