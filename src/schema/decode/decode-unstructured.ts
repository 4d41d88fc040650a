// From the body of a request to an object of a custom resource. It must say what kind it is, and that is judged after it
// is decoded, as a field of it.
// Models kubernetes staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/customresource_handler.go and
// …/registry/customresource/validator.go (ValidateTypeMeta).

import { isObject } from '../../lib/json.ts';
import type { JsonObject } from '../../lib/json.ts';
import { fieldErrorText, invalid } from '../field-error.ts';
import type { StructSchema } from '../structural.ts';
import type { DecodedObject, DecodeFailure, DecodeOptions, Fitted } from './decode-object.ts';
import { describe } from './inspect.ts';
import { treeOf } from './json-tree.ts';
import type { Source } from './source.ts';
import { read, summary, yamlErrors } from './source.ts';

/** `fit` brings a document into the form of a schema. */
export function decodeUnstructured(
  options: DecodeOptions,
  schema: StructSchema,
  fit: (input: JsonObject, source: Source, schema: StructSchema, options: DecodeOptions) => Fitted,
): DecodedObject {
  const { text, format, expected } = options;
  const { group, version, kind } = expected;
  const unrecognized = (error: string): DecodeFailure =>
    badRequest(`the object provided is unrecognized (must be of type ${kind}): ${error} (${summary(text)})`);
  const source = read(text, format);
  if (!source.ok) return unrecognized(source.error);
  const input = source.value ?? {};
  if (!isObject(input)) {
    const what = describe(treeOf(input), '');
    return unrecognized(`json: cannot unmarshal ${what} into Go value of type map[string]interface {}`);
  }
  const member = (name: string): string => (typeof input[name] === 'string' ? input[name] : '');
  const given = { kind: member('kind'), apiVersion: member('apiVersion') };
  if (given.kind === '') {
    return unrecognized(`Object 'Kind' is missing in '${text}'`);
  }
  const fitted = fit(input, source, schema, options);
  const cannot = (why: string): DecodeFailure =>
    badRequest(`${given.kind} in version "${version}" cannot be handled as a ${kind}: ${why}`);
  if (fitted.error !== undefined) return cannot(fitted.error);
  const wanted = `${group}/${version}`;
  const own = given.apiVersion === wanted && given.kind === kind;
  const strict = own ? [...source.duplicates, ...fitted.strict] : [];
  if (strict.length > 0 && options.fieldValidation === 'Strict') {
    const yaml = source.duplicates.length === 0 ? [] : [yamlErrors(source.duplicates)];
    return cannot(`strict decoding error: ${[...yaml, ...fitted.strict].join(', ')}`);
  }
  if (given.apiVersion !== wanted) {
    return badRequest(
      `the API version in the data (${given.apiVersion}) does not match the expected API version (${wanted})`,
    );
  }
  if (given.kind !== kind) {
    const { metadata } = fitted.object;
    const name = isObject(metadata) && typeof metadata['name'] === 'string' ? metadata['name'] : '';
    const error = invalid('kind', given.kind, `must be ${kind}`);
    const errors = [error];
    return { ok: false, code: 422, message: fieldErrorText(error), kind: given.kind, name, errors };
  }
  const warnings = options.fieldValidation === 'Warn' ? strict : [];
  return { ok: true, object: { ...fitted.object, kind, apiVersion: wanted }, warnings };
}

function badRequest(message: string): DecodeFailure {
  return { ok: false, code: 400, reason: 'BadRequest', message };
}
