// Who owns what after a write, and what an apply makes of the live object. Models structured-merge-diff merge/update.go.
//
// 1. An update owns what it changed or added; whoever owned that before does no longer.
// 2. An apply owns exactly what its configuration sets, shared with whoever owns it too.
// 3. An apply that changes what another owns is a conflict; forced, it takes it away.
// 4. What an applier applied last time, does not now, and no one else owns, is removed from the object.
// 5. What is gone from the object is owned by no one.

import type { JsonObject } from '../../lib/json.ts';
import { deepEqual } from '../../lib/json.ts';
import type { StructSchema } from '../structural.ts';
import { FieldSet } from './field-set.ts';
import type { Comparison } from './typed.ts';
import { compare, ensureNamedFields, merge, reconcileWithSchema, removeItems, toFieldSet } from './typed.ts';

export interface ManagedSet {
  readonly set: FieldSet;
  readonly apiVersion: string;
  readonly applied: boolean;
}

/** By an opaque identifier of the manager. */
export type Managers = ReadonlyMap<string, ManagedSet>;

export interface Versions {
  /** undefined: no such version; a manager of it is dropped. */
  schema(apiVersion: string): StructSchema | undefined;
  /** undefined: there is no such version. Only asked for versions that differ. */
  convert(object: JsonObject, from: string, to: string): JsonObject | undefined;
  /** Whether the schemas may have changed since sets were written: those of custom resources. */
  readonly schemasChange?: boolean;
}

/**
 * By version, what of a set is kept; `set.recursiveDifference(reset)` or `set.including(patterns)`. No one comes to own
 * the rest, and changing it is no conflict. Versions without an entry keep everything.
 */
export type FieldFilters = ReadonlyMap<string, (set: FieldSet) => FieldSet>;

export interface Conflict {
  readonly manager: string;
  readonly path: readonly string[];
}

export type Applied =
  /** `object` is undefined where it is as it was; the managers may have changed all the same. */
  | { readonly ok: true; readonly object: JsonObject | undefined; readonly managers: Managers }
  | { readonly ok: false; readonly conflicts: Conflict[] };

/**
 * After any write but an apply: `next` is what is to be stored, `live` what was ({} or the kind's zero value on create).
 * `like`: what the write is expected to add, which saves building it (compare).
 */
export function update(
  live: JsonObject,
  next: JsonObject,
  apiVersion: string,
  managers: Managers,
  manager: string,
  versions: Versions,
  filters?: FieldFilters,
  like?: FieldSet,
): { readonly object: JsonObject; readonly managers: Managers } {
  const owners = new Map(upToDate(live, apiVersion, managers, versions));
  const comparison = compare(live, next, schemaOf(apiVersion, versions), like);
  const others = otherOwners({ live, next, apiVersion, owners, manager, versions, filters, comparison });
  settle(owners, others);
  const before = owners.get(manager)?.set ?? FieldSet.empty;
  const set = filtered(
    before.union(comparison.modified).union(comparison.added).difference(comparison.removed),
    apiVersion,
    filters,
  );
  if (set.isEmpty) owners.delete(manager);
  else owners.set(manager, { set, apiVersion, applied: false });
  return { object: next, managers: owners };
}

export function apply(
  live: JsonObject,
  config: JsonObject,
  apiVersion: string,
  managers: Managers,
  manager: string,
  force: boolean,
  versions: Versions,
  filters?: FieldFilters,
): Applied {
  const owners = new Map(upToDate(live, apiVersion, managers, versions));
  const schema = schemaOf(apiVersion, versions);
  const merged = merge(live, config, schema);
  const last = owners.get(manager);
  const set = filtered(toFieldSet(config, schema), apiVersion, filters);
  owners.set(manager, { set, apiVersion, applied: true });
  const next = pruned(merged, owners, manager, last, versions);
  const comparison = compare(live, next, schema);
  const others = otherOwners({ live, next, apiVersion, owners, manager, versions, filters, comparison });
  if (!force && others.conflicts.size > 0) return { ok: false, conflicts: conflictsOf(others.conflicts) };
  settle(owners, others);
  return { ok: true, object: deepEqual(live, next) ? undefined : next, managers: owners };
}

function schemaOf(apiVersion: string, versions: Versions): StructSchema {
  const schema = versions.schema(apiVersion);
  if (schema === undefined) throw new Error(`no schema of ${apiVersion}`);
  return schema;
}

function filtered(set: FieldSet, apiVersion: string, filters: FieldFilters | undefined): FieldSet {
  return filters?.get(apiVersion)?.(set) ?? set;
}

/** The object in another version; undefined if there is none. */
function converted(object: JsonObject, from: string, to: string, versions: Versions): JsonObject | undefined {
  if (from === to) return object;
  return versions.schema(to) && versions.convert(object, from, to);
}

/** Managers' sets under today's schemas; those of versions that are gone are dropped. */
function upToDate(live: JsonObject, apiVersion: string, managers: Managers, versions: Versions): Managers {
  if (versions.schemasChange !== true) return managers;
  const current = new Map<string, ManagedSet>();
  for (const [manager, owned] of managers) {
    const schema = versions.schema(owned.apiVersion);
    const object = schema && converted(live, apiVersion, owned.apiVersion, versions);
    if (schema === undefined || object === undefined) continue;
    const set = reconcileWithSchema(owned.set, object, schema);
    current.set(manager, set === owned.set ? owned : { ...owned, set });
  }
  return current;
}

