// Custom resources as a client meets them, from the definition's first write to its end.

import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import { customResourceDefinitionController } from '../../controllers/customresourcedefinition/custom-resource-definition-controller.ts';
import { newTokenKey, tokenSigner } from '../../cluster/token-key.ts';
import { seededRandom } from '../../lib/random.ts';
import { createApiServer } from '../server.ts';
import { DEFINITIONS, define, gadget, GADGETS, gadgets, versionOf } from '../testing/custom.ts';
import { framesOf, metaOf, namesOf, Rig } from '../testing/rig.ts';

const MERGE = { 'content-type': 'application/merge-patch+json' };
const NUMBERS = { properties: { size: { type: 'integer', default: 1, maximum: 9 }, color: { type: 'string' } } };

const OPTIONS = {
  random: seededRandom(2),
  signer: tokenSigner(newTokenKey()),
  tokens: [{ token: 'secret', user: { name: 'admin', uid: '', groups: ['system:masters'] } }],
};

function served(definition: JsonObject): Rig {
  const rig = new Rig();
  define(rig, definition);
  return rig;
}

function reconcile(rig: Rig, name = 'gadgets.test.example.com'): unknown {
  const client = rig.server.clientFor({ name: 'test', eventSource: 'test' }, 0);
  const context = { client, causedBy: () => client, now: rig.clock.at, random: { next: () => 0 } };
  return customResourceDefinitionController.reconcile(name, context as never);
}

