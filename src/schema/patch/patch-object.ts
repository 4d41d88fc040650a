// A patch of an object of one kind, from the request's body to the object that is to be stored.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/endpoints/handlers/patch.go.

import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { isObject } from '../../lib/json.ts';
import { canonical } from '../decode/canonical.ts';
import type { ExpectedKind, FieldValidation } from '../decode/decode-object.ts';
import { inspect } from '../decode/inspect.ts';
import { TreeObject, setMember, treeOf } from '../decode/json-tree.ts';
import type { FieldError } from '../field-error.ts';
import { fieldErrorText, invalid } from '../field-error.ts';
import { goJson } from '../go-text.ts';
import type { StructSchema } from '../structural.ts';
import { definitionOfKind } from '../table.ts';
import { conversionError } from './from-unstructured.ts';
import { goValue } from './go-value.ts';
import { applyJsonPatch, parseJsonPatch } from './json-patch.ts';
import { applyMergePatch, parseObjectPatch } from './merge-patch.ts';
import { badPatch } from './patched.ts';
import type { PatchFailure } from './patched.ts';
import { applyStrategicMergePatch } from './strategic-merge-patch.ts';

export type PatchType = 'json' | 'merge' | 'strategic';

export interface PatchOptions {
  readonly type: PatchType;
  /** The request's body. */
  readonly text: string;
  /** As served, with kind and apiVersion. It is left as it is. */
  readonly object: JsonObject;
  readonly expected: ExpectedKind;
  readonly schema: StructSchema;
  readonly fieldValidation: FieldValidation;
}

export type PatchedObject =
  | { readonly ok: true; readonly object: JsonObject; readonly warnings: readonly string[] }
  | (PatchFailure & {
      /** Of a patch whose result does not decode. */
      readonly causes?: readonly FieldError[];
    });

export function patchObject(options: PatchOptions): PatchedObject {
  const applied = apply(options);
  if (!applied.ok) return applied;
  return decode(applied, options);
}

interface Applied {
  readonly ok: true;
  readonly value: JsonValue;
  readonly strict: readonly string[];
  /** `value` with its members in the order in which upstream writes and reads it. */
  readonly ordered: () => JsonValue;
  /** What messages quote. */
  readonly quoted: () => string;
}

function apply(options: PatchOptions): Applied | PatchFailure {
  const { text, object, schema } = options;
  if (options.type === 'json') {
    const parsed = parseJsonPatch(text);
    if (!parsed.ok) return parsed;
    const patched = applyJsonPatch(object, parsed.operations);
    if (!patched.ok) return patched;
    const ordered = () => sorted(patched.value, patched.touched);
    return { ...patched, strict: parsed.strict, ordered, quoted: () => goJson(ordered()) };
  }
  const parsed = parseObjectPatch(text, options.type === 'merge' ? 'error decoding patch: ' : '');
  if (!parsed.ok) return parsed;
  const { patch, strict } = parsed;
  if (options.type === 'merge') {
    if (patch === undefined) return badPatch('Invalid JSON Patch');
    const touched = new Set<JsonValue>();
    const value = applyMergePatch(object, patch, touched);
    const ordered = () => sorted(value, touched);
    return { ok: true, value, strict, ordered, quoted: () => goJson(ordered()) };
  }
  const patched = applyStrategicMergePatch(object, patch ?? {}, schema);
  if (!patched.ok) return patched;
  return { ...patched, strict, ordered: () => sorted(patched.value), quoted: () => goValue(patch ?? {}) };
}

function decode(applied: Applied, options: PatchOptions): PatchedObject {
  const { expected, fieldValidation } = options;
  const { kind, version, group } = expected;
  const apiVersion = group === '' ? version : `${group}/${version}`;
  const refuse = (error: string): PatchedObject => {
    const cause = invalid('patch', applied.quoted(), error);
    const message = ` "" is invalid: ${fieldErrorText(cause)}`;
    return { ok: false, code: 422, reason: 'Invalid', message, causes: [cause] };
  };
  const value = isObject(applied.value) ? applied.value : {};
  const named = { kind: value['kind'] ?? kind, apiVersion: value['apiVersion'] ?? apiVersion };
  // A strategic merge patch is applied to the type, whatever it calls itself; the others go through the decoder.
  if (options.type !== 'strategic' && (named.kind !== kind || named.apiVersion !== apiVersion)) {
    return refuse(asOther(goValue(named.kind), goValue(named.apiVersion), applied, options));
  }
  const result = canonical({ ...value, kind, apiVersion }, options.schema);
  let strict = applied.strict;
  if (result.invalid || result.unknown) {
    const tree = treeOf(isObject(applied.value) ? applied.ordered() : {});
    const findings = inspect(tree instanceof TreeObject ? tree : new TreeObject(), options.schema);
    if (findings.error !== undefined) {
      return refuse(
        (options.type === 'strategic' ? conversionError(value, options.schema) : undefined) ?? findings.error,
      );
    }
    strict = [...strict, ...findings.strict];
  }
  if (strict.length > 0 && fieldValidation === 'Strict') return refuse(`strict decoding error: ${strict.join(', ')}`);
  return { ok: true, object: result.object, warnings: fieldValidation === 'Warn' ? strict : [] };
}

/** The patched object calls itself another kind: what decoding it as that kind says is wrong. */
function asOther(kind: string, apiVersion: string, applied: Applied, { expected }: PatchOptions): string {
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? '' : apiVersion.slice(0, slash);
  const version = apiVersion.slice(slash + 1);
  const schema = definitionOfKind(group, version, kind);
  if (schema === undefined) {
    return `no kind "${kind}" is registered for version "${apiVersion}" in scheme "pkg/api/legacyscheme/scheme.go:30"`;
  }
  const tree = treeOf(applied.ordered());
  const { error } = inspect(tree instanceof TreeObject ? tree : new TreeObject(), schema);
  const internal = expected.group === '' ? 'core' : expected.group.split('.')[0];
  return error ?? `converting (${version}.${kind}) to (${internal}.${expected.kind}): unknown conversion`;
}

/** With the members of the objects named (all of them, if none are) sorted by name. */
function sorted(value: JsonValue, only?: ReadonlySet<JsonValue>): JsonValue {
  if (Array.isArray(value)) return value.map((item) => sorted(item, only));
  if (!isObject(value)) return value;
  const keys = Object.keys(value);
  if (only === undefined || only.has(value)) keys.sort();
  const result: JsonObject = {};
  for (const key of keys) setMember(result, key, sorted(value[key] ?? null, only));
  return result;
}
