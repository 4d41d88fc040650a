// The three kinds of patch, each made ready once and applied to the object it finds.

import type { Result } from '../api/status.ts';
import { badRequest, fail, failure, ok } from '../api/status.ts';
import type { JsonValue } from '../lib/json.ts';
import { isObject } from '../lib/json.ts';
import { applyJsonPatch, parseJsonPatch } from '../schema/patch/json-patch.ts';
import { applyMergePatch } from '../schema/patch/merge-patch.ts';
import { applyStrategicMergePatch } from '../schema/patch/strategic-merge-patch.ts';

/** Media types of PATCH bodies, in the order in which upstream lists them. */
export const PATCH_TYPES = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
];

export interface PreparedPatch {
  /** May change `target`, which is the caller's private copy. */
  apply(target: JsonValue): Result<JsonValue>;
}

export function preparePatch(type: string, text: string, definition: string): Result<PreparedPatch> {
  if (type === 'application/json-patch+json') {
    const parsed = parseJsonPatch(text);
    if (!parsed.ok) return fail(failure(parsed.code, parsed.reason, parsed.message));
    return ok({
      apply(target) {
        const applied = applyJsonPatch(target, parsed.patch);
        return applied.ok ? ok(applied.value) : fail(failure(applied.code, applied.reason, applied.message));
      },
    });
  }
  const parsed = parseObject(text);
  if (!parsed.ok) return parsed;
  const patch = parsed.value;
  if (type === 'application/merge-patch+json') {
    return ok({ apply: (target) => ok(applyMergePatch(target, patch)) });
  }
  return ok({
    apply(target) {
      const applied = applyStrategicMergePatch(target, patch, definition);
      return applied.ok ? ok(applied.value) : fail(failure(applied.code, applied.reason, applied.message));
    },
  });
}

function parseObject(text: string): Result<JsonValue> {
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch {
    return fail(badRequest(`error decoding patch: ${text.slice(0, 64)} is not JSON`));
  }
  return isObject(value) ? ok(value) : fail(badRequest('error decoding patch: the patch is not an object'));
}
