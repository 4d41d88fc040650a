// The hash in the name of a StatefulSet's revision: FNV-1 over the revision's data as Go writes it, with the count of
// collisions behind it, so that the same template has the same name here and on any other cluster of this version.
// Models kubernetes pkg/controller/history/controller_history.go (HashControllerRevision).

import { isObject } from '../../../lib/json.ts';
import { goJson } from '../../../schema/go-text.ts';
import { safeEncode } from '../pod-template-hash.ts';

export function revisionHash(data: unknown, collisionCount: number): string {
  return safeEncode(String(fnv1(`${sortedJson(data)}${collisionCount}`)));
}

/** FNV-1, not FNV-1a as in the hash of a pod template: it multiplies first. */
function fnv1(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = (Math.imul(hash, 0x01000193) ^ byte) >>> 0;
  return hash;
}

/** Members by name; not by way of a sorted object, which would put numbers first. */
function sortedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sortedJson).join(',')}]`;
  if (!isObject(value)) return goJson(value);
  const names = Object.keys(value)
    .filter((name) => value[name] !== undefined)
    .toSorted((a, b) => (a < b ? -1 : 1));
  return `{${names.map((name) => `${goJson(name)}:${sortedJson(value[name])}`).join(',')}}`;
}
