// managedFields as objects carry them, and as the engine takes them.
// Models kubernetes staging/src/k8s.io/apimachinery/pkg/util/managedfields/internal/managedfields.go.
//
// 1. Entries are written in one order: appliers first, then by time, manager, version and subresource.
// 2. What a set looks like in JSON, and what entries mean, is worked out once: both are constant once made, and their
//    memos go with them.

import type { ManagedFieldsEntry } from '../../api/types/meta-v1.ts';
import type { JsonObject } from '../../lib/json.ts';
import { isObject } from '../../lib/json.ts';
import { FieldSet } from '../../schema/apply/field-set.ts';
import type { ManagedSet, Managers } from '../../schema/apply/updater.ts';
import { goQuote } from '../../schema/go-text.ts';
import { managerId, managerOfId } from './manager.ts';

export interface Managed {
  /** By id (manager.ts). */
  readonly owners: Managers;
  /** When each last wrote, RFC 3339; who has no time is not in it. */
  readonly times: ReadonlyMap<string, string>;
}

export type Entries = ManagedFieldsEntry[];

export type DecodedEntries =
  | { readonly ok: true; readonly managed: Managed }
  | { readonly ok: false; readonly error: string };

export const UNMANAGED: Managed = { owners: new Map(), times: new Map() };

const decoded = new WeakMap<Entries, DecodedEntries>();
const encoded = new WeakMap<Managed, Entries>();
const fieldsOf = new WeakMap<FieldSet, JsonObject>();

/** `entries` must not be changed afterwards. */
export function decodeEntries(entries: Entries | undefined): DecodedEntries {
  if (entries === undefined || entries.length === 0) return { ok: true, managed: UNMANAGED };
  const known = decoded.get(entries);
  if (known !== undefined) return known;
  const result = decode(entries);
  decoded.set(entries, result);
  if (result.ok) encoded.set(result.managed, entries);
  return result;
}

function decode(entries: Entries): DecodedEntries {
  const owners = new Map<string, ManagedSet>();
  const times = new Map<string, string>();
  for (const [index, entry] of entries.entries()) {
    const { manager = '', operation, apiVersion = '', subresource = '', fieldsType = '', fieldsV1 = {}, time } = entry;
    if (operation !== 'Apply' && operation !== 'Update') return refused('operation must be `Apply` or `Update`');
    if (apiVersion === '') return refused('apiVersion must not be empty');
    if (fieldsType === '') return refused(`missing fieldsType in managed fields entry ${index}`);
    if (fieldsType !== 'FieldsV1') {
      return refused(`invalid fieldsType ${goQuote(fieldsType)} in managed fields entry ${index}`);
    }
    const set = isObject(fieldsV1) ? FieldSet.fromFieldsV1(fieldsV1) : undefined;
    if (set === undefined) return refused('error decoding set');
    const id = managerId({ manager, operation, apiVersion, subresource });
    owners.set(id, { set, apiVersion, applied: operation === 'Apply' });
    if (time === undefined) times.delete(id);
    else times.set(id, time);
  }
  return { ok: true, managed: { owners, times } };
}

function refused(error: string): DecodedEntries {
  return { ok: false, error };
}

/** undefined: no one manages anything. */
export function encodeEntries(managed: Managed): Entries | undefined {
  if (managed.owners.size === 0) return undefined;
  const known = encoded.get(managed);
  if (known !== undefined) return known;
  const entries = [...managed.owners].map(([id, owned]) => entryOf(id, owned, managed.times.get(id)));
  entries.sort(compareEntries);
  encoded.set(managed, entries);
  decoded.set(entries, { ok: true, managed });
  return entries;
}

/** With its members in upstream's order. */
function entryOf(id: string, { set, apiVersion, applied }: ManagedSet, time: string | undefined): ManagedFieldsEntry {
  const { manager, subresource } = managerOfId(id);
  let fieldsV1 = fieldsOf.get(set);
  if (fieldsV1 === undefined) fieldsOf.set(set, (fieldsV1 = set.toFieldsV1()));
  return {
    ...(manager === '' ? {} : { manager }),
    operation: applied ? 'Apply' : 'Update',
    apiVersion,
    ...(time === undefined ? {} : { time }),
    fieldsType: 'FieldsV1',
    fieldsV1,
    ...(subresource === '' ? {} : { subresource }),
  };
}

/** Without a time: the beginning of the epoch. */
export const NO_TIME = '1970-01-01T00:00:00Z';

function compareEntries(a: ManagedFieldsEntry, b: ManagedFieldsEntry): number {
  return (
    compareTexts(a.operation, b.operation) ||
    compareTexts(a.time ?? NO_TIME, b.time ?? NO_TIME) ||
    compareTexts(a.manager, b.manager) ||
    compareTexts(a.apiVersion, b.apiVersion) ||
    compareTexts(a.subresource, b.subresource)
  );
}

export function compareTexts(a = '', b = ''): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
