// After kubernetes staging/src/k8s.io/cloud-provider/controllers/service/controller_test.go.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Node, Service, ServiceSpec } from '../../api/types/core-v1.ts';
import { clone } from '../../lib/json.ts';
import { simulatedCloud } from '../cloud/simulated-cloud.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { aNode, must } from '../testing/objects.ts';
import { changesHosts, FINALIZER, isHost, loadBalancerChange, needsCleanup } from './changes.ts';
import { serviceController } from './service-controller.ts';

type Meta = Partial<Service['metadata']>;

const ports = [{ port: 80, protocol: 'TCP', targetPort: 80, nodePort: 30_080 }];

function aService(spec: ServiceSpec = {}, metadata: Meta = {}, status: Service['status'] = {}): Service {
  const meta = { name: 'web', namespace: 'a', uid: 'u', resourceVersion: '1', creationTimestamp: '' };
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...meta, ...metadata },
    spec: { type: 'LoadBalancer', ports, ...spec },
    status: { loadBalancer: {}, ...status },
  };
}

class Cloud extends FakeCluster {
  constructor(nodes = ['n-0']) {
    super({ controllers: [serviceController(simulatedCloud)] });
    for (const name of nodes) must(this.client.create('nodes', aNode(name)));
    this.settle();
  }

  add(spec: ServiceSpec = {}, metadata: Meta = {}): Service {
    const { metadata: meta, ...service } = aService(spec);
    const { uid: _, ...draft } = meta;
    must(this.client.create('services', { ...service, metadata: { ...draft, ...metadata } }));
    this.settle();
    return this.service(metadata.name);
  }

  service(name = 'web'): Service {
    const found = this.find(name);
    if (found === undefined) throw new Error(`no service ${name}`);
    return found;
  }

  find(name: string): Service | undefined {
    return this.client.get('services', 'a', name);
  }

  address(name = 'web'): string | undefined {
    return this.service(name).status?.loadBalancer?.ingress?.[0]?.ip;
  }

  change(change: (service: Service) => void, name = 'web'): void {
    const next = clone(this.service(name));
    change(next);
    must(this.client.update('services', next));
    this.settle();
  }

  remove(name = 'web'): void {
    this.client.delete('services', 'a', name);
    this.settle();
  }

  /** Reasons since the last call. */
  reasons(): string[] {
    return this.events.splice(0).map(({ reason }) => reason);
  }
}

