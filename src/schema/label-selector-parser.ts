// The text form of label selectors. A recursive descent over tokens; a keyword is an identifier where a key or a value
// may stand, so `in in (in)` is a selector.
// Models the Lexer and Parser of kubernetes staging/src/k8s.io/apimachinery/pkg/labels/selector.go.

import { fieldErrorText } from './field-error.ts';
import { byKey, labelKeyError, requirement } from './label-requirement.ts';
import type { LabelOperator, LabelSelector, Requirement } from './label-requirement.ts';

export type ParsedLabelSelector =
  | { readonly ok: true; readonly selector: LabelSelector }
  | { readonly ok: false; readonly error: string };

type TokenKind = 'end' | 'identifier' | ')' | '(' | ',' | '!' | '==' | '=' | '!=' | '>' | '<' | 'in' | 'notin';

interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

const SYMBOLS: readonly TokenKind[] = ['==', '!=', ')', '(', ',', '!', '=', '>', '<'];
const OPERATOR_OF: Partial<Record<TokenKind, LabelOperator>> = {
  in: 'in',
  notin: 'notin',
  '=': '=',
  '==': '==',
  '!=': '!=',
  '>': 'gt',
  '<': 'lt',
};

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text[at] ?? '';
    if (char === '\0') break;
    if (' \t\r\n'.includes(char)) {
      at++;
      continue;
    }
    const symbol = SYMBOLS.find((candidate) => text.startsWith(candidate, at));
    if (symbol !== undefined) {
      tokens.push({ kind: symbol, text: symbol });
      at += symbol.length;
      continue;
    }
    let end = at;
    while (end < text.length && !' \t\r\n=!(),><\0'.includes(text[end] ?? '')) end++;
    const word = text.slice(at, end);
    tokens.push({ kind: word === 'in' || word === 'notin' ? word : 'identifier', text: word });
    at = end;
  }
  return tokens;
}

const END: Token = { kind: 'end', text: '' };

/** Methods answer undefined once `error` is set. */
class Parser {
  error = '';
  private readonly tokens: readonly Token[];
  private at = 0;

  constructor(text: string) {
    this.tokens = tokenize(text);
  }

  parse(): Requirement[] | undefined {
    const requirements: Requirement[] = [];
    for (;;) {
      const next = this.peek();
      if (next.kind === 'end') return requirements;
      if (next.kind !== 'identifier' && next.kind !== '!') {
        return this.fail(`found '${next.text}', expected: !, identifier, or 'end of string'`);
      }
      const item = this.requirement();
      if (item === undefined) return this.fail(`unable to parse requirement: ${this.error}`);
      requirements.push(item);
      const separator = this.take();
      if (separator.kind === 'end') return requirements;
      if (separator.kind !== ',') return this.fail(`found '${separator.text}', expected: ',' or 'end of string'`);
      const after = this.peek();
      if (after.kind !== 'identifier' && after.kind !== '!') {
        return this.fail(`found '${after.text}', expected: identifier after ','`);
      }
    }
  }

  /** Keywords count as identifiers unless an operator is due. */
  private peek(operatorDue = false): Token {
    const token = this.tokens[this.at] ?? END;
    const keyword = token.kind === 'in' || token.kind === 'notin';
    return keyword && !operatorDue ? { kind: 'identifier', text: token.text } : token;
  }

  private take(operatorDue = false): Token {
    const token = this.peek(operatorDue);
    this.at++;
    return token;
  }

  private fail(text: string): undefined {
    this.error = text;
    return undefined;
  }

  private requirement(): Requirement | undefined {
    let token = this.take();
    const absent = token.kind === '!';
    if (absent) token = this.take();
    if (token.kind !== 'identifier') return this.fail(`found '${token.text}', expected: identifier`);
    const key = token.text;
    const keyError = labelKeyError('<nil>', key);
    if (keyError !== undefined) return this.fail(fieldErrorText(keyError));
    if (absent) return this.make(key, '!', []);
    const next = this.peek().kind;
    if (next === 'end' || next === ',') return this.make(key, 'exists', []);

    const sign = this.take(true);
    const operator = OPERATOR_OF[sign.kind];
    if (operator === undefined) {
      return this.fail(`found '${sign.text}', expected: in, notin, =, ==, !=, gt, lt`);
    }
    const values = operator === 'in' || operator === 'notin' ? this.valueSet() : this.exactValue();
    return values === undefined ? undefined : this.make(key, operator, values);
  }

  private make(key: string, operator: LabelOperator, values: readonly string[]): Requirement | undefined {
    const made = requirement(key, operator, [...new Set(values)].sort());
    return made.ok ? made.requirement : this.fail(made.error);
  }

  private exactValue(): string[] | undefined {
    const next = this.peek().kind;
    if (next === 'end' || next === ',') return [''];
    const token = this.take();
    return token.kind === 'identifier' ? [token.text] : this.fail(`found '${token.text}', expected: identifier`);
  }

  private valueSet(): string[] | undefined {
    const open = this.take();
    if (open.kind !== '(') return this.fail(`found '${open.text}' expected: '('`);
    const first = this.peek();
    if (first.kind === ')') {
      this.take();
      return [''];
    }
    if (first.kind !== 'identifier' && first.kind !== ',') {
      return this.fail(`found '${first.text}', expected: ',', ')' or identifier`);
    }
    const values = this.valueList();
    this.take();
    return values;
  }

  /** Leaves the closing parenthesis unread. An empty place between commas is the empty value. */
  private valueList(): string[] | undefined {
    const values: string[] = [];
    for (;;) {
      const token = this.take();
      if (token.kind !== 'identifier' && token.kind !== ',') {
        return this.fail(`found '${token.text}', expected: ',', or identifier`);
      }
      const next = this.peek();
      if (token.kind === 'identifier') {
        values.push(token.text);
        if (next.kind === ')') return values;
        if (next.kind !== ',') return this.fail(`found '${next.text}', expected: ',' or ')'`);
        continue;
      }
      if (values.length === 0) values.push('');
      if (next.kind === ')') return [...values, ''];
      if (next.kind === ',') {
        this.take();
        values.push('');
      }
    }
  }
}

export function parseRequirements(text: string): ParsedLabelSelector {
  const parser = new Parser(text);
  const requirements = parser.parse();
  if (requirements === undefined) return { ok: false, error: parser.error };
  return { ok: true, selector: requirements.sort(byKey) };
}
