// How an answer is to be represented: from what was negotiated and the query to the encoding that the gateway renders,
// or to why it cannot be. Models kubernetes staging/src/k8s.io/apiserver/pkg/endpoints/handlers/response.go.

import type { Kind } from '../api/kind.ts';
import type { Status } from '../api/status.ts';
import { badRequest, failure } from '../api/status.ts';
import { fieldErrorText, invalid } from '../schema/field-error.ts';
import type { Encoding } from './http.ts';
import type { Query } from './request-info.ts';

/** `accepted` undefined: plain JSON. */
export function encodingOf(accepted: Encoding | undefined, query: Query, kind: Kind): Encoding | undefined {
  const pretty = query.bool('pretty');
  if (accepted === undefined && !pretty) return undefined;
  const base = accepted ?? { format: 'json' as const };
  const shape: Encoding = { ...base, ...(pretty ? { pretty } : {}) };
  if (base.as === undefined) return shape;
  const { group, version, resource } = kind;
  const includeObject = includeOf(query);
  return {
    ...shape,
    as: { ...base.as, ...(includeObject === undefined ? {} : { includeObject }) },
    resource: { group, version, resource },
  };
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
