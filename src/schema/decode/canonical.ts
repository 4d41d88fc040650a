// Objects in the form in which they are stored and served: what Go makes of an object when it decodes and encodes it.
// Fields stand in the types' order and maps are sorted, so that equal objects have equal texts; what Go leaves out is
// left out, what it always writes is written (see Presence); quantities, times and base64 are canonical; declared
// defaults are filled in.
//
// One pass over a good object, nothing else: it does not say what is wrong with a bad one. inspect.ts does.

import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { deepEqual } from '../../lib/json.ts';
import { parseQuantity } from '../quantity.ts';
import type { FieldSchema, StructSchema, ValueSchema } from '../structural.ts';
import { setMember } from './json-tree.ts';
import { canonicalBase64, canonicalTime } from './scalars.ts';
import { unstructured } from './unstructured.ts';

export interface Canonical {
  readonly object: JsonObject;
  /** Some value has the wrong type or form; it was left out. */
  readonly invalid: boolean;
  /** Some field is not in the schema; it was left out. */
  readonly unknown: boolean;
  /** An integer beyond what a double holds: its text has to be checked. */
  readonly imprecise: boolean;
  /** Members the input holds, at all depths. */
  readonly members: number;
}

/** Never changes its input; the answer shares free-form values with it. */
export function canonical(input: JsonObject, schema: StructSchema): Canonical {
  return schema.unstructured === true ? unstructured(input, schema, structured) : structured(input, schema);
}

/** Of an object with a Go type. */
export function structured(input: JsonObject, schema: StructSchema): Canonical {
  const writer = new Writer();
  const object = writer.struct(input, schema);
  const { invalid, unknown, imprecise, members } = writer;
  return { object, invalid, unknown, imprecise, members };
}

const INT32 = 2 ** 31;
const INT64 = 2 ** 63;

class Writer {
  invalid = false;
  unknown = false;
  imprecise = false;
  members = 0;

  struct(input: JsonObject, schema: StructSchema): JsonObject {
    const output: JsonObject = {};
    let known = 0;
    for (const field of schema.fields) {
      const value = input[field.name];
      if (value === undefined) {
        if (field.presence === 'nonEmpty' || field.presence === 'nonNull') {
          if (field.default !== undefined) output[field.name] = field.default;
          continue;
        }
      } else known++;
      const written = value === undefined || value === null ? this.unset(field) : this.field(field, value);
      if (written !== undefined) output[field.name] = written;
    }
    const members = Object.keys(input);
    this.members += members.length;
    if (members.length !== known) this.others(members, input, schema);
    return output;
  }

  private others(members: string[], input: JsonObject, schema: StructSchema): void {
    for (const name of members) {
      if (schema.byName.has(name) && input[name] !== undefined) continue;
      if (input[name] === undefined) this.members--;
      else {
        this.unknown = true;
        this.free(input[name]);
      }
    }
  }

  private unset(field: FieldSchema): JsonValue | undefined {
    if (field.default !== undefined) return field.default;
    if (field.presence === 'nullable') return null;
    return field.presence === 'always' ? this.zero(field.value) : undefined;
  }

  private zero(value: ValueSchema): JsonValue {
    switch (value.kind) {
      case 'string':
        return '';
      case 'boolean':
        return false;
      case 'int32':
      case 'int64':
      case 'double':
      case 'intOrString':
        return 0;
      case 'quantity':
        return '0';
      case 'struct':
        return value.struct === undefined ? {} : this.struct({}, value.struct());
      default:
        return null;
    }
  }

  /** Storage knows no bytes in a map that are null. */
  private zeroInMap(items: ValueSchema): JsonValue {
    return items.kind === 'bytes' ? '' : this.zero(items);
  }

  private field(field: FieldSchema, input: JsonValue): JsonValue | undefined {
    const written = this.value(field.value, input);
    if (field.presence !== 'nonEmpty' || written === undefined) return written;
    return this.empty(field.value, written) ? field.default : written;
  }

