// After kubernetes test/e2e/apimachinery/crd_publish_openapi.go: what definitions say is in the documents, and kubectl goes by them.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CustomResourceDefinition, JSONSchemaProps } from '../../src/api/types/apiextensions-v1.ts';
import { kubectl, Session } from '../kubectl/session.ts';
import { JSON_PATCH } from './support/collection.ts';
import type { Defined } from './support/definitions.ts';
import { define, DEFINITIONS } from './support/definitions.ts';
import type { World } from './support/world.ts';
import { eventually, startWorld } from './support/world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld({ nodes: 0 });
});

afterAll(() => world?.end());

const text = (description: string, more: object = {}) => ({ description, type: 'string', ...more });

const FOO: JSONSchemaProps = {
  description: 'Foo CRD for Testing',
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      description: 'Specification of Foo',
      properties: {
        bars: {
          description: 'List of Bars and their specs.',
          type: 'array',
          items: {
            type: 'object',
            required: ['name'],
            properties: {
              name: text('Name of Bar.'),
              age: text('Age of Bar.'),
              feeling: text('Whether Bar is feeling great.', { enum: ['Great', 'Down'] }),
              bazs: { description: 'List of Bazs.', items: { type: 'string' }, type: 'array' },
            },
          },
        },
      },
    },
    status: {
      description: 'Status of Foo',
      type: 'object',
      properties: {
        bars: {
          description: 'List of Bars and their statuses.',
          type: 'array',
          items: {
            type: 'object',
            properties: {
              name: text('Name of Bar.'),
              available: { description: 'Whether the Bar is installed.', type: 'boolean' },
              quxType: text('Indicates to external qux type.', { pattern: 'in-tree|out-of-tree' }),
            },
          },
        },
      },
    },
  },
};

/** `root` and `spec`: what these two have besides. */
function waldo(description: string, root: object = {}, spec: object = {}): JSONSchemaProps {
  const dummy = { description: 'Dummy property.', type: 'object' };
  const bars = { description: 'List of Bars and their statuses.', type: 'array', items: { type: 'object' } };
  return {
    description,
    type: 'object',
    ...root,
    properties: {
      spec: { description: 'Specification of Waldo', type: 'object', ...spec, properties: { dummy } },
      status: { description: 'Status of Waldo', type: 'object', properties: { bars } },
    },
  };
}

const WALDO = waldo('Waldo CRD for Testing');
const OPEN = { 'x-kubernetes-preserve-unknown-fields': true };

const groupOf = (suffix: string): string => `crd-publish-openapi-test-${suffix}.example.com`;

/** A definition of these versions, the first of them stored, once all of them are published. */
async function publish(schema: JSONSchemaProps, suffix: string, ...versions: string[]): Promise<Defined> {
  const defined = await define(world, {
    group: groupOf(suffix),
    versions: versions.map((name, index) => ({
      name,
      served: true,
      storage: index === 0,
      schema: { openAPIV3Schema: schema },
    })),
  });
  for (const version of versions) await expectPublished(defined, version);
  return defined;
}

interface Document {
  readonly definitions: Readonly<Record<string, JSONSchemaProps & { properties?: Record<string, object> }>>;
}

/** The definition in the OpenAPI document, by the name that its group turned round gives it. */
async function publishedOf(
  { group, kind }: Defined,
  version: string,
): Promise<Document['definitions'][string] | undefined> {
  const name = [...group.split('.').reverse(), version, kind].join('.');
  return (await world.document<Document>('/openapi/v2')).definitions[name];
}

const expectPublished = (defined: Defined, version: string) =>
  eventually(
    `${version} is published`,
    () => publishedOf(defined, version),
    (found) => found !== undefined,
  );

const expectUnpublished = (defined: Defined, version: string) =>
  eventually(
    `${version} is not published`,
    () => publishedOf(defined, version),
    (found) => found === undefined,
  );

