// Status: the one form of every failure of the API, with upstream's reasons, codes and words.
// Models kubernetes staging/src/k8s.io/apimachinery/pkg/api/errors/errors.go.

import type { FieldError } from '../schema/field-error.ts';
import { fieldErrorText } from '../schema/field-error.ts';
import { goQuote } from '../schema/go-text.ts';

export interface StatusCause {
  reason?: string;
  message?: string;
  field?: string;
}

export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: StatusCause[];
  retryAfterSeconds?: number;
}

export interface Status {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: Record<string, unknown>;
  status: 'Success' | 'Failure';
  message?: string;
  reason?: string;
  details?: StatusDetails;
  code?: number;
}

/** What an expected failure is: a value. Only bugs are thrown. */
export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly status: Status };

export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function fail(status: Status): { readonly ok: false; readonly status: Status } {
  return { ok: false, status };
}

/** Which resource a failure speaks of: plural and group, as in `deployments.apps "x" not found`. */
export interface ResourceRef {
  readonly group: string;
  readonly resource: string;
}

function qualified(ref: ResourceRef): string {
  return ref.group === '' ? ref.resource : `${ref.resource}.${ref.group}`;
}

export function failure(code: number, reason: string, message: string, details?: StatusDetails): Status {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason === '' ? {} : { reason }),
    ...(details === undefined ? {} : { details }),
    code,
  };
}

function about(ref: ResourceRef, name: string): StatusDetails {
  return {
    ...(name === '' ? {} : { name }),
    ...(ref.group === '' ? {} : { group: ref.group }),
    kind: ref.resource,
  };
}

export function notFoundStatus(ref: ResourceRef, name: string): Status {
  return failure(404, 'NotFound', `${qualified(ref)} ${goQuote(name)} not found`, about(ref, name));
}

export function alreadyExists(ref: ResourceRef, name: string): Status {
  return failure(409, 'AlreadyExists', `${qualified(ref)} ${goQuote(name)} already exists`, about(ref, name));
}

export function conflict(ref: ResourceRef, name: string, why: string): Status {
  const message = `Operation cannot be fulfilled on ${qualified(ref)} ${goQuote(name)}: ${why}`;
  return failure(409, 'Conflict', message, about(ref, name));
}

export const OBJECT_MODIFIED =
  'the object has been modified; please apply your changes to the latest version and try again';

export function forbiddenStatus(ref: ResourceRef, name: string, why: string): Status {
  const subject = ref.resource === '' ? `forbidden: ${why}` : `${qualified(ref)} ${goQuote(name)} is forbidden: ${why}`;
  return failure(403, 'Forbidden', subject, about(ref, name));
}

export function unauthorized(): Status {
  return failure(401, 'Unauthorized', 'Unauthorized');
}

export function badRequest(message: string): Status {
  return failure(400, 'BadRequest', message);
}

export function tooLarge(message: string): Status {
  return failure(413, 'RequestEntityTooLarge', `Request entity too large: ${message}`);
}

export function expired(message: string): Status {
  return failure(410, 'Expired', message);
}

export function internalError(message: string): Status {
  return failure(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] });
}

/** Of the errors of one object, in UTF-16 units: a body of 3 MiB may have 200 MB of mistakes. */
const MOST_ERROR_TEXT = 1 << 20;

/** As many as may be told; the first always. */
function tellable(errors: readonly FieldError[]): readonly FieldError[] {
  let length = 0;
  const end = errors.findIndex(({ field, message }) => (length += field.length + message.length) > MOST_ERROR_TEXT);
  return end < 0 ? errors : errors.slice(0, Math.max(end, 1));
}

/** 422: `Pod "x" is invalid: spec.a: Required value` or, of several errors, `…: [a, b]`. */
export function invalidStatus(group: string, kind: string, name: string, found: readonly FieldError[]): Status {
  const errors = tellable(found);
  const texts = [...new Set(errors.map(fieldErrorText))];
  const text = texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`;
  return failure(422, 'Invalid', `${kind}${group === '' ? '' : `.${group}`} ${goQuote(name)} is invalid: ${text}`, {
    ...(name === '' ? {} : { name }),
    ...(group === '' ? {} : { group }),
    ...(kind === '' ? {} : { kind }),
    causes: errors.map((error) => ({ reason: error.type, message: error.message, field: error.field })),
  });
}
