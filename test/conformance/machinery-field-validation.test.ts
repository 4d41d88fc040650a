// After kubernetes test/e2e/apimachinery/field_validation.go: bodies go as text, since what is wrong with them is in the text.

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CustomResourceDefinitionVersion } from '../../src/api/types/apiextensions-v1.ts';
import type { AnyObject } from '../support/api.ts';
import type { Defined } from './support/definitions.ts';
import { ANYTHING, define } from './support/definitions.ts';
import type { World } from './support/world.ts';
import { startWorld } from './support/world.ts';

type Schema = NonNullable<CustomResourceDefinitionVersion['schema']>;

let world: World;

beforeAll(async () => {
  world = await startWorld({ nodes: 0 });
});

afterAll(() => world?.end());

const PORTS = {
  type: 'array',
  'x-kubernetes-list-map-keys': ['containerPort', 'protocol'],
  'x-kubernetes-list-type': 'map',
  items: {
    type: 'object',
    properties: {
      containerPort: { format: 'int32', type: 'integer' },
      hostIP: { type: 'string' },
      hostPort: { format: 'int32', type: 'integer' },
      name: { type: 'string' },
      protocol: { type: 'string' },
    },
    required: ['containerPort', 'protocol'],
  },
};

/** With these members of `spec`'s schema besides. */
function schemaWith(spec: object, properties: object = {}): Schema {
  const cronSpec = { type: 'string', pattern: String.raw`^(\d+|\*)(/\d+)?(\s+(\d+|\*)(/\d+)?){4}$` };
  const known = { foo: { type: 'string' }, cronSpec, ports: PORTS, ...properties };
  return {
    openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: known, ...spec } } },
  };
}

/** A definition of two versions, both with this schema. */
function defineWith(schema: Schema): Promise<Defined> {
  const version = { served: true, schema };
  return define(world, {
    scope: 'Cluster',
    versions: [
      { ...version, name: 'v1beta1', storage: true },
      { ...version, name: 'v1beta2', storage: false },
    ],
  });
}

/** Applies YAML, of which the lines behind the name are given. */
async function apply(defined: Defined, lines: string): Promise<{ status: number; answer: AnyObject }> {
  const body = `
apiVersion: ${defined.apiVersion()}
kind: ${defined.kind}
metadata:
  name: mytest
${lines}`;
  const { status, text } = await world.api.send({
    method: 'PATCH',
    path: `/apis/${defined.apiVersion()}/${defined.plural}/mytest?fieldManager=field_validation_mgr&fieldValidation=Strict`,
    body,
    type: 'application/apply-patch+yaml',
  });
  return { status, answer: JSON.parse(text) as AnyObject };
}

const VALID = `  cronSpec: "* * * * */5"
  ports:
  - name: x
    containerPort: 80
    protocol: TCP`;

async function createDeployment(metadata: string, spec: string): Promise<AnyObject> {
  const namespace = await world.namespace('field-validation');
  const template = `{"metadata":{"labels":{"app":"nginx"}},"spec":{"containers":[{"name":"nginx","image":"nginx:latest"}]}}`;
  const body = `{
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "my-dep", ${metadata} "labels": {"app": "nginx"}},
    "spec": {${spec} "selector": {"matchLabels": {"app": "nginx"}}, "template": ${template}}
  }`;
  const { text } = await world.api.send({
    method: 'POST',
    path: `/apis/apps/v1/namespaces/${namespace}/deployments?fieldManager=field_validation_mgr&fieldValidation=Strict`,
    body,
  });
  return JSON.parse(text) as AnyObject;
}

it('[sig-api-machinery] FieldValidation should detect unknown and duplicate fields of a typed object', async () => {
  const answer = await createDeployment('', '"unknownField": "foo", "replicas": 2, "replicas": 3,');
  expect(answer).toMatchObject({ code: 400, reason: 'BadRequest' });
  const errors = 'strict decoding error: unknown field "spec.unknownField", duplicate field "spec.replicas"';
  expect(answer.message).toContain(errors);
});

it('[sig-api-machinery] FieldValidation should detect unknown metadata fields of a typed object', async () => {
  const answer = await createDeployment('"unknownMeta": "foo",', '');
  expect(answer.message).toContain('strict decoding error: unknown field "metadata.unknownMeta"');
});

it('[sig-api-machinery] FieldValidation should create/apply a valid CR for CRD with validation schema', async () => {
  const defined = await defineWith(schemaWith({}));
  const { status, answer } = await apply(defined, `  finalizers:\n  - test-finalizer\nspec:\n  foo: foo1\n${VALID}`);
  expect([status, answer.message]).toEqual([201, undefined]);
});

it('[sig-api-machinery] FieldValidation should create/apply a CR with unknown fields for CRD with no validation schema', async () => {
  const defined = await defineWith(ANYTHING);
  const { status, answer } = await apply(defined, `  finalizers:\n  - test-finalizer\nspec:\n  unknown: uk1\n${VALID}`);
  expect([status, answer.message]).toEqual([201, undefined]);
});

it('[sig-api-machinery] FieldValidation should create/apply an invalid CR with extra properties for CRD with validation schema', async () => {
  const defined = await defineWith(schemaWith({}));
  const lines = `  finalizers:\n  - test-finalizer\nunknownField: unknown\nspec:\n  foo: foo1\n${VALID}`;
  const { answer } = await apply(defined, lines);
  expect(answer.message).toContain('.unknownField: field not declared in schema');
});

it('[sig-api-machinery] FieldValidation should detect unknown metadata fields in both the root and embedded object of a CR', async () => {
  const template = {
    type: 'object',
    'x-kubernetes-embedded-resource': true,
    properties: {
      metadata: { type: 'object', properties: { name: { type: 'string' } } },
      spec: { type: 'object' },
    },
  };
  const defined = await defineWith(schemaWith({ 'x-kubernetes-preserve-unknown-fields': true }, { template }));
  const { answer } = await apply(
    defined,
    `  unknownMeta: unknown
  finalizers:
  - test-finalizer
spec:
  template:
    apiversion: foo/v1
    kind: Sub
    metadata:
        unknownSubMeta: unknown
        name: subobject
        namespace: default
  foo: foo1
${VALID}`,
  );
  expect(answer.message).toMatch(/metadata[.]unknown(Sub)?Meta: field not declared in schema/);
});

it('[sig-api-machinery] FieldValidation should detect duplicates in a CR when preserving unknown fields', async () => {
  const defined = await defineWith(schemaWith({ 'x-kubernetes-preserve-unknown-fields': true }));
  const lines = `  finalizers:\n  - test-finalizer\nspec:\n  unknown: uk1\n  foo: foo1\n  foo: foo2\n${VALID}`;
  const { answer } = await apply(defined, lines);
  expect(answer.message).toContain('line 11: key "foo" already set in map');
});
