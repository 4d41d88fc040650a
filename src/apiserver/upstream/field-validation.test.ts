// Upstream's suite of field validation at the HTTP level: kubernetes test/integration/apiserver/field_validation_test.go,
// by its names. Each body is sent in the four ways: Strict, Warn, Ignore, and without the parameter, which means Warn.
//
// Not applicable here: the benchmarks, and the suites' tear-down.

import { beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import { define, gadget, gadgets, GADGETS } from '../testing/custom.ts';
import { metaOf, Rig } from '../testing/rig.ts';

const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';

const TYPE = {
  json: 'application/json',
  yaml: 'application/yaml',
  jsonPatch: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
};

/** A body with mistakes, and what is said of them, in order. */
interface Case {
  readonly type: string;
  readonly body: string;
  readonly found: readonly string[];
  /** What stands before the mistakes where they are refused. */
  readonly refusal: string;
  readonly code?: number;
}

interface Suite {
  readonly rig: Rig;
  readonly method: string;
  readonly path: string;
  readonly success: number;
  /** Stands in the body where it says REVISION. */
  readonly revision?: string;
}

const DECODING = 'strict decoding error: ';

/** What strict validation says of mistakes: those of a YAML document stand together. */
function strictText(found: readonly string[]): string {
  const lines = found.filter((text) => text.startsWith('line '));
  const others = found.filter((text) => !text.startsWith('line '));
  const yaml = lines.length === 0 ? [] : [`yaml: unmarshal errors:\n${lines.map((text) => `  ${text}`).join('\n')}`];
  return [...yaml, ...others].join(', ');
}

function checkFourWays({ type, body, found, refusal, code = 400 }: Case, suite: () => Suite): void {
  const send = (validation: string) => {
    const { rig, method, path, success, revision = '' } = suite();
    const separator = path.includes('?') ? '&' : '?';
    const query = validation === '' ? '' : `${separator}fieldValidation=${validation}`;
    const before = rig.log.head;
    const sent = { body: body.replace('REVISION', revision), headers: { 'content-type': type } };
    return { before, rig, success, answer: rig.send(method, path + query, sent) };
  };

  test('strict-validation', () => {
    const { before, rig, answer } = send('Strict');
    expect(answer.body['message']).toContain(`${refusal}${strictText(found)}`);
    expect([answer.status, answer.body['kind']]).toEqual([code, 'Status']);
    expect(answer.response.warnings ?? []).toEqual([]);
    expect(rig.log.head).toBe(before);
  });

  test.each([
    ['warn-validation', 'Warn'],
    ['no-validation', ''],
  ])('%s', (_name, validation) => {
    const { answer, success } = send(validation);
    expect(answer.status).toBe(success);
    expect(answer.response.warnings).toEqual(found);
  });

  test('ignore-validation', () => {
    const { answer, success } = send('Ignore');
    expect(answer.status).toBe(success);
    expect(answer.response.warnings ?? []).toEqual([]);
  });
}

/** Deployments. */
const validDeployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web:1' }] } },
  },
};

const FIXED = `"selector":{"matchLabels":{"app":"web"}}`;
const CONTAINER =
  '"name":"web","image":"web:1","inner":1,"imagePullPolicy":"Always","imagePullPolicy":"Never","more":{"a":1}';
const TEMPLATE = `"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{${CONTAINER}}]}}`;
const SPEC = `"strange":1,"both":1,"both":2,"paused":true,"paused":false,${FIXED},${TEMPLATE}`;
const deploymentJson = `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{${SPEC}}}`;

const deploymentYaml = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  strange: 1
  both: 1
  both: 2
  paused: true
  paused: false
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: web:1
        inner: 1
        imagePullPolicy: Always
        imagePullPolicy: Never
