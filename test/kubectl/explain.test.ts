// kubectl and the OpenAPI documents: explained at any depth, by both versions of OpenAPI, custom resources among them;
// and what they are good for, validation at the client.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { oldestAndNewest } from '../support/kubectl.ts';
import { Session, kubectl, startSession } from './session.ts';

const CRATES = JSON.stringify({
  kind: 'CustomResourceDefinition',
  apiVersion: 'apiextensions.k8s.io/v1',
  metadata: { name: 'crates.shop.example.com' },
  spec: {
    group: 'shop.example.com',
    scope: 'Namespaced',
    names: { plural: 'crates', kind: 'Crate' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: { type: 'object', properties: { bottles: { type: 'integer', description: 'How many it holds.' } } },
            },
          },
        },
      },
    ],
  },
});

describe.skipIf(kubectl === undefined)('kubectl explain', () => {
  let session: Session;
  /** The oldest kubectl at hand: OpenAPI v2, as protobuf, before 1.29. */
  let old: Session;

  beforeAll(async () => {
    session = await startSession({ nodes: 1 });
    const [oldest] = oldestAndNewest(kubectl ?? { path: '', version: '' });
    if (oldest === undefined) throw new Error('there is no kubectl');
    old = new Session(oldest, session.server);
    await session.feed(CRATES, 'create -f -');
    await session.run('wait --for=condition=Established crd/crates.shop.example.com');
  });

  afterAll(async () => {
    await session?.end();
  });

  it('tells what a field is, at any depth', async () => {
    const text = await session.run('explain pod.spec.containers.resources');
    expect(text).toContain('FIELD: resources <ResourceRequirements>');
    expect(text).toMatch(/ {2}limits\t<map\[string\]Quantity>\n {4}Limits describes/);
    expect(text).not.toContain('<no description>');
    expect(
      await session.run('explain deployments.spec.strategy.rollingUpdate.maxSurge --api-version=apps/v1'),
    ).toContain('FIELD: maxSurge <IntOrString>');
    expect(await session.fail('explain pod.spec.nothing')).toContain('field "nothing" does not exist');
  });

  it('tells all fields of fields', async () => {
    const text = await session.run('explain cronjob --recursive');
    expect(text).toMatch(/^ {12}containers\t<\[\]Container> -required-$/m);
    expect(text).toMatch(/^ {14}ports\t<\[\]ContainerPort>$/m);
    expect(text).toContain('enum: Always, IfNotPresent, Never');
  });

  it('tells the same by OpenAPI v2', async () => {
    const text = await session.run('explain deployment.spec.replicas --output=plaintext-openapiv2');
    expect(text).toMatch(/^FIELD: +replicas <integer>$/m);
    expect(text).toMatch(/^DESCRIPTION:\n +Number of desired pods\./m);
  });

  it('tells custom resources, in both versions', async () => {
    expect(await session.run('explain crate.spec')).toMatch(/ {2}bottles\t<integer>\n {4}How many it holds\./);
    expect(await session.run('explain crate.metadata.labels')).toContain('Map of string keys and values');
    expect(await session.run('explain crate.spec.bottles --output=plaintext-openapiv2')).toContain(
      'How many it holds.',
    );
  });

  it('and the oldest kubectl at hand explains and validates', async () => {
    expect(await old.run('explain pod.spec.nodeName')).toContain('nodeName');
    expect(await old.run('explain crate.spec.bottles')).toContain('How many it holds.');
    const wrong = JSON.stringify({
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: { name: 'wrong' },
      dat: { a: 'b' },
    });
    const { code, stderr } = await old.result(['create', '--validate=strict', '-f', '-'], { input: wrong });
    expect(code).toBe(1);
    expect(stderr).toMatch(/unknown field "dat"|ValidationError\(ConfigMap\)/);
  });
});
