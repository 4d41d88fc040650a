// What an applied configuration makes of a live object, before anything is taken away. Parts that stay are shared.
// Models structured-merge-diff typed/merge.go.

import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { deepEqual, isObject } from '../../lib/json.ts';
import { MAX_DEPTH } from './field-tree.ts';
import type { Type } from './types.ts';
import { DEDUCED, elementOf } from './types.ts';

export function mergeMembers(live: JsonObject, applied: JsonObject, type: Type, depth: number): JsonObject {
  const struct = type.struct?.();
  const itemType = struct === undefined ? (type.items ?? DEDUCED) : (struct.others ?? DEDUCED);
  let merged: JsonObject | undefined;
  for (const key of Object.keys(applied)) {
    const value = applied[key];
    if (value === undefined) continue;
    const before = Object.hasOwn(live, key) ? live[key] : undefined;
    const after =
      before === undefined ? value : mergeValues(before, value, struct?.fields.get(key)?.type ?? itemType, depth + 1);
    if (after !== before) setMember((merged ??= { ...live }), key, after);
  }
  return merged ?? live;
}

function setMember(object: JsonObject, key: string, value: JsonValue): void {
  // An assignment would take this one name for the prototype.
  if (key !== '__proto__') object[key] = value;
  else Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

function mergeValues(live: JsonValue, applied: JsonValue, type: Type, depth: number): JsonValue {
  if (live === applied) return live;
  if (type.atomic || type.kind === 'scalar' || depth >= MAX_DEPTH) return deepEqual(live, applied) ? live : applied;
  if (type.kind === 'list') {
    const items = Array.isArray(live) ? live : [];
    if (items.length === 0) return applied;
    return Array.isArray(applied) && !deepEqual(items, applied) ? mergeLists(items, applied, type, depth) : live;
  }
  // null changes nothing in an object that holds something.
  if (applied === null) return isObject(live) && Object.keys(live).length > 0 ? live : null;
  if (isObject(live) && isObject(applied)) return mergeMembers(live, applied, type, depth);
  return deepEqual(live, applied) ? live : applied;
}

/**
 * Items of both in an order that keeps the applied list's, and the live one's where the applied list says nothing:
 * live a b c d with applied d x b gives a c d x b — of the shared items, those out of turn wait for theirs.
 */
function mergeLists(live: JsonValue[], applied: JsonValue[], type: Type, depth: number): JsonValue[] {
  const left = elementsOf(live, type);
  const right = elementsOf(applied, type);
  const rightItems = new Map(applied.map((item, index) => [right[index] ?? '', item]));
  // null: there are several with this element, and none of them is merged with.
  const leftItems = new Map<string, JsonValue>();
  live.forEach((item, index) => leftItems.set(left[index] ?? '', leftItems.has(left[index] ?? '') ? null : item));
  const shared = right.filter((element) => leftItems.has(element));
  const taken = new Set<string>();
  const merged: JsonValue[] = [];
  let nextShared = shared.shift();
  let l = 0;
  let r = 0;
  const takeApplied = (element: string): void => {
    const before = leftItems.get(element);
    const item = rightItems.get(element) ?? null;
    taken.add(element);
    merged.push(before === undefined ? item : mergeValues(before, item, type.items ?? DEDUCED, depth + 1));
    r++;
  };
  while (l < left.length || r < right.length) {
    const mine = left[l];
    const theirs = right[r];
    if (mine !== undefined && theirs !== undefined) {
      if (mine === theirs) {
        takeApplied(theirs);
        l++;
        nextShared = shared.shift();
        continue;
      }
      if (rightItems.has(mine) && nextShared !== undefined && nextShared !== mine) {
        l++;
        continue;
      }
    }
    if (mine !== undefined) {
      if (!rightItems.has(mine)) {
        merged.push(live[l] ?? null);
        l++;
        continue;
      }
      if (taken.has(mine)) l++;
    }
    if (theirs !== undefined) {
      takeApplied(theirs);
      if (nextShared === theirs) nextShared = shared.shift();
    }
  }
  const same = merged.length === live.length && merged.every((item, index) => item === live[index]);
  return same ? live : merged;
}

/** Items are valid by now; one that has no element stands for itself alone. */
function elementsOf(items: readonly JsonValue[], type: Type): string[] {
  return items.map((item, index) => elementOf(type, item) ?? `?${index}`);
}
