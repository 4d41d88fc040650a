// JSON read exactly: members in their order with repeats kept, numbers as written, and the errors that Go's scanner
// gives. It is the slow way, taken only when JSON.parse has failed or something about the document is wrong.
// Models Go encoding/json/scanner.go.

import { goQuote } from '../go-text.ts';
import type { JsonObject, JsonValue } from '../../lib/json.ts';

export class TreeNumber {
  readonly raw: string;
  constructor(raw: string) {
    this.raw = raw;
  }
}

export class TreeObject {
  readonly keys: string[] = [];
  readonly values: Tree[] = [];
}

export type Tree = string | boolean | null | TreeNumber | TreeObject | Tree[];

export type ParsedTree =
  | { readonly ok: true; readonly tree: Tree }
  /** `invalid character 'x' looking for beginning of value` */
  | { readonly ok: false; readonly error: string };

/** Deeper documents would overflow the stack of whatever walks them later. Upstream's limit is 10,000. */
export const MAX_DEPTH = 1000;

const END = 'unexpected end of JSON input';

export function parseTree(text: string): ParsedTree {
  const reader = new Reader(text);
  const tree = reader.document();
  return tree === undefined ? { ok: false, error: reader.error } : { ok: true, tree };
}

/** A character in Go's single quotes; of one outside ASCII Go's scanner sees only the first byte. */
function quoteChar(char: string): string {
  if (char === "'") return `'\\''`;
  if (char === '"') return `'"'`;
  const byte = new TextEncoder().encode(char)[0] ?? 0;
  return `'${goQuote(String.fromCharCode(byte)).slice(1, -1)}'`;
}

/** Methods answer undefined once `error` is set. */
class Reader {
  error = '';
  private readonly text: string;
  private at = 0;
  private depth = 0;

  constructor(text: string) {
    this.text = text;
  }

  document(): Tree | undefined {
    const tree = this.value();
    if (tree === undefined) return undefined;
    this.space();
    return this.at < this.text.length ? this.invalid('after top-level value') : tree;
  }

  private fail(error: string): undefined {
    if (this.error === '') this.error = error;
    return undefined;
  }

  private invalid(context: string): undefined {
    const code = this.text.codePointAt(this.at);
    return this.fail(
      code === undefined ? END : `invalid character ${quoteChar(String.fromCodePoint(code))} ${context}`,
    );
  }

  private space(): void {
    while (' \t\r\n'.includes(this.text[this.at] ?? 'x')) this.at++;
  }

  private value(): Tree | undefined {
    this.space();
    const char = this.text[this.at];
    switch (char) {
      case '{':
        return this.nested(() => this.object());
      case '[':
        return this.nested(() => this.array());
      case '"':
        return this.string();
      case 't':
        return this.literal('true') ? true : undefined;
      case 'f':
        return this.literal('false') ? false : undefined;
      case 'n':
        return this.literal('null') ? null : undefined;
      default:
        if (char === '-' || (char !== undefined && char >= '0' && char <= '9')) return this.number();
        return this.invalid('looking for beginning of value');
    }
  }

  private nested(read: () => Tree | undefined): Tree | undefined {
    if (++this.depth > MAX_DEPTH) return this.fail('exceeded max depth');
    const tree = read();
    this.depth--;
    return tree;
  }

  private object(): TreeObject | undefined {
    const object = new TreeObject();
    this.at++;
    this.space();
    if (this.text[this.at] === '}') {
      this.at++;
      return object;
    }
    for (;;) {
      this.space();
      if (this.text[this.at] !== '"') return this.invalid('looking for beginning of object key string');
      const key = this.string();
      if (key === undefined) return undefined;
      this.space();
      if (this.text[this.at] !== ':') return this.invalid('after object key');
      this.at++;
      const value = this.value();
      if (value === undefined) return undefined;
      object.keys.push(key);
      object.values.push(value);
      this.space();
      const next = this.text[this.at];
      if (next !== ',' && next !== '}') return this.invalid('after object key:value pair');
      this.at++;
      if (next === '}') return object;
    }
  }

