// Objects of custom resources in the form in which they are stored: unknown fields pruned, nulls that may not be dropped
// or replaced by their defaults, defaults filled in, members sorted, metadata as a structured object's. A value of the
// wrong type is kept as it is: validation tells of it.
//
// One pass over the object:
//   schema { a: string default "x"; b: nullable; c: preserve }        input { a: null, b: null, c: { q: 1 }, d: 2 }
//   gives { a: "x", b: null, c: { q: 1 } }, with `d` unknown
//
// Models kubernetes staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/schema/{pruning,defaulting,objectmeta}.

import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { isObject, own } from '../../lib/json.ts';
import type { FieldSchema, StructSchema, ValueSchema } from '../structural.ts';
import type { Canonical } from './canonical.ts';
import { setMember } from './json-tree.ts';

/** Gives an object of a structured type, as metadata is one, its canonical form. */
type Structured = (input: JsonObject, schema: StructSchema) => Canonical;

/** Never changes its input; the answer shares parts with it. */
export function unstructured(input: JsonObject, schema: StructSchema, structured: Structured): Canonical {
  const walk = new Walk(structured);
  const object = walk.struct(input, schema, '');
  return { object, invalid: walk.invalid, unknown: walk.unknown.length > 0, imprecise: false, members: count(input) };
}

/** Paths of the fields that `unstructured` prunes outside of metadata, sorted: `spec.list[0].bogus`. */
export function prunedFields(input: JsonObject, schema: StructSchema, structured: Structured): string[] {
  const walk = new Walk(structured);
  walk.struct(input, schema, '');
  return walk.unknown.filter((path) => path !== UNKNOWN_METADATA).sort();
}

/** Stands for what is unknown in metadata, which the inspector names. */
const UNKNOWN_METADATA = '';

class Walk {
  readonly unknown: string[] = [];
  /** Metadata does not decode. */
  invalid = false;
  readonly #structured: Structured;

  constructor(structured: Structured) {
    this.#structured = structured;
  }

  struct(input: JsonObject, schema: StructSchema, path: string): JsonObject {
    const output: JsonObject = {};
    for (const name of this.#names(input, schema)) {
      const at = path === '' ? name : `${path}.${name}`;
      const given = own(input, name);
      const field = schema.byName.get(name);
      if (field !== undefined) {
        const value = this.#field(given, field, at);
        if (value !== undefined) setMember(output, name, value);
      } else if (schema.preserve === true) setMember(output, name, given ?? null);
      else this.unknown.push(at);
    }
    return output;
  }

  /** The members that the object has and those that it gets, sorted. */
  #names(input: JsonObject, schema: StructSchema): string[] {
    const names = Object.keys(input).filter((name) => input[name] !== undefined);
    for (const field of schema.fields) {
      if (field.default !== undefined && own(input, field.name) === undefined) names.push(field.name);
    }
    return names.sort();
  }

  #field(given: JsonValue | undefined, field: FieldSchema, path: string): JsonValue | undefined {
    const { value } = field;
    if (given === undefined || (given === null && value.nullable !== true)) {
      return field.default === undefined ? undefined : this.#value(field.default, value, path);
    }
    return this.#value(given, value, path);
  }

  #value(input: JsonValue, schema: ValueSchema, path: string): JsonValue {
    const struct = schema.struct?.();
    if (struct !== undefined && struct.unstructured !== true) return this.#metadata(input, struct);
    if (typeof input !== 'object' || input === null) return input;
    if (schema.kind === 'any') return sorted(input);
    if (Array.isArray(input)) return this.#list(input, schema, path);
    if (struct !== undefined) return this.struct(input, struct, path);
    return this.#map(input, schema, path);
  }

  #list(input: readonly JsonValue[], schema: ValueSchema, path: string): JsonValue[] {
    const items = schema.kind === 'list' ? schema.items : undefined;
    return input.map((given, index) => {
      const item = given === null && items?.nullable !== true ? (schema.itemDefault ?? null) : given;
      return this.#value(item, items ?? NOTHING, `${path}[${index}]`);
    });
  }

  /** Of a value that should be no object all members are unknown. */
  #map(input: JsonObject, schema: ValueSchema, path: string): JsonObject {
    const items = schema.kind === 'map' ? schema.items : undefined;
    const output: JsonObject = {};
    for (const name of Object.keys(input).sort()) {
      const given = input[name];
      if (given === undefined) continue;
      const at = `${path}.${name}`;
      if (items === undefined) this.unknown.push(at);
      else {
        const item = given === null && items.nullable !== true ? schema.itemDefault : given;
        if (item !== undefined) setMember(output, name, this.#value(item, items, at));
      }
    }
    return output;
  }

  #metadata(input: JsonValue, schema: StructSchema): JsonObject {
    const { object, invalid, unknown } = this.#structured(isObject(input) ? input : {}, schema);
    if (invalid || !isObject(input)) this.invalid = true;
    if (unknown) this.unknown.push(UNKNOWN_METADATA);
    return object;
  }
}

/** The schema of what no schema speaks of: of objects nothing is left. */
const NOTHING: ValueSchema = { kind: 'map', goType: '' };

/** With the members of all objects sorted. */
function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const output: JsonObject = {};
  for (const name of Object.keys(value).sort()) {
    const member = value[name];
    if (member !== undefined) setMember(output, name, sorted(member));
  }
  return output;
}

/** Members at all depths. */
function count(value: JsonValue | undefined): number {
  if (typeof value !== 'object' || value === null) return 0;
  let members = 0;
  if (Array.isArray(value)) for (const item of value) members += count(item);
  else {
    for (const name of Object.keys(value)) {
      if (value[name] !== undefined) members += 1 + count(value[name]);
    }
  }
  return members;
}
