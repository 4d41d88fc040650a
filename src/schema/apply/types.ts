// How the values of a schema are owned: as one, or by their parts. Worked out once per struct from its structural schema.
// Models kubernetes staging/src/k8s.io/kube-openapi/pkg/schemaconv (what the keywords mean) and structured-merge-diff schema.
//
//   scalar    one field
//   struct    named fields: owned where they have content, never by themselves
//   map       keys that are owned by themselves as well as what they hold
//   list      items with a name of their own: by key fields, or (a set) by value
//   deduced   free-form JSON: objects are maps, everything else is one field
// Structs, maps and lists may be atomic: then they are one field, whatever they hold.

import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { isObject } from '../../lib/json.ts';
import type { FieldSchema, StructSchema, ValueKind, ValueSchema } from '../structural.ts';
import { goJson } from '../go-text.ts';
import { scalarJson } from './path-element.ts';

export interface Type {
  readonly kind: 'scalar' | 'struct' | 'map' | 'list' | 'deduced';
  readonly atomic: boolean;
  /** Of scalars. */
  readonly scalar: ValueKind | undefined;
  /** Of structs. */
  readonly struct: (() => StructType) | undefined;
  /** Of maps and lists. */
  readonly items: Type | undefined;
  /** Of lists whose items have key fields; a list that is not atomic and has none is a set. */
  readonly keys: readonly KeyField[] | undefined;
}

export interface StructType {
  readonly fields: ReadonlyMap<string, FieldType>;
  /** Of members that are not listed, where there may be such. */
  readonly others: Type | undefined;
}

export interface FieldType {
  /** `f:name` */
  readonly element: string;
  readonly type: Type;
}

interface KeyField {
  readonly name: string;
  /** What an element's text has before this key's value: `"name":`. */
  readonly label: string;
  /** What the key is where it is not set. */
  readonly fallback: JsonValue | undefined;
}

const NOTHING = { atomic: false, scalar: undefined, struct: undefined, items: undefined, keys: undefined };
export const DEDUCED: Type = { ...NOTHING, kind: 'deduced' };

/** Of constant schemas, so that sharing it between objects of an isolate is safe; a schema's entry goes with the schema. */
const memo = new WeakMap<StructSchema, StructType>();

export function structType(schema: StructSchema): StructType {
  const known = memo.get(schema);
  if (known !== undefined) return known;
  const fields = new Map(
    schema.fields.map((field) => [field.name, { element: `f:${field.name}`, type: typeOf(field.value, field) }]),
  );
  const type = { fields, others: schema.preserve === true ? DEDUCED : undefined };
  memo.set(schema, type);
  return type;
}

function typeOf(value: ValueSchema, field?: FieldSchema): Type {
  switch (value.kind) {
    case 'any':
      return DEDUCED;
    case 'struct': {
      const struct = value.struct;
      if (struct === undefined) return DEDUCED;
      let expanded: StructType | undefined;
      // The schemas of types refer to each other: nothing is expanded before it is asked for.
      const atomic = field?.mapType ?? struct().mapType;
      return {
        ...NOTHING,
        kind: 'struct',
        atomic: atomic === 'atomic',
        struct: () => (expanded ??= structType(struct())),
      };
    }
    case 'map':
      return {
        ...NOTHING,
        kind: 'map',
        atomic: field?.mapType === 'atomic',
        items: value.items ? typeOf(value.items) : DEDUCED,
      };
    case 'list':
      return listType(value, field);
    default:
      return { ...NOTHING, kind: 'scalar', scalar: value.kind };
  }
}

function listType(value: ValueSchema, field: FieldSchema | undefined): Type {
  const items = value.items ? typeOf(value.items) : DEDUCED;
  const atomic = field?.listType === undefined || field.listType === 'atomic';
  const names = field?.listType === 'map' ? (field.listKeys ?? []).toSorted() : [];
  const keys = names.map((name) => ({
    name,
    label: `${goJson(name)}:`,
    fallback: fallbackOf(value.items?.struct?.().byName.get(name)),
  }));
  return { ...NOTHING, kind: 'list', atomic, items, keys: keys.length === 0 ? undefined : keys };
}

/** A field that Go always writes has its zero value where it is not set. */
function fallbackOf(field: FieldSchema | undefined): JsonValue | undefined {
  if (field === undefined || field.default !== undefined || field.presence !== 'always') return field?.default;
  switch (field.value.kind) {
    case 'string':
      return '';
    case 'boolean':
      return false;
    case 'int32':
    case 'int64':
    case 'double':
      return 0;
    default:
      return undefined;
  }
}

/** The element of an item of a list that is not atomic; undefined if it has none. Keys that are not set are left out. */
export function elementOf(list: Type, item: JsonValue): string | undefined {
  if (list.keys === undefined) {
    return typeof item === 'object' ? undefined : `v:${scalarJson(item)}`;
  }
  if (!isObject(item)) return undefined;
  let element = '';
  for (const { name, label, fallback } of list.keys) {
    const value = keyOf(item, name, fallback);
    if (value !== undefined) element += `${element === '' ? 'k:{' : ','}${label}${scalarJson(value)}`;
  }
  return element === '' ? undefined : `${element}}`;
}

function keyOf(item: JsonObject, name: string, fallback: JsonValue | undefined): JsonValue | undefined {
  const value = Object.hasOwn(item, name) ? item[name] : undefined;
  return value === undefined ? fallback : value;
}

/** Why an item has no element. */
export function elementProblem(list: Type, item: JsonValue): string {
  if (list.keys === undefined) {
    if (item === null) return "associative list without keys has an element that's an explicit null";
    if (Array.isArray(item)) return 'not supported: associative list with lists as elements';
    return "associative list without keys has an element that's a map type";
  }
  if (item === null) return 'associative list with keys may not have a null element';
  if (!isObject(item)) return 'associative list with keys may not have non-map elements';
  return `associative list with keys has an element that omits key field "${list.keys[0]?.name ?? ''}" (and doesn't have default value)`;
}

/** The items of a list by element, in their order; items without an element are left out. */
export function itemsByElement(list: Type, items: readonly JsonValue[]): Map<string, JsonValue[]> {
  const found = new Map<string, JsonValue[]>();
  for (const item of items) {
    const element = elementOf(list, item);
    if (element === undefined) continue;
    const same = found.get(element);
    if (same === undefined) found.set(element, [item]);
    else same.push(item);
  }
  return found;
}
