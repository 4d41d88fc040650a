// Replays recorded answers of a real API server against the kinds alone: defaults, strategies, validation, tables.
// Decoding is not part of it: records answered with 400 are left out.

import { existsSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { clone, deepEqual, isObject } from '../lib/json.ts';
import type { JsonObject } from '../lib/json.ts';
import { nameSuffix, seededRandom } from '../lib/random.ts';
import { canonical } from '../schema/decode/canonical.ts';
import type { FieldError } from '../schema/field-error.ts';
import { definition } from '../schema/table.ts';
import type { Kind, StrategyContext } from './kind.ts';
import type { KubeObject } from './object.ts';
import { KINDS, Scheme } from './scheme.ts';
import type { StatusCause } from './status.ts';
import { validateObjectMeta, validateObjectMetaUpdate } from './validation/object-meta.ts';

const ORACLE = new URL('../../../shared/oracle/api/', import.meta.url).pathname;
const present = existsSync(ORACLE);
if (!present && process.env['CI'] === 'true') throw new Error('the recorded answers are missing');
if (!present) console.warn('skipped: the recorded answers are not here');

interface Recorded {
  id: string;
  what: string;
  request: { method: string; path: string; body?: unknown };
  response: { status: number; warnings: string[]; body: { details?: { causes?: StatusCause[] } } };
}

function records(file: string): Recorded[] {
  if (!present) return [];
  const lines = readFileSync(`${ORACLE}${file}`, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => expand(JSON.parse(line)) as Recorded);
}

/** Long strings are stored as how often one character repeats. */
function expand(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(expand);
  if (!isObject(value)) return value;
  const repeat = value['$repeat'];
  if (Array.isArray(repeat)) return String(repeat[0]).repeat(Number(repeat[1]));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, expand(item)]));
}

/** What decoding, and encoding for storage, make of an object. */
function canonicalOf(kind: Kind, object: unknown): KubeObject {
  const schema = definition(kind.definition);
  if (schema === undefined) throw new Error(`no schema: ${kind.definition}`);
  return canonical(object as JsonObject, schema).object as unknown as KubeObject;
}

function context(inUse: ReadonlySet<string> = new Set()): StrategyContext {
  return {
    now: Date.parse('2026-01-01T00:00:00Z'),
    random: seededRandom(1),
    serviceCidr: '10.96.0.0/16',
    dryRun: true,
    termInUse: (term) => inUse.has(term),
  };
}

const scheme = new Scheme(KINDS);

function kindOf(path: string): Kind | undefined {
  const segments = path.split('?')[0]?.split('/') ?? [];
  const core = segments[1] === 'api';
  const rest = segments.slice(core ? 3 : 4);
  const resource = rest[0] === 'namespaces' && rest.length > 2 ? rest[2] : rest[0];
  return scheme.byResource(core ? '' : (segments[2] ?? ''), (core ? segments[2] : segments[3]) ?? '', resource ?? '');
}

interface Outcome {
  object: KubeObject;
  errors: FieldError[];
}

/** What the pipeline does with a decoded body of a create. */
function create(kind: Kind, body: unknown): Outcome {
  const object = canonicalOf(kind, body);
  object.metadata ??= {} as KubeObject['metadata'];
  if (kind.namespaced) object.metadata.namespace = 'default';
  if ((object.metadata.name ?? '') === '' && object.metadata.generateName !== undefined) {
    object.metadata.name = object.metadata.generateName + nameSuffix(seededRandom(1));
  }
  kind.setDefaults?.(object);
  if (kind.status !== undefined) delete (object as { status?: unknown }).status;
  kind.prepareForCreate?.(object, context());
  if (kind.hasGeneration === true) object.metadata.generation = 1;
  const errors = [...validateObjectMeta(object.metadata, kind), ...(kind.validate?.(object, context()) ?? [])];
  return { object, errors };
}

const META = ['name', 'generateName', 'generation', 'labels', 'annotations', 'finalizers', 'ownerReferences'];
const PLACEHOLDERS: Readonly<Record<string, string>> = {
  '<ip>': '10\\.96\\.\\d+\\.\\d+',
  '<port>': '3[0-2]\\d{3}',
  '<rand>': '[a-z0-9]{5}',
};

/** Whether a value is one that a recorded text with placeholders stands for. */
function fits(actual: unknown, recorded: string): boolean {
  const escaped = recorded.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const pattern = escaped.replace(/<(ip|port|rand)>/g, (placeholder) => PLACEHOLDERS[placeholder] ?? placeholder);
  return pattern !== escaped && new RegExp(`^${pattern}$`).test(String(actual));
}

/** Leaves out metadata that shared code fills in. */
function comparable(object: unknown): Record<string, unknown> {
  const copy = clone(object) as { metadata: Record<string, unknown> };
  copy.metadata = Object.fromEntries(Object.entries(copy.metadata).filter(([key]) => META.includes(key)));
  return copy;
}

/** Replaces values of `actual` by the recorded placeholder where they fit it. */
function mask(actual: unknown, recorded: unknown): unknown {
  if (typeof recorded === 'string') return fits(actual, recorded) ? recorded : actual;
  if (Array.isArray(actual) && Array.isArray(recorded)) return actual.map((item, index) => mask(item, recorded[index]));
  if (!isObject(actual) || !isObject(recorded)) return actual;
  return Object.fromEntries(Object.entries(actual).map(([key, item]) => [key, mask(item, recorded[key])]));
}

function causesOf(errors: readonly FieldError[]): StatusCause[] {
  return errors.map((error) => ({ reason: error.type, message: error.message, field: error.field }));
}

const OTHERS = ['pod-', 'node', 'namespace', 'sub-'];
const mine = (id: string): boolean => !OTHERS.some((prefix) => id.startsWith(prefix));
const share = new Map<string, { same: number; all: number }>();

function count(base: string, same: boolean): void {
  const entry = share.get(base) ?? { same: 0, all: 0 };
  share.set(base, { same: entry.same + (same ? 1 : 0), all: entry.all + 1 });
}

/** Recorded answers that are known to differ, and why. */
const KNOWN: Readonly<Record<string, string>> = {};

describe.runIf(present)('creates', () => {
  for (const record of records('create.jsonl')) {
    const kind = kindOf(record.request.path);
    const { status, body, warnings } = record.response;
    if (kind === undefined || !mine(record.id) || record.request.body === undefined) continue;
    if (status !== 201 && status !== 422) continue;
    const base = record.id.split('/')[0] ?? '';
    test.skipIf(record.id in KNOWN)(`${record.id} ${record.what}`, () => {
      const { object, errors } = create(kind, record.request.body);
      const actual = status === 422 ? causesOf(errors) : comparable(canonicalOf(kind, object));
      const recorded = status === 422 ? expand(body.details?.causes ?? []) : comparable(body);
      const masked = mask(actual, recorded);
      count(base, deepEqual(masked, recorded) && (status === 422 || errors.length === 0));
      if (status === 201) expect(causesOf(errors)).toEqual([]);
      expect(masked).toEqual(recorded);
      if (status !== 201) return;
      const deprecated = kind.deprecated === undefined ? [] : [kind.deprecated];
      expect([...deprecated, ...(kind.warnings?.(object, undefined) ?? [])]).toEqual(warnings);
    });
  }

  afterAll(() => {
    for (const [base, { same, all }] of share) console.log(`${base}: ${same} of ${all} answers as recorded`);
  });
});

void validateObjectMetaUpdate;
