// From a request's body to an object of its kind: media type, decoding, unknown fields, kind and version.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/endpoints/handlers/{create,update,delete}.go.

import { apiVersionOf } from '../api/kind.ts';
import type { KubeObject } from '../api/object.ts';
import type { Result, Status } from '../api/status.ts';
import { badRequest, fail, failure, invalidStatus, ok } from '../api/status.ts';
import { isObject } from '../lib/json.ts';
import type { DecodeFailure, ExpectedKind, WrongKind } from '../schema/decode/decode-object.ts';
import { decodeObject } from '../schema/decode/decode-object.ts';
import { summarize } from '../schema/decode/source.ts';
import { decodeJson } from '../schema/decode/json.ts';
import { decodeYaml } from '../schema/decode/yaml.ts';
import type { DecodedProtobuf } from '../schema/protobuf/decode.ts';
import { decodeProtobuf } from '../schema/protobuf/decode.ts';
import { messageOfKind } from '../schema/protobuf/messages.ts';
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
  const { body } = exchange.request;
  if (format !== 'protobuf') return decode(body, format, expected, fieldValidation);
  const text = protobufText(body, expected);
  return text.ok ? decode(text.value, 'json', expected, fieldValidation) : text;
}

/** The JSON text that says what a protobuf body says. */
function protobufText(body: string, expected: ExpectedKind, explain = unreadable): Result<string> {
  const bytes = new Uint8Array(body.length);
  for (let at = 0; at < body.length; at++) bytes[at] = body.charCodeAt(at);
  const otherwise = { apiVersion: apiVersionOf(expected), kind: expected.kind };
  // A body of another kind is refused by its kind; what it holds does not matter.
  const messageFor = (apiVersion: string, kind: string): string | undefined =>
    kind === expected.kind ? messageOfKind(apiVersion, kind) : undefined;
  const decoded = decodeProtobuf(bytes, messageFor, otherwise);
  if (!decoded.ok) return fail(badRequest(explain(decoded, expected, bytes)));
  const { kind, apiVersion, value } = decoded;
  if (kind === expected.kind && messageOfKind(otherwise.apiVersion, kind) === undefined) {
    const error =
      'object *unstructured.Unstructured does not implement the protobuf marshalling interface and cannot be encoded to a protobuf message';
    return fail(badRequest(explain({ ok: false, error, kind, apiVersion }, expected, bytes)));
  }
  return ok(JSON.stringify({ kind, apiVersion, ...value }));
}

function unreadable(
  { error, kind, apiVersion = '' }: Extract<DecodedProtobuf, { ok: false }>,
  expected: ExpectedKind,
  bytes: Uint8Array,
): string {
  if (kind === undefined || kind === '') {
    return `the object provided is unrecognized (must be of type ${expected.kind}): ${error} (${summarize(bytes)})`;
  }
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
  return `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${expected.kind}: ${error}`;
}

function decode(
  text: string,
  format: 'json' | 'yaml',
  expected: ExpectedKind,
  fieldValidation: FieldValidation,
): Result<Decoded> {
  const decoded = decodeObject({ text, format, expected, fieldValidation });
  if (!decoded.ok) return fail(undecodedStatus(expected, decoded));
  const object = decoded.object as unknown as KubeObject;
  object.metadata ??= {} as KubeObject['metadata'];
  return ok({ object, warnings: decoded.warnings });
}

function undecodedStatus({ group }: ExpectedKind, failed: DecodeFailure | WrongKind): Status {
  if (failed.code === 422) return invalidStatus(group, failed.kind, failed.name, failed.errors);
  return failure(failed.code, failed.reason, failed.message);
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
  const { body } = exchange.request;
  const text = format === 'protobuf' ? protobufText(body, DELETE_OPTIONS, ({ error }) => error) : ok(body);
  if (!text.ok) return text;
  const parsed = format === 'yaml' ? decodeYaml(text.value) : decodeJson(text.value);
  if (!parsed.ok) {
    return fail(
      badRequest(`${format !== 'yaml' ? "couldn't get version/kind; json parse error: " : ''}${parsed.error}`),
    );
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
  if (decoded.ok) return ok(decoded.object);
  if (decoded.code === 422) return fail(undecodedStatus(DELETE_OPTIONS, decoded));
  // These options are read without the kind's decoder, which names the kind first.
  const message = decoded.message.replace(/^DeleteOptions in version "v1" cannot be handled as a DeleteOptions: /, '');
  return fail(badRequest(message));
}
