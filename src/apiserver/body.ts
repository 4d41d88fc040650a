// From a request's body to an object of its kind: media type, decoding, unknown fields, kind and version.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/endpoints/handlers/{create,update,delete}.go.

import type { KubeObject } from '../api/object.ts';
import type { Result } from '../api/status.ts';
import { badRequest, fail, failure, ok } from '../api/status.ts';
import type { JsonValue } from '../lib/json.ts';
import { isObject } from '../lib/json.ts';
import type { ExpectedKind } from '../schema/decode/decode-object.ts';
import { decodeObject } from '../schema/decode/decode-object.ts';
import { decodeJson } from '../schema/decode/json.ts';
import { decodeYaml } from '../schema/decode/yaml.ts';
import type { Exchange } from './exchange.ts';
import { bodyFormat, unsupportedMediaType } from './negotiate.ts';
import type { FieldValidation } from './options.ts';

export interface Decoded {
  readonly object: KubeObject;
  readonly warnings: readonly string[];
}

/** Decodes the request's body. Defaults of the kind are not filled in. */
export function decodeBody(
  exchange: Exchange,
  expected: ExpectedKind,
  fieldValidation: FieldValidation,
): Result<Decoded> {
  const format = bodyFormat(exchange.request.header('content-type'));
  if (format === undefined) return fail(unsupportedMediaType());
  return decode(exchange.request.body, format, expected, fieldValidation);
}

/** The same checks for a value that a patch has made. */
export function checkDecoded(
  value: JsonValue,
  expected: ExpectedKind,
  fieldValidation: FieldValidation,
): Result<Decoded> {
  return decode(JSON.stringify(value), 'json', expected, fieldValidation);
}

function decode(
  text: string,
  format: 'json' | 'yaml',
  expected: ExpectedKind,
  fieldValidation: FieldValidation,
): Result<Decoded> {
  const decoded = decodeObject({ text, format, expected, fieldValidation });
  if (!decoded.ok) return fail(failure(decoded.code, decoded.reason, decoded.message));
  const object = decoded.object as unknown as KubeObject;
  object.metadata ??= {} as KubeObject['metadata'];
  return ok({ object, warnings: decoded.warnings });
}

const DELETE_OPTIONS: ExpectedKind = {
  group: '',
  version: 'v1',
  kind: 'DeleteOptions',
  definition: 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions',
};

/** A body of DeleteOptions, in whatever group version it says it is. Unknown fields are let pass, as upstream does. */
export function decodeDeleteOptions(exchange: Exchange): Result<unknown> {
  const format = bodyFormat(exchange.request.header('content-type'));
  if (format === undefined) return fail(unsupportedMediaType());
  const parsed = format === 'json' ? decodeJson(exchange.request.body) : decodeYaml(exchange.request.body);
  if (!parsed.ok) {
    return fail(badRequest(`${format === 'json' ? "couldn't get version/kind; json parse error: " : ''}${parsed.error}`));
  }
  const value = parsed.value ?? {};
  if (!isObject(value)) return fail(badRequest("couldn't get version/kind; json parse error: not an object"));
  const { kind = '', apiVersion = '', ...options } = value;
  if (kind !== '' && kind !== 'DeleteOptions') {
    const where = 'k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:27';
    const what = `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)}`;
    return fail(badRequest(`${what} in scheme ${JSON.stringify(where)}`));
  }
  const decoded = decodeObject({
    text: JSON.stringify(options),
    format: 'json',
    expected: DELETE_OPTIONS,
    fieldValidation: 'Ignore',
  });
  return decoded.ok ? ok(decoded.object) : fail(failure(decoded.code, decoded.reason, decoded.message));
}
