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
  writer.range(0, text.length);
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

class Writer {
  output = '';
  readonly chunks: Chunk[] = [];
  readonly #text: string;
  readonly #tokens: readonly Token[];

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokensOf(text);
  }

  /** Writes the text from `start` to `end`. */
  range(start: number, end: number): void {
    let at = start;
    for (let index = this.#firstAt(start); index < this.#tokens.length; index++) {
      const token = this.#tokens[index] as Token;
      if (token.start >= end) break;
      if (token.start < at) continue;
      const next = this.#tokens[index + 1];
      if (next?.text !== '(') continue;
      const member = this.#tokens[index - 1]?.text === '.';
      if (token.text === 'matches' && member) {
        this.#copy(at, token.start);
        this.#insert('re2Matches', token.start);
        at = token.start + token.text.length;
      } else if (token.text === 'has' && !member) {
        const argument = this.#argument(index + 1);
        if (argument === undefined) continue;
        this.#copy(at, token.start);
        this.#insert('hasField(', token.start);
        this.range(next.start + 1, argument.dot);
        this.#insert(`, "${argument.field}")`, argument.dot);
        at = argument.end;
      }
    }
    this.#copy(at, end);
  }

  /** Of the parenthesis at a token: the last field that is asked for in it, and where it ends. */
  #argument(open: number): { dot: number; field: string; end: number } | undefined {
    let depth = 0;
    let dot: number | undefined;
    for (let index = open; index < this.#tokens.length; index++) {
      const { text, start } = this.#tokens[index] as Token;
      if ('([{'.includes(text)) depth++;
      else if (')]}'.includes(text)) depth--;
      else if (text === '.' && depth === 1) dot = index;
      if (depth > 0) continue;
      if (dot === undefined || dot + 2 !== index) return undefined;
      const field = this.#tokens[dot + 1]?.text ?? '';
      return { dot: this.#tokens[dot]?.start ?? 0, field, end: start + 1 };
    }
    return undefined;
  }

  #firstAt(start: number): number {
    return this.#tokens.findIndex((token) => token.start >= start);
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

/** Without spaces. */
function tokensOf(text: string): Token[] {
  return [...text.matchAll(TOKEN)]
    .filter(([token]) => token.trim() !== '')
    .map((found) => ({ text: found[0], start: found.index }));
}
