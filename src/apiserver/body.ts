// From a request's body to an object of its kind: media type, decoding, unknown fields, kind and version.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/endpoints/handlers/{create,update}.go.

import type { Kind } from '../api/kind.ts';
import { apiVersionOf } from '../api/kind.ts';
import type { KubeObject } from '../api/object.ts';
import type { Result, Status } from '../api/status.ts';
import { badRequest, fail, failure, ok } from '../api/status.ts';
import type { JsonObject } from '../lib/json.ts';
import { checkObject, decodeObject } from '../schema/decode/decode-object.ts';
import type { Exchange } from './exchange.ts';
import { bodyFormat, unsupportedMediaType } from './negotiate.ts';
import type { FieldValidation } from './options.ts';

export interface Decoded {
  readonly object: KubeObject;
  readonly warnings: readonly string[];
}

/** The type that a body must be of. */
export interface BodyType {
  readonly kind: string;
  readonly apiVersion: string;
  readonly definition: string;
}

export function typeOf(kind: Kind): BodyType {
  return { kind: kind.kind, apiVersion: apiVersionOf(kind), definition: kind.definition };
}

/** Decodes the request's body. Defaults of the kind are not filled in. */
export function decodeBody(exchange: Exchange, type: BodyType, fieldValidation: FieldValidation): Result<Decoded> {
  const format = bodyFormat(exchange.request.header('content-type'));
  if (format === undefined) return fail(unsupportedMediaType());
  return decodeText(exchange, exchange.request.body, format, type, fieldValidation);
}

export function decodeText(
  exchange: Pick<Exchange, 'services'>,
  text: string,
  format: 'json' | 'yaml',
  type: BodyType,
  fieldValidation: FieldValidation,
): Result<Decoded> {
  const decoded = decodeObject({
    text,
    format,
    definition: type.definition,
    kind: type.kind,
    apiVersion: type.apiVersion,
    fieldValidation,
    isServed: (apiVersion, kind) => servedDefinition(exchange, apiVersion, kind),
  });
  if (!decoded.ok) return fail(decodeFailure(decoded));
  const object = decoded.object as unknown as KubeObject;
  const refused = checkType(object, type);
  if (refused !== undefined) return fail(refused);
  object.metadata ??= {} as KubeObject['metadata'];
  return ok({ object, warnings: decoded.warnings });
}

/** The same checks for a value that a patch has made. */
export function checkDecoded(value: JsonObject, type: BodyType, fieldValidation: FieldValidation): Result<Decoded> {
  const checked = checkObject({ value, definition: type.definition, kind: type.kind, apiVersion: type.apiVersion, fieldValidation });
  if (!checked.ok) return fail(decodeFailure(checked));
  const object = checked.object as unknown as KubeObject;
  const refused = checkType(object, type);
  if (refused !== undefined) return fail(refused);
  object.metadata ??= {} as KubeObject['metadata'];
  return ok({ object, warnings: checked.warnings });
}

/** The definition of a served kind that is not the one asked for: its own errors come first, as upstream decodes it. */
function servedDefinition(exchange: Pick<Exchange, 'services'>, apiVersion: string, kind: string): string | undefined {
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? '' : apiVersion.slice(0, slash);
  return exchange.services.scheme.byKind(group, apiVersion.slice(slash + 1), kind)?.definition;
}

function decodeFailure(decoded: { readonly code: number; readonly reason: string; readonly message: string }): Status {
  return failure(decoded.code, decoded.reason, decoded.message);
}

function checkType(object: KubeObject, type: BodyType): Status | undefined {
  const kind = (object.kind as string | undefined) ?? '';
  const apiVersion = (object.apiVersion as string | undefined) ?? '';
  if (apiVersion !== '' && apiVersion !== type.apiVersion) {
    return badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${type.apiVersion})`,
    );
  }
  if (kind !== '' && kind !== type.kind) {
    return badRequest(`${kind} in version ${JSON.stringify(apiVersion)} cannot be handled as a ${type.kind}`);
  }
  return undefined;
}

/** A body of meta.k8s.io options. Unknown fields are let pass, as upstream does here. */
export function decodeOptions(exchange: Exchange, kind: 'DeleteOptions'): Result<unknown> {
  const format = bodyFormat(exchange.request.header('content-type'));
  if (format === undefined) return fail(unsupportedMediaType());
  const decoded = decodeObject({
    text: exchange.request.body,
    format,
    definition: `io.k8s.apimachinery.pkg.apis.meta.v1.${kind}`,
    kind: '',
    apiVersion: 'v1',
    fieldValidation: 'Ignore',
    isServed: () => undefined,
  });
  if (!decoded.ok) return fail(decodeFailure(decoded));
  const { kind: given = '', apiVersion = '' } = decoded.object as { kind?: string; apiVersion?: string };
  if (given !== '' && given !== kind) {
    const where = 'k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:27';
    return fail(
      badRequest(`no kind ${JSON.stringify(given)} is registered for version ${JSON.stringify(apiVersion)} in scheme ${JSON.stringify(where)}`),
    );
  }
  return ok(decoded.object);
}
