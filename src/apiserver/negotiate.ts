// Which representation an Accept header asks for, and what a Content-Type says the body is. Two judges, in this order:
// the router, which compares media types to the letter, and the negotiator, which also knows parameters and weights.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/endpoints/handlers/negotiation and go-restful's Route.

import type { Result, Status } from '../api/status.ts';
import { fail, failure, ok } from '../api/status.ts';
import type { Encoding } from './http.ts';

interface MediaRange {
  readonly type: string;
  readonly params: ReadonlyMap<string, string>;
  readonly q: number;
}

const OBJECT_TYPES = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
const STREAM_TYPES = ['application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch'];

function notAcceptable(types: readonly string[]): Status {
  return failure(406, 'NotAcceptable', `only the following media types are accepted: ${types.join(', ')}`);
}

export function unsupportedMediaType(accepted: readonly string[] = OBJECT_TYPES): Status {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`;
  return failure(415, 'UnsupportedMediaType', message);
}

/** The router's own 406. `streams`: the endpoint serves watches too. */
export function routerAccepts(accept: string | undefined, streams: boolean): Status | undefined {
  if (accept === undefined || accept === '') return undefined;
  if (mediaTypes(accept).some((type) => type === '*/*' || OBJECT_TYPES.includes(type))) return undefined;
  const types = streams ? [...OBJECT_TYPES, ...STREAM_TYPES] : OBJECT_TYPES;
  const message = `406: Not Acceptable\n\nAvailable representations: ${types.join(', ')}`;
  return failure(406, 'NotAcceptable', message, {});
}

/** The router's own 415, where an endpoint takes certain types alone. */
export function routerConsumes(contentType: string | undefined, consumes: readonly string[]): Status | undefined {
  if (mediaTypes(contentType ?? '').some((type) => consumes.includes(type))) return undefined;
  return failure(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
}

function mediaTypes(header: string): string[] {
  return header.split(',').map((part) => (part.split(';')[0] ?? '').trim());
}

/** `undefined`: plain compact JSON, which needs no rendering. `stream`: for the frames of a watch, which are never YAML. */
export function negotiate(accept: string | undefined, stream: boolean): Result<Encoding | undefined> {
  // What nearly every request sends.
  if (accept === undefined || accept === '' || accept === 'application/json' || accept === '*/*') return ok(undefined);
  for (const { type, params } of parseAccept(accept)) {
    const format = formatOf(type);
    if (format === undefined || (format === 'yaml' && stream)) continue;
    const as = params.get('as');
    if (as === undefined) {
      if (format === 'yaml') return ok({ format });
      return ok(params.get('pretty') === '1' ? { format, pretty: true } : undefined);
    }
    const group = params.get('g');
    const version = params.get('v');
    if (group !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1')) continue;
    if (as === 'Table' || as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') {
      return ok({ format, as: { kind: as, version } });
    }
  }
  return fail(notAcceptable(stream ? STREAM_TYPES : OBJECT_TYPES));
}

function formatOf(type: string): 'json' | 'yaml' | undefined {
  if (type === 'application/json' || type === '*/*' || type === 'application/*') return 'json';
  return type === 'application/yaml' ? 'yaml' : undefined;
}

/** In order of preference. What does not parse is left out, as upstream's parser does. */
function parseAccept(header: string): MediaRange[] {
  const ranges: MediaRange[] = [];
  for (const part of header.split(',')) {
    const [head = '', ...pairs] = part.split(';');
    const type = head.trim().toLowerCase();
    if (type === '') continue;
    const params = new Map<string, string>();
    let q = 1;
    for (const pair of pairs) {
      const [key = '', value = ''] = pair.split('=').map((text) => text.trim());
      if (key === 'q') {
        const number = Number(value);
        q = value === '' || Number.isNaN(number) ? 1 : number;
      } else if (key !== '') params.set(key, value.replace(/^"|"$/g, ''));
    }
    ranges.push({ type, params, q });
  }
  return ranges.sort((a, b) => b.q - a.q);
}

export type BodyFormat = 'json' | 'yaml' | 'protobuf';

/** Of POST and PUT bodies. Absent means JSON. */
export function bodyFormat(contentType: string | undefined): BodyFormat | undefined {
  if (contentType === undefined || contentType === '' || contentType === 'application/json') return 'json';
  if (contentType.endsWith(';;')) return undefined;
  const type = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  if (type === 'application/json') return 'json';
  if (type === 'application/vnd.kubernetes.protobuf') return 'protobuf';
  return type === 'application/yaml' ? 'yaml' : undefined;
}
