// Whether a value has the form its schema names, as far as apply needs it. Models structured-merge-diff typed/validate.go.

import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { isObject } from '../../lib/json.ts';
import { goQuote } from '../go-text.ts';
import { MAX_DEPTH } from './field-tree.ts';
import { elementText } from './path-element.ts';
import type { Type } from './types.ts';
import { DEDUCED, elementOf, elementProblem } from './types.ts';

export interface Problems {
  readonly found: string[];
  /** Of live objects: items of a list may share a key, which older versions let pass. */
  readonly allowDuplicates: boolean;
}

/** Adds what is wrong as `.path: reason`, the path from this object on. */
export function checkMembers(object: JsonObject, type: Type, depth: number, problems: Problems): void {
  const struct = type.struct?.();
  const others = struct === undefined ? (type.items ?? DEDUCED) : struct.others;
  for (const key of Object.keys(object)) {
    const value = object[key];
    if (value === undefined) continue;
    const memberType = struct?.fields.get(key)?.type ?? others;
    if (memberType === undefined) {
      problems.found.push(`.${key}: field not declared in schema`);
      // Nothing more is said about an object after this.
      return;
    }
    const known = problems.found.length;
    checkValue(value, memberType, depth + 1, problems);
    if (problems.found.length > known) prefix(problems, known, `.${key}`);
  }
}

/** Paths are only written once there is something to say. */
function prefix({ found }: Problems, from: number, path: string): void {
  for (let i = from; i < found.length; i++) found[i] = path + (found[i] ?? '');
}

function checkValue(value: JsonValue, type: Type, depth: number, problems: Problems): void {
  if (value === null || depth >= MAX_DEPTH) return;
  switch (type.kind) {
    case 'deduced':
      return;
    case 'scalar': {
      const problem = scalarProblem(value, type);
      if (problem !== undefined) problems.found.push(`: ${problem}`);
      return;
    }
    case 'list':
      if (Array.isArray(value)) checkItems(value, type, depth, problems);
      else problems.found.push(`: expected list, got &{${goPlain(value)}}`);
      return;
    default:
      if (isObject(value)) checkMembers(value, type, depth, problems);
      else problems.found.push(`: expected map, got &{${goPlain(value)}}`);
  }
}

function checkItems(items: readonly JsonValue[], type: Type, depth: number, problems: Problems): void {
  const seen = new Set<string>();
  for (const [index, item] of items.entries()) {
    const element = type.atomic ? `i:${index}` : elementOf(type, item);
    if (element === undefined) {
      problems.found.push(`: element ${index}: ${elementProblem(type, item)}`);
      return;
    }
    if (seen.has(element) && !problems.allowDuplicates) {
      problems.found.push(`: duplicate entries for key ${elementText(element)}`);
    }
    seen.add(element);
    const known = problems.found.length;
    checkValue(item, type.items ?? DEDUCED, depth + 1, problems);
    if (problems.found.length > known) prefix(problems, known, elementText(element));
  }
}

function scalarProblem(value: JsonValue, type: Type): string | undefined {
  switch (type.scalar) {
    case 'string':
    case 'bytes':
      return typeof value === 'string'
        ? undefined
        : `expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`;
    case 'boolean':
      return typeof value === 'boolean' ? undefined : `expected boolean, got &{${goPlain(value)}}`;
    case 'int32':
    case 'int64':
    case 'double':
      return typeof value === 'number' ? undefined : `expected numeric (int or float), got ${goType(value)}`;
    default:
      return undefined;
  }
}

/** As Go's %T prints what JSON was read into. */
function goType(value: JsonValue): string {
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}';
}

/** As Go's %v prints it. */
function goPlain(value: JsonValue): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goPlain).join(' ')}]`;
  if (!isObject(value)) return String(value);
  return `map[${members(value)
    .map(([key, item]) => `${key}:${goPlain(item)}`)
    .join(' ')}]`;
}

/** As Go's %#v prints it. */
function goSyntax(value: JsonValue): string {
  if (value === null) return 'interface {}(nil)';
  if (typeof value === 'string') return goQuote(value);
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  if (!isObject(value)) return String(value);
  return `map[string]interface {}{${members(value)
    .map(([key, item]) => `${goQuote(key)}:${goSyntax(item)}`)
    .join(', ')}}`;
}

function members(value: JsonObject): Array<[string, JsonValue]> {
  return Object.keys(value)
    .toSorted()
    .map((key) => [key, value[key] ?? null]);
}
