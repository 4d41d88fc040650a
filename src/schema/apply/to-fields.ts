// The fields that a value sets. Models structured-merge-diff typed/tofieldset.go and, for `everything`, typed/compare.go.

import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { isObject } from '../../lib/json.ts';
import { LEAF, MAX_DEPTH, NO_FIELDS } from './field-tree.ts';
import type { FieldNode, FieldTree } from './field-tree.ts';
import type { Type } from './types.ts';
import { DEDUCED, elementOf } from './types.ts';

/** Whether a value is owned as one. */
export function isLeaf(value: JsonValue, type: Type, depth: number): boolean {
  if (type.atomic || type.kind === 'scalar' || depth >= MAX_DEPTH) return true;
  return type.kind === 'deduced' && value !== null && !isObject(value);
}

export function isEmptyObject(value: JsonObject): boolean {
  for (const key in value) if (value[key] !== undefined) return false;
  return true;
}

/**
 * Leaves, items of lists and keys of maps. A struct's field is only there for what it holds, or when it is null or {};
 * an empty list sets nothing.
 */
export function fieldsOf(object: JsonObject, type: Type): FieldTree {
  return within(object, type, false, 0) ?? NO_FIELDS;
}

/** As fieldsOf, with every struct, map and list that leads there: what comes or goes together with a value. */
export function everything(value: JsonValue, type: Type, depth: number): FieldNode {
  return fieldsOfOne(value, type, true, true, depth) ?? LEAF;
}

/** Whether `everything` of the value is this node, told without building it. It may say no though it is. */
export function isEverything(node: FieldNode, value: JsonValue, type: Type, depth: number): boolean {
  if (!node.own) return false;
  if (isLeaf(value, type, depth)) return node.below === undefined;
  const below = node.below ?? NO_FIELDS;
  if (type.kind === 'list') return Array.isArray(value) ? areItems(below, value, type, depth) : below.size === 0;
  return isObject(value) ? areMembers(below, value, type, depth) : below.size === 0;
}

function areMembers(tree: FieldTree, object: JsonObject, type: Type, depth: number): boolean {
  const struct = type.struct?.();
  const itemType = struct === undefined ? (type.items ?? DEDUCED) : (struct.others ?? DEDUCED);
  let count = 0;
  for (const key in object) {
    const value = object[key];
    if (value === undefined) continue;
    const field = struct?.fields.get(key);
    const node = tree.get(field?.element ?? `f:${key}`);
    if (node === undefined || !isEverything(node, value, field?.type ?? itemType, depth + 1)) return false;
    count++;
  }
  return count === tree.size;
}

/** In the tree's order; it says no as well where that is another, or items share an element, which is rare. */
function areItems(tree: FieldTree, items: readonly JsonValue[], type: Type, depth: number): boolean {
  const itemType = type.items ?? DEDUCED;
  const expected = tree.entries();
  for (const item of items) {
    const element = elementOf(type, item);
    if (element === undefined) continue;
    const next = expected.next();
    if (next.done === true || next.value[0] !== element) return false;
    if (!isEverything(next.value[1], item, itemType, depth + 1)) return false;
  }
  return expected.next().done === true;
}

/** `named`: by a struct, so that its content decides, unless `all` count. */
function fieldsOfOne(value: JsonValue, type: Type, named: boolean, all: boolean, depth: number): FieldNode | undefined {
  if (isLeaf(value, type, depth)) return LEAF;
  const own = all || !named || value === null || (isObject(value) && isEmptyObject(value));
  const below = within(value, type, all, depth);
  if (below === undefined) return own ? LEAF : undefined;
  return { own, below };
}

function within(value: JsonValue, type: Type, all: boolean, depth: number): FieldTree | undefined {
  if (type.kind === 'list') return Array.isArray(value) ? ofItems(value, type, all, depth) : undefined;
  return isObject(value) ? ofMembers(value, type, all, depth) : undefined;
}

function ofMembers(object: JsonObject, type: Type, all: boolean, depth: number): FieldTree | undefined {
  const struct = type.struct?.();
  const itemType = struct === undefined ? (type.items ?? DEDUCED) : (struct.others ?? DEDUCED);
  let below: Map<string, FieldNode> | undefined;
  for (const key of Object.keys(object)) {
    const value = object[key];
    if (value === undefined) continue;
    const field = struct?.fields.get(key);
    const node = fieldsOfOne(value, field?.type ?? itemType, field !== undefined, all, depth + 1);
    if (node !== undefined) (below ??= new Map()).set(field?.element ?? `f:${key}`, node);
  }
  return below;
}

function ofItems(items: readonly JsonValue[], type: Type, all: boolean, depth: number): FieldTree | undefined {
  const itemType = type.items ?? DEDUCED;
  let below: Map<string, FieldNode> | undefined;
  for (const item of items) {
    const element = elementOf(type, item);
    if (element === undefined) continue;
    below ??= new Map();
    // Items that share an element are owned together, by the element alone.
    const node = below.has(element) ? LEAF : fieldsOfOne(item, itemType, false, all, depth + 1);
    below.set(element, node ?? LEAF);
  }
  return below;
}