describe('a definition', () => {
  test('is served at once, and by a server that opens the same log', () => {
    const rig = served(gadgets(NUMBERS));
    expect(rig.send('POST', GADGETS, { body: gadget('a') }).status).toBe(201);
    const again = createApiServer({ ...OPTIONS, log: rig.log, clock: rig.clock });
    const reopened = Object.assign(Object.create(Rig.prototype) as Rig, rig, { server: again });
    expect(reopened.get(`${GADGETS}/a`).body['spec']).toEqual({ size: 1 });
  });

  test('that is rolled back is not', () => {
    const rig = new Rig();
    const plan = rig.plan('POST', DEFINITIONS, { body: gadgets(NUMBERS) });
    expect(() =>
      rig.log.transaction(() => {
        if (plan.effect === 'write') plan.run();
        throw new Error('undone');
      }),
    ).toThrow('undone');
    expect(rig.get(GADGETS).status).toBe(404);
  });

  test('stands in discovery, in OpenAPI and at the root while it lasts', () => {
    const rig = served(gadgets(NUMBERS, { subresources: { status: {} } }));
    const { resources } = rig.get('/apis/test.example.com/v1').body as { resources: JsonObject[] };
    expect(resources.map(({ name }) => name)).toEqual(['gadgets', 'gadgets/status']);
    expect(resources[0]).toMatchObject({ shortNames: ['gd'], singularName: 'gadget', kind: 'Gadget' });
    expect(rig.get('/apis').text).toContain('"test.example.com/v1"');
    expect(rig.get('/').text).toContain('/apis/test.example.com/v1');
    const document = rig.get('/openapi/v3/apis/test.example.com/v1').body;
    const { schemas } = document['components'] as { schemas: JsonObject };
    expect(schemas['com.example.test.v1.Gadget']).toMatchObject({ properties: { spec: NUMBERS } });
    expect(JSON.stringify(document)).not.toContain('strategic-merge-patch');
  });

  test('is told to be established by its controller', () => {
    const rig = served(gadgets(NUMBERS));
    expect(rig.get(`${DEFINITIONS}/gadgets.test.example.com`).body['status']).toMatchObject({ conditions: null });
    expect(reconcile(rig)).toBeUndefined();
    const { status } = rig.get(`${DEFINITIONS}/gadgets.test.example.com`).body as { status: JsonObject };
    expect(status['acceptedNames']).toEqual({
      plural: 'gadgets',
      singular: 'gadget',
      shortNames: ['gd'],
      kind: 'Gadget',
      listKind: 'GadgetList',
    });
    expect(status['conditions']).toMatchObject([
      { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts' },
      { type: 'Established', status: 'True', reason: 'InitialNamesAccepted' },
    ]);
    const before = rig.log.head;
    reconcile(rig);
    expect(rig.log.head).toBe(before);
  });

  test('whose kind is taken in its group is not served until it is free', () => {
    const rig = served(gadgets(NUMBERS));
    const other = gadgets(NUMBERS, {}, { names: { plural: 'others', kind: 'Gadget' } });
    define(rig, { ...other, metadata: { name: 'others.test.example.com' } });
    const others = '/apis/test.example.com/v1/namespaces/default/others';
    expect(rig.get(others).status).toBe(404);
    reconcile(rig);
    reconcile(rig, 'others.test.example.com');
    const { status } = rig.get(`${DEFINITIONS}/others.test.example.com`).body as { status: JsonObject };
    expect(status['conditions']).toMatchObject([
      { type: 'NamesAccepted', status: 'False', reason: 'ListKindConflict', message: '"GadgetList" is already in use' },
      { type: 'Established', status: 'False', reason: 'NotAccepted' },
    ]);
    rig.send('DELETE', `${DEFINITIONS}/gadgets.test.example.com`);
    reconcile(rig);
    reconcile(rig, 'others.test.example.com');
    expect(rig.get(others).status).toBe(200);
  });

  test('takes its objects with it, those with finalizers last, and ends their watches', () => {
    const rig = served(gadgets(NUMBERS));
    rig.send('POST', GADGETS, { body: gadget('a') });
    rig.send('POST', GADGETS, { body: { ...gadget('b'), metadata: { name: 'b', finalizers: ['x.io/f'] } } });
    const spec = { group: 'test.example.com', version: 'v1', resource: 'gadgets', bookmarks: false };
    const told: string[] = [];
    rig.server.subscribe(spec, { send: ({ text }) => void told.push(text), end: (why) => void told.push(why) });

    const path = `${DEFINITIONS}/gadgets.test.example.com`;
    const deleted = rig.send('DELETE', path);
    expect(metaOf(deleted.body)).toMatchObject({
      generation: 1,
      finalizers: ['customresourcecleanup.apiextensions.k8s.io'],
    });
    const refused = rig.send('POST', GADGETS, { body: gadget('c') });
    expect(refused.status).toBe(405);
    expect(refused.body['message']).toBe('create not allowed while custom resource definition is terminating');
    reconcile(rig);
    expect(namesOf(rig.get(GADGETS).body)).toEqual(['b']);
    rig.send('PATCH', `${GADGETS}/b`, { headers: MERGE, body: { metadata: { finalizers: null } } });
    expect(rig.get(path).status).toBe(200);
    reconcile(rig);
    expect(rig.get(path).status).toBe(404);
    expect(rig.get(GADGETS).text).toBe('404 page not found\n');
    expect(told.join('').match(/"type":"[A-Z]+"|gone/g)).toEqual([
      '"type":"DELETED"',
      '"type":"MODIFIED"',
      '"type":"DELETED"',
      'gone',
    ]);
    // One that slept meanwhile ends on waking.
    let ended = '';
    rig.server.resume(spec, { send: () => true, end: (why) => void (ended = why) }, 1);
    expect(ended).toBe('gone');
  });

  test('whose schema changes is judged by the new one', () => {
    const rig = served(gadgets(NUMBERS));
    rig.send('POST', GADGETS, { body: gadget('a', { size: 8 }) });
    const path = `${DEFINITIONS}/gadgets.test.example.com`;
    const stricter = gadgets({ properties: { size: { type: 'integer', maximum: 5 }, color: { type: 'string' } } });
    const { resourceVersion } = metaOf(rig.get(path).body);
    const body = { ...stricter, metadata: { ...metaOf(stricter), resourceVersion } };
    expect(rig.send('PUT', path, { body }).status).toBe(200);
    expect(rig.send('POST', GADGETS, { body: gadget('b', { size: 8 }) }).status).toBe(422);
    // What does not change is let be.
    expect(rig.send('PATCH', `${GADGETS}/a`, { headers: MERGE, body: { spec: { color: 'x' } } }).status).toBe(200);
    expect(rig.send('PATCH', `${GADGETS}/a`, { headers: MERGE, body: { spec: { size: 7 } } }).status).toBe(422);
  });
});

test('what was written under an older definition is read as the new one has it', () => {
  const rig = served(gadgets({ properties: { gone: { type: 'string' } } }));
  rig.send('POST', GADGETS, { body: gadget('old', { gone: 'x' }) });
  const redefine = (spec: JsonObject): void => {
    const body = [{ op: 'replace', path: '/spec/versions', value: [versionOf('v1', spec, { storage: true })] }];
    const headers = { 'content-type': 'application/json-patch+json' };
    expect(rig.send('PATCH', `${DEFINITIONS}/gadgets.test.example.com`, { body, headers }).status).toBe(200);
  };
  redefine(NUMBERS);
  const read = (): unknown => rig.get(`${GADGETS}/old`).body['spec'];
  expect(read()).toEqual({ size: 1 });
  const [item] = rig.get(GADGETS).body['items'] as JsonObject[];
  expect(item?.['spec']).toEqual({ size: 1 });
  expect(framesOf(rig.watch(`${GADGETS}?watch=true`))[0]?.object).toMatchObject({ kind: 'Gadget', spec: { size: 1 } });
  // Of the same revision: nothing was written.
  const before = metaOf(rig.get(`${GADGETS}/old`).body)['resourceVersion'];
  const patched = rig.send('PATCH', `${GADGETS}/old`, { body: { spec: { color: 'red' } }, headers: MERGE }).body;
  expect(patched['spec']).toEqual({ color: 'red', size: 1 });
  expect(metaOf(patched)['resourceVersion']).not.toBe(before);
  redefine({ properties: { size: { type: 'integer' } } });
  expect(read()).toEqual({ size: 1 });
});

describe('an object', () => {
  test('is pruned, with warnings, refused where strict, and kept as it is where unknown fields are', () => {
    const rig = served(
      gadgets({ properties: { free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } }),
    );
    const text = `{"apiVersion":"test.example.com/v1","kind":"Gadget","metadata":{"name":"a","nope":1},"spec":{"b":1,"free":{"z":[{"y":0}],"a":null}},"top":1}`;
    const made = rig.send('POST', GADGETS, { body: text });
    expect(made.body['spec']).toEqual({ free: { a: null, z: [{ y: 0 }] } });
    expect(made.response.warnings).toEqual([
      'unknown field "metadata.nope"',
      'unknown field "spec.b"',
      'unknown field "top"',
    ]);
    const strict = rig.send('POST', `${GADGETS}?fieldValidation=Strict`, { body: text });
    expect(strict.body['message']).toBe(
      'Gadget in version "v1" cannot be handled as a Gadget: strict decoding error: unknown field "metadata.nope", unknown field "spec.b", unknown field "top"',
    );
  });

  test('keeps explicit empty values, and has its members sorted', () => {
    const rig = served(
      gadgets({ properties: { l: { type: 'array', items: { type: 'string' } }, a: { type: 'string' } } }),
    );
    const made = rig.send('POST', GADGETS, { body: gadget('a', { l: [], a: '' }) });
    expect(made.text).toContain('"spec":{"a":"","l":[]}');
  });

  test.each([
    ['{"metadata":{"name":"a"}}', 400, `Object 'Kind' is missing in '{"metadata":{"name":"a"}}'`],
    ['{"apiVersion":"x/v1","kind":"Gadget"}', 400, 'the API version in the data (x/v1) does not match'],
    [
      '{"apiVersion":"test.example.com/v1","kind":"Other","metadata":{"name":"a"}}',
      422,
      'kind: Invalid value: "Other": must be Gadget',
    ],
    ['[]', 400, 'cannot unmarshal array'],
    ['{"apiVersion":"test.example.com/v1","kind":"Gadget","metadata":5}', 400, 'cannot unmarshal number'],
  ])('%s is refused with %i', (body, status, text) => {
    const answer = served(gadgets(NUMBERS)).send('POST', GADGETS, { body });
    expect([answer.status, answer.body['message']]).toEqual([status, expect.stringContaining(text)]);
  });

  test('has items with a type in its lists', () => {
    const rig = served(gadgets(NUMBERS));
    rig.send('POST', GADGETS, { body: gadget('a') });
    const list = rig.get(GADGETS).body as { metadata: JsonObject; items: JsonObject[] };
    expect(list.metadata['continue']).toBe('');
    expect(list.items[0]).toMatchObject({ apiVersion: 'test.example.com/v1', kind: 'Gadget' });
  });

  test('counts its generation by all but metadata and, where that is a subresource, status', () => {
    const rig = served(gadgets(NUMBERS, { subresources: { status: {} } }));
    const generation = (path: string, body: JsonObject) =>
      metaOf(rig.send('PATCH', path, { headers: MERGE, body }).body)['generation'];
    rig.send('POST', GADGETS, { body: gadget('a', {}, { status: { x: 1 } }) });
    expect(rig.get(`${GADGETS}/a`).body['status']).toBeUndefined();
    expect(generation(`${GADGETS}/a`, { metadata: { labels: { a: 'b' } } })).toBe(1);
    expect(generation(`${GADGETS}/a`, { status: { x: 2 } })).toBe(1);
    expect(generation(`${GADGETS}/a/status`, { status: { x: 2 }, spec: { size: 3 } })).toBe(1);
    expect(generation(`${GADGETS}/a`, { spec: { size: 2 } })).toBe(2);
    const plain = served(gadgets(NUMBERS));
    plain.send('POST', GADGETS, { body: gadget('a') });
    const changed = plain.send('PATCH', `${GADGETS}/a`, { headers: MERGE, body: { status: { x: 1 } } }).body;
    expect(metaOf(changed)['generation']).toBe(2);
  });

  test('has a scale, where its definition says where', () => {
    const scale = { specReplicasPath: '.spec.size', statusReplicasPath: '.status.n', labelSelectorPath: '.status.s' };
    const rig = served(gadgets({ properties: { size: { type: 'integer' } } }, { subresources: { status: {}, scale } }));
    rig.send('POST', GADGETS, { body: gadget('a') });
    const missing = rig.get(`${GADGETS}/a/scale`);
    expect(missing.status).toBe(500);
    expect(missing.body['message']).toContain('the spec replicas field ".spec.size" does not exist');
    const scaled = rig.send('PATCH', `${GADGETS}/a/scale`, { headers: MERGE, body: { spec: { replicas: 3 } } });
    expect(scaled.body['spec']).toEqual({ replicas: 3 });
    rig.send('PATCH', `${GADGETS}/a/status`, { headers: MERGE, body: { status: { n: 2, s: 'a=b' } } });
    expect(rig.get(`${GADGETS}/a/scale`).body['status']).toEqual({ replicas: 2, selector: 'a=b' });
  });

  test('is selected by fields that its definition names', () => {
    const rig = served(
      gadgets(NUMBERS, { selectableFields: [{ jsonPath: '.spec.color' }, { jsonPath: '.spec.size' }] }),
    );
    rig.send('POST', GADGETS, { body: gadget('a', { color: 'red' }) });
    rig.send('POST', GADGETS, { body: gadget('b', { color: 'blue', size: 2 }) });
    expect(namesOf(rig.get(`${GADGETS}?fieldSelector=spec.color=red`).body)).toEqual(['a']);
    expect(namesOf(rig.get(`${GADGETS}?fieldSelector=spec.size!=1`).body)).toEqual(['b']);
    expect(rig.get(`${GADGETS}?fieldSelector=spec.other=1`).body['message']).toBe(
      'field label not supported: spec.other',
    );
    const plan = rig.watch(`${GADGETS}?watch=true&fieldSelector=spec.color=blue`);
    expect(framesOf(plan).map(({ object }) => metaOf(object)['name'])).toEqual(['b']);
  });

  test('is not patched by strategic merge', () => {
    const rig = served(gadgets(NUMBERS));
    const headers = { 'content-type': 'application/strategic-merge-patch+json' };
    expect(rig.send('PATCH', `${GADGETS}/a`, { headers, body: {} }).status).toBe(415);
  });

  test.each([
    ['POST', 'gadgets/x', 400, "Object 'Kind' is missing in '{}'"],
    ['PUT', 'gadgets', 400, 'name must be provided'],
    ['DELETE', 'gadgets/x/status', 405, 'delete is not supported on resources of kind "gadgets.test.example.com"'],
    ['GET', 'gadgets/x/other', 404, 'gadgets.test.example.com "x" not found'],
  ])('%s %s: %i', (method, path, status, text) => {
    const rig = served(gadgets(NUMBERS, { subresources: { status: {} } }));
    const answer = rig.send(method, `/apis/test.example.com/v1/namespaces/default/${path}`, { body: '{}' });
    expect([answer.status, answer.body['message']]).toEqual([status, expect.stringContaining(text)]);
  });
});

describe('versions', () => {
  const two = (more: JsonObject = {}) => ({
    versions: [versionOf('v1beta1', NUMBERS, { deprecated: true }), versionOf('v1', NUMBERS, { storage: true })],
    ...more,
  });
  const beta = GADGETS.replace('/v1/', '/v1beta1/');

  test('are one object under several names', () => {
    const rig = served(gadgets(NUMBERS, {}, two()));
    const made = rig.send('POST', beta, {
      body: { ...gadget('a', { size: 2 }), apiVersion: 'test.example.com/v1beta1' },
    });
    expect(made.body['apiVersion']).toBe('test.example.com/v1beta1');
    expect(made.response.warnings).toEqual([
      'test.example.com/v1beta1 Gadget is deprecated; use test.example.com/v1 Gadget',
    ]);
    expect(rig.get(`${GADGETS}/a`).body).toMatchObject({ apiVersion: 'test.example.com/v1', spec: { size: 2 } });
    const { items } = rig.get(beta).body as { items: JsonObject[] };
    expect(items[0]?.['apiVersion']).toBe('test.example.com/v1beta1');
    const frames = framesOf(rig.watch(`${beta}?watch=true`));
    expect(frames[0]?.object['apiVersion']).toBe('test.example.com/v1beta1');
    expect(rig.get('/apis/test.example.com').body).toMatchObject({ preferredVersion: { version: 'v1' } });
  });

  test('may take turns in being stored', () => {
    const rig = served(gadgets(NUMBERS, {}, two()));
    rig.send('POST', GADGETS, { body: gadget('a') });
    const path = `${DEFINITIONS}/gadgets.test.example.com`;
    const versions = [versionOf('v1beta1', NUMBERS, { storage: true }), versionOf('v1', NUMBERS)];
    const changed = rig.send('PATCH', path, { headers: MERGE, body: { spec: { versions } } });
    expect(changed.body['status']).toMatchObject({ storedVersions: ['v1', 'v1beta1'] });
    expect(rig.get(`${beta}/a`).body['apiVersion']).toBe('test.example.com/v1beta1');
    expect(rig.get(`${GADGETS}/a`).body['apiVersion']).toBe('test.example.com/v1');
    const client = rig.server.clientFor({ name: 'x', eventSource: 'x' }, 0);
    expect(client.resources().filter(({ kind }) => kind === 'Gadget')).toHaveLength(1);
  });

  test('that a webhook would convert are refused', () => {
    const webhook = { conversionReviewVersions: ['v1'], clientConfig: { url: 'https://conv.example.org/c' } };
    const rig = served(gadgets(NUMBERS, {}, two({ conversion: { strategy: 'Webhook', webhook } })));
    expect(rig.send('POST', GADGETS, { body: gadget('a') }).status).toBe(201);
    const refused = rig.get(`${beta}/a`);
    expect([refused.status, refused.body['message']]).toEqual([500, expect.stringContaining('conversion webhook')]);
  });

  test('that are not served keep their objects', () => {
    const hidden = [versionOf('v1', NUMBERS), versionOf('v2', NUMBERS, { served: false, storage: true })];
    const rig = served(gadgets(NUMBERS, {}, { versions: hidden }));
    rig.send('POST', GADGETS, { body: gadget('a') });
    expect(rig.get(GADGETS.replace('/v1/', '/v2/')).status).toBe(404);
    expect(rig.get(`${GADGETS}/a`).body['apiVersion']).toBe('test.example.com/v1');
    const client = rig.server.clientFor({ name: 'x', eventSource: 'x' }, 0);
    expect(client.list('gadgets.test.example.com' as 'pods')).toHaveLength(1);
  });
});
