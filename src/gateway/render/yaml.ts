// JSON data as YAML, byte for byte as sigs.k8s.io/yaml writes it: sorted keys, sequences not indented below their
// key, YAML 1.1 quoting, lines folded behind column 80.

import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { scalarStyle, writeScalar } from './yaml-scalar.ts';

/** A longer key is written in the `? key` form. */
const LONGEST_SIMPLE_KEY = 128;

export function toYaml(value: JsonObject): string {
  const out = new Writer();
  out.node(value, 0, -2, false);
  out.endLine();
  return out.text;
}

const isLetter = (char: string): boolean => /\p{L}/u.test(char);
const isDigit = (char: string | undefined): boolean => char !== undefined && char >= '0' && char <= '9';

function digitsFrom(chars: readonly string[], from: number): { end: number; value: number } {
  let end = from;
  let value = 0;
  while (isDigit(chars[end])) value = value * 10 + Number(chars[end++]);
  return { end, value };
}

/** Order of keys: letters behind everything else, runs of digits by their value. Models go-yaml's sorter. */
export function compareKeys(left: string, right: string): number {
  const a = [...left];
  const b = [...right];
  for (let i = 0; i < a.length && i < b.length; i++) {
    const x = a[i] as string;
    const y = b[i] as string;
    if (x === y) continue;
    const codes = (x.codePointAt(0) as number) - (y.codePointAt(0) as number);
    const letters = isLetter(x);
    if (letters && isLetter(y)) return codes;
    if (letters || isLetter(y)) return letters ? 1 : -1;
    const one = digitsFrom(a, i);
    const other = digitsFrom(b, i);
    return one.value - other.value || one.end - other.end || codes;
  }
  return a.length - b.length;
}

class Writer {
  text = '';

  /**
   * `indent` is that of the enclosing collection's entries. `column`: where on its line the node starts; `afterKey`: behind
   * `key:`, where a block collection goes to a new line and a scalar needs a space.
   */
  node(value: JsonValue, column: number, indent: number, afterKey: boolean): void {
    const gap = afterKey ? ' ' : '';
    if (Array.isArray(value)) {
      if (value.length === 0) this.text += `${gap}[]`;
      else this.sequence(value, afterKey ? indent : indent + 2, afterKey);
    } else if (typeof value === 'object' && value !== null) {
      const keys = Object.keys(value).filter((key) => value[key] !== undefined);
      if (keys.length === 0) this.text += `${gap}{}`;
      else this.mapping(value, keys.sort(compareKeys), indent + 2, afterKey);
    } else if (typeof value === 'string') {
      this.text += gap + writeScalar(value, scalarStyle(value, false), column + gap.length, indent + 2, true);
    } else {
      this.text += gap + String(value);
    }
  }

  endLine(): void {
    if (!this.text.endsWith('\n')) this.text += '\n';
  }

  private start(first: boolean, ownLine: boolean, indent: number): void {
    if (first && !ownLine) return;
    this.endLine();
    this.text += ' '.repeat(indent);
  }

  private sequence(items: readonly JsonValue[], indent: number, ownLine: boolean): void {
    for (const [index, item] of items.entries()) {
      this.start(index === 0, ownLine, indent);
      this.text += '- ';
      this.node(item, indent + 2, indent, false);
    }
  }

  private mapping(object: JsonObject, keys: readonly string[], indent: number, ownLine: boolean): void {
    for (const [index, key] of keys.entries()) {
      this.start(index === 0, ownLine, indent);
      const simple = key.length <= LONGEST_SIMPLE_KEY && !key.includes('\n');
      if (simple) {
        const written = writeScalar(key, scalarStyle(key, true), indent, indent, false);
        this.text += `${written}:`;
        this.node(object[key] as JsonValue, indent + [...written].length + 1, indent, true);
      } else {
        this.text += '? ';
        this.node(key, indent + 2, indent, false);
        this.start(false, true, indent);
        this.text += ': ';
        this.node(object[key] as JsonValue, indent + 2, indent, false);
      }
    }
  }
}
