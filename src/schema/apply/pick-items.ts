// Objects without the fields of a set, or with nothing else. Models structured-merge-diff typed/remove.go.

import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { isObject } from '../../lib/json.ts';
import { NO_FIELDS } from './field-tree.ts';
import type { FieldTree } from './field-tree.ts';
import type { Type } from './types.ts';
import { DEDUCED, elementOf } from './types.ts';

/** A struct, map or list that loses all it held is null, as upstream leaves it. */
export function without(value: JsonValue, tree: FieldTree, type: Type): JsonValue {
  if (isObject(value)) {
    if (type.kind === 'list' || type.kind === 'scalar') return type.kind === 'list' ? null : value;
    if (type.atomic) return null;
    const kept = membersWithout(value, tree, type);
    return Object.keys(kept).length === 0 ? null : kept;
  }
  if (Array.isArray(value) && (type.kind === 'list' || type.kind === 'deduced')) {
    if (type.atomic || type.kind === 'deduced') return null;
    const kept = itemsWithout(value, tree, type);
    return kept.length === 0 ? null : kept;
  }
  return type.kind === 'scalar' || type.kind === 'deduced' ? value : null;
}

export function membersWithout(object: JsonObject, tree: FieldTree, type: Type): JsonObject {
  if (tree.size === 0) return object;
  const struct = type.struct?.();
  const itemType = struct === undefined ? (type.items ?? DEDUCED) : (struct.others ?? DEDUCED);
  const kept: Array<[string, JsonValue]> = [];
  for (const key of Object.keys(object)) {
    const value = object[key];
    if (value === undefined) continue;
    const field = struct?.fields.get(key);
    const node = tree.get(field?.element ?? `f:${key}`);
    if (node?.own === true) continue;
    kept.push([key, node?.below === undefined ? value : without(value, node.below, field?.type ?? itemType)]);
  }
  return Object.fromEntries(kept);
}

function itemsWithout(items: readonly JsonValue[], tree: FieldTree, type: Type): JsonValue[] {
  const kept: JsonValue[] = [];
  for (const item of items) {
    const node = tree.get(elementOf(type, item) ?? '');
    if (node?.own === true) continue;
    kept.push(node?.below === undefined ? item : without(item, node.below, type.items ?? DEDUCED));
  }
  return kept;
}

/**
 * What the set names. A path without longer ones brings its whole value; items of lists keep their key fields, without
 * which they could not be applied.
 */
export function membersWithin(
  object: JsonObject,
  tree: FieldTree,
  type: Type,
  keys: readonly string[] = [],
): JsonObject {
  const struct = type.struct?.();
  const itemType = struct === undefined ? (type.items ?? DEDUCED) : (struct.others ?? DEDUCED);
  const kept: Array<[string, JsonValue]> = [];
  for (const key of Object.keys(object)) {
    const value = object[key];
    if (value === undefined) continue;
    const field = struct?.fields.get(key);
    const node = tree.get(field?.element ?? `f:${key}`);
    if (node !== undefined) {
      kept.push([key, node.below === undefined ? value : within(value, node.below, field?.type ?? itemType)]);
    } else if (keys.includes(key)) kept.push([key, value]);
  }
  return Object.fromEntries(kept);
}

function within(value: JsonValue, tree: FieldTree, type: Type): JsonValue {
  if (type.atomic) return value;
  if (isObject(value) && type.kind !== 'list') return membersWithin(value, tree, type);
  if (!Array.isArray(value) || type.kind !== 'list') return value;
  const keys = type.keys?.map(({ name }) => name) ?? [];
  const kept: JsonValue[] = [];
  for (const item of value) {
    const node = tree.get(elementOf(type, item) ?? '');
    if (node === undefined) continue;
    const part = node.below !== undefined && isObject(item);
    kept.push(part ? membersWithin(item, node.below ?? NO_FIELDS, type.items ?? DEDUCED, keys) : item);
  }
  return kept;
}