interface Write {
  readonly live: JsonObject;
  readonly next: JsonObject;
  readonly apiVersion: string;
  readonly owners: Managers;
  readonly manager: string;
  readonly versions: Versions;
  readonly filters: FieldFilters | undefined;
  readonly comparison: Comparison;
}

interface Others {
  /** What other managers own of what was changed or added. */
  readonly conflicts: ReadonlyMap<string, FieldSet>;
  readonly removed: ReadonlyMap<string, FieldSet>;
  /** Managers of versions that are gone. */
  readonly gone: readonly string[];
}

function otherOwners(write: Write): Others {
  const { apiVersion, owners, manager, filters } = write;
  const conflicts = new Map<string, FieldSet>();
  const removed = new Map<string, FieldSet>();
  const gone: string[] = [];
  const comparisons = new Map<string, OthersView | undefined>([
    [apiVersion, viewOf(write.comparison, apiVersion, filters)],
  ]);
  for (const [other, { set, apiVersion: version }] of owners) {
    if (other === manager) continue;
    if (!comparisons.has(version)) comparisons.set(version, viewIn(version, write));
    const view = comparisons.get(version);
    if (view === undefined) {
      gone.push(other);
      continue;
    }
    const conflict = set.intersection(view.set);
    if (!conflict.isEmpty) conflicts.set(other, conflict);
    if (!view.removed.isEmpty) removed.set(other, view.removed);
  }
  return { conflicts, removed, gone };
}

interface OthersView {
  /** Modified or added. */
  readonly set: FieldSet;
  readonly removed: FieldSet;
}

function viewOf(comparison: Comparison, apiVersion: string, filters: FieldFilters | undefined): OthersView {
  return {
    set: filtered(comparison.modified.union(comparison.added), apiVersion, filters),
    removed: filtered(comparison.removed, apiVersion, filters),
  };
}

function viewIn(version: string, { live, next, apiVersion, versions, filters }: Write): OthersView | undefined {
  const schema = versions.schema(version);
  const before = converted(live, apiVersion, version, versions);
  const after = converted(next, apiVersion, version, versions);
  if (schema === undefined || before === undefined || after === undefined) return undefined;
  return viewOf(compare(before, after, schema), version, filters);
}

/** Takes from the owners what they lost; who is left with nothing goes. */
function settle(owners: Map<string, ManagedSet>, { conflicts, removed, gone }: Others): void {
  for (const manager of gone) owners.delete(manager);
  for (const [manager, owned] of owners) {
    const set = owned.set
      .difference(conflicts.get(manager) ?? FieldSet.empty)
      .difference(removed.get(manager) ?? FieldSet.empty);
    if (set.isEmpty) owners.delete(manager);
    else if (set !== owned.set) owners.set(manager, { ...owned, set });
  }
}

function conflictsOf(conflicts: ReadonlyMap<string, FieldSet>): Conflict[] {
  return [...conflicts].flatMap(([manager, set]) => [...set.paths()].map((path) => ({ manager, path })));
}

/**
 * The merged object without what the applier applied last time, does not apply now (`owners` has its new set), and no
 * one else owns. Worked out by removing all it ever applied, and then putting back what is owned and what never was its.
 */
function pruned(
  merged: JsonObject,
  owners: Managers,
  manager: string,
  last: ManagedSet | undefined,
  versions: Versions,
): JsonObject {
  const applying = owners.get(manager);
  if (last === undefined || applying === undefined || last.set.isEmpty) return merged;
  // Nothing was dropped, so that all it ever applied would be put back.
  if (last.apiVersion === applying.apiVersion && last.set.isWithin(applying.set)) return merged;
  const schema = versions.schema(last.apiVersion);
  const all = converted(merged, applying.apiVersion, last.apiVersion, versions);
  if (schema === undefined || all === undefined) return merged;
  const ever = ensureNamedFields(last.set, schema);
  const rest = withOwned(all, removeItems(all, ever, schema), last.apiVersion, owners, versions);
  const restAsLast = converted(rest.object, rest.apiVersion, last.apiVersion, versions);
  if (restAsLast === undefined) return merged;
  const lost = namedFields(all, schema).difference(namedFields(restAsLast, schema)).intersection(ever);
  const result = lost.isEmpty ? all : removeItems(all, lost, schema);
  return converted(result, last.apiVersion, applying.apiVersion, versions) ?? merged;
}

function namedFields(object: JsonObject, schema: StructSchema): FieldSet {
  return ensureNamedFields(toFieldSet(object, schema), schema);
}

/** Puts back into `rest` what of `all` any manager owns, version by version, that of the objects first. */
function withOwned(
  all: JsonObject,
  rest: JsonObject,
  apiVersion: string,
  owners: Managers,
  versions: Versions,
): { readonly object: JsonObject; readonly apiVersion: string } {
  const owned = new Map<string, FieldSet>([[apiVersion, FieldSet.empty]]);
  for (const { set, apiVersion: version } of owners.values()) {
    owned.set(version, (owned.get(version) ?? FieldSet.empty).union(set));
  }
  let [whole, part, current] = [all, rest, apiVersion];
  for (const [version, set] of owned) {
    const schema = versions.schema(version);
    const wholeHere = converted(whole, current, version, versions);
    const partHere = converted(part, current, version, versions);
    if (schema === undefined || wholeHere === undefined || partHere === undefined) continue;
    const kept = namedFields(partHere, schema).union(ensureNamedFields(set, schema));
    part = removeItems(wholeHere, namedFields(wholeHere, schema).difference(kept), schema);
    [whole, current] = [wholeHere, version];
  }
  return { object: part, apiVersion: current };
}
