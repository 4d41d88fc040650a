// What differs between two objects. Nothing is built for what is equal. Models structured-merge-diff typed/compare.go.

import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { deepEqual, isObject } from '../../lib/json.ts';
import { LEAF, MAX_DEPTH, NO_FIELDS, nodeOf } from './field-tree.ts';
import type { FieldNode, FieldTree } from './field-tree.ts';
import { everything, isEmptyObject, isEverything } from './to-fields.ts';
import type { Type } from './types.ts';
import { DEDUCED, itemsByElement } from './types.ts';

export interface TreeChanges {
  readonly added: FieldTree;
  readonly modified: FieldTree;
  readonly removed: FieldTree;
}

/** What changed at one element and below; no change at all is undefined. */
interface Change {
  readonly added?: FieldNode | undefined;
  readonly modified?: FieldNode | undefined;
  readonly removed?: FieldNode | undefined;
}

interface Changes {
  added?: Map<string, FieldNode>;
  modified?: Map<string, FieldNode>;
  removed?: Map<string, FieldNode>;
}

const MODIFIED: Change = { modified: LEAF };

/** `like`: what is expected to be new, if anything: its parts are handed back where they are, and not built again. */
export function changesBetween(old: JsonObject, next: JsonObject, type: Type, like?: FieldTree): TreeChanges {
  const changes: Changes = {};
  if (old !== next) compareMembers(old, next, type, 0, changes, like);
  return {
    added: changes.added ?? NO_FIELDS,
    modified: changes.modified ?? NO_FIELDS,
    removed: changes.removed ?? NO_FIELDS,
  };
}

function record(changes: Changes, element: string, change: Change): void {
  if (change.added !== undefined) (changes.added ??= new Map()).set(element, change.added);
  if (change.modified !== undefined) (changes.modified ??= new Map()).set(element, change.modified);
  if (change.removed !== undefined) (changes.removed ??= new Map()).set(element, change.removed);
}

function changeOf(changes: Changes, modified: boolean): Change | undefined {
  if (!modified && changes.added === undefined && changes.modified === undefined && changes.removed === undefined) {
    return undefined;
  }
  return {
    added: nodeOf(false, changes.added),
    modified: nodeOf(modified, changes.modified),
    removed: nodeOf(false, changes.removed),
  };
}

/** All of a value that was not there. */
function all(value: JsonValue, type: Type, depth: number, like: FieldNode | undefined): FieldNode {
  return like !== undefined && isEverything(like, value, type, depth) ? like : everything(value, type, depth);
}

function compareValues(
  old: JsonValue,
  next: JsonValue,
  type: Type,
  depth: number,
  like: FieldTree | undefined,
): Change | undefined {
  if (old === next) return undefined;
  if (type.atomic || type.kind === 'scalar' || depth >= MAX_DEPTH) return deepEqual(old, next) ? undefined : MODIFIED;
  const changes: Changes = {};
  if (type.kind === 'list') return compareLists(old, next, type, depth, changes, like);
  // Free-form: whatever is no object is one field, and an object's members go when it makes way for such a field.
  const leaf = type.kind === 'deduced' && !(isContainer(old) && isContainer(next));
  if (leaf && deepEqual(old, next)) return undefined;
  const [left, right] = [isObject(old) ? old : {}, isObject(next) ? next : {}];
  if (isEmptyObject(left) && isEmptyObject(right)) return deepEqual(old, next) ? undefined : MODIFIED;
  compareMembers(left, right, type, depth, changes, like);
  return changeOf(changes, leaf);
}

function isContainer(value: JsonValue): boolean {
  return value === null || isObject(value);
}

function compareMembers(
  old: JsonObject,
  next: JsonObject,
  type: Type,
  depth: number,
  changes: Changes,
  like: FieldTree | undefined,
): void {
  const struct = type.struct?.();
  const itemType = struct === undefined ? (type.items ?? DEDUCED) : (struct.others ?? DEDUCED);
  for (const key of Object.keys(old)) {
    const before = old[key];
    let after = next[key];
    if (before === after || before === undefined) continue;
    if (!Object.hasOwn(next, key)) after = undefined;
    const field = struct?.fields.get(key);
    const childType = field?.type ?? itemType;
    const element = field?.element ?? `f:${key}`;
    const change =
      after === undefined
        ? { removed: everything(before, childType, depth + 1) }
        : compareValues(before, after, childType, depth + 1, like?.get(element)?.below);
    if (change !== undefined) record(changes, element, change);
  }
  for (const key of Object.keys(next)) {
    const after = next[key];
    if (after === undefined || (Object.hasOwn(old, key) && old[key] !== undefined)) continue;
    const field = struct?.fields.get(key);
    const element = field?.element ?? `f:${key}`;
    record(changes, element, { added: all(after, field?.type ?? itemType, depth + 1, like?.get(element)) });
  }
}

function compareLists(
  old: JsonValue,
  next: JsonValue,
  type: Type,
  depth: number,
  changes: Changes,
  like: FieldTree | undefined,
): Change | undefined {
  const [left, right] = [Array.isArray(old) ? old : [], Array.isArray(next) ? next : []];
  if (left.length === 0 && right.length === 0) return deepEqual(old, next) ? undefined : MODIFIED;
  if (left.length === right.length && deepEqual(left, right)) return undefined;
  const itemType = type.items ?? DEDUCED;
  const before = itemsByElement(type, left);
  const after = itemsByElement(type, right);
  for (const [element, olds] of before) {
    const change = compareItems(olds, after.get(element) ?? [], itemType, depth + 1, like?.get(element));
    if (change !== undefined) record(changes, element, change);
  }
  for (const [element, news] of after) {
    if (before.has(element)) continue;
    const change = compareItems([], news, itemType, depth + 1, like?.get(element));
    if (change !== undefined) record(changes, element, change);
  }
  return changeOf(changes, false);
}

/** Items that share an element count as one field. */
function compareItems(
  olds: readonly JsonValue[],
  news: readonly JsonValue[],
  type: Type,
  depth: number,
  like: FieldNode | undefined,
): Change | undefined {
  const [before, after] = [olds[0], news[0]];
  if (olds.length > 1 && news.length > 1) return deepEqual(olds, news) ? undefined : MODIFIED;
  if (olds.length > 1)
    return { removed: LEAF, added: after === undefined ? undefined : everything(after, type, depth) };
  if (news.length > 1)
    return { added: LEAF, removed: before === undefined ? undefined : everything(before, type, depth) };
  if (before === undefined) return after === undefined ? undefined : { added: all(after, type, depth, like) };
  if (after === undefined) return { removed: everything(before, type, depth) };
  return compareValues(before, after, type, depth, like?.below);
}
