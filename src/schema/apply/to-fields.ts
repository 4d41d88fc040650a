// The fields that a value sets. Models structured-merge-diff typed/tofieldset.go and, for `everything`, typed/compare.go.

import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { isObject } from '../../lib/json.ts';
import { LEAF, MAX_DEPTH, NO_FIELDS } from './field-tree.ts';
import type { FieldNode, FieldTree } from './field-tree.ts';
import type { Type } from './types.ts';
import { DEDUCED, itemElement } from './types.ts';

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
  return within(object, type, 0) ?? NO_FIELDS;
}

function fieldsOfMember(value: JsonValue, type: Type, named: boolean, depth: number): FieldNode | undefined {
  if (isLeaf(value, type, depth)) return LEAF;
  const own = !named || value === null || (isObject(value) && isEmptyObject(value));
  const below = within(value, type, depth);
  if (below === undefined) return own ? LEAF : undefined;
  return { own, below };
}

function within(value: JsonValue, type: Type, depth: number): FieldTree | undefined {
  if (type.kind === 'list') return Array.isArray(value) ? ofItems(value, type, depth, fieldsOfItem) : undefined;
  return isObject(value) ? ofMembers(value, type, depth, fieldsOfMember) : undefined;
}

function fieldsOfItem(item: JsonValue, type: Type, depth: number): FieldNode {
  return fieldsOfMember(item, type, false, depth) ?? LEAF;
}

/** As fieldsOf, with every struct, map and list that leads there: what comes or goes together with a value. */
export function everything(value: JsonValue, type: Type, depth: number): FieldNode {
  if (isLeaf(value, type, depth)) return LEAF;
  const below =
    type.kind === 'list'
      ? Array.isArray(value)
        ? ofItems(value, type, depth, everything)
        : undefined
      : isObject(value)
        ? ofMembers(value, type, depth, everythingOfMember)
        : undefined;
  return below === undefined ? LEAF : { own: true, below };
}

function everythingOfMember(value: JsonValue, type: Type, _named: boolean, depth: number): FieldNode {
  return everything(value, type, depth);
}

function ofMembers(
  object: JsonObject,
  type: Type,
  depth: number,
  fieldsOfOne: (value: JsonValue, type: Type, named: boolean, depth: number) => FieldNode | undefined,
): FieldTree | undefined {
  const struct = type.struct?.();
  const itemType = struct === undefined ? (type.items ?? DEDUCED) : (struct.others ?? DEDUCED);
  let below: Map<string, FieldNode> | undefined;
  for (const key of Object.keys(object)) {
    const value = object[key];
    if (value === undefined) continue;
    const field = struct?.fields.get(key);
    const node =
      field === undefined
        ? fieldsOfOne(value, itemType, false, depth + 1)
        : fieldsOfOne(value, field.type, true, depth + 1);
    if (node !== undefined) (below ??= new Map()).set(field?.element ?? `f:${key}`, node);
  }
  return below;
}

function ofItems(
  items: readonly JsonValue[],
  type: Type,
  depth: number,
  fieldsOfOne: (item: JsonValue, type: Type, depth: number) => FieldNode,
): FieldTree | undefined {
  let below: Map<string, FieldNode> | undefined;
  for (const item of items) {
    const named = itemElement(type, item);
    if (!('element' in named)) continue;
    below ??= new Map();
    // Items that share an element are owned together, by the element alone.
    below.set(named.element, below.has(named.element) ? LEAF : fieldsOfOne(item, type.items ?? DEDUCED, depth + 1));
  }
  return below;
}
