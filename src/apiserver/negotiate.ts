// Which representation an Accept header asks for, and what a Content-Type says the body is. Two judges, in this order:
// the router, which compares media types to the letter, and the negotiator, which also knows parameters and weights.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/endpoints/handlers/negotiation and go-restful's Route.

import type { Result, Status } from '../api/status.ts';
import { fail, failure, ok } from '../api/status.ts';
import { parseAccept } from './accept.ts';
import type { Encoding } from './http.ts';

const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const OBJECT_TYPES = ['application/json', 'application/yaml', PROTOBUF];
const STREAM_TYPES = ['application/json;stream=watch', `${PROTOBUF};stream=watch`];
const FORMATS: ReadonlyArray<readonly [format: Format, subtype: string]> = [
  ['json', 'json'],
  ['yaml', 'yaml'],
  ['protobuf', 'vnd.kubernetes.protobuf'],
];

type Format = 'json' | 'yaml' | 'protobuf';

/** What a clause asks an object to be converted to. */
export interface Conversion {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** What was agreed upon. */
export interface Choice {
  readonly format: Format;
  readonly convert: Conversion | undefined;
  readonly pretty: boolean;
}

/** What an endpoint can do. */
export interface Endpoint {
  allows(format: Format, convert: Conversion | undefined): boolean;
  /** What `sv` may be. */
  readonly serverVersion?: string;
}

/** Answers that are no objects of the endpoint's kind: failures, discovery. */
export const PLAIN_ENDPOINT: Endpoint = { allows: (_format, convert) => convert === undefined };

/** What answers of a resource can be made into. */
export interface Representable {
  /** Whether the kind has a message; custom resources have none. */
  readonly protobuf: boolean;
  /** Whether there are columns; answers to questions and actions have none. */
  readonly table: boolean;
}

function endpointOf({ protobuf, table }: Representable): Endpoint {
  return {
    allows(format, convert) {
      if (convert === undefined) return protobuf || format !== 'protobuf';
      const { group, version, kind } = convert;
      if (group !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1')) return false;
      if (kind === 'Table') return table && format !== 'protobuf';
      return kind === 'PartialObjectMetadata' || kind === 'PartialObjectMetadataList';
    },
    serverVersion: 'v1',
  };
}

export function notAcceptable(types: readonly string[] = OBJECT_TYPES): Status {
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

/** True for what nearly every request sends: plain JSON. */
export function acceptsPlain(accept: string | undefined): boolean {
  return accept === undefined || accept === '' || accept === 'application/json' || accept === '*/*';
}

/** The first clause that the endpoint can serve; undefined where there is none. */
export function choose(accept: string | undefined, endpoint: Endpoint): Choice | undefined {
  if (accept === undefined || accept === '') return { format: 'json', convert: undefined, pretty: false };
  for (const { type, subtype, params } of parseAccept(accept)) {
    if (type !== 'application' && (type !== '*' || subtype !== '*')) continue;
    for (const [format, own] of FORMATS) {
      if (subtype !== own && subtype !== '*') continue;
      const choice = fitting(format, params, endpoint);
      if (choice !== undefined) return choice;
    }
  }
  return undefined;
}

function fitting(format: Format, params: ReadonlyMap<string, string>, endpoint: Endpoint): Choice | undefined {
  const stream = params.get('stream') ?? '';
  if (stream !== '' && (stream !== 'watch' || format === 'yaml')) return undefined;
  const serverVersion = params.get('sv') ?? '';
  if (serverVersion !== '' && serverVersion !== endpoint.serverVersion) return undefined;
  const converts = params.has('as') || params.has('g') || params.has('v');
  const convert = converts
    ? { kind: params.get('as') ?? '', group: params.get('g') ?? '', version: params.get('v') ?? '' }
    : undefined;
  if (!endpoint.allows(format, convert)) return undefined;
  return { format, convert, pretty: params.get('pretty') === '1' };
}

/** `undefined`: plain compact JSON, which needs no rendering. `stream`: for the frames of a watch, which are never YAML. */
export function negotiate(
  accept: string | undefined,
  options: Representable & { readonly stream: boolean },
): Result<Encoding | undefined> {
  if (acceptsPlain(accept)) return ok(undefined);
  const choice = choose(accept, endpointOf(options));
  if (choice === undefined) return fail(notAcceptable());
  if (options.stream && choice.format === 'yaml') return fail(notAcceptable(STREAM_TYPES));
  return ok(encodingOfChoice(choice));
}

function encodingOfChoice({ format, convert, pretty }: Choice): Encoding | undefined {
  const shape = { format, ...(pretty && format === 'json' ? { pretty } : {}) };
  if (convert === undefined) return format === 'json' && !pretty ? undefined : shape;
  const { kind, version } = convert as NonNullable<Encoding['as']>;
  return { ...shape, as: { kind, version } };
}

/** Of a failure, which is never transformed: where no clause is left, JSON for human eyes. */
export function negotiateFailure(accept: string | undefined): Encoding | undefined {
  if (acceptsPlain(accept)) return undefined;
  const choice = choose(accept, PLAIN_ENDPOINT);
  return choice === undefined ? { format: 'json', pretty: true } : encodingOfChoice(choice);
}

export type BodyFormat = 'json' | 'yaml' | 'protobuf';

/** Of POST and PUT bodies. Absent means JSON. */
export function bodyFormat(contentType: string | undefined): BodyFormat | undefined {
  if (contentType === undefined || contentType === '' || contentType === 'application/json') return 'json';
  if (contentType.endsWith(';;')) return undefined;
  const type = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  if (type === 'application/json') return 'json';
  if (type === PROTOBUF) return 'protobuf';
  return type === 'application/yaml' ? 'yaml' : undefined;
}
