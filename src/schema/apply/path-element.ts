// One step of a field path, as FieldsV1 writes it:
//   f:image                                   a field of an object or a key of a map
//   k:{"containerPort":80,"protocol":"TCP"}   an item of a list by its key fields, in alphabetical order
//   v:"x.io/a"                                an item of a set by its value
//   i:0                                       an item by its index; written by no one today
// These texts are what sets of fields hold in memory too: they compare, hash and print without being read.
// Models structured-merge-diff fieldpath/element.go and serialize-pe.go.

import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { isObject } from '../../lib/json.ts';
import { goJson, goQuote } from '../go-text.ts';

/** JSON of a scalar as Go's encoder writes it. */
export function scalarJson(value: JsonValue): string {
  if (typeof value === 'string' && PLAIN.test(value)) return `"${value}"`;
  return goJson(value);
}
const PLAIN = /^[\w ./:@=-]*$/;

/** An element as the name of a member in JSON. */
export function quoted(element: string): string {
  return PLAIN.test(element) ? `"${element}"` : JSON.stringify(element);
}

export function keyElement(keys: JsonObject): string {
  const members = Object.keys(keys).toSorted();
  return `k:{${members.map((name) => `${goJson(name)}:${scalarJson(keys[name] ?? null)}`).join(',')}}`;
}

/**
 * The one spelling of an element that a client wrote: keys in order, no spaces.
 * '' is an element of a type that is not known here, which is passed over; undefined is malformed.
 */
export function canonicalElement(text: string): string | undefined {
  if (text[1] !== ':') return undefined;
  switch (text[0]) {
    case 'f':
      return text;
    case 'v': {
      if (PLAIN_VALUE.test(text)) return text;
      const value = parsed(text);
      return value === undefined ? undefined : `v:${goJson(value)}`;
    }
    case 'k': {
      if (PLAIN_KEY.test(text)) return text;
      const value = parsed(text);
      return isObject(value) ? keyElement(value) : undefined;
    }
    case 'i':
      return /^i:[+-]?\d+$/.test(text) ? `i:${Number(text.slice(2))}` : undefined;
    default:
      return '';
  }
}
const PLAIN_VALUE = /^v:"[\w ./:@=-]*"$/;
const PLAIN_KEY = /^k:\{"\w+":"[\w ./:@=-]*"\}$/;

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text.slice(2)) as JsonValue;
  } catch {
    return undefined;
  }
}

const KIND_ORDER: Readonly<Record<string, number>> = { f: 0, k: 1, v: 2, i: 3 };

/** Fields first, then keys, values and indexes; numbers by value. */
export function compareElements(a: string, b: string): number {
  if (a === b) return 0;
  const kind = a[0] ?? '';
  if (kind !== b[0]) return (KIND_ORDER[kind] ?? 4) - (KIND_ORDER[b[0] ?? ''] ?? 4);
  if (kind === 'f') return a < b ? -1 : 1;
  if (kind === 'i') return Number(a.slice(2)) - Number(b.slice(2));
  const order = compareTexts(a, b);
  if (order !== 0) return order;
  const [left, right] = [parsed(a), parsed(b)];
  if (kind === 'v' || !isObject(left) || !isObject(right)) return compareScalars(left, right);
  const [names, others] = [Object.keys(left), Object.keys(right)];
  for (const [index, name] of names.entries()) {
    const other = others[index];
    if (other === undefined) return 1;
    if (name !== other) return name < other ? -1 : 1;
    const order = compareScalars(left[name], right[name]);
    if (order !== 0) return order;
  }
  return names.length - others.length;
}

/** Whether they are known to be in that order, as most are. */
export function inOrder(elements: Iterable<string>): boolean {
  let last = '';
  for (const element of elements) {
    if (element < last || !sortsByText(element)) return false;
    last = element;
  }
  return true;
}

/** In that order, in place. */
export function sortElements(elements: string[]): string[] {
  // The comparison of texts that comes with the language is by far the faster one.
  return elements.every(sortsByText) ? elements.sort() : elements.sort(compareElements);
}

/** Nothing that may stand in such texts sorts before the quote that ends the value. */
function sortsByText(element: string): boolean {
  return element.charCodeAt(0) === 0x66 || PLAIN_STRING.test(element);
}
const PLAIN_STRING = /^(?:k:\{"\w+":"[\w./:@=-]*"\}|v:"[\w./:@=-]*")$/;

/** By the first letter that differs; 0 where that is not enough to tell. */
function compareTexts(a: string, b: string): number {
  let i = 2;
  while (a.charCodeAt(i) === b.charCodeAt(i)) i++;
  const [left = '', right = ''] = [a[i], b[i]];
  // An escape sequence does not sort as what it stands for.
  if (left === '\\' || right === '\\' || a[i - 1] === '\\') return 0;
  if (LETTER.test(left) && LETTER.test(right)) return left < right ? -1 : 1;
  const start = stringStart(a);
  if (i < start) return 0;
  if (i > a.indexOf('"', start) || i > b.indexOf('"', start)) return 0;
  // Within one string of both, whose end comes before every letter.
  if (left === '"') return -1;
  return right === '"' || left > right ? 1 : -1;
}
const LETTER = /[A-Za-z/_]/;

/** Where the text of the first string value begins; beyond the end if there is none. */
function stringStart(element: string): number {
  if (element[0] === 'v') return element[2] === '"' ? 3 : Infinity;
  const colon = element.indexOf('":"');
  return colon < 0 ? Infinity : colon + 3;
}

function compareScalars(a: JsonValue | undefined, b: JsonValue | undefined): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a === typeof b) return Number(a) - Number(b);
  return scalarRank(a) - scalarRank(b);
}

function scalarRank(value: JsonValue | undefined): number {
  return typeof value === 'number' ? 0 : typeof value === 'string' ? 1 : typeof value === 'boolean' ? 2 : 3;
}

/** A path as messages print it: `.spec.containers[name="c"].image`, `.metadata.finalizers[="x"]`. */
export function pathText(path: readonly string[]): string {
  return path.map(elementText).join('');
}

export function elementText(element: string): string {
  const rest = element.slice(2);
  switch (element[0]) {
    case 'f':
      return `.${rest}`;
    case 'k': {
      const keys = parsed(element);
      if (!isObject(keys)) return '';
      return `[${Object.keys(keys)
        .map((name) => `${name}=${valueText(keys[name] ?? null)}`)
        .join(',')}]`;
    }
    case 'v':
      return `[=${valueText(parsed(element) ?? null)}]`;
    default:
      return `[${rest}]`;
  }
}

function valueText(value: JsonValue): string {
  if (typeof value === 'string') return goQuote(value);
  if (Array.isArray(value)) return `[${value.map(valueText).join(',')}]`;
  if (!isObject(value)) return String(value);
  return Object.keys(value)
    .map((name) => `${name}=${valueText(value[name] ?? null)}`)
    .join('');
}
