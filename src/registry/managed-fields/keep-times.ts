// A write that changes nothing but the times of its managers is none.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/endpoints/handlers/fieldmanager/equality.go.

import type { KubeObject } from '../../api/object.ts';
import { deepEqual } from '../../lib/json.ts';
import type { Entries } from './entries.ts';
import { sameFields } from './entries.ts';
import { withoutEntries } from './track-update.ts';

/** Whether the two say the same but for times. */
export function sameButForTimes(a: Entries | undefined, b: Entries | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined || a.length !== b.length) return false;
  return a.every((entry, index) => sameEntryButForTime(entry, b[index]));
}

function sameEntryButForTime(a: Entries[number], b: Entries[number] | undefined): boolean {
  return (
    b !== undefined &&
    a.manager === b.manager &&
    a.operation === b.operation &&
    a.apiVersion === b.apiVersion &&
    a.fieldsType === b.fieldsType &&
    a.subresource === b.subresource &&
    sameFields(a, b)
  );
}

/** Whether the two are equal. Of what their managers own nothing is built. */
export function sameObjects(a: KubeObject, b: KubeObject): boolean {
  const [left, right] = [a.metadata.managedFields, b.metadata.managedFields];
  if (!sameButForTimes(left, right)) return false;
  if (left !== right && left?.some(({ time }, index) => time !== right?.[index]?.time)) return false;
  return deepEqual(withoutEntries(a), withoutEntries(b));
}

/** Gives `next` the old times where it differs from `old` in nothing else. */
export function keepTimes(next: KubeObject, old: KubeObject): void {
  const entries = next.metadata.managedFields;
  const before = old.metadata.managedFields;
  if (entries === before || before === undefined || !sameButForTimes(entries, before)) return;
  const same = { ...next, metadata: { ...next.metadata, managedFields: before } };
  if (deepEqual(same, old)) next.metadata.managedFields = before;
}