`;
const YAML_REPEATS = [
  'line 8: key "both" already set in map',
  'line 10: key "paused" already set in map',
  'line 20: key "imagePullPolicy" already set in map',
];

/** What is unknown and there twice is only unknown: the types' decoder does not look further. */
const typedJson: Case = {
  type: TYPE.json,
  body: deploymentJson,
  refusal: `Deployment in version "v1" cannot be handled as a Deployment: ${DECODING}`,
  found: [
    'unknown field "spec.strange"',
    'unknown field "spec.both"',
    'duplicate field "spec.paused"',
    'unknown field "spec.template.spec.containers[0].inner"',
    'duplicate field "spec.template.spec.containers[0].imagePullPolicy"',
    'unknown field "spec.template.spec.containers[0].more"',
  ],
};

/** By way of JSON, whose members are sorted. */
const typedYaml: Case = {
  ...typedJson,
  type: TYPE.yaml,
  body: deploymentYaml,
  found: [
    ...YAML_REPEATS,
    'unknown field "spec.both"',
    'unknown field "spec.strange"',
    'unknown field "spec.template.spec.containers[0].inner"',
  ],
};

const PATCHED = 'spec.template.spec.containers[0]';
const REPEATS = ['spec.both', 'spec.paused', `${PATCHED}.imagePullPolicy`].map((field) => `duplicate field "${field}"`);
const mergeBody = `{"spec":{"strange":1,"both":1,"both":2,"paused":true,"paused":false,"template":{"spec":{"containers":[{${CONTAINER}}]}}}}`;
const UNKNOWN = ['spec.both', 'spec.strange', `${PATCHED}.inner`, `${PATCHED}.more`].map(
  (field) => `unknown field "${field}"`,
);
const typedMerge: Case = {
  type: TYPE.merge,
  body: mergeBody,
  code: 422,
  refusal: DECODING,
  found: [...REPEATS, ...UNKNOWN],
};

const typedJsonPatch: Case = {
  type: TYPE.jsonPatch,
  body: `[{"op":"add","path":"/spec/strange","value":1,"note":1},
    {"op":"add","path":"/spec/first","path":"/spec/both","value":1},
    {"op":"add","path":"/spec/both","value":2},
    {"op":"add","path":"/spec/paused","value":false},
    {"op":"add","path":"/spec/template/spec/containers/0/inner","value":1}]`,
  code: 422,
  refusal: DECODING,
  found: [
    'json patch unknown field "[0].note"',
    'json patch duplicate field "[1].path"',
    'unknown field "spec.both"',
    'unknown field "spec.strange"',
    `unknown field "${PATCHED}.inner"`,
  ],
};

/** Mistakes of the patch alone, which its result does not show. */
const nonconflicting = (type: string): Case => ({
  type,
  body: '{"spec":{"paused":true,"paused":false,"template":{"spec":{"containers":[{"name":"web","image":"web:1","imagePullPolicy":"Always","imagePullPolicy":"Never"}]}}}}',
  code: 422,
  refusal: DECODING,
  found: REPEATS.slice(1),
});

const applied: Case = {
  type: TYPE.apply,
  body: deploymentYaml.replace(/^ +(strange|both|inner): .*\n/gm, ''),
  refusal: 'error strict decoding YAML: error converting YAML to JSON: ',
  found: ['line 7: key "paused" already set in map', 'line 16: key "imagePullPolicy" already set in map'],
};

describe('typed', () => {
  let rig: Rig;
  const created = (): void => {
    expect(rig.send('POST', DEPLOYMENTS, { body: validDeployment }).status).toBe(201);
  };
  const post = (): Suite => ({ rig, method: 'POST', path: DEPLOYMENTS, success: 201 });
  const put = (): Suite => ({ rig, method: 'PUT', path: `${DEPLOYMENTS}/web`, success: 200 });
  const patch = (): Suite => ({ ...put(), method: 'PATCH' });
  const apply = (): Suite => ({ ...put(), method: 'PATCH', path: `${DEPLOYMENTS}/web?fieldManager=me` });

  beforeEach(() => {
    rig = new Rig();
  });

  describe('Post', () => checkFourWays(typedJson, post));
  describe('Post, YAML', () => checkFourWays(typedYaml, post));
  describe('ApplyCreate', () => checkFourWays(applied, () => ({ ...apply(), success: 201 })));

  describe('of what is there', () => {
    beforeEach(created);

    describe('Put', () => checkFourWays(typedJson, put));
    describe('Put, YAML', () => checkFourWays(typedYaml, put));
    describe('PatchTyped, merge patch', () => checkFourWays(typedMerge, patch));
    describe('PatchTyped, nonconflicting merge patch', () => checkFourWays(nonconflicting(TYPE.merge), patch));
    describe('PatchTyped, JSON patch', () => checkFourWays(typedJsonPatch, patch));
    describe('SMP', () => checkFourWays({ ...typedMerge, type: TYPE.strategic }, patch));
    describe('SMP, nonconflicting', () => checkFourWays(nonconflicting(TYPE.strategic), patch));
    describe('ApplyUpdate', () => checkFourWays(applied, () => ({ ...apply(), path: `${apply().path}&force=true` })));
  });

  test('ApplyUpdate of a field that the type does not have is refused, however fields are validated', () => {
    for (const validation of ['Strict', 'Warn', 'Ignore']) {
      const body = deploymentYaml.replaceAll(/^ +(?:both|inner|paused|imagePullPolicy): .*\n/gm, '');
      const path = `${DEPLOYMENTS}/web?fieldManager=me&fieldValidation=${validation}`;
      const { status, body: answer } = rig.send('PATCH', path, { body, headers: { 'content-type': TYPE.apply } });
      expect(answer['message']).toBe(
        'failed to create typed patch object (/web; apps/v1, Kind=Deployment): .spec.strange: field not declared in schema',
      );
      expect(status).toBe(500);
    }
  });
});

/** Custom resources. */
const PORTS = {
  type: 'array',
  items: { type: 'object', properties: { port: { type: 'integer' }, name: { type: 'string' } } },
};
const SCHEMA: JsonObject = { properties: { known: { type: 'string' }, ports: PORTS } };

const GADGET_SPEC =
  '"strange":1,"both":1,"both":2,"known":"a","known":"b","ports":[{"name":"a","port":1,"port":2,"inner":1}]';
const GADGET_REPEATS = ['spec.both', 'spec.known', 'spec.ports[0].port'].map((field) => `duplicate field "${field}"`);
const GADGET_UNKNOWN = ['spec.both', 'spec.ports[0].inner', 'spec.strange'].map((field) => `unknown field "${field}"`);
const gadgetJson = `{"apiVersion":"test.example.com/v1","kind":"Gadget","metadata":{"name":"NAME","resourceVersion":"REVISION"},"spec":{${GADGET_SPEC}}}`;
const gadgetYaml = `apiVersion: test.example.com/v1
kind: Gadget
metadata:
  name: NAME
  resourceVersion: "REVISION"