describe('TestSyncLoadBalancerIfNeeded', () => {
  const ENSURED = ['EnsuringLoadBalancer', 'EnsuredLoadBalancer'];

  it("service doesn't want LB", () => {
    const cluster = new Cloud();
    const { metadata, status } = cluster.add({ type: 'NodePort' });
    expect([metadata.finalizers, status?.loadBalancer, cluster.reasons()]).toEqual([undefined, {}, []]);
  });

  it('service specifies loadBalancerClass', () => {
    const cluster = new Cloud();
    const { metadata, status } = cluster.add({ loadBalancerClass: 'example.com/lb' });
    expect([metadata.finalizers, status?.loadBalancer, cluster.reasons()]).toEqual([undefined, {}, []]);
    cluster.remove();
    expect(cluster.find('web')).toBeUndefined();
  });

  it.each(['TCP', 'UDP', 'SCTP'])('%s service that wants LB', (protocol) => {
    const cluster = new Cloud();
    const { metadata, status } = cluster.add({ ports: [{ port: 80, protocol }] });
    expect(metadata.finalizers).toEqual([FINALIZER]);
    expect(status?.loadBalancer).toEqual({ ingress: [{ ip: expect.stringMatching(/^198\.1[89]\./), ipMode: 'VIP' }] });
    expect(cluster.events.map(({ message, source }) => `${source} ${message}`)).toEqual([
      'service-controller Ensuring load balancer',
      'service-controller Ensured load balancer',
    ]);
    expect(cluster.history.filter(({ resource }) => resource === 'services')).toHaveLength(2);
  });

  it('service no longer wants LB', () => {
    const cluster = new Cloud();
    cluster.add();
    cluster.reasons();
    cluster.change(({ spec = {} }) => (spec.type = 'ClusterIP'));
    expect(cluster.events[0]?.message).toBe('LoadBalancer -> ClusterIP');
    expect(cluster.reasons()).toEqual(['Type', 'DeletingLoadBalancer', 'DeletedLoadBalancer']);
    const { metadata, status } = cluster.service();
    expect([metadata.finalizers, status?.loadBalancer]).toEqual([undefined, {}]);
  });

  it('service that needs cleanup: it goes when its load balancer has', () => {
    const cluster = new Cloud();
    cluster.add({}, { finalizers: ['example.com/mine'] });
    cluster.reasons();
    cluster.remove();
    expect(cluster.service().metadata.finalizers).toEqual(['example.com/mine']);
    expect(cluster.service().status?.loadBalancer).toEqual({});
    expect(cluster.reasons()).toEqual(['DeletingLoadBalancer', 'DeletedLoadBalancer']);
    cluster.change(({ metadata }) => delete metadata.finalizers);
    expect([cluster.find('web'), cluster.reasons()]).toEqual([undefined, []]);
  });

  it('service with finalizer that wants LB', () => {
    const cluster = new Cloud();
    const { metadata } = cluster.add({}, { finalizers: [FINALIZER] });
    expect([metadata.finalizers, cluster.reasons()]).toEqual([[FINALIZER], ENSURED]);
  });

  it('no nodes: the user is warned, and served', () => {
    const cluster = new Cloud([]);
    cluster.add();
    expect(cluster.reasons()).toEqual(['EnsuringLoadBalancer', 'UnAvailableLoadBalancer', 'EnsuredLoadBalancer']);
    expect(cluster.address()).toBeDefined();
  });

  it('a change keeps the address, and is written only where it shows', () => {
    const cluster = new Cloud();
    cluster.add();
    const address = cluster.address();
    cluster.reasons();
    const { length } = cluster.history;
    cluster.change(({ spec = {} }) => (spec.ports = [{ port: 443, protocol: 'TCP' }]));
    expect([cluster.reasons(), cluster.address()]).toEqual([ENSURED, address]);
    expect(cluster.history).toHaveLength(length + 1);
    cluster.change(({ metadata }) => (metadata.labels = { a: 'b' }));
    expect(cluster.reasons()).toEqual([]);
    cluster.restart();
    expect([cluster.settle(), cluster.reasons()]).toEqual([undefined, []]);
  });

  it('the address that a Service asks for', () => {
    const cluster = new Cloud();
    cluster.add({ loadBalancerIP: '198.18.5.5' });
    expect(cluster.address()).toBe('198.18.5.5');
    cluster.add({ loadBalancerIP: '198.18.5.5' }, { name: 'second' });
    cluster.add({ loadBalancerIP: '192.0.2.1' }, { name: 'outside' });
    cluster.add({ loadBalancerIP: '198.18.0.1' }, { name: 'door' });
    expect(
      cluster.events.flatMap(({ type, reason, message }) => (type === 'Warning' ? [reason, message] : [])),
    ).toEqual(
      [
        'address 198.18.5.5 is in use by another load balancer',
        'address 192.0.2.1 is not one of 198.18.0.0/15',
        'address 198.18.0.1 is not one of 198.18.0.0/15',
      ].flatMap((why) => [
        'SyncLoadBalancerFailed',
        `Error syncing load balancer: failed to ensure load balancer: ${why}`,
      ]),
    );
    // It waits, at rest, until the address is free.
    expect([cluster.address('second'), cluster.settle()]).toEqual([undefined, undefined]);
    cluster.remove();
    expect(cluster.address('second')).toBe('198.18.5.5');
    cluster.reasons();
    cluster.change(({ spec = {} }) => (spec.loadBalancerIP = '198.19.0.9'), 'second');
    expect([cluster.address('second'), cluster.reasons()]).toEqual(['198.19.0.9', ['LoadbalancerIP', ...ENSURED]]);
  });

  it('TestPatchStatus: a conflict is tried again', () => {
    let refusals = 1;
    const refused = {
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      reason: 'Conflict',
      code: 409,
      message: 'no',
    };
    const cluster = new FakeCluster({
      controllers: [serviceController(simulatedCloud)],
      gate: (verb) => (verb === 'update' && refusals-- > 0 ? (refused as never) : undefined),
    });
    const { metadata, ...service } = aService();
    must(cluster.client.create('services', { ...service, metadata: { name: metadata.name, namespace: 'a' } }));
    cluster.advance(10);
    expect(cluster.client.get('services', 'a', 'web')?.metadata.finalizers).toEqual([FINALIZER]);
  });
});

