// The engine against recorded writes: from an object, its recorded owners and a request to the owners recorded after it.

import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { isObject } from '../../lib/json.ts';
import { structured } from '../decode/canonical.ts';
import type { JsonSchema } from '../openapi-schema/json-schema.ts';
import { structOfSchema } from '../openapi-schema/to-struct.ts';
import type { StructSchema } from '../structural.ts';
import { definitionOfKind } from '../table.ts';
import type { OracleScenario, OracleStep } from '../testing/oracle.ts';
import { oracleRecords, sharedText } from '../testing/oracle.ts';
import { FieldSet, pathText } from './field-set.ts';
import { validateTyped } from './typed.ts';
import type { ManagedSet, Managers, Versions } from './updater.ts';
import { apply, update } from './updater.ts';

const WIDGETS = 'sem.oracle.example.com/v1';

function widgetSchema(): StructSchema | undefined {
  const text = sharedText('oracle/semantics/widgets-crd.json');
  if (text === undefined) return undefined;
  const crd = JSON.parse(text) as { spec: { versions: Array<{ schema: { openAPIV3Schema: JsonSchema } }> } };
  const schema = crd.spec.versions[0]?.schema.openAPIV3Schema;
  return schema && structOfSchema(schema, 'com.example.oracle.sem.v1.Widget', 'Widget');
}

const widget = widgetSchema();
const scenarios = oracleRecords<OracleScenario>('oracle/semantics/apply.jsonl');

/** Fields that no one is said to own. */
const STRIPPED = FieldSet.fromPaths([
  ['f:apiVersion'],
  ['f:kind'],
  ['f:metadata'],
  ...['name', 'namespace', 'creationTimestamp', 'selfLink', 'uid', 'clusterName', 'generation', 'managedFields']
    .concat('resourceVersion')
    .map((name) => ['f:metadata', `f:${name}`]),
]);

function schemaOf(object: JsonObject): StructSchema | undefined {
  const apiVersion = String(object['apiVersion']);
  if (apiVersion === WIDGETS) return widget;
  const [version = '', group = ''] = apiVersion.split('/').toReversed();
  return definitionOfKind(group, version, String(object['kind']));
}

/** Owners as recorded; undefined if they cannot be known from the answer. */
function managersOf(object: JsonObject | undefined): Map<string, ManagedSet> {
  const metadata = object?.['metadata'];
  const entries = isObject(metadata) && Array.isArray(metadata['managedFields']) ? metadata['managedFields'] : [];
  const managers = new Map<string, ManagedSet>();
  for (const entry of entries) {
    if (!isObject(entry) || !isObject(entry['fieldsV1'])) continue;
    const set = FieldSet.fromFieldsV1(entry['fieldsV1']);
    if (set === undefined) throw new Error(`malformed ${JSON.stringify(entry['fieldsV1'])}`);
    const apiVersion = String(entry['apiVersion']);
    const applied = entry['operation'] === 'Apply';
    managers.set(['manager', 'operation', 'subresource'].map((key) => entry[key] ?? '').join('/'), {
      set,
      apiVersion,
      applied,
    });
  }
  return managers;
}

function printed(managers: Managers): JsonObject {
  const json: JsonObject = {};
  for (const [manager, { set }] of [...managers].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const stripped = set.difference(STRIPPED);
    if (!stripped.isEmpty) json[manager] = stripped.toFieldsV1();
  }
  return json;
}

interface Case {
  readonly name: string;
  readonly run: () => { readonly actual: JsonValue; readonly expected: JsonValue };
}

