// After kubernetes staging/src/k8s.io/cloud-provider/controllers/service/controller_test.go.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Service, ServiceSpec } from '../../api/types/core-v1.ts';
import { clone } from '../../lib/json.ts';
import { simulatedCloud } from '../cloud/simulated-cloud.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { aNode, must } from '../testing/objects.ts';
import { FINALIZER } from './changes.ts';
import { serviceController } from './service-controller.ts';
import type { Meta } from './testing/a-service.ts';
import { aService } from './testing/a-service.ts';

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
