// YAML texts to the JSON values that upstream makes of them. Of several documents the first counts.
// Models sigs.k8s.io/yaml: go-yaml v2, then JSON with sorted members.

import { Composer, LineCounter, Parser, isAlias, isMap, isNode, isPair, isScalar, isSeq } from 'yaml';
import type { Document, Node } from 'yaml';
import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { goQuote } from '../go-text.ts';
import { MAX_DEPTH, setMember } from './json-tree.ts';
import { plainScalar } from './yaml-scalar.ts';

export type DecodedYaml =
  | {
      readonly ok: true;
      readonly value: JsonValue;
      /** `line 7: key "a" already set in map` */
      readonly duplicates: readonly string[];
    }
  /** `yaml: line 1: did not find expected node content` */
  | { readonly ok: false; readonly error: string };

/** How many values aliases may multiply a document to. */
const MAX_VALUES = 100_000;

export function decodeYaml(text: string): DecodedYaml {
  if (isTooDeep(text)) return { ok: false, error: 'yaml: exceeded max depth' };
  const lines = new LineCounter();
  const composer = new Composer({ version: '1.1', schema: 'failsafe', uniqueKeys: false, lineCounter: lines });
  const tokens = new Parser(lines.addNewLine).parse(text);
  const document = composer.compose(tokens).next().value as Document.Parsed | undefined;
  if (document === undefined) return { ok: true, value: null, duplicates: [] };
  const problem = document.errors[0];
  if (problem !== undefined) {
    const line = lines.linePos(problem.pos[0]).line;
    const before = text.slice(0, problem.pos[0]).trimEnd();
    return { ok: false, error: `yaml: ${goError(problem.code, problem.message, line, before)}` };
  }
  const reader = new Reader(lines);
  const value = reader.node(document.contents, 0);
  return reader.error === '' ? { ok: true, value, duplicates: reader.duplicates } : { ok: false, error: reader.error };
}

/** Before the parser sees it, which would descend millions of levels until its stack ends. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 91 || code === 123) {
      if (++depth > MAX_DEPTH) return true;
    } else if (code === 93 || code === 125) depth--;
  }
  // Levels and properties that stand in one line: `- - - a`, `? ? ? a`, `!a !a !a b`.
  return /(?:[-?:] +){1000}|(?:[!&][^ \n]* +){1000}/.test(text);
}

/** libyaml's words for the mistakes that people make; the parser's own for the rest. */
function goError(code: string, message: string, line: number, before: string): string {
  const first = (message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '');
  switch (code) {
    case 'BLOCK_AS_IMPLICIT_KEY':
      return `${line > 1 ? `line ${line}: ` : ''}mapping values are not allowed in this context`;
    case 'TAB_AS_INDENT':
      return `${line > 1 ? `line ${line}: ` : ''}found character that cannot start any token`;
    case 'BAD_INDENT': {
      const end = /^Flow (?:sequence|map).* (\S)$/.exec(first)?.[1];
      if (end === undefined || /[[{,:]$/.test(before)) return `line ${line}: did not find expected node content`;
      return `line ${Math.max(line - 1, 1)}: did not find expected ',' or '${end}'`;
    }
    case 'MISSING_CHAR':
      return `line ${line}: did not find expected node content`;
    default:
      return `line ${line}: ${first}`;
  }
}

class Reader {
  error = '';
  readonly duplicates: string[] = [];
  private readonly lines: LineCounter;
  private readonly anchors = new Map<string, Node>();
  private inAlias = 0;
  /** Made of aliases. */
  private values = 0;

  constructor(lines: LineCounter) {
    this.lines = lines;
  }

  /** null once `error` is set. */
  node(node: unknown, depth: number): JsonValue {
    if (this.error !== '') return null;
    if (this.inAlias > 0 && ++this.values > MAX_VALUES) return this.fail('yaml: document contains excessive aliasing');
    if (depth > MAX_DEPTH) return this.fail('yaml: exceeded max depth');
    if (isAlias(node)) {
      const target = this.anchors.get(node.source);
      if (target === undefined) return this.fail(`yaml: unknown anchor '${node.source}' referenced`);
      this.inAlias++;
      const value = this.node(target, depth + 1);
      this.inAlias--;
      return value;
    }
    if (isNode(node) && 'anchor' in node && node.anchor !== undefined) this.anchors.set(node.anchor, node);
    if (isScalar(node)) return this.scalar(node.value, node.type, node.tag);
    if (isSeq(node)) return node.items.map((item) => this.node(item, depth + 1));
    if (!isMap(node)) return null;
    const members = new Map<string, JsonValue>();
    const merged: Node[] = [];
    for (const pair of node.items) {
      if (!isPair(pair)) continue;
      const key = this.key(pair.key, depth);
      if (key === undefined) return null;
      if (key === '<<' && isScalar(pair.key) && pair.key.type === 'PLAIN') {
        merged.push(pair.value as Node);
        continue;
      }
      if (members.has(key)) {
        const offset = (pair.key as Node | null)?.range?.[0] ?? 0;
        this.duplicates.push(`line ${this.lines.linePos(offset).line}: key ${goQuote(key)} already set in map`);
      }
      members.set(key, this.node(pair.value, depth + 1));
    }
    for (const source of merged) this.merge(members, source, depth);
    return sorted(members);
  }

  /** `<<: *anchor` or a list of anchors: members that are not set yet. */
  private merge(members: Map<string, JsonValue>, source: Node, depth: number): void {
    const value = this.node(source, depth + 1);
    for (const from of Array.isArray(value) ? value : [value]) {
      if (typeof from !== 'object' || from === null || Array.isArray(from)) {
        this.fail('yaml: map merge requires map or sequence of maps as the value');
        return;
      }
      for (const key of Object.keys(from)) if (!members.has(key)) members.set(key, from[key] ?? null);
    }
  }

  private key(node: unknown, depth: number): string | undefined {
    const key = this.node(node, depth + 1);
    if (this.error !== '') return undefined;
    if (typeof key === 'string') return key;
    if (typeof key === 'number' || typeof key === 'boolean') return String(key);
    this.fail('yaml: unsupported map key: it must be a string, a number or a boolean');
    return undefined;
  }

  private scalar(value: unknown, type: string | undefined, tag: string | undefined): JsonValue {
    const text = typeof value === 'string' ? value : '';
    const plain = type === undefined || type === 'PLAIN';
    switch (tag) {
      case 'tag:yaml.org,2002:str':
        return text;
      case 'tag:yaml.org,2002:binary':
        return this.binary(text);
      case undefined:
        if (!plain) return text;
        break;
      default:
        break;
    }
    const resolved = plainScalar(text);
    return resolved === undefined
      ? this.fail(`json: unsupported value: ${text.includes('a') ? 'NaN' : '+Inf'}`)
      : resolved;
  }

  private binary(text: string): JsonValue {
    try {
      return atob(text.replace(/\s/g, ''));
    } catch {
      return this.fail('yaml: !!binary value contains invalid base64 data');
    }
  }

  private fail(error: string): null {
    if (this.error === '') this.error = error;
    return null;
  }
}

function sorted(members: Map<string, JsonValue>): JsonObject {
  const object: JsonObject = {};
  for (const key of [...members.keys()].sort()) setMember(object, key, members.get(key) ?? null);
  return object;
}