/** Writes of built-in kinds through their main resource, whose effect on owners is the engine's alone. */
function casesOf({ id, steps }: OracleScenario): Case[] {
  const objects = new Map<string, JsonObject>();
  const cases: Case[] = [];
  for (const [index, step] of steps.entries()) {
    // An object is the same in all its versions.
    const [path = '', query = ''] = step.request.path.replace(/\/v\d\w*\//, '/').split('?');
    const found = caseOf(step, objects.get(path), new URLSearchParams(query));
    if (found !== undefined) cases.push({ name: `${id} step ${index}`, run: found });
    const after = step.response.body;
    if (!isObject(after) || !isObject(after['metadata'])) continue;
    if (step.response.status >= 300 || query.includes('dryRun')) continue;
    objects.set(
      step.request.method === 'POST' ? `${path}/${String(after['metadata']['name'])}` : path.replace(/\/status$/, ''),
      after,
    );
  }
  return cases;
}

function caseOf(step: OracleStep, before: JsonObject | undefined, query: URLSearchParams): Case['run'] | undefined {
  const { request, response } = step;
  const config = request.body;
  const after = response.body;
  if (!isObject(after) || !isObject(config)) return undefined;
  const applied =
    request.method === 'PATCH' && String(request.headers?.['Content-Type']).startsWith('application/apply');
  const manager = query.get('fieldManager') ?? 'oracle-recorder';
  const apiVersion = String((applied ? config : after)['apiVersion']);
  const schema = schemaOf(applied ? config : after);
  if (schema === undefined || isSubresource(request.path)) return undefined;
  const versions: Versions = {
    schema: (version) => (version === apiVersion ? schema : undefined),
    convert: () => undefined,
  };
  const owners = managersOf(before);
  // Other versions are the converter's affair, and who changed what before is the field manager's.
  if ([...owners.values()].some((owner) => owner.apiVersion !== apiVersion)) return undefined;
  // What Go makes of a kind without any content: structs that are no pointers are there.
  const live = before ?? (schema.unstructured === true ? {} : structured({}, schema).object);
  const resets = new Map([
    [apiVersion, (set: FieldSet) => set.recursiveDifference(FieldSet.fromPaths([['f:status']]))],
  ]);
  const expected = (): JsonObject => {
    const recorded = managersOf(after);
    // Controllers of the recorded cluster wrote meanwhile.
    for (const key of recorded.keys()) if (key.startsWith('kube-') && !owners.has(key)) recorded.delete(key);
    return printed(recorded);
  };
  const causes = conflictsIn(after);
  if (applied && (response.status < 300 || causes !== undefined)) {
    // What is applied over what was never applied to is the field manager's to prepare.
    if (before !== undefined && ![...owners.values()].some((owner) => owner.applied)) return undefined;
    if (manager === 'kubectl') return undefined;
    return () => {
      const force = query.get('force') === 'true';
      const result = apply(live, config, apiVersion, owners, `${manager}/Apply/`, force, versions, resets);
      if (result.ok) return { actual: printed(result.managers), expected: expected() };
      return { actual: result.conflicts.map(({ path }) => pathText(path)).toSorted(), expected: causes ?? [] };
    };
  }
  const created = request.method === 'POST' && response.status === 201;
  const replaced = request.method === 'PUT' && response.status === 200 && before !== undefined && owners.size > 0;
  if (!created && !replaced) return undefined;
  const metadata = config['metadata'];
  // A request that writes managedFields itself is not the engine's.
  if (isObject(metadata) && metadata['managedFields'] !== undefined && !sameEntries(metadata, before)) return undefined;
  return () => {
    const result = update(live, after, apiVersion, owners, `${manager}/Update/`, versions, resets);
    return { actual: printed(result.managers), expected: expected() };
  };
}

/** Paths of the fields that an answer says are in conflict. */
function conflictsIn(answer: JsonObject): string[] | undefined {
  const details = answer['details'];
  const causes = isObject(details) && Array.isArray(details['causes']) ? details['causes'] : [];
  const fields = causes.flatMap((cause) =>
    isObject(cause) && cause['reason'] === 'FieldManagerConflict' ? [unescaped(String(cause['field']))] : [],
  );
  return fields.length === 0 ? undefined : fields.toSorted();
}

/** Placeholders of the records hold characters that Go escapes. */
function unescaped(text: string): string {
  return text.replaceAll('\\u003c', '<').replaceAll('\\u003e', '>');
}

function isSubresource(path: string): boolean {
  return /\/(status|scale|resize|ephemeralcontainers|eviction|binding)(\?|$)/.test(path);
}

function sameEntries(metadata: JsonObject, before: JsonObject | undefined): boolean {
  const live = before?.['metadata'];
  return isObject(live) && JSON.stringify(metadata['managedFields']) === JSON.stringify(live['managedFields']);
}

describe.skipIf(scenarios === undefined)('owners after recorded writes', () => {
  const cases = (scenarios ?? []).flatMap(casesOf);
  test('there are enough of them', () => {
    expect(cases.length).toBeGreaterThan(150);
  });
  test.each(cases.map((found) => [found.name, found] as const))('%s', (_name, found) => {
    const { actual, expected } = found.run();
    expect(actual).toEqual(expected);
  });
});

describe.skipIf(scenarios === undefined)('recorded FieldsV1', () => {
  test('are written back as they were read, in the same order', () => {
    const texts = new Set<string>();
    const visit = (value: unknown): void => {
      if (Array.isArray(value)) value.forEach(visit);
      else if (isObject(value)) {
        if (isObject(value['fieldsV1'])) texts.add(JSON.stringify(value['fieldsV1']));
        Object.values(value).forEach(visit);
      }
    };
    visit((scenarios ?? []).map(({ steps }) => steps.map(({ response }) => response.body)));
    expect(texts.size).toBeGreaterThan(100);
    for (const text of texts) {
      const set = FieldSet.fromFieldsV1(JSON.parse(text) as JsonObject);
      expect(unescaped(JSON.stringify(set?.toFieldsV1()).replaceAll('\\\\u', '\\u'))).toBe(text);
    }
  });
});

describe.skipIf(scenarios === undefined)('recorded refusals of what is applied', () => {
  const refused = (scenarios ?? []).flatMap(({ id, steps }) =>
    steps.flatMap(({ request, response }) => {
      const [answer, config] = [response.body, request.body];
      const message = isObject(answer) ? String(answer['message']) : '';
      const typed = /^failed to create typed patch object \(.*?\): ([^]*)$/.exec(message)?.[1];
      return typed !== undefined && isObject(config) ? [[id, config, typed] as const] : [];
    }),
  );
  test('there are some', () => expect(refused.length).toBeGreaterThan(10));
  test.each(refused)('%s', (_id, config, message) => {
    const schema = schemaOf(config);
    const problems = schema === undefined ? [] : validateTyped(config, schema);
    expect(problems.length > 1 ? ['errors:', ...problems.map((one) => `  ${one}`)].join('\n') : problems[0]).toBe(
      message,
    );
  });
});
