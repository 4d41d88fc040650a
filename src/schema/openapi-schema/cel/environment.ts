// Where the rules of a schema are compiled: CEL with the variables `self` and `oldSelf`, and of kubernetes' library the
// functions of lists, regular expressions, URLs, IP addresses and quantities.
// Regular expressions are RE2's, as upstream's: those of the language here would not end in time for every input.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/cel/{environment,library}.

import { Environment } from '@marcbachmann/cel-js';
import type { ASTNode } from '@marcbachmann/cel-js';
import { registerLibrary } from './library.ts';
import type { Translated } from './translate.ts';
import { translate } from './translate.ts';
import { syntaxErrorText } from './syntax-error.ts';

export interface Program {
  /** Throws what CEL throws: an error with a `summary`. */
  evaluate(variables: { readonly self: unknown; readonly oldSelf?: unknown }): unknown;
  readonly ast: ASTNode;
  /** `bool`, `string`, `dyn`, … */
  readonly type: string;
  /** Where in the expression a place of the tree is. */
  origin(index: number): number;
}

export type Compiled =
  | { readonly ok: true; readonly program: Program }
  | { readonly ok: false; readonly error: string };

export class Compiler {
  readonly #environment = environmentWith('dyn');
  /** Of rules that take oldSelf as an optional: few do. */
  #optional: Environment | undefined;

  /** `error`: as upstream's compiler prints it, with the place. */
  compile(text: string, { optionalOldSelf = false }: { readonly optionalOldSelf?: boolean } = {}): Compiled {
    const environment = optionalOldSelf ? (this.#optional ??= environmentWith('optional<dyn>')) : this.#environment;
    const translated = translate(text);
    try {
      const checked = environment.check(translated.text);
      if (!checked.valid) return { ok: false, error: located(text, inOriginal(translated, checked.error)) };
      const program = environment.parse(translated.text);
      return {
        ok: true,
        program: {
          ast: program.ast,
          type: checked.type ?? 'dyn',
          evaluate: (variables) => program({ ...variables }),
          origin: translated.origin,
        },
      };
    } catch (error) {
      return { ok: false, error: located(text, inOriginal(translated, error)) };
    }
  }

  /** oldSelf of a rule that takes it as an optional. */
  optional(value: unknown): unknown {
    return value === undefined
      ? this.#environment.evaluate('optional.none()')
      : this.#environment.evaluate('optional.of(self)', { self: value });
  }
}

function environmentWith(oldSelf: 'dyn' | 'optional<dyn>'): Environment {
  const environment = new Environment({ enableOptionalTypes: true, homogeneousAggregateLiterals: false })
    .registerVariable('self', 'dyn')
    .registerVariable('oldSelf', oldSelf);
  registerLibrary(environment);
  return environment;
}

export function errorSummary(error: unknown): string {
  const { summary, message } = (error ?? {}) as { summary?: string; message?: string };
  return summary ?? message ?? String(error);
}

/** `ERROR: <input>:1:5: undefined field 'nope'`, then the line and a mark under it. `at` counts from 0. */
export function errorAt(text: string, at: number, message: string): string {
  if (text === '') return `ERROR: <input>:1:0: ${message}`;
  const before = text.slice(0, at).split('\n');
  const line = before.length;
  const ahead = [...(before.at(-1) ?? '')];
  const source = text.split('\n')[line - 1] ?? '';
  // Marks are as wide as what they stand under.
  const wide = (char: string | undefined): boolean => char !== undefined && char > '\u007f';
  const dots = ahead.map((char) => (wide(char) ? '．' : '.')).join('');
  const mark = wide([...source][ahead.length]) ? '＾' : '^';
  return `ERROR: <input>:${line}:${ahead.length + 1}: ${message}\n | ${source}\n | ${dots}${mark}`;
}

/** The same error with its place in the expression before it was translated. */
export function inOriginal({ origin }: Translated, error: unknown): unknown {
  const { range, code } = (error ?? {}) as { range?: { start: number; end: number }; code?: string };
  if (range === undefined) return error;
  const start = origin(range.start);
  const summary = errorSummary(error);
  return { range: { start, end: start + range.end - range.start }, code, summary, message: summary };
}

export interface Range {
  readonly start: number;
  readonly end: number;
}

/** What is wrong with an expression, and where (at `at`, or where the error says), as upstream's compiler prints it. */
export function located(text: string, error: unknown, at?: Range): string {
  const { range: own, code } = (error ?? {}) as { range?: Range; code?: string };
  const range = at ?? own;
  const start = range?.start ?? 0;
  if (code === 'unknown_variable') {
    const name = text.slice(start, range?.end);
    return errorAt(text, start, `undeclared reference to '${name}' (in container '')`);
  }
  if (code === 'no_such_key') {
    const name = text.slice(start, range?.end);
    return errorAt(text, text.lastIndexOf('.', start), `undefined field '${name}'`);
  }
  return errorAt(text, start, syntaxErrorText(text, start, code ?? '') ?? errorSummary(error));
}

export function visit(node: ASTNode, seen: (node: ASTNode) => void): void {
  seen(node);
  for (const child of childrenOf(node.args)) visit(child, seen);
}

function childrenOf(args: unknown): ASTNode[] {
  if (Array.isArray(args)) return args.flatMap(childrenOf);
  return isNode(args) ? [args] : [];
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value && 'range' in value;
}