spec:
  strange: 1
  both: 1
  both: 2
  known: a
  known: b
  ports:
  - name: a
    port: 1
    port: 2
    inner: 1
`;
const GADGET_LINES = [
  'line 9: key "both" already set in map',
  'line 11: key "known" already set in map',
  'line 15: key "port" already set in map',
];

describe.each([
  ['CRD', SCHEMA, GADGET_UNKNOWN],
  [
    'CRDSchemaless',
    { ...SCHEMA, 'x-kubernetes-preserve-unknown-fields': true },
    ['unknown field "spec.ports[0].inner"'],
  ],
])('%s', (_name, schema, unknown) => {
  let rig: Rig;
  let revision = '';
  beforeEach(() => {
    rig = new Rig();
    define(rig, gadgets(schema));
    const made = rig.send('POST', GADGETS, { body: gadget('kept', { ports: [{ name: 'a', port: 1 }] }) });
    revision = String(metaOf(made.body)['resourceVersion']);
  });

  const refusal = `Gadget in version "v1" cannot be handled as a Gadget: ${DECODING}`;
  const json: Case = {
    type: TYPE.json,
    body: gadgetJson.replace('NAME', 'new'),
    refusal,
    found: [...GADGET_REPEATS, ...unknown],
  };
  const yaml: Case = {
    ...json,
    type: TYPE.yaml,
    body: gadgetYaml.replace('NAME', 'new'),
    found: [...GADGET_LINES, ...unknown],
  };
  const post = (): Suite => ({ rig, method: 'POST', path: GADGETS, success: 201 });
  const patch = (): Suite => ({ rig, method: 'PATCH', path: `${GADGETS}/kept`, success: 200 });

  describe('Post', () => checkFourWays(json, post));
  describe('Post, YAML', () => checkFourWays(yaml, post));
  describe.each([
    ['Put', json, gadgetJson],
    ['Put, YAML', yaml, gadgetYaml],
  ])('%s', (_title, one, body) => {
    checkFourWays({ ...one, body: body.replace('NAME', 'kept') }, () => ({ ...patch(), method: 'PUT', revision }));
  });
  describe('Patch, merge patch', () => {
    const body = `{"spec":{${GADGET_SPEC}}}`;
    checkFourWays({ ...json, type: TYPE.merge, body, code: 422, refusal: DECODING }, patch);
  });
  describe('Patch, JSON patch', () => {
    const body = `[{"op":"add","path":"/spec/strange","value":1,"note":1},
      {"op":"add","path":"/spec/first","path":"/spec/both","value":1},
      {"op":"add","path":"/spec/ports/0/inner","value":1}]`;
    const own = ['json patch unknown field "[0].note"', 'json patch duplicate field "[1].path"'];
    checkFourWays({ type: TYPE.jsonPatch, body, code: 422, refusal: DECODING, found: [...own, ...unknown] }, patch);
  });
  describe.each([
    ['ApplyCreate', 'new', 201],
    ['ApplyUpdate', 'kept', 200],
  ])('%s', (_title, name, success) => {
    const body = gadgetYaml.replace(/^ +(strange|both|inner|resourceVersion): .*\n/gm, '').replace('NAME', name);
    const found = ['line 7: key "known" already set in map', 'line 11: key "port" already set in map'];
    const path = `${GADGETS}/${name}?fieldManager=me&force=true`;
    checkFourWays({ ...applied, body, found }, () => ({ rig, method: 'PATCH', path, success }));
  });
});
