// Scalars whose texts have a form: times and base64. Each has a reader that gives the canonical text, and what Go says
// of a wrong one.

const TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(Z|[-+]\d\d:\d\d)$/;

/** RFC 3339 in UTC, with whole seconds or with microseconds; undefined if the text is no time. */
export function canonicalTime(text: string, micro: boolean): string | undefined {
  const match = TIME.exec(text);
  if (match === null || (micro && match[7]?.length !== 6)) return undefined;
  if (rangeError(match) !== undefined) return undefined;
  const micros = micro ? `.${match[7]}` : '';
  if (match[8] === 'Z') return micro || match[7] === undefined ? text : `${text.slice(0, 19)}Z`;
  const at = Date.parse(`${text.slice(0, 19)}${match[8]}`);
  return `${new Date(at).toISOString().slice(0, 19)}${micros}Z`;
}

function rangeError([, year, month, day, hour, minute, second]: RegExpExecArray): string | undefined {
  if (Number(month) < 1 || Number(month) > 12) return 'month out of range';
  if (Number(hour) > 23) return 'hour out of range';
  if (Number(minute) > 59) return 'minute out of range';
  if (Number(second) > 59) return 'second out of range';
  if (Number(day) < 1 || Number(day) > daysIn(Number(year), Number(month))) return 'day out of range';
  return undefined;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** What the parts of the layout look like in a text, in order. */
const PARTS: ReadonlyArray<readonly [string, RegExp]> = [
  ['2006', /^\d{4}/],
  ['-', /^-/],
  ['01', /^\d\d/],
  ['-', /^-/],
  ['02', /^\d\d/],
  ['T', /^T/],
  ['15', /^\d\d/],
  [':', /^:/],
  ['04', /^\d\d/],
  [':', /^:/],
  ['05', /^\d\d/],
  ['.000000', /^\.\d{6}(?!\d)/],
  ['Z07:00', /^(Z|[-+]\d\d:\d\d)/],
];

/** Models the errors of Go time.Parse. */
export function timeError(text: string, micro: boolean): string {
  const layout = micro ? '2006-01-02T15:04:05.000000Z07:00' : '2006-01-02T15:04:05Z07:00';
  const match = TIME.exec(text);
  const range = match === null ? undefined : rangeError(match);
  const shown = quoted(text);
  if (range !== undefined) return `parsing time ${shown}: ${range}`;
  let rest = text;
  for (const [part, pattern] of PARTS) {
    if (part === '.000000' && !micro) {
      rest = rest.replace(/^[.,]\d+/, '');
      continue;
    }
    const found = pattern.exec(rest);
    if (found === null) return `parsing time ${shown} as "${layout}": cannot parse ${quoted(rest)} as "${part}"`;
    rest = rest.slice(found[0].length);
  }
  return `parsing time ${shown}: extra text: ${quoted(rest)}`;
}

/** In quotes, with bytes that are no printable ASCII as `\\x0a`. Models quote of Go time/format.go. */
function quoted(text: string): string {
  const escaped = text.replace(/["\\]|[^ -~]/gu, (char) => {
    if (char === '"' || char === '\\') return `\\${char}`;
    return [...new TextEncoder().encode(char)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
  });
  return `"${escaped}"`;
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Base64 as Go would write it again: no line breaks, no stray bits at the end. */
export function canonicalBase64(text: string): string | undefined {
  const joined = /[\r\n]/.test(text) ? text.replace(/[\r\n]/g, '') : text;
  if (!BASE64.test(joined)) return undefined;
  const padding = joined.endsWith('==') ? 2 : joined.endsWith('=') ? 1 : 0;
  if (padding === 0) return joined;
  const at = joined.length - padding - 1;
  const bits = ALPHABET.indexOf(joined[at] ?? '');
  const kept = padding === 2 ? bits & 0x30 : bits & 0x3c;
  return bits === kept ? joined : `${joined.slice(0, at)}${ALPHABET[kept]}${'='.repeat(padding)}`;
}

/** Models the position that Go encoding/base64 reports. */
export function base64Error(text: string): string {
  let inGroup = 0;
  let groupStart = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? '';
    if (char === '\r' || char === '\n') continue;
    if (inGroup === 0) groupStart = at;
    if (ALPHABET.includes(char)) {
      inGroup = (inGroup + 1) % 4;
      continue;
    }
    if (char !== '=' || inGroup < 2) return illegal(at);
    const tail = text.slice(at + 1).replace(/[\r\n]/g, '');
    if (inGroup === 3) return illegal(at + 1);
    if (tail === '') return illegal(text.length);
    return illegal(tail.startsWith('=') ? at + 2 : at + 1);
  }
  return illegal(groupStart);
}

function illegal(at: number): string {
  return `illegal base64 data at input byte ${at}`;
}
