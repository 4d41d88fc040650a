// One request and its recorded answer, and how many of them agree.

import type { Recorded, RecordedRequest } from '../../src/api/testing/recorded.ts';
import { mask } from '../../src/api/testing/recorded.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import { isObject } from '../../src/lib/json.ts';
import type { Api } from '../support/api.ts';
import { difference } from './compare.ts';
import { Bindings } from './placeholders.ts';

export interface Answered {
  readonly status: number;
  readonly text: string;
  readonly warnings: readonly string[];
}

export async function send(api: Api, request: RecordedRequest & { readonly rawBody?: string }): Promise<Answered> {
  const { method, path, rawBody, body, contentType } = request;
  const given = rawBody ?? (body === undefined ? undefined : JSON.stringify(body));
  const { status, text, headers } = await api.send({
    method,
    path,
    ...(given === undefined ? {} : { body: given }),
    ...(contentType === undefined ? {} : { type: contentType }),
  });
  return { status, text, warnings: warningsOf(headers['warning']) };
}

/** The texts of `299 - "…"` headers. */
function warningsOf(header: string | string[] | undefined): string[] {
  const text = Array.isArray(header) ? header.join(', ') : (header ?? '');
  return [...text.matchAll(/299 - "((?:[^"\\]|\\.)*)"/g)].map(([, quoted = '']) => quoted.replace(/\\(.)/g, '$1'));
}

/** These depend on Go: internal names and pointers, a decoder's words, a build's path. Status, reason and causes' fields count. */
const GO_TEXT =
  /json: cannot unmarshal|in scheme "|couldn't get version\/kind|unexpected end of JSON|may not change fields other than/;

/** Where an answer is not as recorded; undefined: nowhere. `without`: members of an object that are left out. */
export function differenceOf(
  recorded: Recorded['response'],
  actual: Answered,
  without: readonly string[] = [],
): string | undefined {
  if (recorded.status !== actual.status) {
    const [ours, theirs] = [messageOf(actual.text), shortMessage(recorded.body)];
    return `status ${actual.status} instead of ${recorded.status}: ${ours} instead of ${theirs}`;
  }
  const bindings = new Bindings();
  const warned = difference(recorded.warnings ?? [], actual.warnings, bindings, 'warnings');
  if (warned !== undefined) return warned;
  const text = actual.text.replace(/(.)\1{2000,}/g, (run, letter: string) => `<repeat ${letter} ${run.length}>`);
  const body = withoutOwners(JSON.parse(text)) as JsonObject;
  return difference(wild(reduced(recorded.body, without)), mask(reduced(body, without), recorded.body), bindings);
}

/** These answers were recorded without managedFields. */
function withoutOwners(body: unknown): unknown {
  if (!isObject(body) || !isObject(body['metadata'])) return body;
  const { managedFields: _, ...metadata } = body['metadata'];
  return { ...body, metadata };
}

function messageOf(text: string): string {
  try {
    return shortMessage(JSON.parse(text) as JsonObject);
  } catch {
    return text.slice(0, 300);
  }
}

function shortMessage({ message }: JsonObject): string {
  return typeof message === 'string' ? message.slice(0, 300) : 'an object';
}

function reduced(body: JsonObject, without: readonly string[]): JsonObject {
  const kept = Object.fromEntries(Object.entries(body).filter(([key]) => !without.includes(key)));
  if (body['kind'] !== 'Status' || !GO_TEXT.test(JSON.stringify(body))) return kept;
  const { message: _, ...others } = kept;
  return withoutMessages(others) as JsonObject;
}

function withoutMessages(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMessages);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).filter(([key]) => key !== 'message');
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutMessages(item)]));
}

/** Values that differ from run to run stand for anything. */
function wild(body: unknown): unknown {
  return JSON.parse(JSON.stringify(body).replace(/<(uid|rv|ip|rand|port|time|age|scheme)>/g, '<any>'));
}

/** The path is of a subresource that does not exist. */
export function isUnserved(recorded: Recorded['response'], actual: Answered): boolean {
  return (
    recorded.status !== 404 && actual.status === 404 && actual.text.includes('could not find the requested resource')
  );
}

const SHOWN_PER_BASE = 3;

/** Counts agreement by base object; prints the first differences of each. */
export class ShareByBase {
  readonly #title: string;
  readonly #ids: readonly string[];
  readonly #shares = new Map<string, { same: number; all: number }>();
  #leftOut = 0;

  constructor(title: string, ids: readonly string[]) {
    this.#title = title;
    this.#ids = ids;
  }

  leaveOut(): void {
    this.#leftOut += 1;
  }

  add({ id, what }: Recorded, difference: string | undefined): void {
    const base = id.split('/')[0] ?? '';
    const { same, all } = this.#shares.get(base) ?? { same: 0, all: 0 };
    this.#shares.set(base, { same: same + (difference === undefined ? 1 : 0), all: all + 1 });
    const chosen = this.#ids.includes(id) || this.#ids.includes(base);
    if (difference === undefined || !(chosen || (this.#ids.length === 0 && all - same < SHOWN_PER_BASE))) return;
    console.log(`  ${id} ${what}\n      ${difference}`);
  }

  print(): void {
    const shares = [...this.#shares.values()];
    const same = shares.reduce((sum, share) => sum + share.same, 0);
    const all = shares.reduce((sum, share) => sum + share.all, 0);
    const bases = [...this.#shares].map(([base, share]) => `${base} ${share.same}/${share.all}`);
    console.log(`${this.#title} by base: ${bases.join(', ')}`);
    const part = all === 0 ? '–' : `${((100 * same) / all).toFixed(1)}%`;
    console.log(
      `${this.#title}: requests answered identically ${same}/${all} (${part}); ${this.#leftOut} need kinds or verbs that do not exist`,
    );
  }
}
