// Messages in expressions of mutating admission policies, `Object.metadata{labels: {'a': 'b'}}` and `JSONPatch{op: 'add'}`,
// which the parser here does not know: rewritten into maps, for that is what they stand for. Which fields a message
// of a type may have is not looked at.
//
//   Object{metadata: Object.metadata{name: 'x'}}   →   {'metadata': {'name': 'x'}}
//
// Models kubernetes staging/src/k8s.io/apiserver/pkg/cel/mutation.

export interface Rewritten {
  readonly text: string;
  /** Where in the original text the character at `index` of the new one stands. */
  original(index: number): number;
}

export type Rewriting =
  | { readonly ok: true; readonly rewritten: Rewritten }
  | { readonly ok: false; readonly at: number; readonly error: string };

const TYPES: readonly string[] = ['Object', 'JSONPatch'];
const TOKEN = /\s+|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[A-Za-z_]\w*(?:\s*\.\s*[A-Za-z_]\w*)*(?=\s*\{)|[A-Za-z_]\w*|[\s\S]/gy;
const MISSING_FIELD = "Syntax error: mismatched input '<EOF>' expecting {'}', ',', '?', IDENTIFIER, ESC_IDENTIFIER}";

/** `at` of a refusal counts in the original text. */
export function withoutMessages(text: string): Rewriting {
  let result = '';
  const places: number[] = [];
  const put = (piece: string, at: number): void => {
    for (let index = 0; index < piece.length; index++) places.push(at);
    result += piece;
  };
  /** Of every open bracket, whether it is a message's. */
  const open: boolean[] = [];
  let message = false;
  /** A field's name is what comes next. */
  let field = false;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (/^\s/.test(token)) {
      put(token, index);
      continue;
    }
    const name = /^[A-Za-z_]/.test(token);
    if (name && /^\s*\{/.test(text.slice(index + token.length))) {
      const [type = ''] = token.split(/\s*\./);
      if (!TYPES.includes(type)) {
        const brace = text.indexOf('{', index + token.length);
        return { ok: false, at: brace, error: `undeclared reference to '${token}' (in container '')` };
      }
      message = true;
      field = false;
      continue;
    }
    if (name && field) put(`'${token}'`, index);
    else put(token, index);
    field = false;
    if ('{[('.includes(token)) {
      open.push(message);
      field = message;
      message = false;
    } else if ('}])'.includes(token)) open.pop();
    else if (token === ',') field = open.at(-1) === true;
  }
  if (field) return { ok: false, at: text.length, error: MISSING_FIELD };
  return {
    ok: true,
    rewritten: { text: result, original: (index) => places[index] ?? text.length },
  };
}
