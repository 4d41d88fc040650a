// JSON texts to values: JSON.parse for the many good ones, the exact reader for the few others.

import type { JsonValue } from '../../lib/json.ts';
import { MAX_DEPTH, parseTree } from './json-tree.ts';

export type DecodedJson =
  | {
      readonly ok: true;
      readonly value: JsonValue;
      /** Members written in the text; a value with fewer lost a duplicate. */
      readonly members: number;
    }
  /** Go's text: `unexpected end of JSON input`. */
  | { readonly ok: false; readonly error: string };

export function decodeJson(text: string): DecodedJson {
  const { members, depth } = measure(text);
  if (depth > MAX_DEPTH) return { ok: false, error: 'exceeded max depth' };
  try {
    return { ok: true, value: JSON.parse(text) as JsonValue, members };
  } catch {
    const exact = parseTree(text);
    return { ok: false, error: exact.ok ? 'invalid JSON' : exact.error };
  }
}

/** Counts members and nesting without building anything. Of a text that is no JSON the answer only has to end. */
function measure(text: string): { members: number; depth: number } {
  let members = 0;
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 34: // "
        at = endOfString(text, at);
        break;
      case 58: // :
        members++;
        break;
      case 91: // [
      case 123: // {
        if (++depth > deepest) deepest = depth;
        break;
      case 93: // ]
      case 125: // }
        depth--;
        break;
    }
  }
  return { members, depth: deepest };
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end > 0) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === 92) slashes++;
    if (slashes % 2 === 0) return end;
    end = text.indexOf('"', end + 1);
  }
  return text.length;
}
