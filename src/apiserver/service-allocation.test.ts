// Addresses and ports of Services over the whole pipeline: what is taken is what live objects hold, whatever is asked in
// whatever order.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Scheme } from '../api/scheme.ts';
import type { Service, ServiceSpec } from '../api/types/core-v1.ts';
import type { IPAddress } from '../api/types/networking-v1.ts';
import type { KubeObject } from '../api/object.ts';
import type { Row } from '../eventlog/log.ts';
import type { JsonObject } from '../lib/json.ts';
import type { Answer } from './testing/rig.ts';
import { Rig } from './testing/rig.ts';

const SERVICES = '/api/v1/namespaces/default/services';
const ADDRESSES = '/apis/networking.k8s.io/v1/ipaddresses';
const CIDRS = '/apis/networking.k8s.io/v1/servicecidrs';

const NAMES = ['a', 'b', 'c', 'd'] as const;
const IPS = ['10.96.0.1', '10.96.0.10', '10.96.0.11', '10.96.255.255', '10.1.0.1'] as const;
const NODE_PORTS = [30_080, 30_081, 32_000, 80] as const;

function items<T>(rig: Rig, url: string): T[] {
  return rig.get(url).body['items'] as unknown as T[];
}

function bodyOf(name: string, spec: ServiceSpec, metadata: JsonObject = {}): JsonObject {
  const ports = [{ port: 80, ...spec.ports?.[0] }];
  const own = { name, ...metadata };
  return { apiVersion: 'v1', kind: 'Service', metadata: own, spec: { ...spec, ports } } as unknown as JsonObject;
}

function create(rig: Rig, name: string, spec: ServiceSpec = {}, query = ''): Answer {
  return rig.send('POST', SERVICES + query, { body: bodyOf(name, spec) });
}

function ipOf(answer: Answer): string {
  return (answer.body as unknown as Service).spec?.clusterIP ?? '';
}

/** Every address and port that Services hold. A list, so that what is held twice shows. */
function held(services: readonly Service[]): { ips: string[]; ports: number[] } {
  const ips = services.flatMap(({ spec }) => spec?.clusterIPs ?? []).filter((ip) => ip !== 'None');
  const ports = services.flatMap(({ spec }) => [
    ...new Set([...(spec?.ports ?? []).map(({ nodePort = 0 }) => nodePort), spec?.healthCheckNodePort ?? 0]),
  ]);
  return { ips: ips.sort(), ports: ports.filter((port) => port !== 0).sort((a, b) => a - b) };
}

function termsOf({ resource, object }: Pick<Row, 'resource' | 'object'>): string[] {
  const scheme = new Scheme();
  return scheme.byLogResource(resource)?.terms?.(JSON.parse(object) as KubeObject) ?? [];
}

interface Step {
  readonly verb: 'create' | 'put' | 'patch' | 'delete' | 'free' | 'generate';
  readonly name: string;
  readonly spec: ServiceSpec;
  /** How the write is to fail or come to nothing. */
  readonly mishap: 'none' | 'dry' | 'stale' | 'invalid' | 'held';
}

const optional = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(values, { nil: undefined, freq: 3 });

const specs: fc.Arbitrary<ServiceSpec> = fc
  .record({
    type: fc.constantFrom('ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName' as const),
    clusterIP: optional(fc.constantFrom(...IPS, 'None')),
    nodePort: optional(fc.constantFrom(...NODE_PORTS)),
    healthCheckNodePort: optional(fc.constantFrom(...NODE_PORTS)),
    local: fc.boolean(),
  })
  .map(({ type, clusterIP, nodePort, healthCheckNodePort, local }) => {
    const spec: ServiceSpec = { type, ports: [{ port: 80, ...(nodePort === undefined ? {} : { nodePort }) }] };
    if (clusterIP !== undefined) spec.clusterIP = clusterIP;
    if (type === 'ExternalName') spec.externalName = 'db.example.org';
    if (local) spec.externalTrafficPolicy = 'Local';
    if (healthCheckNodePort !== undefined) spec.healthCheckNodePort = healthCheckNodePort;
    return spec;
  });

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    verb: fc.constantFrom('create', 'create', 'put', 'patch', 'delete', 'free', 'generate' as const),
    name: fc.constantFrom(...NAMES),
    spec: specs,
    mishap: fc.constantFrom('none', 'none', 'none', 'dry', 'stale', 'invalid', 'held' as const),
  }),
  { maxLength: 25 },
);

