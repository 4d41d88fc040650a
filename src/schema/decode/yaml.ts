// YAML texts to the JSON values that upstream makes of them. Of several documents the first counts.
// Models sigs.k8s.io/yaml: go-yaml v2, then JSON with sorted members.

import { Composer, Lexer, LineCounter, Parser, isAlias, isMap, isNode, isPair, isScalar, isSeq } from 'yaml';
import type { CST, Document, Node } from 'yaml';
import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { goQuote } from '../go-text.ts';
import { setMember } from './json-tree.ts';
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
/** Less than JSON's: the parser takes several calls a level. Upstream's limit is 10,000. */
const MAX_DEPTH = 400;
/** Lexemes of one text: line ends, indents, marks, scalars. Each costs microseconds, however short it is. */
const MAX_LEXEMES = 250_000;

export function decodeYaml(text: string): DecodedYaml {
  const lines = new LineCounter();
  const composer = new Composer({ version: '1.1', schema: 'failsafe', uniqueKeys: false, lineCounter: lines });
  const tokens = new BoundedTokens(lines);
  const document = composer.compose(tokens.of(text)).next().value as Document.Parsed | undefined;
  if (tokens.refused !== '') return { ok: false, error: tokens.refused };
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

/** The parser's tokens, until the text turns out to be more than can be read in a moment. */
class BoundedTokens {
  /** Why the tokens ended early. */
  refused = '';
  readonly #lines: LineCounter;

  constructor(lines: LineCounter) {
    this.#lines = lines;
  }

  *of(text: string): Generator<CST.Token, void> {
    const parser = new Parser(this.#lines.addNewLine);
    this.#lines.addNewLine(0);
    let lexemes = 0;
    for (const lexeme of new Lexer().lex(text)) {
      // The first holds the document, the last may be a scalar.
      if (parser.stack.length > MAX_DEPTH + 2) this.refused = 'yaml: exceeded max depth';
      if (++lexemes > MAX_LEXEMES) this.refused = 'yaml: document has too many lines or tokens';
      if (this.refused !== '') return;
      yield* parser.next(lexeme);
    }
    yield* parser.end();
  }
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
