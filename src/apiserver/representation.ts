// How an answer is to be represented: from what was negotiated and the query to the encoding that the gateway renders,
// or to why it cannot be. Models kubernetes staging/src/k8s.io/apiserver/pkg/endpoints/handlers/response.go.

import type { Kind } from '../api/kind.ts';
import { apiVersionOf } from '../api/kind.ts';
import { isUnstructured } from '../api/schema-of.ts';
import type { Result, Status } from '../api/status.ts';
import { badRequest, fail, failure, ok } from '../api/status.ts';
import { fieldErrorText, invalid } from '../schema/field-error.ts';
import { messageOfKind } from '../schema/protobuf/messages.ts';
import type { ApiRequest, Encoding } from './http.ts';
import { acceptsPlain, choose, negotiate, negotiateFailure, notAcceptable, PLAIN_ENDPOINT } from './negotiate.ts';
import type { Query } from './request-info.ts';

/** How a request's answers are represented: JSON as it is, where this is undefined. */
export function representation(
  request: ApiRequest,
  query: Query,
  kind: Kind,
  { stream, table }: { readonly stream: boolean; readonly table: boolean },
): Result<Encoding | undefined> {
  const accept = request.header('accept');
  const protobuf = messageOfKind(apiVersionOf(kind), kind.kind) !== undefined;
  const accepted = negotiate(accept, { stream, protobuf, table });
  if (!accepted.ok) return accepted;
  const pretty = prettyAsked(request, query);
  if (accepted.value === undefined && !pretty && acceptsPlain(accept)) return accepted;
  const encoding = prettily(accepted.value ?? { format: 'json' }, pretty && !stream);
  const failing = failureEncoding(request, query);
  const shape: Encoding = alike(encoding, failing) ? encoding : { ...encoding, failure: failing };
  if (encoding.as === undefined) return ok(shape);
  const { group, version, resource } = kind;
  const includeObject = includeOf(query);
  return ok({
    ...shape,
    as: { ...encoding.as, ...(includeObject === undefined ? {} : { includeObject }) },
    resource: { group, version, resource, ...customOf(kind) },
  });
}

/** What a table of a kind needs that whoever renders it cannot look up. */
function customOf(kind: Kind): Pick<NonNullable<Encoding['resource']>, 'custom'> {
  return isUnstructured(kind) && kind.computed === undefined
    ? { custom: { kind: kind.kind, columns: kind.columns ?? [] } }
    : {};
}

/** How a failure is told that no verb has come to, such as a 403. */
export function failureEncoding(request: ApiRequest, query: Query): Encoding {
  const accepted = negotiateFailure(request.header('accept')) ?? { format: 'json' };
  return prettily(accepted, prettyAsked(request, query));
}

/** Of what is no object of a kind: discovery. A clause that asks for a conversion is passed over. */
export function plainRepresentation(request: ApiRequest, query: Query): Result<Encoding> {
  const choice = choose(request.header('accept'), PLAIN_ENDPOINT);
  return choice === undefined ? fail(notAcceptable()) : ok(failureEncoding(request, query));
}

function prettily(encoding: Encoding, pretty: boolean): Encoding {
  return pretty && encoding.format === 'json' ? { ...encoding, pretty } : encoding;
}

function alike(a: Encoding, b: Encoding): boolean {
  return a.format === b.format && a.pretty === b.pretty;
}

const TRUE = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);
const HUMAN_AGENTS = ['curl', 'Wget', 'Mozilla/5.0'];

/** By the query, or, where it does not say, because people read what these programs are given. */
function prettyAsked(request: ApiRequest, query: Query): boolean {
  const asked = query.get('pretty');
  if (asked !== '') return TRUE.has(asked);
  const agent = request.header('user-agent') ?? '';
  return HUMAN_AGENTS.some((prefix) => agent.startsWith(prefix));
}

function includeOf(query: Query): 'None' | 'Metadata' | 'Object' | undefined {
  const include = query.get('includeObject');
  return include === 'None' || include === 'Metadata' || include === 'Object' ? include : undefined;
}

/** Why an answer that is an object (or a list of them) cannot be transformed as asked. */
export function transformRefusal(
  encoding: Encoding | undefined,
  query: Query,
  kind: Kind,
  list: boolean,
): Status | undefined {
  const as = encoding?.as?.kind;
  if (as === 'Table') {
    const include = query.get('includeObject');
    if (include === '' || includeOf(query) !== undefined) return undefined;
    const error = invalid('includeObject', include, "must be 'Metadata', 'Object', 'None', or empty");
    return badRequest(`Unable to convert to Table as requested: ${fieldErrorText(error)}`);
  }
  if (as === 'PartialObjectMetadata' && list) {
    return unlike(as, `is a list (*${internalType(kind)}List)`);
  }
  if (as === 'PartialObjectMetadataList' && !list) return unlike(as, `is not a list (*${internalType(kind)})`);
  return undefined;
}

function unlike(as: string, what: string): Status {
  return failure(406, 'NotAcceptable', `you requested ${as}, but the requested object ${what}`);
}

/** Upstream's name of a kind's internal Go type: `core.Pod`, `apps.Deployment`. */
function internalType({ group, kind, storedAs }: Kind): string {
  const home = group === '' || storedAs !== undefined ? 'core' : (group.split('.')[0] ?? '');
  return `${home}.${kind}`;
}
