// Server-side apply over HTTP: conflicts and force, kubectl's two ways, what is refused, and the laws that hold whatever
// is applied.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAPS, Rig, metaOf } from '../testing/rig.ts';
import type { Answer } from '../testing/rig.ts';
import type { JsonObject } from '../../lib/json.ts';

const APPLY = { 'content-type': 'application/apply-patch+yaml' };
const MERGE = { 'content-type': 'application/merge-patch+json' };
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const TEMPLATES = '/api/v1/namespaces/default/podtemplates';

function apply(rig: Rig, manager: string, body: JsonObject | string, query = ''): Answer {
  return rig.send('PATCH', `${MAPS}/x?fieldManager=${manager}${query}`, { body, headers: APPLY });
}

function map(data?: JsonObject, metadata: JsonObject = {}): JsonObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', ...metadata }, ...(data && { data }) };
}

function managers(object: JsonObject): string[] {
  const entries = (metaOf(object)['managedFields'] ?? []) as JsonObject[];
  return entries.map(({ manager, operation }) => `${String(manager)} ${String(operation)}`);
}

describe('apply', () => {
  test('makes what is not there, then changes it; what is no longer applied goes', () => {
    const rig = new Rig();
    const made = apply(rig, 'a', map({ k: '1', l: '1' }));
    expect([made.status, managers(made.body)]).toEqual([201, ['a Apply']]);
    const changed = apply(rig, 'a', map({ k: '2' }));
    expect([changed.status, changed.body['data']]).toEqual([200, { k: '2' }]);
  });

  test('takes YAML', () => {
    const rig = new Rig();
    const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\ndata:\n  k: "1"\n';
    expect(apply(rig, 'a', text).body['data']).toEqual({ k: '1' });
  });

  test('of what others own is a conflict, by force a change of owner', () => {
    const rig = new Rig();
    apply(rig, 'a', map({ k: '1', l: '1' }));
    const refused = apply(rig, 'b', map({ k: '2', l: '2' }));
    expect(refused.status).toBe(409);
    expect(refused.body['message']).toBe('Apply failed with 2 conflicts: conflicts with "a":\n- .data.k\n- .data.l');
    const forced = apply(rig, 'b', map({ k: '2', l: '2' }), '&force=true');
    expect([forced.body['data'], managers(forced.body)]).toEqual([{ k: '2', l: '2' }, ['b Apply']]);
  });

  test('a conflict tells how and where the other wrote', () => {
    const rig = new Rig();
    apply(rig, 'a', map({ k: '1' }));
    rig.send('PATCH', `${MAPS}/x?fieldManager=b`, { body: { data: { k: '2' } }, headers: MERGE });
    expect(apply(rig, 'a', map({ k: '1' })).body).toMatchObject({
      message: 'Apply failed with 1 conflict: conflict with "b" using v1: .data.k',
      details: {
        causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "b" using v1', field: '.data.k' }],
      },
    });
  });

  test('with dryRun changes nothing', () => {
    const rig = new Rig();
    expect(apply(rig, 'a', map({ k: '1' }), '&dryRun=All').status).toBe(201);
    expect(rig.get(`${MAPS}/x`).status).toBe(404);
    const { text } = apply(rig, 'a', map({ k: '1' }));
    expect(apply(rig, 'a', map({ k: '2' }), '&dryRun=All').body['data']).toEqual({ k: '2' });
    expect(rig.get(`${MAPS}/x`).text).toBe(text);
  });

  test('of what was never tracked conflicts with before-first-apply', () => {
    const rig = new Rig();
    rig.configMap('x', { data: { k: '1', l: '1' } });
    rig.send('PATCH', `${MAPS}/x`, { body: { metadata: { managedFields: [{}] } }, headers: MERGE });
    expect(apply(rig, 'a', map({ k: '2' })).body['message']).toBe(
      'Apply failed with 1 conflict: conflict with "before-first-apply" using v1: .data.k',
    );
    expect(managers(apply(rig, 'a', map({ k: '1' })).body)).toEqual(['a Apply', 'before-first-apply Update']);
  });

  test.each<[string, string, JsonObject | string, number, string]>([
    [
      'no manager',
      '',
      map(),
      422,
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    ],
    ['another kind', 'a', { ...map(), kind: 'Secret' }, 400, 'invalid object type: /v1, Kind=Secret'],
    ['nothing', 'a', '', 400, 'invalid object type: /, Kind='],
    [
      'a list',
      'a',
      '[1]',
      400,
      'error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {}',
    ],
    [
      'another name',
      'a',
      map({}, { name: 'y' }),
      400,
      'the name of the object (y) does not match the name on the URL (x)',
    ],
    ['managedFields', 'a', map({}, { managedFields: [] }), 400, 'metadata.managedFields must be nil'],
    [
      'an unknown field',
      'a',
      { ...map(), nope: 1 },
      500,
      'failed to create typed patch object (/x; /v1, Kind=ConfigMap): .nope: field not declared in schema',
    ],
    [
      'a uid of nothing',
      'a',
      map({}, { uid: 'u' }),
      409,
      'Operation cannot be fulfilled on configmaps "x": uid mismatch: the provided object specified uid u, and no existing object was found',
    ],
  ])('with %s is refused, and nothing is written', (_, manager, body, status, message) => {
    const rig = new Rig();
    const head = rig.log.head;
    const answer = apply(rig, manager, body);
    expect([answer.status, answer.body['message']]).toEqual([status, message]);
    expect(rig.log.head).toBe(head);
  });

  test('a member that is there twice is warned of, or refused', () => {
    const rig = new Rig();
    const text = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"data":{"a":"1","a":"2"}}';
    expect(apply(rig, 'a', text).response.warnings).toEqual(['line 1: key "a" already set in map']);
    const strict = apply(rig, 'a', text, '&fieldValidation=Strict').body['message'];
    expect(strict).toContain('error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:');
  });

  test('of a status makes no object', () => {
    const rig = new Rig();
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'none' }, status: { phase: 'Active' } };
    const path = '/api/v1/namespaces/none/status?fieldManager=a';
    expect(rig.send('PATCH', path, { body, headers: APPLY }).status).toBe(404);
  });

  test('force is for apply alone', () => {
    const rig = new Rig();
    rig.configMap('x');
    const { body } = rig.send('PATCH', `${MAPS}/x?force=false`, { body: {}, headers: MERGE });
    expect(body['message']).toContain('force: Forbidden: may not be specified for non-apply patch');
  });
});

