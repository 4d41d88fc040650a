// Whether an expression compiles in an environment, and to what.

import type { Environment } from '@marcbachmann/cel-js';
import type { Range } from './environment.ts';
import { errorAt, inOriginal, located } from './environment.ts';
import { withoutMessages } from './message-literals.ts';
import { translate } from './translate.ts';

/** `type`: as the library names it, `list<int>`. `error`: as upstream's compiler prints it, with the place. */
export type Checked = { readonly ok: true; readonly type: string } | { readonly ok: false; readonly error: string };

const EMPTY = { text: '', origin: () => 0 };

export function checkExpression(expression: string, environment: Environment): Checked {
  const fail = (error: string): Checked => ({ ok: false, error: `compilation failed: ${error}` });
  const plain = withoutMessages(expression);
  if (!plain.ok) return fail(errorAt(expression, plain.at, plain.error));
  const { text, original } = plain.rewritten;
  const source = text === '' ? EMPTY : translate(text);
  const place = (failed: unknown): string => {
    const error = inOriginal(source, failed) as { range?: Range };
    const { start, end } = error.range ?? { start: 0, end: 0 };
    return located(expression, error, { start: original(start), end: original(start) + end - start });
  };
  try {
    const checked = environment.check(source.text);
    return checked.valid ? { ok: true, type: checked.type ?? 'dyn' } : fail(place(checked.error));
  } catch (error) {
    return fail(place(error));
  }
}

/** A type as upstream prints it: `list(int)`. */
export function goType(type: string): string {
  return type
    .replaceAll('<', '(')
    .replaceAll('>', ')')
    .replace(/^null$/, 'null_type');
}
