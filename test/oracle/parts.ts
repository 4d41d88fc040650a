// An answer in parts, each of which is as recorded or not: an answer of 400 in other words has the right status.

import type { Recorded } from '../../src/api/testing/recorded.ts';
import { mask } from '../../src/api/testing/recorded.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import { isObject } from '../../src/lib/json.ts';
import { difference } from './compare.ts';
import type { Answered } from './exchange.ts';
import { Bindings } from './placeholders.ts';

/**
 * status: the HTTP status. reason: of a refusal all but its message and causes. causes: their fields and types. message: of the refusal
 * and of its causes. object: what is answered if it is no refusal, with its defaults. effect: what the request did.
 */
export const PARTS = ['status', 'reason', 'causes', 'message', 'object', 'warnings', 'effect'] as const;
export type Part = (typeof PARTS)[number];

export interface Difference {
  readonly part: Part;
  readonly text: string;
}

/** The parts that a recorded answer has. */
export function partsOf({ body }: Recorded['response']): readonly Part[] {
  const own: Part[] = !isRefusal(body)
    ? ['object']
    : isOfGo(body)
      ? ['reason', 'causes']
      : ['reason', 'causes', 'message'];
  return ['status', ...own, 'warnings', 'effect'];
}

/** These depend on Go: internal names and pointers, a decoder's words, a build's path. They are not compared. */
const GO_TEXT =
  /json: cannot unmarshal|in scheme "|couldn't get version\/kind|unexpected end of JSON|may not change fields other than/;

function isOfGo(body: JsonObject): boolean {
  return GO_TEXT.test(JSON.stringify(body));
}

function isRefusal(body: JsonObject): boolean {
  return body['kind'] === 'Status' && body['status'] === 'Failure';
}

/** Where an answer is not as recorded. `without`: members of an object that are left out. */
export function differencesOf(
  recorded: Recorded['response'],
  actual: Answered,
  without: readonly string[] = [],
): Difference[] {
  if (recorded.status !== actual.status) {
    const [ours, theirs] = [messageOf(actual.text), shortMessage(recorded.body)];
    const text = `${actual.status} instead of ${recorded.status}: ${ours} instead of ${theirs}`;
    // What else the answer says is that of another one.
    return partsOf(recorded)
      .filter((part) => part !== 'warnings' && part !== 'effect')
      .map((part) => ({ part, text: part === 'status' ? text : 'of another answer' }));
  }
  const bindings = new Bindings();
  const text = actual.text.replace(/(.)\1{2000,}/g, (run, letter: string) => `<repeat ${letter} ${run.length}>`);
  const theirs = partsIn(recorded.body, recorded.warnings ?? [], without);
  const ours = partsIn(withoutOwners(JSON.parse(text)) as JsonObject, actual.warnings, without);
  return partsOf(recorded).flatMap((part) => {
    const expected = theirs[part];
    const found = difference(wild(expected), mask(ours[part], expected), bindings);
    return found === undefined ? [] : [{ part, text: found }];
  });
}

function partsIn(
  body: JsonObject,
  warnings: readonly string[],
  without: readonly string[],
): Partial<Record<Part, unknown>> {
  const parts: Partial<Record<Part, unknown>> = { warnings };
  if (!isRefusal(body)) {
    parts.object = ordered(Object.fromEntries(Object.entries(body).filter(([key]) => !without.includes(key))));
    return parts;
  }
  const { message, details, ...others } = body;
  const { causes, ...target } = (details ?? {}) as JsonObject;
  const list = (causes ?? []) as JsonObject[];
  parts.reason = { ...others, details: target };
  parts.causes = list.map(({ message: _, ...cause }) => cause);
  parts.message = [message, ...list.map((cause) => cause['message'])];
  return parts;
}

/** The rules of a SelfSubjectRulesReview were recorded in the order of their texts: the server's is chance. */
function ordered(body: JsonObject): JsonObject {
  if (body['kind'] !== 'SelfSubjectRulesReview' || !isObject(body['status'])) return body;
  const status = Object.entries(body['status']).map(([key, rules]) => [key, byText(rules)]);
  return { ...body, status: Object.fromEntries(status) };
}

function byText(rules: unknown): unknown {
  if (!Array.isArray(rules)) return rules;
  const texts = rules.map((rule) => JSON.stringify(sorted(rule)));
  return texts.toSorted().map((text) => JSON.parse(text) as unknown);
}

/** With its members in the order of their names. */
function sorted(rule: unknown): unknown {
  return isObject(rule) ? Object.fromEntries(Object.entries(rule).toSorted(([a], [b]) => (a < b ? -1 : 1))) : rule;
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

/** Values that differ from run to run stand for anything. */
function wild(part: unknown): unknown {
  if (part === undefined) return undefined;
  return JSON.parse(JSON.stringify(part).replace(/<(uid|rv|ip|rand|port|time|age|scheme)>/g, '<any>'));
}