function take(rig: Rig, { verb, name, spec, mishap }: Step): Answer {
  const query = mishap === 'dry' ? '?dryRun=All' : '';
  const metadata: JsonObject = {
    ...(mishap === 'stale' ? { resourceVersion: '1' } : {}),
    ...(mishap === 'invalid' ? { labels: { '-': '-' } } : {}),
    ...(mishap === 'held' ? { finalizers: ['example.org/hold'] } : {}),
  };
  const url = `${SERVICES}/${name}${query}`;
  switch (verb) {
    case 'create':
      return rig.send('POST', SERVICES + query, { body: bodyOf(name, spec, metadata) });
    case 'generate':
      return rig.send('POST', SERVICES + query, { body: bodyOf('', spec, { ...metadata, generateName: 'g-' }) });
    case 'put':
      return rig.send('PUT', url, { body: bodyOf(name, spec, metadata) });
    case 'delete':
      return rig.send('DELETE', url);
    default: {
      const headers = { 'content-type': 'application/merge-patch+json' };
      const freed = { metadata: { finalizers: null } };
      return rig.send('PATCH', url, {
        body: verb === 'free' ? freed : { metadata, spec: spec as JsonObject },
        headers,
      });
    }
  }
}

describe('what Services take', () => {
  it('is what live objects hold, each once, and each address has its IPAddress', () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const rig = new Rig();
        const everSeen = new Set<string>();
        for (const step of taken) {
          const before = rig.log.head;
          const { status } = take(rig, step);
          if (status >= 400 || step.mishap === 'dry') expect(rig.log.head).toBe(before);

          const services = items<Service>(rig, '/api/v1/services');
          const { ips, ports } = held(services);
          expect(new Set(ips).size).toBe(ips.length);
          expect(new Set(ports).size).toBe(ports.length);
          const owners = services.flatMap(({ metadata, spec }) =>
            (spec?.clusterIPs ?? []).filter((ip) => ip !== 'None').map((ip) => `${ip} ${metadata.name}`),
          );
          const parents = items<IPAddress>(rig, ADDRESSES).map(
            ({ metadata, spec }) => `${metadata.name} ${spec.parentRef.name}`,
          );
          expect(parents.sort()).toEqual(owners.sort());

          const live = new Set([...ips.map((ip) => `clusterip:${ip}`), ...ports.map((port) => `nodeport:${port}`)]);
          for (const term of live) everSeen.add(term);
          for (const term of everSeen) expect(rig.log.byTerm(term, 'services').length).toBe(live.has(term) ? 1 : 0);
        }
        // The same sets come of the events alone.
        const sets = (): number[][] => [...everSeen].map((term) => rig.log.byTerm(term).map(({ rev }) => rev));
        const known = sets();
        rig.log.rebuild(termsOf);
        expect(sets()).toEqual(known);
      }),
      { numRuns: 100 },
    );
  }, 60_000);

  it('is never given twice to requests that are carried out together', () => {
    const rig = new Rig();
    const answers = rig.log.transaction(() => [
      ...Array.from({ length: 40 }, (_, index) => create(rig, `s${index}`, { type: 'NodePort' })),
      ...Array.from({ length: 3 }, (_, index) => create(rig, `same${index}`, { clusterIP: '10.96.0.10' })),
    ]);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(41);
    expect(answers.at(-1)?.body['message']).toBe(
      'Service "same2" is invalid: spec.clusterIPs: Invalid value: ["10.96.0.10"]: failed to allocate IP 10.96.0.10: provided IP is already allocated',
    );
    const { ips, ports } = held(items<Service>(rig, '/api/v1/services'));
    expect([new Set(ips).size, new Set(ports).size]).toEqual([42, 40]);
  });

  it('is free again once it is let go', () => {
    const rig = new Rig();
    const fixed: ServiceSpec = { type: 'NodePort', clusterIP: '10.96.0.10', ports: [{ port: 80, nodePort: 30_080 }] };
    for (const name of ['a', 'b', 'c']) {
      expect(create(rig, name, fixed).status).toBe(201);
      expect(create(rig, 'other', fixed).status).toBe(422);
      if (name === 'a') rig.send('DELETE', `${SERVICES}/a`);
      else
        rig.send('PUT', `${SERVICES}/${name}`, { body: bodyOf(name, { type: 'ExternalName', externalName: 'x.y' }) });
    }
    expect(create(rig, 'other', fixed).status).toBe(201);
  });
});