describe('TestNodeChangesInExternalLoadBalancer', () => {
  it('1 new node gets added, 1 is removed: the Services that have a load balancer are told', () => {
    const cluster = new Cloud();
    cluster.add();
    cluster.add({ type: 'ClusterIP' }, { name: 'inside' });
    cluster.add({ loadBalancerIP: '192.0.2.1' }, { name: 'refused' });
    cluster.events.splice(0);
    must(cluster.client.create('nodes', aNode('n-1')));
    cluster.settle();
    cluster.client.delete('nodes', '', 'n-1');
    cluster.settle();
    expect(cluster.events.map(({ regarding, reason, message }) => [regarding, reason, message])).toEqual(
      Array.from({ length: 2 }, () => ['Service/web', 'UpdatedLoadBalancer', 'Updated load balancer with new hosts']),
    );
    cluster.reasons();
    cluster.client.delete('nodes', '', 'n-0');
    cluster.settle();
    expect(cluster.reasons()).toEqual(['UnAvailableLoadBalancer']);
  });

  const EXCLUDED = { 'node.kubernetes.io/exclude-from-external-load-balancers': '' };
  const node = (labels: Record<string, string> = {}, spec: Node['spec'] = {}, status: Node['status'] = {}): Node =>
    ({ ...aNode('n', spec, labels), status }) as Node;

  it.each<[string, Node | undefined, Node, boolean]>([
    ['a new node', undefined, node(), true],
    ['a new node that is excluded', undefined, node(EXCLUDED), false],
    ['exclude label added', node(), node(EXCLUDED), true],
    ['exclude label removed', node(EXCLUDED), node(), true],
    ['provider ID set', node(), node({}, { providerID: 'x' }), true],
    [
      'taint of the autoscaler added',
      node(),
      node({}, { taints: [{ key: 'ToBeDeletedByClusterAutoscaler', effect: 'NoSchedule' }] }),
      false,
    ],
    ['no longer ready', node({}, {}, { conditions: [{ type: 'Ready', status: 'True' }] }), node(), false],
    ['cordoned', node(), node({}, { unschedulable: true }), false],
  ])('TestNodeChangesForStableNodeSetEnabled: %s', (_, before, after, expected) => {
    expect(changesHosts(before, after)).toBe(expected);
  });

  it('TestListWithPredicate: hosts', () => {
    const tainted = node({}, { taints: [{ key: 'ToBeDeletedByClusterAutoscaler', effect: 'NoSchedule' }] });
    expect([node(), node(EXCLUDED), tainted].map(isHost)).toEqual([true, false, false]);
  });
});

describe('TestNeedsCleanup', () => {
  const finalizers = [FINALIZER];
  const deletionTimestamp = '2026-01-01T00:00:00Z';
  it.each<[string, Service, boolean]>([
    ['service without finalizer', aService(), false],
    ['service with finalizer without timestamp without LB', aService({ type: 'NodePort' }, { finalizers }), true],
    ['service with finalizer without timestamp with LB', aService({}, { finalizers }), false],
    ['service with finalizer with timestamp', aService({}, { finalizers, deletionTimestamp }), true],
    ['service without finalizer with timestamp', aService({}, { deletionTimestamp }), false],
  ])('%s', (_, service, expected) => {
    expect(needsCleanup(service)).toBe(expected);
  });
});