describe('kubectl', () => {
  const record = (object: JsonObject) => ({ [LAST_APPLIED]: `${JSON.stringify(object)}\n` });

  test('takes over without conflict what it applied from the client’s side, and keeps its record up', () => {
    const rig = new Rig();
    const metadata = { annotations: record(map({ k: '1', l: '1' })) };
    rig.send('POST', `${MAPS}?fieldManager=kubectl-client-side-apply`, { body: map({ k: '1', l: '1' }, metadata) });
    expect(apply(rig, 'other', map({ k: '2' })).status).toBe(409);
    const { status, body } = apply(rig, 'kubectl', map({ k: '2' }));
    expect([status, body['data']]).toEqual([200, { k: '2', l: '1' }]);
    expect((metaOf(body)['annotations'] as JsonObject)[LAST_APPLIED]).toBe(
      '{"apiVersion":"v1","data":{"k":"2"},"kind":"ConfigMap","metadata":{"name":"x"}}\n',
    );
  });

  test('has conflicts over what changed since it applied', () => {
    const rig = new Rig();
    const metadata = { annotations: record(map({ k: '1' })) };
    rig.send('POST', `${MAPS}?fieldManager=kubectl-client-side-apply`, { body: map({ k: '1' }, metadata) });
    rig.send('PATCH', `${MAPS}/x?fieldManager=b`, { body: { data: { k: '3' } }, headers: MERGE });
    expect(apply(rig, 'kubectl', map({ k: '2' })).body['message']).toBe(
      'Apply failed with 1 conflict: conflict with "b" using v1: .data.k',
    );
  });
});

/** Configurations of a PodTemplate: a granular map, a list of containers by name, a list within, an atomic list. */
const container = fc.record(
  {
    image: fc.constantFrom('i:1', 'i:2'),
    env: fc.uniqueArray(fc.record({ name: fc.constantFrom('E', 'F'), value: fc.constantFrom('1', '2') }), {
      selector: ({ name }) => name,
      maxLength: 2,
    }),
    args: fc.array(fc.constantFrom('x', 'y'), { maxLength: 2 }),
  },
  { requiredKeys: ['image'] },
);
const config = fc
  .record({
    labels: fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', '2')),
    containers: fc.dictionary(fc.constantFrom('one', 'two'), container, { minKeys: 1 }),
  })
  .map(({ labels, containers }): JsonObject => {
    const list = Object.entries(containers).map(([name, rest]) => ({ name, ...rest }));
    const template = { spec: { containers: list as unknown as JsonObject[] } };
    return { apiVersion: 'v1', kind: 'PodTemplate', metadata: { name: 't', labels }, template };
  });
