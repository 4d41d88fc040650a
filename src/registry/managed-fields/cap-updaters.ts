// At most ten managers that update are told apart: the oldest are merged into one, a version at a time.
// Models kubernetes staging/src/k8s.io/apimachinery/pkg/util/managedfields/internal/capmanagers.go.

import type { Managed } from './entries.ts';
import { NO_TIME, compareTexts } from './entries.ts';
import { managerId } from './manager.ts';

const MAX_UPDATERS = 10;
const ANCIENT = 'ancient-changes';

export function capUpdaters(managed: Managed): Managed {
  if (managed.owners.size <= MAX_UPDATERS) return managed;
  const updaters = [...managed.owners].flatMap(([id, { applied }]) => (applied ? [] : [id]));
  if (updaters.length <= MAX_UPDATERS) return managed;
  const owners = new Map(managed.owners);
  const times = new Map(managed.times);
  const timeOf = (id: string) => times.get(id) ?? NO_TIME;
  updaters.sort((a, b) => compareTexts(timeOf(a), timeOf(b)) || compareTexts(a, b));
  // The oldest of a version stays as it is until there is another to merge it with.
  const first = new Map<string, string>();
  let left = updaters.length;
  for (const id of updaters) {
    if (left <= MAX_UPDATERS) break;
    const owned = owners.get(id);
    if (owned === undefined) continue;
    const { apiVersion } = owned;
    const oldest = first.get(apiVersion);
    if (oldest === undefined) {
      first.set(apiVersion, id);
      continue;
    }
    const bucket = managerId({ manager: ANCIENT, operation: 'Update', apiVersion, subresource: '' });
    const collected = owners.get(bucket) ?? owners.get(oldest);
    if (!owners.has(bucket)) owners.delete(oldest);
    const set = collected === undefined ? owned.set : owned.set.union(collected.set);
    const time = times.get(id);
    owners.delete(id);
    owners.set(bucket, { set, apiVersion, applied: false });
    left--;
    if (time === undefined) times.delete(bucket);
    else times.set(bucket, time);
  }
  return { owners, times };
}