describe('ranges of Services', () => {
  it('the default one is there, ready, with the address of the API; that of the DNS is free', () => {
    const rig = new Rig();
    expect(rig.get(`${CIDRS}/kubernetes`).body).toMatchObject({
      metadata: { finalizers: ['networking.k8s.io/service-cidr-finalizer'] },
      spec: { cidrs: ['10.96.0.0/16'] },
      status: { conditions: [{ type: 'Ready', status: 'True', message: 'Kubernetes Service CIDR is ready' }] },
    });
    expect(rig.get(`${SERVICES}/kubernetes`).body).toMatchObject({ spec: { clusterIP: '10.96.0.1' } });
    const [address, ...others] = items<IPAddress>(rig, ADDRESSES);
    expect(others).toEqual([]);
    expect(address).toMatchObject({
      metadata: {
        name: '10.96.0.1',
        labels: {
          'ipaddress.kubernetes.io/ip-family': 'IPv4',
          'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io',
        },
        managedFields: [{ manager: 'kube-apiserver', operation: 'Update' }],
      },
      spec: { parentRef: { resource: 'services', namespace: 'default', name: 'kubernetes' } },
    });
    expect(ipOf(create(rig, 'kube-dns', { clusterIP: '10.96.0.10' }))).toBe('10.96.0.10');
  });

  it('a cluster from before there were any gets the default one', () => {
    const rig = new Rig();
    const body = { metadata: { finalizers: null } };
    rig.send('PATCH', `${CIDRS}/kubernetes`, { body, headers: { 'content-type': 'application/merge-patch+json' } });
    rig.send('DELETE', `${CIDRS}/kubernetes`);
    expect(items(rig, CIDRS)).toEqual([]);
    expect(rig.server.reconcilePolicy()).toEqual([]);
    expect(create(rig, 's').status).toBe(201);
  });

  it('a new one gives addresses; one that is being deleted gives none', () => {
    const rig = new Rig();
    const wanted = { clusterIP: '10.5.0.7' };
    expect(create(rig, 'early', wanted).body['message']).toMatch(
      'the provided network does not match the current range',
    );
    const body = { apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR', spec: { cidrs: ['10.5.0.0/28'] } };
    const finalizers = ['networking.k8s.io/service-cidr-finalizer'];
    expect(rig.send('POST', CIDRS, { body: { ...body, metadata: { name: 'more', finalizers } } }).status).toBe(201);
    expect(ipOf(create(rig, 'now', wanted))).toBe('10.5.0.7');
    rig.send('DELETE', `${CIDRS}/more`);
    expect(create(rig, 'late', { clusterIP: '10.5.0.8' }).status).toBe(422);
    rig.send('DELETE', `${CIDRS}/kubernetes`);
    expect(create(rig, 'none').body['message']).toBe(
      'Internal error occurred: failed to allocate a serviceIP: range is full',
    );
  });

  it('an address that someone else has taken by an IPAddress is taken', () => {
    const rig = new Rig();
    const parentRef = { group: 'gateway.networking.k8s.io', resource: 'gateways', namespace: 'default', name: 'g' };
    const body = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IPAddress',
      metadata: { name: '10.96.0.20' },
      spec: { parentRef },
    };
    expect(rig.send('POST', ADDRESSES, { body }).status).toBe(201);
    expect(create(rig, 's', { clusterIP: '10.96.0.20' }).body['message']).toMatch('provided IP is already allocated');
    rig.send('DELETE', `${ADDRESSES}/10.96.0.20`);
    expect(create(rig, 's', { clusterIP: '10.96.0.20' }).status).toBe(201);
  });

  it('an IPAddress names as its cause the write of its Service', () => {
    const rig = new Rig();
    const rev = Number((create(rig, 's').body['metadata'] as JsonObject)['resourceVersion']);
    const [service, address] = rig.log.changes(rev - 1, 2);
    expect([service?.resource, address?.resource, address?.cause]).toEqual([
      'services',
      'ipaddresses.networking.k8s.io',
      rev,
    ]);
  });
});
