import { describe, expect, it } from 'vitest';
import { newIpAddress } from '../../api/networking/v1/service-range.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { must } from '../testing/objects.ts';
import { serviceCidrsController } from './service-cidrs-controller.ts';

const CIDRS = 'servicecidrs.networking.k8s.io';
const READY = {
  type: 'Ready',
  status: 'True',
  lastTransitionTime: '2026-01-01T00:00:00Z',
  reason: '',
  message: 'Kubernetes Service CIDR is ready',
};

class Ranges extends FakeCluster {
  constructor() {
    super({ controllers: [serviceCidrsController] });
  }

  add(name: string, ...cidrs: string[]): void {
    const kind = { apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR' };
    must(this.client.create(CIDRS, { ...kind, metadata: { name }, spec: { cidrs } }));
    this.settle();
  }

  use(ip: string): void {
    must(this.client.create('ipaddresses.networking.k8s.io', newIpAddress(ip, 'default', 's')));
    this.settle();
  }

  free(ip: string): void {
    must(this.client.delete('ipaddresses.networking.k8s.io', '', ip));
    this.settle();
  }

  remove(name: string): void {
    must(this.client.delete(CIDRS, '', name));
    this.settle();
  }

  ready(name: string): unknown {
    return this.client.get(CIDRS, '', name)?.status?.conditions?.[0];
  }

  get names(): string[] {
    return this.client.list(CIDRS).map(({ metadata }) => metadata.name);
  }
}

describe('service CIDRs controller', () => {
  it('gives a new range its finalizer and its condition, once', () => {
    const cluster = new Ranges();
    cluster.add('more', '10.5.0.0/24');
    expect(cluster.ready('more')).toEqual(READY);
    expect(cluster.client.get(CIDRS, '', 'more')?.metadata.finalizers).toEqual([
      'networking.k8s.io/service-cidr-finalizer',
    ]);
    const { length } = cluster.history;
    cluster.now += 60_000;
    cluster.restart();
    expect(cluster.settle()).toBeUndefined();
    expect(cluster.history.length).toBe(length);
  });

  it('lets go of a range that no address needs, at once', () => {
    const cluster = new Ranges();
    cluster.add('more', '10.5.0.0/24');
    cluster.use('10.6.0.1');
    cluster.remove('more');
    expect(cluster.names).toEqual([]);
  });

  it('keeps a range while an address needs it, and says so', () => {
    const cluster = new Ranges();
    cluster.add('more', '10.5.0.0/24');
    for (const ip of ['10.5.0.1', '10.5.0.2']) cluster.use(ip);
    cluster.now += 5000;
    cluster.remove('more');
    expect(cluster.ready('more')).toEqual({
      type: 'Ready',
      status: 'False',
      lastTransitionTime: '2026-01-01T00:00:05Z',
      reason: 'Terminating',
      message:
        'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR',
    });
    cluster.free('10.5.0.1');
    expect(cluster.names).toEqual(['more']);
    cluster.free('10.5.0.2');
    expect(cluster.names).toEqual([]);
    expect(cluster.settle()).toBeUndefined();
  });

  it('lets go of a range when another holds its addresses', () => {
    const cluster = new Ranges();
    cluster.add('small', '10.5.0.0/24');
    cluster.use('10.5.0.1');
    cluster.remove('small');
    cluster.add('elsewhere', '10.7.0.0/16');
    expect(cluster.names).toEqual(['elsewhere', 'small']);
    cluster.add('large', '10.5.0.0/16');
    expect(cluster.names).toEqual(['elsewhere', 'large']);
    cluster.add('part', '10.5.0.0/28');
    cluster.remove('large');
    expect(cluster.names).toEqual(['elsewhere', 'part']);
  });

  it('leaves addresses of others out', () => {
    const cluster = new Ranges();
    cluster.add('more', '10.5.0.0/24', 'fd00::/112');
    const address = newIpAddress('10.5.0.1', 'default', 's');
    address.metadata.labels = {};
    must(cluster.client.create('ipaddresses.networking.k8s.io', address));
    cluster.remove('more');
    expect(cluster.names).toEqual([]);
  });

  it('makes the default range again', () => {
    const cluster = new Ranges();
    cluster.add('kubernetes', '10.96.0.0/16');
    cluster.remove('kubernetes');
    expect(cluster.client.get(CIDRS, '', 'kubernetes')?.spec).toEqual({ cidrs: ['10.96.0.0/16'] });
    expect(cluster.ready('kubernetes')).toEqual(READY);
  });
});