  private array(): Tree[] | undefined {
    const items: Tree[] = [];
    this.at++;
    this.space();
    if (this.text[this.at] === ']') {
      this.at++;
      return items;
    }
    for (;;) {
      const value = this.value();
      if (value === undefined) return undefined;
      items.push(value);
      this.space();
      const next = this.text[this.at];
      if (next !== ',' && next !== ']') return this.invalid('after array element');
      this.at++;
      if (next === ']') return items;
    }
  }

  private string(): string | undefined {
    const start = this.at++;
    for (;;) {
      const char = this.text[this.at];
      if (char === undefined || char < ' ') return this.invalid('in string literal');
      this.at++;
      if (char === '"') return JSON.parse(this.text.slice(start, this.at)) as string;
      if (char !== '\\') continue;
      const escape = this.text[this.at];
      if (escape === undefined || !'"\\/bfnrtu'.includes(escape)) return this.invalid('in string escape code');
      this.at++;
      for (let i = 0; escape === 'u' && i < 4; i++) {
        if (!/[0-9a-fA-F]/.test(this.text[this.at] ?? '')) return this.invalid('in \\u hexadecimal character escape');
        this.at++;
      }
    }
  }

  private literal(word: string): boolean {
    for (let i = 0; i < word.length; i++) {
      if (this.text[this.at] !== word[i]) {
        this.invalid(`in literal ${word} (expecting ${quoteChar(word[i] ?? '')})`);
        return false;
      }
      this.at++;
    }
    return true;
  }

  private digits(): boolean {
    const start = this.at;
    while (/[0-9]/.test(this.text[this.at] ?? '')) this.at++;
    return this.at > start;
  }

  private number(): TreeNumber | undefined {
    const start = this.at;
    if (this.text[this.at] === '-') this.at++;
    if (this.text[this.at] === '0') this.at++;
    else if (!this.digits()) return this.invalid('in numeric literal');
    if (this.text[this.at] === '.') {
      this.at++;
      if (!this.digits()) return this.invalid('after decimal point in numeric literal');
    }
    if (/[eE]/.test(this.text[this.at] ?? '')) {
      this.at++;
      if (/[-+]/.test(this.text[this.at] ?? '')) this.at++;
      if (!this.digits()) return this.invalid('in exponent of numeric literal');
    }
    return new TreeNumber(this.text.slice(start, this.at));
  }
}

/** The value of a tree. Of a repeated member the last one counts, and two objects are put together, as Go does. */
export function treeValue(tree: Tree): JsonValue {
  if (tree instanceof TreeNumber) return Number(tree.raw);
  if (Array.isArray(tree)) return tree.map(treeValue);
  if (!(tree instanceof TreeObject)) return tree;
  const object: JsonObject = {};
  for (let i = 0; i < tree.keys.length; i++) {
    const key = tree.keys[i] ?? '';
    const value = treeValue(tree.values[i] ?? null);
    setMember(object, key, Object.hasOwn(object, key) ? together(object[key], value) : value);
  }
  return object;
}

function together(old: JsonValue | undefined, value: JsonValue): JsonValue {
  if (!plain(old) || !plain(value)) return value;
  for (const key of Object.keys(value)) {
    const item = value[key] ?? null;
    setMember(old, key, Object.hasOwn(old, key) ? together(old[key], item) : item);
  }
  return old;
}

function plain(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Sets a member even if it is called `__proto__`, which an assignment would take for the prototype. */
export function setMember(object: JsonObject, key: string, value: JsonValue): void {
  if (key !== '__proto__') object[key] = value;
  else Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

/** The tree of a value that never was a JSON text. */
export function treeOf(value: JsonValue | undefined): Tree {
  if (value === undefined) return null;
  if (typeof value === 'number') return new TreeNumber(String(value));
  if (Array.isArray(value)) return value.map(treeOf);
  if (!plain(value)) return value;
  const object = new TreeObject();
  for (const key of Object.keys(value)) {
    if (value[key] === undefined) continue;
    object.keys.push(key);
    object.values.push(treeOf(value[key]));
  }
  return object;
}
