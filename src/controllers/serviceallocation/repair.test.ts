import { describe, expect, it } from 'vitest';
import { newIpAddress } from '../../api/networking/v1/service-range.ts';
import type { ServiceSpec } from '../../api/types/core-v1.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { must } from '../testing/objects.ts';
import { ipRepairController } from './ip-repair-controller.ts';
import { portRepairController } from './port-repair-controller.ts';

const ADDRESSES = 'ipaddresses.networking.k8s.io';

/** Writes go past the API server here: any state can be made. */
class Repaired extends FakeCluster {
  constructor() {
    super({ controllers: [ipRepairController, portRepairController] });
    const kind = { apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR' };
    const spec = { cidrs: ['10.96.0.0/16'] };
    must(this.client.create('servicecidrs.networking.k8s.io', { ...kind, metadata: { name: 'kubernetes' }, spec }));
  }

  add(name: string, ip: string, spec: ServiceSpec = {}): void {
    const own = { type: 'ClusterIP', clusterIP: ip, clusterIPs: [ip], ...spec };
    const metadata = { name, namespace: 'a' };
    must(this.client.create('services', { apiVersion: 'v1', kind: 'Service', metadata, spec: own }));
  }

  addAddress(ip: string, service: string, change: (address: ReturnType<typeof newIpAddress>) => void = () => {}): void {
    const address = newIpAddress(ip, 'a', service);
    change(address);
    must(this.client.create(ADDRESSES, address));
  }

  get addresses(): string[] {
    return this.client.list(ADDRESSES).map(({ metadata, spec }) => `${metadata.name} ${spec.parentRef.name}`);
  }

  get told(): string[] {
    return this.events.map(({ regarding, reason, message }) => `${regarding} ${reason}: ${message}`);
  }
}

describe('IP allocator repair', () => {
  it('leaves alone what is right, and asks for no time', () => {
    const cluster = new Repaired();
    cluster.add('s', '10.96.0.9');
    cluster.addAddress('10.96.0.9', 's');
    const { length } = cluster.history;
    expect(cluster.settle()).toBeUndefined();
    expect(cluster.reconciles).toEqual([]);
    expect(cluster.history.length).toBe(length);
  });

  it('makes the IPAddress that a Service lacks, and the one that someone removes', () => {
    const cluster = new Repaired();
    cluster.add('s', '10.96.0.9');
    cluster.add('none', 'None');
    cluster.settle();
    expect(cluster.addresses).toEqual(['10.96.0.9 s']);
    must(cluster.client.delete(ADDRESSES, '', '10.96.0.9'));
    expect(cluster.settle()).toBeUndefined();
    expect(cluster.addresses).toEqual(['10.96.0.9 s']);
    const why = 'Service/s ClusterIPNotAllocated: Cluster IP [IPv4]: 10.96.0.9 is not allocated; repairing';
    expect(cluster.told).toEqual([why, why]);
  });

  it('tells of an address that several Services have', () => {
    const cluster = new Repaired();
    for (const name of ['s', 'twin']) cluster.add(name, '10.96.0.9');
    cluster.addAddress('10.96.0.9', 's');
    expect(cluster.settle()).toBeUndefined();
    expect(cluster.addresses).toEqual(['10.96.0.9 s']);
    expect(cluster.told).toEqual([
      'Service/twin ClusterIPAlreadyAllocated: Cluster IP [IPv4]:10.96.0.9 was assigned to multiple services; please recreate service',
    ]);
  });

  it('tells of an address outside every range', () => {
    const cluster = new Repaired();
    cluster.add('s', '10.1.0.9');
    expect(cluster.settle()).toBeUndefined();
    expect(cluster.addresses).toEqual([]);
    expect(cluster.told).toEqual([
      'Service/s ClusterIPOutOfRange: Cluster IP [IPv4]: 10.1.0.9 is not within any configured Service CIDR; please recreate service',
    ]);
  });

  it('replaces an IPAddress that refers to something else, or lacks its labels', () => {
    const cluster = new Repaired();
    cluster.add('s', '10.96.0.9');
    cluster.addAddress('10.96.0.9', 'gone');
    cluster.add('t', '10.96.0.10');
    cluster.addAddress('10.96.0.10', 't', ({ metadata }) => (metadata.labels = {}));
    cluster.add('u', '10.96.0.11');
    cluster.addAddress(
      '10.96.0.11',
      'u',
      ({ spec }) => (spec.parentRef = { group: 'g', resource: 'gateways', name: 'x' }),
    );
    expect(cluster.settle()).toBeUndefined();
    expect(cluster.addresses).toEqual(['10.96.0.10 t', '10.96.0.11 u', '10.96.0.9 s']);
    expect(cluster.client.get(ADDRESSES, '', '10.96.0.10')?.metadata.labels).toHaveProperty(
      'ipaddress.kubernetes.io/managed-by',
      'ipallocator.k8s.io',
    );
    expect(cluster.told).toContain(
      'Service/s ClusterIPNotAllocated: the ClusterIP [IPv4]: 10.96.0.9 for Service a/s has a wrong reference; repairing',
    );
  });

  it('removes an IPAddress whose Service never comes, after a minute', () => {
    const cluster = new Repaired();
    cluster.addAddress('10.96.0.9', 'gone');
    cluster.addAddress('10.96.0.10', 'late');
    cluster.settle();
    cluster.add('late', '10.96.0.10');
    expect(cluster.settle()).toBe(cluster.now + 60_000);
    expect(cluster.addresses).toHaveLength(2);
    cluster.advance(60_000);
    expect(cluster.settle()).toBeUndefined();
    expect(cluster.addresses).toEqual(['10.96.0.10 late']);
    expect(cluster.told).toEqual([
      'IPAddress/10.96.0.9 IPAddressNotAllocated: IPAddress: 10.96.0.9 for Service a/gone appears to have leaked: cleaning up',
    ]);
  });

  it('removes an IPAddress that its Service does not have, and leaves those of others', () => {
    const cluster = new Repaired();
    cluster.add('s', '10.96.0.9');
    cluster.addAddress('10.96.0.9', 's');
    cluster.addAddress('10.96.0.12', 's');
    cluster.addAddress('10.96.0.13', 's', ({ metadata }) => (metadata.labels = {}));
    expect(cluster.settle()).toBeUndefined();
    expect(cluster.addresses).toEqual(['10.96.0.13 s', '10.96.0.9 s']);
    expect(cluster.told).toEqual([
      'IPAddress/10.96.0.12 IPAddressWrongReference: IPAddress: 10.96.0.12 for Service a/s has a wrong reference; cleaning up',
    ]);
  });
});

describe('port allocator repair', () => {
  it('tells of ports that several Services have, or that none may have', () => {
    const cluster = new Repaired();
    const ports = [{ port: 80, nodePort: 30_080 }];
    cluster.add('s', 'None', { type: 'NodePort', ports });
    cluster.add('a', 'None', { type: 'NodePort', ports });
    cluster.add('t', 'None', { type: 'NodePort', ports: [{ port: 80, nodePort: 30_081 }] });
    cluster.add('u', 'None', { type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] });
    expect(cluster.settle()).toBeUndefined();
    expect(cluster.told).toEqual([
      'Service/s PortAlreadyAllocated: Port 30080 was assigned to multiple services; please recreate service',
      'Service/u PortOutOfRange: Port 80 is not within the port range 30000-32767; please recreate service',
    ]);
  });
});
