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
/** Space, a string (to the end of the text, where it has none), a name, any other character. */
const TOKEN = /\s+|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|["'][^]*|[A-Za-z_]\w*|[^]/g;
const MISSING_FIELD = "Syntax error: mismatched input '<EOF>' expecting {'}', ',', '?', IDENTIFIER, ESC_IDENTIFIER}";

interface Piece {
  readonly text: string;
  readonly at: number;
}

/** `at` of a refusal counts in the original text. */
export function withoutMessages(text: string): Rewriting {
  const pieces: Piece[] = [];
  /** Of every open bracket, whether it is a message's. */
  const open: boolean[] = [];
  /** Where in `pieces` a name, maybe with dots, begins that ends here. */
  let type: number | undefined;
  let dotted = false;
  /** A field's name is what comes next. */
  let field = false;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (/^\s/.test(token)) {
      pieces.push({ text: token, at: index });
      continue;
    }
    if (/^[A-Za-z_]/.test(token) && token !== 'in') {
      if (!dotted) type = pieces.length;
      dotted = false;
      pieces.push({ text: field ? `'${token}'` : token, at: index });
      if (field) type = undefined;
      field = false;
      continue;
    }
    if (token === '{' && type !== undefined && !dotted) {
      const name = pieces.splice(type).map((piece) => piece.text.trim());
      if (!TYPES.includes(name[0] ?? '')) {
        return { ok: false, at: index, error: `undeclared reference to '${name.join('')}' (in container '')` };
      }
      open.push(true);
      field = true;
    } else {
      if ('{[('.includes(token)) open.push(false);
      if ('}])'.includes(token)) open.pop();
      field = token === ',' && open.at(-1) === true;
    }
    dotted = token === '.' && type !== undefined;
    if (!dotted) type = undefined;
    pieces.push({ text: token, at: index });
  }
  if (field) return { ok: false, at: text.length, error: MISSING_FIELD };
  return { ok: true, rewritten: join(pieces, text.length) };
}

function join(pieces: readonly Piece[], end: number): Rewritten {
  const places = pieces.flatMap(({ text, at }) => Array<number>(text.length).fill(at));
  return { text: pieces.map((piece) => piece.text).join(''), original: (index) => places[index] ?? end };
}
