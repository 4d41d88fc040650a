// What is wrong with a document, in upstream's words and in the document's order: the first value that does not fit its
// type, and the unknown and duplicate fields that strict decoding reports.
// Models sigs.k8s.io/json and Go encoding/json/decode.go.

import { QUANTITY_FORMAT_ERROR, quantityError } from '../quantity.ts';
import type { StructSchema, ValueSchema } from '../structural.ts';
import { TreeNumber, TreeObject } from './json-tree.ts';
import type { Tree } from './json-tree.ts';
import { inspectUnstructured } from './inspect-unstructured.ts';
import { base64Error, canonicalBase64, canonicalTime, timeError } from './scalars.ts';

export interface Findings {
  /** `json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type []v1.Container` */
  readonly error: string | undefined;
  /** `unknown field "spec.foo"`, `duplicate field "metadata.name"`; each once. */
  readonly strict: readonly string[];
}

const MAX_STRICT_ERRORS = 100;

export function inspect(tree: TreeObject, schema: StructSchema): Findings {
  return schema.unstructured === true ? inspectUnstructured(tree, schema, inspectStruct) : inspectStruct(tree, schema);
}

function inspectStruct(tree: TreeObject, schema: StructSchema): Findings {
  const inspector = new Inspector();
  inspector.struct(tree, schema, '', { struct: schema.name, path: '' });
  return { error: inspector.fatal ?? inspector.error, strict: [...inspector.strict] };
}

/** Where Go says an error happened: the struct that holds the field, and the fields on the way there. */
interface GoPlace {
  readonly struct: string;
  readonly path: string;
}

class Inspector {
  /** The first type error; Go goes on after it. */
  error: string | undefined;
  /** An error of a type with its own decoder (times, quantities); Go stops there and reports it alone. */
  fatal: string | undefined;
  readonly strict = new Set<string>();

  struct(tree: TreeObject, schema: StructSchema, path: string, place: GoPlace): void {
    const seen = new Set<string>();
    for (let i = 0; i < tree.keys.length && this.fatal === undefined; i++) {
      const key = tree.keys[i] ?? '';
      const at = path === '' ? key : `${path}.${key}`;
      const field = schema.byName.get(key);
      if (field === undefined) {
        this.note(`unknown field "${at}"`);
        continue;
      }
      if (seen.has(key)) this.note(`duplicate field "${at}"`);
      seen.add(key);
      const goPath = place.path === '' ? key : `${place.path}.${key}`;
      this.value(tree.values[i] ?? null, field.value, at, { struct: schema.name, path: goPath });
    }
  }

  private note(text: string): void {
    if (this.strict.size < MAX_STRICT_ERRORS) this.strict.add(text);
  }

  private mismatch(tree: Tree, goType: string, place: GoPlace, fatal = false): void {
    const got = describe(tree, goType);
    const text = `json: cannot unmarshal ${got} into Go struct field ${place.struct}.${place.path} of type ${goType}`;
    if (fatal) this.fatal ??= text;
    else this.error ??= text;
  }

  private value(tree: Tree, schema: ValueSchema, path: string, place: GoPlace): void {
    if (tree === null || schema.kind === 'any') return;
    switch (schema.kind) {
      case 'string':
        if (typeof tree !== 'string') this.mismatch(tree, schema.goType, place);
        return;
      case 'boolean':
        if (typeof tree !== 'boolean') this.mismatch(tree, schema.goType, place);
        return;
      case 'int32':
      case 'int64':
        if (!isInteger(tree, schema.kind)) this.mismatch(tree, schema.goType, place);
        return;
      case 'double':
        if (!(tree instanceof TreeNumber) || !Number.isFinite(Number(tree.raw))) {
          this.mismatch(tree, schema.goType, place);
        }
        return;
      case 'bytes':
        if (typeof tree !== 'string') this.mismatch(tree, schema.goType, place);
        else if (canonicalBase64(tree) === undefined) this.error ??= base64Error(tree);
        return;
      case 'time':
      case 'microTime': {
        const micro = schema.kind === 'microTime';
        if (typeof tree !== 'string') this.mismatch(tree, 'string', place, true);
        else if (canonicalTime(tree, micro) === undefined) this.fatal ??= timeError(tree, micro);
        return;
      }
      case 'quantity':
        this.fatal ??= quantityErrorOf(tree);
        return;
      case 'intOrString':
        if (typeof tree !== 'string' && !isInteger(tree, 'int32')) this.mismatch(tree, 'int32', place, true);
        return;
      case 'struct':
        if (!(tree instanceof TreeObject)) this.mismatch(tree, schema.goType, place);
        else if (schema.struct !== undefined) this.struct(tree, schema.struct(), path, place);
        return;
      case 'list':
        if (!Array.isArray(tree)) this.mismatch(tree, schema.goType, place);
        else if (schema.items !== undefined) this.list(tree, schema.items, path, place);
        return;
      case 'map':
        if (!(tree instanceof TreeObject)) this.mismatch(tree, schema.goType, place);
        else if (schema.items !== undefined) this.map(tree, schema.items, path, place);
        return;
    }
  }

  private list(items: Tree[], schema: ValueSchema, path: string, place: GoPlace): void {
    for (let i = 0; i < items.length && this.fatal === undefined; i++) {
      this.value(items[i] ?? null, schema, `${path}[${i}]`, place);
    }
  }

  private map(tree: TreeObject, schema: ValueSchema, path: string, place: GoPlace): void {
    const seen = new Set<string>();
    for (let i = 0; i < tree.keys.length && this.fatal === undefined; i++) {
      const key = tree.keys[i] ?? '';
      if (seen.has(key)) this.note(`duplicate field "${path}.${key}"`);
      seen.add(key);
      this.value(tree.values[i] ?? null, schema, `${path}.${key}`, place);
    }
  }
}

function isInteger(tree: Tree, kind: 'int32' | 'int64'): boolean {
  if (!(tree instanceof TreeNumber) || !/^-?[0-9]{1,19}$/.test(tree.raw)) return false;
  const value = BigInt(tree.raw);
  return BigInt.asIntN(kind === 'int32' ? 32 : 64, value) === value;
}

function quantityErrorOf(tree: Tree): string | undefined {
  if (tree instanceof TreeNumber) return quantityError(tree.raw);
  return typeof tree === 'string' ? quantityError(tree) : QUANTITY_FORMAT_ERROR;
}

/** What Go calls a JSON value: a number that merely does not fit is named with its text. */
export function describe(tree: Tree, goType: string): string {
  if (tree instanceof TreeNumber) return /^(u?int|float)/.test(goType) ? `number ${tree.raw}` : 'number';
  if (tree instanceof TreeObject) return 'object';
  if (Array.isArray(tree)) return 'array';
  return typeof tree === 'boolean' ? 'bool' : 'string';
}
