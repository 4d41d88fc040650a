// Which representation an Accept header asks for, and what a Content-Type says the body is.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/endpoints/handlers/negotiation.

import type { Result, Status } from '../api/status.ts';
import { fail, failure, ok } from '../api/status.ts';
import type { Encoding } from './http.ts';

interface MediaRange {
  readonly type: string;
  readonly params: ReadonlyMap<string, string>;
  readonly q: number;
}

/** What an endpoint can render besides plain objects. */
export interface Accepts {
  /** Tables and PartialObjectMetadata (get, list, watch and the answers of writes). */
  readonly transforms: boolean;
  readonly list: boolean;
}

const ACCEPTED = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';

export function notAcceptable(extra: readonly string[] = []): Status {
  const types = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf', ...extra].join(', ');
  return failure(406, 'NotAcceptable', `only the following media types are accepted: ${types}`);
}

export function unsupportedMediaType(accepted: string = ACCEPTED): Status {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted}`;
  return failure(415, 'UnsupportedMediaType', message);
}

/** `undefined`: plain compact JSON, which needs no rendering. */
export function negotiate(accept: string | undefined, accepts: Accepts): Result<Encoding | undefined> {
  // What nearly every request sends.
  if (accept === undefined || accept === '' || accept === 'application/json' || accept === '*/*') return ok(undefined);
  const ranges = parseAccept(accept);
  for (const range of ranges) {
    const format = formatOf(range.type);
    if (format === undefined) continue;
    const as = range.params.get('as');
    if (as === undefined) {
      const pretty = range.params.get('pretty');
      const encoding: Encoding | undefined =
        format === 'yaml' ? { format } : pretty === '1' ? { format, pretty: true } : undefined;
      return ok(encoding);
    }
    const group = range.params.get('g');
    const version = range.params.get('v');
    if (!accepts.transforms || group !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1')) continue;
    if (as === 'Table') return ok({ format, as: { kind: 'Table', version } });
    if (as === 'PartialObjectMetadata' && !accepts.list) {
      return ok({ format, as: { kind: 'PartialObjectMetadata', version } });
    }
    if (as === 'PartialObjectMetadataList' && accepts.list) {
      return ok({ format, as: { kind: 'PartialObjectMetadataList', version } });
    }
  }
  return fail(notAcceptable());
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
