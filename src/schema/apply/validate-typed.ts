// Whether a value has the form its schema names, as far as apply needs it. Models structured-merge-diff typed/validate.go.

import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { isObject } from '../../lib/json.ts';
import { goQuote } from '../go-text.ts';
import { MAX_DEPTH } from './field-tree.ts';
import { elementText } from './path-element.ts';
import type { Type } from './types.ts';
import { DEDUCED, itemElement } from './types.ts';

export interface Problems {
  readonly found: string[];
  /** Of live objects: items of a list may share a key, which older versions let pass. */
  readonly allowDuplicates: boolean;
}

export function checkMembers(object: JsonObject, type: Type, path: string, depth: number, problems: Problems): void {
  const struct = type.struct?.();
  const others = struct === undefined ? (type.items ?? DEDUCED) : struct.others;
  for (const key of Object.keys(object)) {
    const value = object[key];
    if (value === undefined) continue;
    const memberType = struct?.fields.get(key)?.type ?? others;
    if (memberType === undefined) {
      problems.found.push(`${path}.${key}: field not declared in schema`);
      // Nothing more is said about an object after this.
      return;
    }
    checkValue(value, memberType, `${path}.${key}`, depth + 1, problems);
  }
}

function checkValue(value: JsonValue, type: Type, path: string, depth: number, problems: Problems): void {
  if (value === null || depth >= MAX_DEPTH) return;
  switch (type.kind) {
    case 'deduced':
      return;
    case 'scalar': {
      const problem = scalarProblem(value, type);
      if (problem !== undefined) problems.found.push(`${path}: ${problem}`);
      return;
    }
    case 'list':
      if (Array.isArray(value)) checkItems(value, type, path, depth, problems);
      else problems.found.push(`${path}: expected list, got &{${goPlain(value)}}`);
      return;
    default:
      if (isObject(value)) checkMembers(value, type, path, depth, problems);
      else problems.found.push(`${path}: expected map, got &{${goPlain(value)}}`);
  }
}

function checkItems(items: readonly JsonValue[], type: Type, path: string, depth: number, problems: Problems): void {
  const seen = new Set<string>();
  for (const [index, item] of items.entries()) {
    let element = `i:${index}`;
    if (!type.atomic) {
      const named = itemElement(type, item);
      if ('problem' in named) {
        problems.found.push(`${path}: element ${index}: ${named.problem}`);
        return;
      }
      element = named.element;
      if (seen.has(element) && !problems.allowDuplicates) {
        problems.found.push(`${path}: duplicate entries for key ${elementText(element)}`);
      }
      seen.add(element);
    }
    if (type.items !== undefined && !plain(item, type.items)) {
      checkValue(item, type.items, path + elementText(element), depth + 1, problems);
    }
  }
}

/** A string where a string belongs needs no path. */
function plain(value: JsonValue, type: Type): boolean {
  return typeof value === 'string' && type.scalar === 'string';
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
