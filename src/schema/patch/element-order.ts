// The order of a merged list: what the patch names stands in the patch's order, what only the server has keeps its own
// order, and the two are woven together by the places that the server's list gave them.
// Models normalizeElementOrder of kubernetes staging/src/k8s.io/apimachinery/pkg/util/strategicpatch/patch.go.
//
// Example: server a b c d, patch names d b, so patch items are d b, server-only items a c:
//   a stands before d in the server's list → a first; c stands before d too → c; then d b. Result a c d b.

import type { JsonValue } from '../../lib/json.ts';
import { isObject } from '../../lib/json.ts';

/** What identifies an item: its merge key, or itself. */
export function identity(item: JsonValue, mergeKey: string | undefined): JsonValue | undefined {
  if (mergeKey === undefined) return item;
  return isObject(item) ? item[mergeKey] : undefined;
}

export function orderElements(
  merged: readonly JsonValue[],
  patchOrder: readonly JsonValue[],
  serverOrder: readonly JsonValue[],
  mergeKey: string | undefined,
): JsonValue[] {
  const patchPlaces = places(patchOrder, mergeKey);
  const serverPlaces = places(serverOrder, mergeKey);
  const placeIn = (order: Map<unknown, number>, item: JsonValue): number => order.get(identity(item, mergeKey)) ?? -1;

  const named = merged.filter((item) => placeIn(patchPlaces, item) >= 0);
  const others = merged.filter((item) => placeIn(patchPlaces, item) < 0);
  named.sort((a, b) => placeIn(patchPlaces, a) - placeIn(patchPlaces, b));
  others.sort((a, b) => placeIn(serverPlaces, a) - placeIn(serverPlaces, b));

  const result: JsonValue[] = [];
  let next = 0;
  for (const item of named) {
    const limit = placeIn(serverPlaces, item);
    while (next < others.length) {
      const other = others[next] as JsonValue;
      const place = placeIn(serverPlaces, other);
      if (limit < 0 || place < 0 || place >= limit) break;
      result.push(other);
      next++;
    }
    result.push(item);
  }
  return [...result, ...others.slice(next)];
}

function places(order: readonly JsonValue[], mergeKey: string | undefined): Map<unknown, number> {
  const found = new Map<unknown, number>();
  order.forEach((item, index) => {
    const id = identity(item, mergeKey);
    if (!found.has(id)) found.set(id, index);
  });
  return found;
}
