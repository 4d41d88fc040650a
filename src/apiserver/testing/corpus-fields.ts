// Which fields of the types of kinds objects hold, wherever a type occurs. `core.v1.Container.image`

import type { Kind } from '../../api/kind.ts';
import { schemaOf } from '../../api/schema-of.ts';
import { isObject } from '../../lib/json.ts';
import type { StructSchema, ValueSchema } from '../../schema/structural.ts';

/** The server's or shared by all kinds. */
const SHARED: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata', 'status']);

/** All fields of a kind, but metadata and status. */
export function fieldsIn(kind: Kind): Set<string> {
  const fields = new Set<string>();
  collect(schemaOf(kind), fields);
  return fields;
}

function collect(schema: StructSchema, fields: Set<string>): void {
  for (const { name, value } of schema.fields) {
    const field = fieldName(schema, name);
    if (SHARED.has(name) || fields.has(field)) continue;
    fields.add(field);
    const inner = innermost(value);
    if (inner.struct !== undefined && !schema.name.startsWith('ObjectMeta')) collect(inner.struct(), fields);
  }
}

function innermost(value: ValueSchema): ValueSchema {
  return value.items === undefined ? value : innermost(value.items);
}

function fieldName({ id }: StructSchema, name: string): string {
  return `${id.replace(/^io\.k8s\..*?(?=[^.]+\.v[^.]+\.[^.]+$)/, '')}.${name}`;
}

/** Adds the fields that an object holds. */
export function noteFields(object: unknown, kind: Kind, held: Set<string>): void {
  note(object, schemaOf(kind), held);
}

function note(object: unknown, schema: StructSchema, held: Set<string>): void {
  if (!isObject(object)) return;
  for (const { name, value } of schema.fields) {
    const member = object[name];
    if (member === undefined || member === null) continue;
    held.add(fieldName(schema, name));
    noteValue(member, value, held);
  }
}

function noteValue(value: unknown, { struct, items }: ValueSchema, held: Set<string>): void {
  if (struct !== undefined) note(value, struct(), held);
  if (items === undefined) return;
  for (const item of Array.isArray(value) ? value : isObject(value) ? Object.values(value) : []) {
    noteValue(item, items, held);
  }
}