  private empty(schema: ValueSchema, written: JsonValue): boolean {
    if (typeof written !== 'object') return written === '' || written === 0 || written === false;
    if (written === null) return true;
    if (Array.isArray(written)) return written.length === 0;
    if (schema.kind === 'struct') return deepEqual(written, this.zero(schema));
    for (const _ in written) return false;
    return true;
  }

  private refuse(): undefined {
    this.invalid = true;
    return undefined;
  }

  /** undefined: the input does not fit. */
  private value(schema: ValueSchema, input: JsonValue): JsonValue | undefined {
    switch (schema.kind) {
      case 'string':
        return typeof input === 'string' ? input : this.refuse();
      case 'boolean':
        return typeof input === 'boolean' ? input : this.refuse();
      case 'int32':
        return this.integer(input, INT32);
      case 'int64':
        return this.integer(input, INT64);
      case 'double':
        return typeof input === 'number' && Number.isFinite(input) ? input : this.refuse();
      case 'bytes':
        return (typeof input === 'string' ? canonicalBase64(input) : undefined) ?? this.refuse();
      case 'time':
        return (typeof input === 'string' ? canonicalTime(input, false) : undefined) ?? this.refuse();
      case 'microTime':
        return (typeof input === 'string' ? canonicalTime(input, true) : undefined) ?? this.refuse();
      case 'quantity':
        return this.quantity(input);
      case 'intOrString':
        return typeof input === 'string' ? input : this.integer(input, INT32);
      case 'any':
        this.free(input);
        return input;
      case 'struct':
        return isMembers(input) && schema.struct !== undefined ? this.struct(input, schema.struct()) : this.refuse();
      case 'list':
        return Array.isArray(input) && schema.items !== undefined ? this.list(input, schema.items) : this.refuse();
      case 'map':
        return isMembers(input) && schema.items !== undefined ? this.map(input, schema.items) : this.refuse();
    }
  }

  private integer(input: JsonValue, limit: number): number | undefined {
    if (typeof input !== 'number' || !Number.isInteger(input)) return this.refuse();
    if (input < -limit || input >= limit) {
      if (limit === INT64 && Math.abs(input) === limit) this.imprecise = true;
      else return this.refuse();
    }
    if (!Number.isSafeInteger(input)) this.imprecise = true;
    return input === 0 ? 0 : input;
  }

  private quantity(input: JsonValue): string | undefined {
    if (typeof input === 'string' && COMMON_QUANTITY.test(input)) return input;
    if (typeof input !== 'string' && typeof input !== 'number') return this.refuse();
    const parsed = parseQuantity(input);
    return parsed.ok ? parsed.text : this.refuse();
  }

  private list(input: JsonValue[], items: ValueSchema): JsonValue[] {
    const output: JsonValue[] = [];
    for (const item of input) {
      output.push(item === null ? this.zero(items) : (this.value(items, item) ?? null));
    }
    return output;
  }

  private map(input: JsonObject, items: ValueSchema): JsonObject {
    const output: JsonObject = {};
    const keys = Object.keys(input);
    for (let i = 1; i < keys.length; i++) {
      if ((keys[i - 1] ?? '') > (keys[i] ?? '')) {
        keys.sort();
        break;
      }
    }
    for (const key of keys) {
      const item = input[key];
      if (item === undefined) continue;
      this.members++;
      setMember(output, key, item === null ? this.zeroInMap(items) : (this.value(items, item) ?? null));
    }
    return output;
  }

  /** Free-form values are kept; only their members count. A number too large for a double would be written as null. */
  private free(input: JsonValue | undefined): void {
    if (typeof input === 'number' && !Number.isFinite(input)) this.invalid = true;
    if (typeof input !== 'object' || input === null) return;
    if (Array.isArray(input)) {
      for (const item of input) this.free(item);
      return;
    }
    for (const key of Object.keys(input)) {
      this.members++;
      this.free(input[key]);
    }
  }
}

/** Those that are canonical at a glance. */
const COMMON_QUANTITY = /^[1-9][0-9]{0,2}(?:[mkMGT]|[KMGT]i)?$/;

function isMembers(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
