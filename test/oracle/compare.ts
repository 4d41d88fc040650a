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
    if (ofControllers(recorded)) return difference(ordered(recorded), ordered(actual), bindings, `${path}.ordered`);
    if (areConflicts(recorded)) return difference(ordered(recorded), ordered(actual), bindings, `${path}.ordered`);
    if (recorded.length !== actual.length) return `${path}: ${actual.length} items instead of ${recorded.length}`;
    for (const [index, item] of recorded.entries()) {
      const found = difference(item, actual[index], bindings, `${path}[${index}]`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (isRecord(recorded) && isRecord(actual)) {
    const others = new Set(Object.keys(actual));
    for (const [name, value] of Object.entries(recorded)) {
      // managedFields name items of lists by their uid.
      const key = bindings.fill(name);
      others.delete(key);
      if (LEFT_OUT.has(key)) continue;
      const at = `${path}.${key}`;
      if (!(key in actual)) return `${at}: missing, should be ${show(value)}`;
      const found = difference(value, actual[key], bindings, at);
      if (found !== undefined) return found;
    }
    const extra = [...others].find((key) => !LEFT_OUT.has(key));
    return extra === undefined ? undefined : `${path}.${extra}: ${show(actual[extra])} should not be there`;
  }
  if (isDeepStrictEqual(recorded, actual)) return undefined;
  return `${path}: ${show(actual)} instead of ${show(recorded)}`;
}

/**
 * description: of table columns and resources, whose
 * sentences are upstream's own. storageVersionHash: a hash of upstream's build. The others: who built the server, of /version.
 */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'description',
  'storageVersionHash',
  ...['gitVersion', 'gitCommit', 'gitTreeState', 'buildDate', 'goVersion', 'compiler', 'platform'],
]);

const CERTIFICATE = '-----BEGIN CERTIFICATE-----';

/**
 * A text without what depends on the recorder or its build: certificates, which the record cut; the Go file in `in scheme "…"`, and in an object that a
 * message quotes its resourceVersion (which the record left as it was there).
 */
function neutral(text: string): string {
  if (text.startsWith(CERTIFICATE)) return '<ca>';
  const schemes = text.replaceAll(/in scheme (\\?")[^"\\]*\\?"/g, 'in scheme $1…$1');
  if (!schemes.includes('\\"')) return schemes;
  return schemes.replaceAll(/(\\"resourceVersion\\":\\")\d+\\"/g, '$1…\\"');
}

/** Causes of a refused apply come in the order of a Go map: that of their managers is chance. */
function areConflicts(causes: readonly unknown[]): boolean {
  return causes.some((cause) => isRecord(cause) && cause['reason'] === 'FieldManagerConflict');
}

/** managedFields come in the order of their times: at which second a controller writes is chance. */
function ofControllers(entries: readonly unknown[]): boolean {
  return entries.some((entry) => isRecord(entry) && 'fieldsV1' in entry && entry['manager'] === CONTROLLERS);
}
const CONTROLLERS = 'kube-controller-manager';

/** By what tells them apart: the cause of a conflict, or a manager. */
function ordered(items: readonly unknown[]): Record<string, unknown> {
  const parts = ['message', 'field', 'manager', 'operation', 'apiVersion', 'subresource'];
  return Object.fromEntries(
    items.map((item) => [
      parts.map((part) => (isRecord(item) ? JSON.stringify(item[part] ?? '') : '')).join(' '),
      item,
    ]),
  );
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
