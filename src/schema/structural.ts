// Structural schemas: what the engine knows of a type. Built-in kinds get theirs from the table (table.ts); those of
// custom resources come from their own schemas (openapi-schema/). Decoding, defaulting, patches and apply read nothing else.

import type { JsonValue } from '../lib/json.ts';

export type ValueKind =
  | 'string'
  | 'boolean'
  | 'int32'
  | 'int64'
  | 'double'
  /** Base64. */
  | 'bytes'
  /** RFC 3339 with whole seconds. */
  | 'time'
  /** RFC 3339 with microseconds. */
  | 'microTime'
  | 'quantity'
  | 'intOrString'
  /** Any JSON, kept as it came. */
  | 'any'
  | 'struct'
  | 'list'
  | 'map';

export interface ValueSchema {
  readonly kind: ValueKind;
  /** As Go names it in messages: `int32`, `[]v1.Container`. */
  readonly goType: string;
  readonly enum?: readonly string[] | undefined;
  /** Of kind struct. Expanded when first asked for, since types refer to each other. */
  readonly struct?: (() => StructSchema) | undefined;
  /** Of kinds list and map: what they hold. */
  readonly items?: ValueSchema | undefined;

  // Of custom resources alone.

  /** null is a value. Elsewhere it counts as not set. */
  readonly nullable?: boolean;
  /** Of kind any: what is in it merges by its own form (maps member by member, lists as one), as structured merge's untyped deduced type does. */
  readonly deduced?: boolean;
  /** Of the items of lists and maps: what an item that is null becomes where it may not be. */
  readonly itemDefault?: JsonValue;
}

/**
 * When a field is written, which decides what a stored object looks like:
 * - nonEmpty: unless it holds its type's zero value (Go: omitempty or omitzero on a value);
 * - nonNull: whenever it was set, even to zero (Go: omitempty on a pointer);
 * - always: with its zero value if it was not set; lists, maps, times and free-form values are then null;
 * - nullable: with null if it was not set (Go: a pointer without omitempty).
 */
export type Presence = 'nonEmpty' | 'nonNull' | 'always' | 'nullable';

export interface FieldSchema {
  readonly name: string;
  readonly value: ValueSchema;
  readonly required: boolean;
  readonly presence: Presence;
  readonly listType?: 'atomic' | 'set' | 'map' | undefined;
  /** Of listType map. */
  readonly listKeys?: readonly string[] | undefined;
  readonly mapType?: 'atomic' | 'granular' | undefined;
  readonly patch?: PatchStrategy | undefined;
  /** What an unset field becomes. Zero values are not listed. */
  readonly default?: JsonValue | undefined;
}

/** How a strategic merge patch treats a field. */
export interface PatchStrategy {
  readonly merge: boolean;
  readonly replace: boolean;
  readonly retainKeys: boolean;
  /** Of lists of objects that merge. */
  readonly mergeKey?: string;
}

export interface StructSchema {
  /** `io.k8s.api.core.v1.Pod` */
  readonly id: string;
  /** `Pod` */
  readonly name: string;
  /** In the order in which they are served. */
  readonly fields: readonly FieldSchema[];
  readonly byName: ReadonlyMap<string, FieldSchema>;
  readonly mapType?: 'atomic' | 'granular';
  /**
   * Of a custom resource's types: a value is kept as it came, of whatever type it is, for validation to judge; unknown
   * fields are pruned, defaults filled in, members sorted. See decode/unstructured.ts.
   */
  readonly unstructured?: boolean;
  /** Unknown fields are kept, and merge as `ValueSchema.deduced` says. */
  readonly preserve?: boolean;
}
