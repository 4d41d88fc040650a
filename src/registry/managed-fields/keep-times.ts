// A write that changes nothing but the times of its managers is none.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/endpoints/handlers/fieldmanager/equality.go.

import type { KubeObject } from '../../api/object.ts';
import { deepEqual } from '../../lib/json.ts';
import type { Entries } from './entries.ts';

/** Whether the two say the same but for times. */
export function sameButForTimes(a: Entries | undefined, b: Entries | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined || a.length !== b.length) return false;
  return a.every((entry, index) => deepEqual({ ...entry, time: undefined }, { ...b[index], time: undefined }));
}

/** Gives `next` the old times where it differs from `old` in nothing else. */
export function keepTimes(next: KubeObject, old: KubeObject): void {
  const entries = next.metadata.managedFields;
  const before = old.metadata.managedFields;
  if (entries === before || before === undefined || !sameButForTimes(entries, before)) return;
  const same = { ...next, metadata: { ...next.metadata, managedFields: before } };
  if (deepEqual(same, old)) next.metadata.managedFields = before;
}