describe('TestNeedsUpdate', () => {
  const tells = (reason: string, message: string) => ({ told: { reason, message } });
  it.each<[string, Service, Service, object | undefined]>([
    ['If both services want no LB', aService({ type: 'ClusterIP' }), aService({ type: 'NodePort' }), undefined],
    ['If the service is not changed', aService(), aService(), undefined],
    [
      'If the service type is changed from LoadBalancer to ClusterIP',
      aService(),
      aService({ type: 'ClusterIP' }),
      tells('Type', 'LoadBalancer -> ClusterIP'),
    ],
    ['If the Ports are different', aService(), aService({ ports: [{ port: 81 }] }), {}],
    [
      'If only the target of a port is different',
      aService(),
      aService({ ports: [{ ...ports[0], port: 80, targetPort: 8080 }] }),
      undefined,
    ],
    [
      'If sessionAffinity is different',
      aService({ sessionAffinity: 'None' }),
      aService({ sessionAffinity: 'ClientIP' }),
      {},
    ],
    [
      'If sessionAffinityConfig is different',
      aService({ sessionAffinityConfig: { clientIP: { timeoutSeconds: 1 } } }),
      aService({ sessionAffinityConfig: { clientIP: { timeoutSeconds: 2 } } }),
      {},
    ],
    [
      'If loadBalancerSourceRanges are different',
      aService(),
      aService({ loadBalancerSourceRanges: ['10.0.0.0/8', '192.0.2.0/24'] }),
      tells('LoadBalancerSourceRanges', '[] -> [10.0.0.0/8 192.0.2.0/24]'),
    ],
    [
      'If loadBalancerIP is different',
      aService({ loadBalancerIP: '198.18.0.9' }),
      aService(),
      tells('LoadbalancerIP', '198.18.0.9 -> '),
    ],
    [
      'If external ip counts are different',
      aService(),
      aService({ externalIPs: ['192.0.2.1'] }),
      tells('ExternalIP', 'Count: 0 -> 1'),
    ],
    [
      'If external ips are different',
      aService({ externalIPs: ['192.0.2.1'] }),
      aService({ externalIPs: ['192.0.2.2'] }),
      tells('ExternalIP', 'Added: 192.0.2.2'),
    ],
    ['If annotations are different', aService(), aService({}, { annotations: { a: 'b' } }), {}],
    ['If UID is different', aService(), aService({}, { uid: 'v' }), tells('UID', 'u -> v')],
    [
      'If ExternalTrafficPolicy is different',
      aService({ externalTrafficPolicy: 'Cluster' }),
      aService({ externalTrafficPolicy: 'Local' }),
      tells('ExternalTrafficPolicy', 'Cluster -> Local'),
    ],
    [
      'If HealthCheckNodePort is different',
      aService(),
      aService({ healthCheckNodePort: 30_001 }),
      tells('HealthCheckNodePort', '0 -> 30001'),
    ],
    [
      'If service IPFamilies from single stack to dual stack',
      aService({ ipFamilies: ['IPv4'] }),
      aService({ ipFamilies: ['IPv4', 'IPv6'] }),
      tells('IPFamilies', 'Count: 1 -> 2'),
    ],
  ])('%s', (_, before, after, expected) => {
    expect(loadBalancerChange(before, after)).toEqual(expected);
  });
});

describe('addresses', () => {
  it('a Service made again by its name gets the address that it had', () => {
    const cluster = new Cloud();
    cluster.add();
    const address = cluster.address();
    cluster.remove();
    cluster.add();
    expect(cluster.address()).toBe(address);
  });

  it('law: none is held twice, none changes while it is held, and in the end all that can be served are', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const step = fc.oneof(
      fc.record({ do: fc.constant('add' as const), name, wanted: fc.constantFrom('', '198.18.3.3', '198.18.3.4') }),
      fc.record({ do: fc.constantFrom('remove' as const, 'inside' as const, 'outside' as const), name }),
      fc.record({ do: fc.constant('restart' as const), name }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const cluster = new Cloud();
        const before = new Map<string, string>();
        for (const item of steps) {
          const there = cluster.find(item.name) !== undefined;
          if (item.do === 'add' && !there) {
            cluster.add(item.wanted === '' ? {} : { loadBalancerIP: item.wanted }, { name: item.name });
          } else if (item.do === 'remove' && there) cluster.remove(item.name);
          else if (item.do === 'restart') cluster.restart();
          else if (there && item.do !== 'add') {
            cluster.change(
              ({ spec = {} }) => (spec.type = item.do === 'inside' ? 'ClusterIP' : 'LoadBalancer'),
              item.name,
            );
          }
          expect(cluster.settle()).toBeUndefined();
          const held = new Map<string, string>();
          for (const service of cluster.client.list('services')) {
            const address = cluster.address(service.metadata.name);
            const { spec = {}, metadata } = service;
            if (address === undefined) continue;
            held.set(metadata.uid, address);
            expect(before.get(metadata.uid) ?? address).toBe(address);
            expect(spec.loadBalancerIP ?? address).toBe(address);
          }
          expect(new Set(held.values()).size).toBe(held.size);
          for (const { metadata, spec = {} } of cluster.client.list('services')) {
            if (spec.type !== 'LoadBalancer' || held.has(metadata.uid)) continue;
            expect([...held.values()]).toContain(spec.loadBalancerIP);
          }
          before.clear();
          for (const [uid, address] of held) before.set(uid, address);
        }
      }),
      { numRuns: 100 },
    );
  });
});
