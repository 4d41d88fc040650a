// After kube-aggregator pkg/controllers/status/remote/remote_available_controller_test.go and
// pkg/controllers/autoregister/autoregister_controller_test.go.

import { describe, expect, it } from 'vitest';
import { builtInServices } from '../../api/apiregistration/v1/local-services.ts';
import type { APIService } from '../../api/types/apiregistration-v1.ts';
import type { Service } from '../../api/types/core-v1.ts';
import { clone } from '../../lib/json.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { must } from '../testing/objects.ts';
import { apiServiceController } from './api-service-controller.ts';

const SERVICES = 'apiservices.apiregistration.k8s.io';
const DEFINITIONS = 'customresourcedefinitions.apiextensions.k8s.io';
const MANAGED = 'kube-aggregator.kubernetes.io/automanaged';

function cluster(): FakeCluster {
  return new FakeCluster({ controllers: [apiServiceController] });
}

const named = ({ client }: FakeCluster, name: string): APIService | undefined => client.get(SERVICES, '', name);

function remote(made: FakeCluster): void {
  const service = { namespace: 'foo', name: 'bar', port: 443 };
  const spec = { group: 'remote', version: 'v1', groupPriorityMinimum: 1, versionPriority: 1, service };
  const metadata = { name: 'v1.remote' };
  must(made.client.create(SERVICES, { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata, spec }));
  made.settle();
}

function service(made: FakeCluster, port: number, name = 'p'): void {
  const metadata = { name: 'bar', namespace: 'foo' };
  const spec: Service['spec'] = { type: 'ClusterIP', clusterIP: '10.96.0.9', ports: [{ name, port }] };
  must(made.client.create('services', { apiVersion: 'v1', kind: 'Service', metadata, spec }));
}

function slice(made: FakeCluster, ports: string[], ready: boolean): void {
  const metadata = { name: 'bar-1', namespace: 'foo', labels: { 'kubernetes.io/service-name': 'bar' } };
  const made1 = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata,
    addressType: 'IPv4' as const,
    endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready } }],
    ports: ports.map((name) => ({ name, port: 6443 })),
  };
  must(made.client.create('endpointslices.discovery.k8s.io', made1));
}

function finding(made: FakeCluster): string {
  const [condition] = named(made, 'v1.remote')?.status?.conditions ?? [];
  return `${condition?.status} ${condition?.reason} ${condition?.message}`;
}

describe('TestSync: what another server is to answer', () => {
  // The fake log has no index terms of kinds: the order of making matters.
  it.each<[string, (made: FakeCluster) => void, string]>([
    ['no service', () => undefined, 'False ServiceNotFound service/bar in "foo" is not present'],
    [
      'service on bad port',
      (made) => service(made, 6443),
      'False ServicePortError service/bar in "foo" is not listening on port 443',
    ],
    [
      'no endpoints',
      (made) => service(made, 443),
      'False EndpointsNotFound cannot find endpointslices for service/bar in "foo"',
    ],
    [
      'missing endpoint port name',
      (made) => {
        service(made, 443);
        slice(made, ['other'], true);
      },
      'False MissingEndpoints endpoints for service/bar in "foo" have no addresses with port name "p"',
    ],
    [
      'endpoints without addresses that are ready',
      (made) => {
        service(made, 443);
        slice(made, ['p'], false);
      },
      'False MissingEndpoints endpoints for service/bar in "foo" have no addresses with port name "p"',
    ],
    [
      'remote server',
      (made) => {
        service(made, 443);
        slice(made, ['p'], true);
      },
      'False FailedDiscoveryCheck failing or missing response from https://10.96.0.9:443/apis/remote/v1: requests are not handed on to it',
    ],
  ])('%s', (_, prepare, wanted) => {
    const made = cluster();
    prepare(made);
    remote(made);
    expect(finding(made)).toBe(wanted);
    expect(made.settle()).toBeUndefined();
  });
});

describe('what the cluster itself answers', () => {
  it('is always available', () => {
    const made = cluster();
    for (const draft of builtInServices()) must(made.client.create(SERVICES, draft));
    made.settle();
    expect(named(made, 'v1.')?.spec).toEqual({ version: 'v1', groupPriorityMinimum: 18_000, versionPriority: 1 });
    expect(named(made, 'v2.autoscaling')?.metadata.labels).toEqual({ [MANAGED]: 'onstart' });
    expect(named(made, 'v1.apps')?.status?.conditions).toMatchObject([
      { type: 'Available', status: 'True', reason: 'Local', message: 'Local APIServices are always available' },
    ]);
    must(made.client.delete(SERVICES, '', 'v1.apps'));
    made.settle();
    expect(named(made, 'v1.apps')).toBeUndefined();
  });

  function define(made: FakeCluster): void {
    const versions = [
      { name: 'v1', served: true, storage: true },
      { name: 'v0', served: false, storage: false },
    ];
    const spec = { group: 'g.io', scope: 'Cluster', names: { kind: 'A', plural: 'as' }, versions };
    const metadata = { name: 'as.g.io' };
    const body = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata, spec };
    must(made.client.create(DEFINITIONS, body as never));
    made.settle();
  }

  it('custom resources come and go with their definition', () => {
    const made = cluster();
    define(made);
    expect(named(made, 'v1.g.io')?.spec).toEqual({
      group: 'g.io',
      version: 'v1',
      groupPriorityMinimum: 1000,
      versionPriority: 100,
    });
    expect(named(made, 'v1.g.io')?.metadata.labels).toEqual({ [MANAGED]: 'true' });
    expect(named(made, 'v0.g.io')).toBeUndefined();
    must(made.client.delete(DEFINITIONS, '', 'as.g.io'));
    made.settle();
    expect(made.client.list(SERVICES)).toEqual([]);
  });

  it('what is kept is made again, and put right', () => {
    const made = cluster();
    define(made);
    must(made.client.delete(SERVICES, '', 'v1.g.io'));
    made.settle();
    const next = clone(named(made, 'v1.g.io') as APIService);
    next.spec = { version: 'v1', group: 'g.io', groupPriorityMinimum: 5, versionPriority: 5 };
    must(made.client.update(SERVICES, next));
    made.settle();
    expect(named(made, 'v1.g.io')?.spec?.versionPriority).toBe(100);
  });

  it('one that a user made is let be', () => {
    const made = cluster();
    const spec = { version: 'v1', group: 'g.io', groupPriorityMinimum: 5, versionPriority: 5 };
    const metadata = { name: 'v1.g.io' };
    must(made.client.create(SERVICES, { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata, spec }));
    define(made);
    expect(named(made, 'v1.g.io')?.spec).toEqual(spec);
  });
});
