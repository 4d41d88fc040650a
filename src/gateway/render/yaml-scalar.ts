// How one text is written as a YAML scalar: which style, and where its lines are folded.
// Models the emitter that sigs.k8s.io/yaml carries (go-yaml v2, itself a port of libyaml).

export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal';

const WORDS = new Set(
  (
    '~ null Null NULL true True TRUE false False FALSE y Y yes Yes YES n N no No NO on On ON off Off OFF ' +
    '.nan .NaN .NAN .inf .Inf .INF +.inf +.Inf +.INF -.inf -.Inf -.INF'
  ).split(' '),
);
const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const INTEGER = /^[-+]?(0|[1-9][0-9]*|0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+)$/;
const BASE_60 = /^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?$/;
const TIME =
  /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt][0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(\.[0-9]+)?(Z|[-+][0-9]{2}:[0-9]{2})| [0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(\.[0-9]+)?)?$/;

/** Whether a reader of YAML 1.1 would take the bare text for something other than a string. */
function resolvesToOther(text: string): boolean {
  if (text === '' || WORDS.has(text)) return true;
  if (!/^[-+.0-9]/.test(text)) return false;
  const digits = text.replaceAll('_', '');
  return FLOAT.test(digits) || INTEGER.test(digits) || BASE_60.test(text) || TIME.test(text);
}

function isPrintable(code: number): boolean {
  return (
    code === 0x0a ||
    (code >= 0x20 && code <= 0x7e) ||
    (code >= 0xa0 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd && code !== 0xfeff)
  );
}

const isBreak = (char: string | undefined): boolean =>
  char === '\n' || char === '\r' || char === '\u0085' || char === '\u2028' || char === '\u2029';

interface Analysis {
  readonly multiline: boolean;
  readonly plain: boolean;
  readonly single: boolean;
  readonly literal: boolean;
}

/** Which styles can carry the text. */
function analyse(chars: readonly string[]): Analysis {
  const text = chars.join('');
  let indicators = text.startsWith('---') || text.startsWith('...');
  let special = false;
  let multiline = false;
  let spaceThenBreak = false;
  let breakThenSpace = false;
  const edge = (char: string | undefined): boolean => char === ' ' || isBreak(char);
  for (let i = 0; i < chars.length; i++) {
    const char = chars[i] as string;
    const before = chars[i - 1];
    const after = chars[i + 1];
    const blankAfter = after === undefined || after === ' ' || after === '\t';
    if (i === 0) {
      if ('#,[]{}&*!|>\'"%@`'.includes(char)) indicators = true;
      if ('?:-'.includes(char) && blankAfter) indicators = true;
    } else {
      if (char === ':' && blankAfter) indicators = true;
      if (char === '#' && (before === ' ' || before === '\t' || isBreak(before))) indicators = true;
    }
    if (!isPrintable(char.codePointAt(0) as number)) special = true;
    if (isBreak(char)) {
      multiline = true;
      if (before === ' ') spaceThenBreak = true;
    } else if (char === ' ' && isBreak(before)) {
      breakThenSpace = true;
    }
  }
  const last = chars.at(-1);
  const hard = spaceThenBreak || special;
  return {
    multiline,
    plain: !hard && !multiline && !indicators && !edge(chars[0]) && !edge(last),
    single: !hard && !breakThenSpace,
    literal: !hard && last !== ' ' && chars.length > 0,
  };
}

/** `key`: within a mapping's key, where a scalar must stay on one line. */
export function scalarStyle(text: string, key: boolean): ScalarStyle {
  const analysis = analyse([...text]);
  if (key && analysis.multiline) return 'double';
  if (text.includes('\n')) return analysis.literal ? 'literal' : 'double';
  if (resolvesToOther(text)) return 'double';
  if (analysis.plain) return 'plain';
  return analysis.single ? 'single' : 'double';
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\u0007': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\u001b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\u0085': '\\N',
  '\u2028': '\\L',
  '\u2029': '\\P',
};

function escaped(char: string): string | undefined {
  const known = ESCAPES[char];
  if (known !== undefined) return known;
  const code = char.codePointAt(0) as number;
  if (isPrintable(code)) return undefined;
  const hex = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

const BEST_WIDTH = 80;

/**
 * The scalar as written from `column` on. Folded lines start at `indent`. A line is folded at the first single space
 * behind the 80th column, so that it is longer than 80, not shorter.
 */
export function writeScalar(
  text: string,
  style: ScalarStyle,
  column: number,
  indent: number,
  mayFold: boolean,
): string {
  if (style === 'literal') return writeLiteral(text, indent);
  const chars = [...text];
  const margin = `\n${' '.repeat(indent)}`;
  let written = style === 'plain' ? '' : style === 'single' ? "'" : '"';
  let at = column + written.length;
  let spaces = false;
  for (let i = 0; i < chars.length; i++) {
    const char = chars[i] as string;
    if (char === ' ') {
      const inner = style === 'plain' || (i > 0 && i < chars.length - 1);
      const fold = mayFold && inner && !spaces && at > BEST_WIDTH && (style === 'double' || chars[i + 1] !== ' ');
      if (fold) {
        written += margin;
        at = indent;
        if (style === 'double' && chars[i + 1] === ' ') {
          written += '\\';
          at++;
        }
      } else {
        written += ' ';
        at++;
      }
      spaces = true;
      continue;
    }
    const piece = (style === 'double' ? escaped(char) : style === 'single' && char === "'" ? "''" : undefined) ?? char;
    written += piece;
    at += piece === char ? 1 : piece.length;
    spaces = false;
  }
  return written + (style === 'plain' ? '' : style === 'single' ? "'" : '"');
}

function writeLiteral(text: string, indent: number): string {
  const hint = text.startsWith(' ') || text.startsWith('\n') ? '2' : '';
  const chomp = !text.endsWith('\n') ? '-' : text === '\n' || text.endsWith('\n\n') ? '+' : '';
  const margin = ' '.repeat(indent);
  const lines = text.split('\n').map((line) => (line === '' ? '' : margin + line));
  return `|${hint}${chomp}\n${lines.join('\n')}`;
}
