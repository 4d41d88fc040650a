// Syntax errors of expressions in the words of upstream's parser, as far as those follow from the place alone: upstream
// goes on behind an error and may find more, this parser stops at the first.
// Models the grammar of google/cel-go parser/gen/CEL.g4 and the messages of ANTLR.

const OPERAND =
  "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";

const TOKEN = /^(?:[A-Za-z_][A-Za-z0-9_]*|[0-9][0-9A-Za-z.]*|[=!<>]=|&&|\|\||"[^"]*"|'[^']*'|[\s\S])/;

/** `at`: where the parser stopped; `code`: its reason. Undefined where upstream's words depend on more. */
export function syntaxErrorText(text: string, at: number, code: string): string | undefined {
  const rest = text.slice(at);
  const token = rest === '' ? '<EOF>' : (TOKEN.exec(rest)?.[0] ?? '');
  if (code === 'unexpected_token') return `Syntax error: mismatched input '${token}' expecting ${OPERAND}`;
  if (code !== 'unexpected_character') return undefined;
  const char = String.fromCodePoint(text.codePointAt(at) ?? 0);
  if (/[^\s\w!%&()*+,\-./:<=>?[\]{|}"'`]/u.test(char)) return `Syntax error: token recognition error at: '${char}'`;
  // The expression is complete, and one thing too many follows.
  return rest.slice(token.length).trim() === ''
    ? `Syntax error: extraneous input '${token}' expecting <EOF>`
    : undefined;
}
