// Objects of a schema as structured merge sees them: the fields they set, how two differ, and what one applied to the
// other gives. Pure; no argument is changed, results share parts with arguments.
// Models structured-merge-diff typed/typed.go.

import type { JsonObject } from '../../lib/json.ts';
import type { StructSchema } from '../structural.ts';
import { changesBetween } from './compare.ts';
import { FieldSet } from './field-set.ts';
import { mergeMembers } from './merge-values.ts';
import { reconciled, withNamedFields } from './named-fields.ts';
import { membersWithin, membersWithout } from './pick-items.ts';
import { fieldsOf } from './to-fields.ts';
import type { Type } from './types.ts';
import { DEDUCED, structType } from './types.ts';
import { checkMembers } from './validate-typed.ts';

export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

/** The object itself, whatever the schema says: it is never owned as one. */
function rootType(schema: StructSchema): Type {
  return { ...DEDUCED, kind: 'struct', struct: () => structType(schema) };
}

/**
 * The fields an object sets: scalars, atomic values, items of lists, keys of maps. Structs' own fields are not in it but
 * for what they hold, or when they are null or {}; empty lists set nothing.
 */
export function toFieldSet(object: JsonObject, schema: StructSchema): FieldSet {
  return FieldSet.of(fieldsOf(object, rootType(schema)));
}

/**
 * No field is in more than one of the three. With a struct, map or list that comes or goes, so does its own path.
 * `like`: what is expected to be added. It changes nothing but the time and memory that the answer takes.
 */
export function compare(old: JsonObject, next: JsonObject, schema: StructSchema, like?: FieldSet): Comparison {
  const { added, modified, removed } = changesBetween(old, next, rootType(schema), like?.tree);
  return { added: FieldSet.of(added), modified: FieldSet.of(modified), removed: FieldSet.of(removed) };
}

/** The live object with the applied one's values. Nothing goes away; the live object itself where nothing changes. */
export function merge(live: JsonObject, applied: JsonObject, schema: StructSchema): JsonObject {
  return mergeMembers(live, applied, rootType(schema), 0);
}

/** The object without the set's paths and all below them. What loses all it held is null. */
export function removeItems(object: JsonObject, set: FieldSet, schema: StructSchema): JsonObject {
  return membersWithout(object, set.tree, rootType(schema));
}

/** Only what the set names, with the key fields of lists' items. */
export function extractItems(object: JsonObject, set: FieldSet, schema: StructSchema): JsonObject {
  return membersWithin(object, set.tree, rootType(schema));
}

/**
 * What is wrong with an object that is applied, each as `.path: reason`; [] if nothing is. Upstream joins several as
 * `errors:` and a line each, two spaces in.
 */
export function validateTyped(
  object: JsonObject,
  schema: StructSchema,
  options: { readonly allowDuplicates?: boolean } = {},
): string[] {
  const found: string[] = [];
  checkMembers(object, rootType(schema), 0, { found, allowDuplicates: options.allowDuplicates === true });
  return found;
}

/** The set with every field the schema names that one of its paths passes through. */
export function ensureNamedFields(set: FieldSet, schema: StructSchema): FieldSet {
  return FieldSet.of(withNamedFields(set.tree, rootType(schema)));
}

/** The set as it would be had the schema always been this one, for an object that it was written for. */
export function reconcileWithSchema(set: FieldSet, object: JsonObject, schema: StructSchema): FieldSet {
  const tree = reconciled(set.tree, object, rootType(schema));
  return tree === set.tree ? set : FieldSet.of(tree);
}
