// After kubernetes test/e2e/apimachinery/{aggregated_discovery,discovery,server_version,custom_resource_definition,webhook,table_conversion}.go.

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SelfSubjectAccessReview } from '../../src/api/types/authorization-v1.ts';
import type { APIGroup, APIGroupList, APIResourceList } from '../../src/api/types/meta-v1.ts';
import { Api } from '../support/api.ts';
import { ANYTHING, define } from './support/definitions.ts';
import type { World } from './support/world.ts';
import { eventually, startWorld } from './support/world.ts';

interface AggregatedGroups {
  readonly kind: string;
  readonly items: ReadonlyArray<{
    readonly metadata: { readonly name?: string };
    readonly versions: ReadonlyArray<{
      readonly version: string;
      readonly resources: ReadonlyArray<{ readonly resource: string }>;
    }>;
  }>;
}

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
/** As client-go asks, which takes what an older server has too. */
const AS_CLIENT = `${AGGREGATED},application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json`;

const EXPECTED = [
  'admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
  'apiextensions.k8s.io/v1/customresourcedefinitions',
  'apiregistration.k8s.io/v1/apiservices',
  'apps/v1/deployments',
  'authentication.k8s.io/v1/tokenreviews',
  'authorization.k8s.io/v1/selfsubjectaccessreviews',
  'autoscaling/v1/horizontalpodautoscalers',
  'autoscaling/v2/horizontalpodautoscalers',
  'batch/v1/jobs',
  'certificates.k8s.io/v1/certificatesigningrequests',
  'coordination.k8s.io/v1/leases',
  'discovery.k8s.io/v1/endpointslices',
  'events.k8s.io/v1/events',
  'networking.k8s.io/v1/ingresses',
  'node.k8s.io/v1/runtimeclasses',
  'policy/v1/poddisruptionbudgets',
  'scheduling.k8s.io/v1/priorityclasses',
  'storage.k8s.io/v1/csinodes',
];

let world: World;

beforeAll(async () => {
  world = await startWorld({ nodes: 0 });
});

afterAll(() => world?.end());

/** All that one document tells of: `apps/v1/deployments`, `/v1/pods`. */
async function resourcesOf(path: string, accept: string): Promise<string[]> {
  const { status, headers, text } = await world.api.send({ path, headers: { Accept: accept } });
  expect(status).toBe(200);
  expect(headers['content-type']).toBe(AGGREGATED);
  const { kind, items } = JSON.parse(text) as AggregatedGroups;
  expect(kind).toBe('APIGroupDiscoveryList');
  return items.flatMap(({ metadata: { name = '' }, versions }) =>
    versions.flatMap(({ version, resources }) => resources.map(({ resource }) => `${name}/${version}/${resource}`)),
  );
}

const NEW_VERSION = [{ name: 'v1', served: true, storage: true, schema: ANYTHING }];

it('[sig-api-machinery] AggregatedDiscovery should support raw aggregated discovery endpoint Accept headers', async () => {
  expect(await resourcesOf('/apis', AGGREGATED)).toEqual(expect.arrayContaining(EXPECTED));
  expect(await resourcesOf('/api', AGGREGATED)).toContain('/v1/namespaces');
});

it('[sig-api-machinery] AggregatedDiscovery should support raw aggregated discovery request for CRDs', async () => {
  const defined = await define(world, { versions: NEW_VERSION });
  const resource = `${defined.group}/v1/${defined.plural}`;
  await eventually(
    'it is told of',
    () => resourcesOf('/apis', AGGREGATED),
    (known) => known.includes(resource),
  );
  await defined.drop();
});

it('[sig-api-machinery] AggregatedDiscovery should support aggregated discovery interface', async () => {
  const all = [...(await resourcesOf('/api', AS_CLIENT)), ...(await resourcesOf('/apis', AS_CLIENT))];
  expect(all).toEqual(expect.arrayContaining([...EXPECTED, '/v1/namespaces']));
});

it('[sig-api-machinery] AggregatedDiscovery should support aggregated discovery interface for CRDs', async () => {
  const defined = await define(world, { versions: NEW_VERSION });
  const resource = `${defined.group}/v1/${defined.plural}`;
  await eventually(
    'it is told of',
    () => resourcesOf('/apis', AS_CLIENT),
    (known) => known.includes(resource),
  );
  await defined.drop();
  await eventually(
    'it is told of no more',
    () => resourcesOf('/apis', AS_CLIENT),
    (known) => !known.includes(resource),
  );
});

