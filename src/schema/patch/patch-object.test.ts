import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import { isObject } from '../../lib/json.ts';
import type { FieldValidation } from '../decode/decode-object.ts';
import { definitionOfKind } from '../table.ts';
import { oracleRecords } from '../testing/oracle.ts';
import type { OracleScenario } from '../testing/oracle.ts';
import { patchObject } from './patch-object.ts';
import type { PatchType } from './patch-object.ts';

const TYPES: Record<string, PatchType> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
};

/** Refusals that are made after the patch itself: validation, admission, names and versions. */
const LATER =
  /is invalid: (?!patch:)|does not match|undeterminable|Operation cannot be|ParseUint|supported values|not found/;

/** What the server, not the patch, decides: set by defaults, by storage, or kept from the old object. */
const SERVER_OWNED = new Set([
  'resourceVersion',
  'managedFields',
  'generation',
  'creationTimestamp',
  'uid',
  'selfLink',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'status',
  'imagePullPolicy',
  'terminationMessagePath',
  'terminationMessagePolicy',
  'defaultMode',
  'restartPolicy',
  'dnsPolicy',
  'schedulerName',
  'securityContext',
  'terminationGracePeriodSeconds',
  'resources',
  'strategy',
  'targetPort',
  'protocol',
  'tolerations',
  'nodePort',
  'apiVersion',
  'namespace',
  'annotations',
]);

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !SERVER_OWNED.has(key))
      .map(([key, item]) => [key, comparable(item)])
      .filter(([, item]) => !(isObject(item) && Object.keys(item).length === 0)),
  );
}

function withTimes(value: unknown): JsonObject {
  return JSON.parse(JSON.stringify(value).replaceAll('"<time>"', '"2026-01-01T00:00:00Z"')) as JsonObject;
}

interface Step {
  readonly name: string;
  readonly before: JsonObject;
  readonly request: OracleScenario['steps'][number]['request'];
  readonly response: OracleScenario['steps'][number]['response'];
}

function steps(): Step[] {
  const scenarios = oracleRecords<OracleScenario>('oracle/semantics/patch.jsonl') ?? [];
  return scenarios.flatMap((scenario) => {
    const objects = new Map<string, unknown>();
    return scenario.steps.flatMap(({ request, response }, index) => {
      const body = response.body as { kind?: string; metadata?: { name?: string } } | undefined;
      const path = request.path.split('?')[0] ?? '';
      const key = request.method === 'POST' ? `${path}/${body?.metadata?.name}` : path;
      const before = objects.get(key);
      if (response.status < 300 && !request.path.includes('dryRun')) objects.set(key, body);
      if (request.method !== 'PATCH' || before === undefined || request.body === undefined) return [];
      const name = `${scenario.id} step ${index}: ${scenario.title}`;
      return [{ name, before: withTimes(before), request, response }];
    });
  });
}

describe('recorded patches', () => {
  const cases = steps().filter(({ name, before, request, response }) => {
    // p211 patches the finalizers of a Namespace, which its strategy keeps.
    if (name.startsWith('p211')) return false;
    const [group = '', version = ''] = text(before['apiVersion']).includes('/')
      ? text(before['apiVersion']).split('/')
      : ['', text(before['apiVersion'])];
    const known = definitionOfKind(group, version, text(before['kind'])) !== undefined;
    const message = (response.body as { message?: string } | undefined)?.message ?? '';
    const subresource = /\/(status|scale|resize|ephemeralcontainers|finalize)(\?|$)/.test(request.path);
    return (
      known && !subresource && TYPES[text(request.headers?.['Content-Type'])] !== undefined && !LATER.test(message)
    );
  });

  it('are enough to mean something', () => {
    expect(cases.length).toBeGreaterThan(cases.length === 0 ? -1 : 150);
  });

  it.each(cases)('$name', ({ before, request, response }) => {
    const apiVersion = text(before['apiVersion']);
    const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
    const kind = text(before['kind']);
    const schema = definitionOfKind(group, version, kind);
    const type = TYPES[text(request.headers?.['Content-Type'])];
    if (schema === undefined || type === undefined) throw new Error('filtered');
    const patch = typeof request.body === 'string' ? request.body : JSON.stringify(request.body);
    const fieldValidation = (/fieldValidation=(\w+)/.exec(request.path)?.[1] ?? 'Warn') as FieldValidation;
    const expected = { group, version, kind, definition: schema.id };
    const patched = patchObject({ type, text: patch, object: before, expected, schema, fieldValidation });

    const body = response.body as JsonObject & { message?: string; reason?: string };
    if (response.status >= 400) {
      expect(patched).toMatchObject({ ok: false, code: response.status, reason: body.reason ?? '' });
      const message = patched.ok ? '' : patched.message;
      if (body.message?.includes('is invalid: patch:') !== true) expect(message).toBe(body.message);
      else expect(message.slice(0, 35)).toBe(body.message.slice(0, 35));
      return;
    }
    if (!patched.ok) throw new Error(patched.message);
    const warnings = ([] as string[])
      .concat(response.headers?.['Warning'] ?? [])
      .map((header) => JSON.parse(header.replace(/^299 - /, '')) as string)
      .filter((text) => /field "/.test(text) && !/deprecated|duplicate name/.test(text));
    expect(patched.warnings).toEqual(warnings);
    expect(comparable(patched.object)).toEqual(comparable(withTimes(body)));
  });
});
