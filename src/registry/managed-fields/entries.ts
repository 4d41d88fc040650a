// managedFields as objects carry them, and as the engine takes them.
// Models kubernetes staging/src/k8s.io/apimachinery/pkg/util/managedfields/internal/managedfields.go.
//
// 1. Entries are written in one order: appliers first, then by time, manager, version and subresource.
// 2. What the server's own entries mean is worked out once, and kept with them: they are not changed once made.
// 3. An entry's fieldsV1 is built when it is first read: what is stored and compared is the set that it stands for.

import type { ManagedFieldsEntry } from '../../api/types/meta-v1.ts';
import { deepEqual, isObject } from '../../lib/json.ts';
import { FieldSet } from '../../schema/apply/field-set.ts';
import type { ManagedSet, Managers } from '../../schema/apply/updater.ts';
import { goQuote } from '../../schema/go-text.ts';
import { managerId, managerOfId } from './manager.ts';

export interface Managed {
  /** By id (manager.ts). */
  readonly owners: Managers;
  /** When each last wrote, RFC 3339; who has no time is not in it. */
  readonly times: ReadonlyMap<string, string>;
  /** How it is written already. */
  readonly written?: Entries;
}

export type Entries = ManagedFieldsEntry[] & { [MEANING]?: DecodedEntries };

/** On entries: what they mean. JSON, copies and comparisons do not see it. */
const MEANING = Symbol('meaning');
/** On one of them: the set that its fieldsV1 is. */
const OWNED = Symbol('owned');

type Entry = ManagedFieldsEntry & { [OWNED]?: FieldSet };

export type DecodedEntries =
  | { readonly ok: true; readonly managed: Managed }
  | { readonly ok: false; readonly error: string };

export const UNMANAGED: Managed = { owners: new Map(), times: new Map() };

/** Of an object that is stored. */
export function decodeEntries(entries: Entries | undefined): DecodedEntries {
  if (entries === undefined || entries.length === 0) return { ok: true, managed: UNMANAGED };
  return (entries[MEANING] ??= decode(entries, true));
}

/** Of a client: it may have written them in its own way. */
export function decodeForeignEntries(entries: Entries): DecodedEntries {
  return decode(entries, false);
}

function decode(entries: Entries, own: boolean): DecodedEntries {
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
    if (own) (entry as Entry)[OWNED] = set;
    if (time === undefined) times.delete(id);
    else times.set(id, time);
  }
  return { ok: true, managed: { owners, times, ...(own ? { written: entries } : {}) } };
}

function refused(error: string): DecodedEntries {
  return { ok: false, error };
}

/** undefined: no one manages anything. */
export function encodeEntries(managed: Managed): Entries | undefined {
  const { owners, times, written } = managed;
  if (owners.size === 0) return undefined;
  if (written !== undefined) return written;
  const entries: Entries = [...owners].map(([id, owned]) => entryOf(id, owned, times.get(id)));
  entries.sort(compareEntries);
  entries[MEANING] = { ok: true, managed: { owners, times, written: entries } };
  return entries;
}

/** With its members in upstream's order. */
function entryOf(id: string, { set, apiVersion, applied }: ManagedSet, time: string | undefined): Entry {
  const { manager, subresource } = managerOfId(id);
  return {
    ...(manager === '' ? {} : { manager }),
    operation: applied ? 'Apply' : 'Update',
    apiVersion,
    ...(time === undefined ? {} : { time }),
    fieldsType: 'FieldsV1',
    get fieldsV1() {
      return set.toFieldsV1();
    },
    ...(subresource === '' ? {} : { subresource }),
    [OWNED]: set,
  };
}

/** Whether the two own the same. */
export function sameFields(a: Entry, b: Entry): boolean {
  const [left, right] = [a[OWNED], b[OWNED]];
  return left === undefined || right === undefined ? deepEqual(a.fieldsV1, b.fieldsV1) : left.equals(right);
}

/** The JSON of entries. */
export function entriesText(entries: Entries): string {
  return `[${entries.map(entryText).join(',')}]`;
}

function entryText(entry: Entry): string {
  const set = entry[OWNED];
  if (set === undefined) return JSON.stringify(entry);
  const { manager, operation, apiVersion, time, fieldsType, subresource } = entry;
  const head = JSON.stringify({ manager, operation, apiVersion, time, fieldsType });
  const tail = subresource === undefined ? '' : `,"subresource":${JSON.stringify(subresource)}`;
  return `${head.slice(0, -1)},"fieldsV1":${set.fieldsV1Text()}${tail}}`;
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
