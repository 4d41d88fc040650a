// Compares a recorded JSON value with an actual one. What is left out on both sides is listed here, with the reason;
// docs/conformance.md repeats the list.

import { isDeepStrictEqual } from 'node:util';
import type { Bindings } from './placeholders.ts';

/** Where and how the two differ first; undefined where they do not. */
export function difference(recorded: unknown, actual: unknown, bindings: Bindings, path = ''): string | undefined {
  if (typeof recorded === 'string' && typeof actual === 'string') {
    return bindings.match(neutral(recorded), neutral(actual))
      ? undefined
      : `${path}: ${where(neutral(recorded), neutral(actual))}`;
  }
  if (Array.isArray(recorded) && Array.isArray(actual)) {
    if (recorded.length !== actual.length) return `${path}: ${actual.length} items instead of ${recorded.length}`;
    for (const [index, item] of recorded.entries()) {
      const found = difference(item, actual[index], bindings, `${path}[${index}]`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (isRecord(recorded) && isRecord(actual)) {
    for (const key of new Set([...Object.keys(recorded), ...Object.keys(actual)])) {
      if (LEFT_OUT.has(key)) continue;
      const at = `${path}.${key}`;
      if (!(key in actual)) return `${at}: missing, should be ${show(recorded[key])}`;
      if (!(key in recorded)) return `${at}: ${show(actual[key])} should not be there`;
      const found = difference(recorded[key], actual[key], bindings, at);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (isDeepStrictEqual(recorded, actual)) return undefined;
  return `${path}: ${show(actual)} instead of ${show(recorded)}`;
}

/**
 * managedFields: the next step of the project keeps them. description: of table columns and resources, whose
 * sentences are upstream's own. storageVersionHash: a hash of upstream's build. The others: who built the server, of /version.
 */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'managedFields',
  'description',
  'storageVersionHash',
  ...['gitVersion', 'gitCommit', 'gitTreeState', 'buildDate', 'goVersion', 'compiler', 'platform'],
]);

/**
 * A text without what depends on the recorder or its build: the Go file in `in scheme "…"`, and in an object that a
 * message quotes its managedFields and its resourceVersion (which the record left as it was there).
 */
function neutral(text: string): string {
  const schemes = text.replaceAll(/in scheme (\\?")[^"\\]*\\?"/g, 'in scheme $1…$1');
  if (!schemes.includes('\\"')) return schemes;
  return withoutManagedFields(schemes).replaceAll(/(\\"resourceVersion\\":\\")\d+\\"/g, '$1…\\"');
}

function withoutManagedFields(text: string): string {
  const start = text.indexOf('\\"managedFields\\":[');
  if (start < 0) return text;
  let depth = 0;
  let end = text.indexOf('[', start);
  for (; end < text.length; end++) {
    if (text[end] === '[') depth++;
    else if (text[end] === ']' && --depth === 0) break;
  }
  const before = text.slice(0, start);
  const after = text.slice(end + 1);
  const rest = after.startsWith(',') ? before + after.slice(1) : before.replace(/,$/, '') + after;
  return withoutManagedFields(rest);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Of two long texts that begin alike, the parts around their first difference. */
function where(recorded: string, actual: string): string {
  let at = 0;
  while (at < actual.length && actual[at] === recorded[at]) at++;
  const start = actual.length < 200 && recorded.length < 200 ? 0 : Math.max(0, at - 40);
  return `${show(actual.slice(start))} instead of ${show(recorded.slice(start))}`;
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}
