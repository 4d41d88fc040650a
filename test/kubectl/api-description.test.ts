// kubectl and how a cluster describes its own API: APIServices, flow schemas, priority levels, and what policies are told.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Session } from './session.ts';
import { kubectl, startSession } from './session.ts';

const DEFINITION = JSON.stringify({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'gadgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { kind: 'Gadget', plural: 'gadgets' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
});

describe.skipIf(kubectl === undefined)('kubectl and the description of the API', () => {
  let session: Session;

  beforeAll(async () => {
    session = await startSession({ nodes: 1 });
  });

  afterAll(async () => {
    await session?.end();
  });

  it('every group version that is built in has an APIService', async () => {
    const rows = await session.rows('get apiservices');
    const versions = (await session.run('api-versions')).trim().split('\n');
    const names = versions.map((version) => version.split('/').toReversed().join('.'));
    const wanted = names
      .filter((name) => !name.endsWith('.apiregistration.k8s.io'))
      .map((name) => (name === 'v1' ? 'v1.' : name));
    expect(rows.map(([name]) => name)).toEqual(expect.arrayContaining(wanted));
    expect(rows.find(([name]) => name === 'v1.apps')?.slice(0, 3)).toEqual(['v1.apps', 'Local', 'True']);
  });

  it('one of custom resources comes with the definition, and goes with it', async () => {
    await session.feed(DEFINITION, 'create -f -');
    await session.run('wait apiservice v1.example.com --for=condition=Available --timeout=10s');
    await session.run('delete crd gadgets.example.com');
    await session.run('wait apiservice v1.example.com --for=delete --timeout=10s');
  });

  it('flow schemas refer to priority levels that are there; a default one that is deleted comes back', async () => {
    const rows = await session.rows('get flowschemas');
    expect(rows.map(([name, level, precedence]) => [name, level, precedence])).toContainEqual([
      'probes',
      'exempt',
      '2',
    ]);
    expect(new Set(rows.map((row) => row.at(-1)))).toEqual(new Set(['False']));
    await session.run('delete prioritylevelconfiguration workload-low');
    await session.until('get prioritylevelconfiguration workload-low -o name', /workload-low/);
    const changed = '{"spec":{"limited":{"nominalConcurrencyShares":7}}}';
    await session.run('patch prioritylevelconfiguration workload-low --type=merge -p', changed);
    await session.until('get prioritylevelconfiguration workload-low -o yaml', /nominalConcurrencyShares: 100/);
  });

  it('a policy says which of its generations was looked at, and what its expressions lack', async () => {
    const body = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: 'p' },
      spec: {
        matchConstraints: {
          resourceRules: [
            { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['deployments'] },
          ],
        },
        validations: [{ expression: 'object.spec.replicas < 5' }],
      },
    };
    const wrong = {
      ...body,
      metadata: { name: 'wrong' },
      spec: { ...body.spec, validations: [{ expression: 'object.replicas < 5' }] },
    };
    await session.feed(JSON.stringify(body), 'create -f -');
    await session.until(
      'get validatingadmissionpolicy p -o jsonpath={.status}',
      /"observedGeneration":1,"typeChecking":\{\}/,
    );
    await session.feed(JSON.stringify(wrong), 'create -f -');
    const told = /Kind=Deployment: ERROR: .*undefined field 'replicas'/;
    await session.until('describe validatingadmissionpolicy wrong', told);
  });
});