const step = fc.record({ by: fc.constantFrom('m1', 'm2', 'm3'), config });

function applyTemplate(rig: Rig, by: string, body: JsonObject, force = true): Answer {
  rig.clock.at += 1000;
  return rig.send('PATCH', `${TEMPLATES}/t?fieldManager=${by}&force=${force}`, { body, headers: APPLY });
}

function played(steps: ReadonlyArray<{ by: string; config: JsonObject }>): Rig {
  const rig = new Rig();
  // Who gives up a field of an item that another keeps may leave it without what it must have: then nothing changes.
  for (const { by, config } of steps) expect([200, 201, 422]).toContain(applyTemplate(rig, by, config).status);
  return rig;
}

/** What the configuration says is so, member by member; lists by name. */
function holds(config: unknown, object: unknown): void {
  if (Array.isArray(config) && config.some((item) => typeof item === 'object')) {
    const items = object as JsonObject[];
    for (const item of config as JsonObject[])
      holds(
        item,
        items.find(({ name }) => name === item['name']),
      );
  } else if (typeof config === 'object' && config !== null && !Array.isArray(config)) {
    for (const [key, value] of Object.entries(config)) holds(value, (object as JsonObject | undefined)?.[key]);
  } else if (!(Array.isArray(config) && config.length === 0)) expect(object).toEqual(config);
}

describe('laws', () => {
  const steps = fc.array(step, { minLength: 1, maxLength: 5 });
  const runs = { numRuns: 60 };

  test('what is applied by force is so afterwards', () => {
    fc.assert(
      fc.property(steps, step, (before, { by, config: last }) => {
        const rig = played(before);
        const { status, body } = applyTemplate(rig, by, last);
        fc.pre(status !== 422);
        holds(last['template'], body['template']);
        holds(metaOf(last)['labels'], metaOf(body)['labels'] ?? {});
      }),
      runs,
    );
  });

  test('applying again changes nothing, with or without force', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const rig = played(all);
        const last = all.at(-1);
        fc.pre(last !== undefined && applyTemplate(rig, last.by, last.config).status !== 422);
        if (last === undefined) return;
        const before = rig.get(`${TEMPLATES}/t`).text;
        const head = rig.log.head;
        for (const force of [true, false]) expect(applyTemplate(rig, last.by, last.config, force).text).toBe(before);
        expect(rig.log.head).toBe(head);
      }),
      runs,
    );
  });

  test('an update with what was read changes nothing', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const rig = played(all);
        const { body, text } = rig.get(`${TEMPLATES}/t`);
        rig.clock.at += 1000;
        expect(rig.send('PUT', `${TEMPLATES}/t?fieldManager=u`, { body }).text).toBe(text);
      }),
      runs,
    );
  });

  test('an applier that gives up what it alone owned takes it away, and nothing that others own', () => {
    fc.assert(
      fc.property(steps, config, (all, other) => {
        const rig = played(all.map((item) => ({ ...item, by: 'm1' })));
        const before = rig.get(`${TEMPLATES}/t`).body;
        const made = applyTemplate(rig, 'm2', other, false);
        if (made.status === 409) return;
        const bare = { apiVersion: 'v1', kind: 'PodTemplate', metadata: { name: 't' } };
        const { body } = applyTemplate(rig, 'm2', bare);
        expect(managers(body)).toEqual(managers(before));
        expect(metaOf(body)['labels']).toEqual(metaOf(before)['labels']);
        const names = (object: JsonObject) =>
          ((object['template'] as JsonObject)['spec'] as { containers: JsonObject[] }).containers.map(
            ({ name }) => name,
          );
        expect(names(body)).toEqual(names(before));
      }),
      runs,
    );
  });

  test('without force nothing of another manager changes', () => {
    fc.assert(
      fc.property(config, config, (first, second) => {
        const rig = played([{ by: 'm1', config: first }]);
        const answer = applyTemplate(rig, 'm2', second, false);
        expect([200, 409]).toContain(answer.status);
        const { body } = rig.get(`${TEMPLATES}/t`);
        holds(first['template'], body['template']);
        expect(managers(body)).toContain('m1 Apply');
      }),
      runs,
    );
  });
});
