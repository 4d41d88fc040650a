// JSON merge patch (RFC 7386).
// Models the mergePatch of kubernetes staging/src/k8s.io/apiserver/pkg/endpoints/handlers/patch.go.

import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { isObject } from '../../lib/json.ts';
import { describe } from '../decode/inspect.ts';
import { TreeObject, parseTree, setMember, treeValue } from '../decode/json-tree.ts';
import type { Tree } from '../decode/json-tree.ts';
import { badPatch } from './patched.ts';
import type { PatchFailure } from './patched.ts';

export type ParsedObjectPatch =
  | {
      readonly ok: true;
      /** undefined for `null`. */
      readonly patch: JsonObject | undefined;
      /** `duplicate field "data.a"` */
      readonly strict: readonly string[];
    }
  | PatchFailure;

/** The body of a merge patch or a strategic merge patch; `prefix` stands before decoding errors. */
export function parseObjectPatch(text: string, prefix: string): ParsedObjectPatch {
  const parsed = parseTree(text);
  if (!parsed.ok) return badPatch(`${prefix}${parsed.error}`);
  const { tree } = parsed;
  if (tree === null) return { ok: true, patch: undefined, strict: [] };
  if (!(tree instanceof TreeObject)) {
    const got = describe(tree, '');
    return badPatch(`${prefix}json: cannot unmarshal ${got} into Go value of type map[string]interface {}`);
  }
  const strict = new Set<string>();
  findDuplicates(tree, '', strict);
  return { ok: true, patch: treeValue(tree) as JsonObject, strict: [...strict] };
}

/** Upstream's decoder tells no more. */
const MAX_STRICT_ERRORS = 100;

function findDuplicates(tree: Tree, path: string, found: Set<string>): void {
  if (found.size >= MAX_STRICT_ERRORS) return;
  if (Array.isArray(tree)) tree.forEach((item, index) => findDuplicates(item, `${path}[${index}]`, found));
  if (!(tree instanceof TreeObject)) return;
  const seen = new Set<string>();
  tree.keys.forEach((key, index) => {
    const at = path === '' ? key : `${path}.${key}`;
    if (seen.has(key) && found.size < MAX_STRICT_ERRORS) found.add(`duplicate field "${at}"`);
    seen.add(key);
    findDuplicates(tree.values[index] ?? null, at, found);
  });
}

/** Leaves both as they are; the answer shares parts with them. `touched` takes the objects that were merged into. */
export function applyMergePatch(target: JsonValue, patch: JsonValue, touched = new Set<JsonValue>()): JsonValue {
  if (!isObject(patch)) return patch;
  const result: JsonObject = {};
  if (isObject(target)) {
    touched.add(result);
    for (const key of Object.keys(target)) setMember(result, key, target[key] ?? null);
  }
  for (const key of Object.keys(patch)) {
    const change = patch[key] ?? null;
    if (change === null) delete result[key];
    else
      setMember(
        result,
        key,
        applyMergePatch(Object.hasOwn(result, key) ? (result[key] ?? null) : null, change, touched),
      );
  }
  return result;
}