/** Published as the definition has it, but for what every object has. */
async function expectSchema(defined: Defined, version: string, schema: JSONSchemaProps): Promise<void> {
  const found = await expectPublished(defined, version);
  const {
    'x-kubernetes-group-version-kind': types,
    properties = {},
    ...rest
  } = (found ?? {}) as Record<string, unknown>;
  const { apiVersion, kind, metadata, ...own } = properties as Record<string, unknown>;
  expect([apiVersion, kind, metadata].every((member) => member !== undefined)).toBe(true);
  expect(types).toEqual([{ group: defined.group, kind: defined.kind, version }]);
  expect({ ...rest, ...(Object.keys(own).length === 0 ? {} : { properties: own }) }).toEqual(schema);
}

it('[sig-api-machinery] CustomResourcePublishOpenAPI [Privileged:ClusterAdmin] works for multiple CRDs of different groups', async () => {
  const foo = await publish(FOO, 'foo', 'v1');
  const other = await publish(WALDO, 'waldo', 'v1beta1');
  await expectSchema(other, 'v1beta1', WALDO);
  await expectSchema(foo, 'v1', FOO);
  for (const [defined, version] of [
    [foo, 'v1'],
    [other, 'v1beta1'],
  ] as const) {
    await defined.drop();
    await expectUnpublished(defined, version);
  }
});

it('[sig-api-machinery] CustomResourcePublishOpenAPI [Privileged:ClusterAdmin] works for multiple CRDs of same group but different versions', async () => {
  const several = await publish(FOO, 'multi-ver', 'v2', 'v3');
  await expectSchema(several, 'v3', FOO);
  await expectSchema(several, 'v2', FOO);
  await several.drop();

  const foo = await publish(FOO, 'common-group', 'v4');
  const other = await publish(WALDO, 'common-group', 'v5');
  await expectSchema(other, 'v5', WALDO);
  await expectSchema(foo, 'v4', FOO);
  await foo.drop();
  await other.drop();
});

it('[sig-api-machinery] CustomResourcePublishOpenAPI [Privileged:ClusterAdmin] works for multiple CRDs of same group and version but different kinds', async () => {
  const foo = await publish(FOO, 'common-group', 'v6');
  const other = await publish(WALDO, 'common-group', 'v6');
  await expectSchema(other, 'v6', WALDO);
  await expectSchema(foo, 'v6', FOO);
  await foo.drop();
  await other.drop();
});

it('[sig-api-machinery] CustomResourcePublishOpenAPI [Privileged:ClusterAdmin] updates the published spec when one version gets renamed', async () => {
  const defined = await publish(FOO, 'multi-ver', 'v2', 'v3');
  await world.of<CustomResourceDefinition>(DEFINITIONS).patch(
    defined.definition.metadata.name,
    [
      { op: 'test', path: '/spec/versions/1/name', value: 'v3' },
      { op: 'replace', path: '/spec/versions/1/name', value: 'v4' },
    ],
    { type: JSON_PATCH },
  );
  await expectSchema(defined, 'v4', FOO);
  await expectUnpublished(defined, 'v3');
  await expectSchema(defined, 'v2', FOO);
  await defined.drop();
});

it('[sig-api-machinery] CustomResourcePublishOpenAPI [Privileged:ClusterAdmin] removes definition from spec when one version gets changed to not be served', async () => {
  const defined = await publish(FOO, 'multi-to-single-ver', 'v5', 'v6alpha1');
  await expectSchema(defined, 'v6alpha1', FOO);
  await world.of<CustomResourceDefinition>(DEFINITIONS).change(defined.definition.metadata.name, ({ spec }) => {
    const [, second] = spec.versions;
    if (second !== undefined) second.served = false;
  });
  await expectUnpublished(defined, 'v6alpha1');
  await expectSchema(defined, 'v5', FOO);
  await defined.drop();
});

