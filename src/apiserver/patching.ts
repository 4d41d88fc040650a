// PATCH bodies: which kind of patch, and what it makes of an object.

import type { Kind } from '../api/kind.ts';
import type { KubeObject } from '../api/object.ts';
import { isUnstructured, schemaOf } from '../api/schema-of.ts';
import type { Result } from '../api/status.ts';
import { fail, failure, ok } from '../api/status.ts';
import type { JsonObject } from '../lib/json.ts';
import type { ExpectedKind } from '../schema/decode/decode-object.ts';
import type { PatchType as OtherPatchType } from '../schema/patch/patch-object.ts';
import { patchObject } from '../schema/patch/patch-object.ts';
import type { ApiRequest } from './http.ts';
import { unsupportedMediaType } from './negotiate.ts';
import type { FieldValidation } from './options.ts';

export type PatchType = OtherPatchType | 'apply';

/** In the order in which upstream lists them. */
const TYPES: ReadonlyMap<string, PatchType> = new Map([
  ['application/json-patch+json', 'json'],
  ['application/merge-patch+json', 'merge'],
  ['application/strategic-merge-patch+json', 'strategic'],
  ['application/apply-patch+yaml', 'apply'],
]);

export const PATCH_MEDIA_TYPES: readonly string[] = [...TYPES.keys()];

/** Of a kind without a Go type there is no strategic merge. */
export function patchMediaTypes(kind: Pick<Kind, 'schema'>): readonly string[] {
  if (!isUnstructured(kind)) return PATCH_MEDIA_TYPES;
  return PATCH_MEDIA_TYPES.filter((type) => TYPES.get(type) !== 'strategic');
}

export function patchType(request: ApiRequest, kind: Pick<Kind, 'schema'>): Result<PatchType> {
  const [media = ''] = (request.header('content-type') ?? '').split(';');
  const types = patchMediaTypes(kind);
  const type = types.includes(media.trim()) ? TYPES.get(media.trim()) : undefined;
  return type === undefined ? fail(unsupportedMediaType(types)) : ok(type);
}

export interface Patching {
  readonly type: OtherPatchType;
  readonly text: string;
  readonly expected: ExpectedKind;
  readonly fieldValidation: FieldValidation;
}

/** A new object, decoded and checked as a body is; `object` is left as it is. */
export function applyPatch(
  { type, text, expected, fieldValidation }: Patching,
  object: KubeObject,
): Result<{ readonly object: KubeObject; readonly warnings: readonly string[] }> {
  const schema = schemaOf(expected);
  const source = object as unknown as JsonObject;
  const patched = patchObject({ type, text, object: source, expected, schema, fieldValidation });
  if (patched.ok) {
    const made = patched.object as unknown as KubeObject;
    made.metadata ??= {} as KubeObject['metadata'];
    return ok({ object: made, warnings: patched.warnings });
  }
  const { code, reason, message, causes } = patched;
  if (causes !== undefined) {
    const details = causes.map((cause) => ({ reason: cause.type, message: cause.message, field: cause.field }));
    return fail(failure(code, reason, message, { causes: details }));
  }
  // What upstream makes of an HTTP code alone carries empty details.
  return fail(failure(code, reason, message, reason === 'Invalid' ? {} : undefined));
}