it('[sig-api-machinery] Discovery should validate PreferredVersion for each APIGroup', async () => {
  const { groups } = await world.document<APIGroupList>('/apis');
  expect(groups.length).toBeGreaterThan(10);
  for (const { name } of groups) {
    const group = await world.document<APIGroup>(`/apis/${name}`);
    const preferred = group.preferredVersion;
    expect(preferred?.groupVersion).toMatch(new RegExp(`^${name}/`));
    expect(group.versions).toContainEqual(preferred);
  }
});

it('[sig-api-machinery] Discovery should locate the groupVersion and a resource within each APIGroup', async () => {
  const resources = [...EXPECTED.map((path) => path.split('/')), ['', 'v1', 'namespaces']];
  for (const [group = '', version = '', resource = ''] of resources) {
    const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
    const list = await world.document<APIResourceList>(root);
    expect(list.groupVersion).toBe(group === '' ? version : `${group}/${version}`);
    expect(list.resources.map(({ name }) => name)).toContain(resource);
  }
});

it('[sig-api-machinery] CustomResourceDefinition resources [Privileged:ClusterAdmin] should include custom resource definition resources in discovery documents', async () => {
  await expectGroup('apiextensions.k8s.io', ['customresourcedefinitions']);
});

it('[sig-api-machinery] AdmissionWebhook [Privileged:ClusterAdmin] should include webhook resources in discovery documents', async () => {
  await expectGroup('admissionregistration.k8s.io', [
    'mutatingwebhookconfigurations',
    'validatingwebhookconfigurations',
  ]);
});

async function expectGroup(name: string, resources: readonly string[]): Promise<void> {
  const version = { groupVersion: `${name}/v1`, version: 'v1' };
  const { groups } = await world.document<APIGroupList>('/apis');
  expect(groups.find((group) => group.name === name)?.versions).toContainEqual(version);
  expect((await world.document<APIGroup>(`/apis/${name}`)).versions).toContainEqual(version);
  const list = await world.document<APIResourceList>(`/apis/${name}/v1`);
  expect(list.resources.map((each) => each.name)).toEqual(expect.arrayContaining([...resources]));
}

it('[sig-api-machinery] server version should find the server version', async () => {
  const version = await world.document<Record<string, string>>('/version');
  expect(version['major']).toMatch(/^[1-9][0-9]*$/);
  expect(version['minor']?.replace(/[^0-9]/g, '')).toMatch(/^[1-9][0-9]*$/);
});

it('[sig-api-machinery] Servers with support for Table transformation should return a 406 for a backend which does not implement metadata', async () => {
  const review: Omit<SelfSubjectAccessReview, 'metadata'> = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes: { namespace: 'default', verb: 'get', resource: 'pods' } },
  };
  const { status } = await world.api.send({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    body: review,
    headers: { Accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
  });
  expect(status).toBe(406);
});

// Upstream's own asks from within a pod (ServiceAccountIssuerDiscovery), which comes with containers that run.
it('the issuer of tokens tells where its keys are, at the address of each cluster', async () => {
  const { server, token } = await world.server.createCluster({ name: 'other', nodes: 0 });
  const other = new Api({ url: server, ca: world.server.ca, token });
  const addresses: ReadonlyArray<readonly [Api, string]> = [
    [world.api, world.server.url],
    [other, server],
  ];
  const seen = new Set<string>();
  for (const [api, url] of addresses) {
    const { text } = await api.send({ path: '/.well-known/openid-configuration' });
    const { jwks_uri: address } = JSON.parse(text) as { jwks_uri: string };
    expect(address).toBe(`${url}/openid/v1/jwks`);
    const keys = await api.send({ path: '/openid/v1/jwks' });
    expect(keys.headers['content-type']).toBe('application/jwk-set+json');
    expect(JSON.parse(keys.text)).toMatchObject({ keys: [{ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' }] });
    seen.add(keys.text);
  }
  expect(seen.size).toBe(2);
  other.close();
});