describe.skipIf(kubectl === undefined)('kubectl', () => {
  let session: Session;

  beforeAll(() => {
    if (kubectl !== undefined) session = new Session(kubectl, world.server);
  });

  const objectOf = (defined: Defined, name: string, more: object): string =>
    JSON.stringify({ kind: defined.kind, apiVersion: defined.apiVersion(), metadata: { name }, ...more });

  /** Made and deleted, and both again with apply. */
  async function expectTaken(defined: Defined, object: string, name: string): Promise<void> {
    for (const verb of ['create', 'apply']) {
      await session.feed(object, `${verb} -f -`);
      await session.run(`delete ${defined.plural}.${defined.group} ${name}`);
    }
  }

  async function expectRefused(object: string, wanted: RegExp): Promise<void> {
    for (const verb of ['create', 'apply']) {
      const { code, stderr } = await session.result([verb, '-f', '-'], { input: object });
      expect(code).not.toBe(0);
      expect(stderr).toMatch(wanted);
    }
  }

  it('[sig-api-machinery] CustomResourcePublishOpenAPI [Privileged:ClusterAdmin] works for CRD with validation schema', async () => {
    const defined = await publish(FOO, 'foo', 'v1');
    await expectSchema(defined, 'v1', FOO);
    const foo = (spec: object): string => objectOf(defined, 'test-foo', { spec });
    await expectTaken(defined, foo({ bars: [{ name: 'test-bar' }] }), 'test-foo');
    const feeling = 'NonExistentValue';
    await expectRefused(foo({ bars: [{ name: 'test-bar', feeling }] }), /Unsupported value: "NonExistentValue"/);
    await expectRefused(foo({ foo: true }), /unknown field "spec[.]foo"/);
    await expectRefused(foo({ bars: [{ age: '10' }] }), /spec[.]bars\[0\][.]name: Required value/);

    expect(await session.run(`explain ${defined.plural}`)).toMatch(
      /DESCRIPTION:.*Foo CRD for Testing.*FIELDS:.*apiVersion.*<string>.*APIVersion defines.*spec.*<Object>.*Specification of Foo/s,
    );
    expect(await session.run(`explain ${defined.plural}.metadata`)).toMatch(
      /DESCRIPTION:.*Standard object's metadata.*FIELDS:.*creationTimestamp.*<string>.*CreationTimestamp is a timestamp/s,
    );
    expect(await session.run(`explain ${defined.plural}.spec`)).toMatch(
      /DESCRIPTION:.*Specification of Foo.*FIELDS:.*bars.*<\[\]Object>.*List of Bars and their specs/s,
    );
    expect(await session.run(`explain ${defined.plural}.spec.bars`)).toMatch(
      /(FIELD|RESOURCE):.*bars.*<\[\]Object>.*DESCRIPTION:.*List of Bars and their specs.*FIELDS:.*bazs.*<\[\]string>.*List of Bazs.*name.*<string>.*Name of Bar/s,
    );
    expect(await session.fail(`explain ${defined.plural}.spec.bars2`)).toContain('field "bars2" does not exist');
    await defined.drop();
  });

  it('[sig-api-machinery] CustomResourcePublishOpenAPI [Privileged:ClusterAdmin] works for CRD without validation schema', async () => {
    const defined = await publish({ type: 'object', ...OPEN }, 'empty', 'v1');
    await expectTaken(defined, objectOf(defined, 'test-cr', { a: { b: [{ c: 'd' }] } }), 'test-cr');
    expect(await session.run(`explain ${defined.plural}`)).toMatch(/DESCRIPTION:.*<empty>/s);
    await defined.drop();
  });

  it('[sig-api-machinery] CustomResourcePublishOpenAPI [Privileged:ClusterAdmin] works for CRD preserving unknown fields at the schema root', async () => {
    const schema = waldo('preserve-unknown-properties at root for Testing', OPEN);
    const defined = await publish(schema, 'unknown-at-root', 'v1');
    await expectTaken(defined, objectOf(defined, 'test-cr', { a: { b: [{ c: 'd' }] } }), 'test-cr');
    expect(await session.run(`explain ${defined.plural}`)).toMatch(new RegExp(`KIND:.*${defined.kind}`, 's'));
    await defined.drop();
  });

  it('[sig-api-machinery] CustomResourcePublishOpenAPI [Privileged:ClusterAdmin] works for CRD preserving unknown fields in an embedded object', async () => {
    const schema = waldo('preserve-unknown-properties in nested field for Testing', {}, OPEN);
    const defined = await publish(schema, 'unknown-in-nested', 'v1');
    await expectTaken(defined, objectOf(defined, 'test-cr', { spec: { a: null, b: [{ c: 'd' }] } }), 'test-cr');
    expect(await session.run(`explain ${defined.plural}`)).toMatch(
      /DESCRIPTION:.*preserve-unknown-properties in nested field for Testing/s,
    );
    await defined.drop();
  });
});
