// From the body of a request to an object of one kind, or to the 400 that upstream answers.
// Models kubernetes staging/src/k8s.io/apimachinery/pkg/runtime/serializer (json, codec) and
// staging/src/k8s.io/apiserver/pkg/endpoints/handlers (transformDecodeError).

import type { JsonObject, JsonValue } from '../../lib/json.ts';
import type { FieldError } from '../field-error.ts';
import type { StructSchema } from '../structural.ts';
import { definition, definitionOfKind } from '../table.ts';
import { canonical } from './canonical.ts';
import { describe, inspect } from './inspect.ts';
import { TreeObject, parseTree, treeOf, treeValue } from './json-tree.ts';
import { decodeUnstructured } from './decode-unstructured.ts';
import type { Source } from './source.ts';
import { read, summary, yamlErrors } from './source.ts';

export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

/** The kind that the request's path asks for. A Kind of the API fits. */
export interface ExpectedKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Id in the schema table. */
  readonly definition: string;
  /** Of a kind that is not in the table. */
  readonly schema?: StructSchema;
  /** Versions that a body may name as well, the form being the same. */
  readonly otherVersions?: readonly string[];
}

export interface DecodeOptions {
  readonly text: string;
  readonly format: 'json' | 'yaml';
  readonly expected: ExpectedKind;
  readonly fieldValidation: FieldValidation;
}

export interface DecodeFailure {
  readonly ok: false;
  readonly code: 400;
  readonly reason: 'BadRequest';
  readonly message: string;
}

/** A custom resource of another kind than was asked for: it decodes, and is then found invalid. */
export interface WrongKind {
  readonly ok: false;
  readonly code: 422;
  readonly message: string;
  readonly kind: string;
  readonly name: string;
  readonly errors: readonly FieldError[];
}

export type DecodedObject =
  | {
      readonly ok: true;
      /** Canonical, with kind and apiVersion of the expected kind first. */
      readonly object: JsonObject;
      /** Texts for Warning headers, in upstream's order. */
      readonly warnings: readonly string[];
    }
  | DecodeFailure
  | WrongKind;

function badRequest(message: string): DecodeFailure {
  return { ok: false, code: 400, reason: 'BadRequest', message };
}

/** Name and version that the body gives itself, with what it leaves out taken from the expected kind. */
interface Identity {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

export function decodeObject(options: DecodeOptions): DecodedObject {
  const { text, format, expected } = options;
  if (expected.schema?.unstructured === true) return decodeUnstructured(options, expected.schema, fit);
  const unrecognized = (error: string): DecodeFailure =>
    badRequest(`the object provided is unrecognized (must be of type ${expected.kind}): ${error} (${summary(text)})`);

  const source = read(text, format);
  if (!source.ok) return unrecognized(source.error);
  const input = source.value ?? {};
  const identity = identify(input, expected);
  if (!identity.ok) return unrecognized(identity.error);

  const { group, kind } = identity.value;
  const version = taken(identity.value, expected);
  const apiVersion = group === '' ? version : `${group}/${version}`;
  const asExpected = group === expected.group && version === expected.version && kind === expected.kind;
  const schema = asExpected
    ? (expected.schema ?? definition(expected.definition))
    : definitionOfKind(group, version, kind);
  const cannot = (why: string): DecodeFailure =>
    badRequest(`${kind} in version "${version}" cannot be handled as a ${expected.kind}: ${why}`);
  if (schema === undefined) {
    return cannot(
      `no kind "${kind}" is registered for version "${apiVersion}" in scheme "pkg/api/legacyscheme/scheme.go:30"`,
    );
  }

  const fitted = fit(input as JsonObject, source, schema, options);
  if (fitted.error !== undefined) return cannot(fitted.error);
  if (!asExpected && (group !== expected.group || kind !== expected.kind)) {
    const internal = expected.group === '' ? 'core' : expected.group.split('.')[0];
    return cannot(`converting (${version}.${kind}) to (${internal}.${expected.kind}): unknown conversion`);
  }
  const strict = [...source.duplicates, ...fitted.strict];
  if (strict.length > 0 && options.fieldValidation === 'Strict') {
    const yaml = source.duplicates.length === 0 ? [] : [yamlErrors(source.duplicates)];
    return cannot(`strict decoding error: ${[...yaml, ...fitted.strict].join(', ')}`);
  }
  if (!asExpected) {
    const wanted = expected.group === '' ? expected.version : `${expected.group}/${expected.version}`;
    return badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${wanted})`,
    );
  }
  const warnings = options.fieldValidation === 'Warn' ? strict : [];
  return { ok: true, object: { kind, apiVersion, ...fitted.object }, warnings };
}

/** A version that is taken in the place of the expected one counts as it. */
function taken({ group, version, kind }: Identity, expected: ExpectedKind): string {
  const same = group === expected.group && kind === expected.kind;
  return same && expected.otherVersions?.includes(version) === true ? expected.version : version;
}

type Identified = { readonly ok: true; readonly value: Identity } | { readonly ok: false; readonly error: string };

function identify(input: JsonValue, expected: ExpectedKind): Identified {
  const refused = (what: string): Identified => ({
    ok: false,
    error: `couldn't get version/kind; json parse error: json: cannot unmarshal ${what}`,
  });
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    const goType =
      'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
    return refused(`${describe(treeOf(input), '')} into Go value of type ${goType}`);
  }
  const apiVersion = input['apiVersion'] ?? '';
  const kind = input['kind'] ?? '';
  if (typeof apiVersion !== 'string') {
    return refused(`${describe(treeOf(apiVersion), '')} into Go struct field .apiVersion of type string`);
  }
  if (typeof kind !== 'string') {
    return refused(`${describe(treeOf(kind), '')} into Go struct field .kind of type string`);
  }
  const parts = apiVersion.split('/');
  if (parts.length > 2) return { ok: false, error: `unexpected GroupVersion string: ${apiVersion}` };
  const [group, version] = parts.length === 2 ? [parts[0] ?? '', parts[1] ?? ''] : ['', apiVersion];
  const unnamed = group === '' && version === '';
  return {
    ok: true,
    value: {
      kind: kind === '' ? expected.kind : kind,
      group: unnamed ? expected.group : group,
      version: unnamed || (version === '' && group === expected.group) ? expected.version : version,
    },
  };
}

export interface Fitted {
  readonly object: JsonObject;
  readonly error?: string;
  readonly strict: readonly string[];
}

/** One pass if the document is good; the exact reader and the inspector only if something about it is not. */
function fit(input: JsonObject, source: Source, schema: StructSchema, options: DecodeOptions): Fitted {
  const first = canonical(input, schema);
  const repeats = source.members >= 0 && source.members !== first.members;
  const relevant = first.invalid || first.imprecise || repeats;
  if (!relevant && (!first.unknown || options.fieldValidation === 'Ignore'))
    return { object: first.object, strict: [] };

  const exact = options.format === 'json' ? parseTree(options.text) : undefined;
  const tree = exact?.ok === true ? exact.tree : treeOf(input);
  const findings = inspect(tree instanceof TreeObject ? tree : new TreeObject(), schema);
  const error =
    findings.error ?? (first.invalid ? 'json: cannot unmarshal number into Go value of type float64' : undefined);
  if (error !== undefined) return { object: first.object, error, strict: [] };
  const object = repeats ? canonical(treeValue(tree) as JsonObject, schema).object : first.object;
  return { object, strict: findings.strict };
}
