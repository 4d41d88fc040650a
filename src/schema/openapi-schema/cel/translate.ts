// Rules as upstream writes them, in the words of the CEL library here:
//   has(self[0].a)         →  hasField(self[0], "a")      its own `has` takes no index
//   self.matches('^a+$')   →  self.re2Matches('^a+$')     its own runs expressions that may not end in time
//
// Places in the new text lead back to the old one, for messages.

export interface Translated {
  readonly text: string;
  /** Where in the old text a place of the new one comes from. */
  origin(index: number): number;
}

interface Chunk {
  readonly start: number;
  readonly origin: number;
  readonly copied: boolean;
}

export function translate(text: string): Translated {
  const writer = new Writer(text);
  writer.write();
  const { chunks } = writer;
  return {
    text: writer.output,
    origin(index) {
      const chunk = chunks.findLast(({ start }) => start <= index);
      if (chunk === undefined) return index;
      return chunk.origin + (chunk.copied ? index - chunk.start : 0);
    },
  };
}

/** A string (raw, of bytes, in three quotes), a comment, a name, or any other character. */
const TOKEN =
  /(?:[rRbB]{0,2})(?:"""[^]*?"""|'''[^]*?''')|[rR][bB]?"[^"\n]*"|[rR][bB]?'[^'\n]*'|[bB]?"(?:\\[^]|[^"\\\n])*"|[bB]?'(?:\\[^]|[^'\\\n])*'|\/\/[^\n]*|[A-Za-z_][A-Za-z0-9_]*|[^]/g;

interface Token {
  readonly text: string;
  readonly start: number;
}

/** The last field that is asked for within a parenthesis: `.b` of `(self.a.b)`. */
interface Argument {
  /** The token of its dot. */
  readonly dot: number;
  readonly field: string;
  /** Behind the parenthesis, in the text. */
  readonly end: number;
}

/** One pass from left to right: a text of a megabyte may be nothing but `has(`. */
class Writer {
  output = '';
  readonly chunks: Chunk[] = [];
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  write(): void {
    const tokens = tokensOf(this.#text);
    const known = argumentsOf(tokens);
    /** Of those under way, by the token at which they end. */
    const open = new Map<number, Argument>();
    let at = 0;
    for (const [index, { text, start }] of tokens.entries()) {
      if (start < at) continue;
      const ends = open.get(index);
      if (ends !== undefined) {
        this.#copy(at, start);
        this.#insert(`, "${ends.field}")`, start);
        at = ends.end;
        continue;
      }
      const next = tokens[index + 1];
      if (next?.text !== '(') continue;
      const member = tokens[index - 1]?.text === '.';
      if (text === 'matches' && member) {
        this.#copy(at, start);
        this.#insert('re2Matches', start);
        at = start + text.length;
      } else if (text === 'has' && !member) {
        const argument = known.get(index + 1);
        if (argument === undefined) continue;
        this.#copy(at, start);
        this.#insert('hasField(', start);
        at = next.start + 1;
        open.set(argument.dot, argument);
      }
    }
    this.#copy(at, this.#text.length);
  }

  #copy(start: number, end: number): void {
    if (start >= end) return;
    this.chunks.push({ start: this.output.length, origin: start, copied: true });
    this.output += this.#text.slice(start, end);
  }

  #insert(text: string, origin: number): void {
    this.chunks.push({ start: this.output.length, origin, copied: false });
    this.output += text;
  }
}

/** By the token of the parenthesis, where a field and nothing else stands before its end. */
function argumentsOf(tokens: readonly Token[]): Map<number, Argument> {
  const found = new Map<number, Argument>();
  const open: Array<{ readonly at: number; dot?: number }> = [];
  for (const [index, { text, start }] of tokens.entries()) {
    if ('([{'.includes(text)) open.push({ at: index });
    else if (')]}'.includes(text)) {
      const ended = open.pop();
      if (ended?.dot === undefined || ended.dot + 2 !== index) continue;
      found.set(ended.at, { dot: ended.dot, field: tokens[index - 1]?.text ?? '', end: start + 1 });
    } else if (text === '.') {
      const inner = open.at(-1);
      if (inner !== undefined) inner.dot = index;
    }
  }
  return found;
}

/** Without spaces. */
function tokensOf(text: string): Token[] {
  return [...text.matchAll(TOKEN)]
    .filter(([token]) => token.trim() !== '')
    .map((found) => ({ text: found[0], start: found.index }));
}
