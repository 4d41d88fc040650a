// Who owns the fields of an object after a write that is no apply. It runs before admission: what admission and the
// kind's own rules add is owned by no one.
// Models kubernetes staging/src/k8s.io/apimachinery/pkg/util/managedfields/fieldmanager.go and its chain of managers.
//
// 1. What a write changes belongs to its manager, which then has the time of the write; to no one else.
// 2. An object without owners (they were reset, or are older than tracking) is not tracked until it is applied to.
// 3. A client's own managedFields count if they can be read; `[]` and `[{}]` reset them. Not of subresources.
// 4. Fields of metadata that the server fills in belong to no one.

import type { KubeObject } from '../../api/object.ts';
import { formatTime } from '../../lib/clock.ts';
import type { JsonObject } from '../../lib/json.ts';
import { deepEqual } from '../../lib/json.ts';
import { FieldSet } from '../../schema/apply/field-set.ts';
import type { ManagedSet } from '../../schema/apply/updater.ts';
import { update } from '../../schema/apply/updater.ts';
import { capUpdaters } from './cap-updaters.ts';
import type { Entries, Managed } from './entries.ts';
import { UNMANAGED, decodeEntries, decodeForeignEntries, encodeEntries } from './entries.ts';
import type { FieldScope } from './field-scope.ts';
import { managerId } from './manager.ts';

/** Of the write under way, among the managers that the engine is given. */
const SELF = 'current-operation';

const UNOWNED = FieldSet.fromPaths([
  ['f:apiVersion'],
  ['f:kind'],
  ['f:metadata'],
  ...[
    'name',
    'namespace',
    'creationTimestamp',
    'selfLink',
    'uid',
    'clusterName',
    'generation',
    'managedFields',
    'resourceVersion',
  ].map((name) => ['f:metadata', `f:${name}`]),
]);

/** Gives `next` its managedFields, in place. `live`: undefined for a create. `now` in milliseconds. */
export function trackUpdate(
  scope: FieldScope,
  live: KubeObject | undefined,
  next: KubeObject,
  manager: string,
  now: number,
): void {
  const given = next.metadata.managedFields;
  delete next.metadata.managedFields;
  const managed = managedBefore(scope, live?.metadata.managedFields, given);
  if (managed.owners.size === 0 && live !== undefined) return;
  const before = live === undefined ? scope.zero : withoutEntries(live);
  const entries = encodeEntries(ownersAfter(scope, before, next as unknown as JsonObject, managed, manager, now));
  if (entries !== undefined) next.metadata.managedFields = entries;
}

export function withoutEntries(object: KubeObject): JsonObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata } as unknown as JsonObject;
}

function managedBefore(scope: FieldScope, live: Entries | undefined, given: Entries | undefined): Managed {
  if (given !== undefined && scope.subresource === '' && given !== live && !deepEqual(given, live)) {
    if (isReset(given)) return UNMANAGED;
    const decoded = decodeForeignEntries(given);
    if (decoded.ok && decoded.managed.owners.size > 0) return decoded.managed;
  }
  const decoded = decodeEntries(live);
  return decoded.ok ? decoded.managed : UNMANAGED;
}

function isReset(entries: Entries): boolean {
  const [only, ...others] = entries;
  if (only === undefined) return true;
  return others.length === 0 && Object.values(only).every((value) => value === undefined);
}

/** The same managers where nothing about them changed. */
export function ownersAfter(
  scope: FieldScope,
  live: JsonObject,
  next: JsonObject,
  managed: Managed,
  manager: string,
  now: number,
): Managed {
  const { apiVersion, subresource, versions, filters } = scope;
  const like = managed.owners.size === 0 ? scope.alike?.last(scope) : undefined;
  const { managers } = update(live, next, apiVersion, managed.owners, SELF, versions, filters, like);
  const own = managers.get(SELF);
  const owners = new Map(managers);
  owners.delete(SELF);
  const taken = own?.set.difference(UNOWNED) ?? FieldSet.empty;
  if (taken.isEmpty) return sameOwners(owners, managed) ? managed : capUpdaters({ owners, times: managed.times });
  const id = managerId({ manager: manager === '' ? 'unknown' : manager, operation: 'Update', apiVersion, subresource });
  const before = owners.get(id);
  const set = before === undefined ? taken : taken.union(before.set);
  owners.set(id, { set: known(set, id, managed, scope), apiVersion, applied: false });
  return capUpdaters({ owners, times: new Map(managed.times).set(id, formatTime(now)) });
}

/** The set, or one that is equal to it and whose JSON is known: its manager's as it was, or that of another new object. */
function known(set: FieldSet, id: string, { owners }: Managed, scope: FieldScope): FieldSet {
  if (owners.size === 0) return scope.alike?.same(scope, set) ?? set;
  const before = owners.get(id)?.set;
  return before?.equals(set) === true ? before : set;
}

function sameOwners(owners: ReadonlyMap<string, ManagedSet>, { owners: before }: Managed): boolean {
  if (owners.size !== before.size) return false;
  for (const [id, owned] of owners) if (before.get(id)?.set !== owned.set) return false;
  return true;
}

/** What of an applier's set it owns. */
export function stripped(set: FieldSet): FieldSet {
  return set.difference(UNOWNED);
}
