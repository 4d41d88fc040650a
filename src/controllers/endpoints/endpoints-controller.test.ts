import { describe, expect, it } from 'vitest';
import { formatTime } from '../../lib/clock.ts';
import { ServiceCluster } from '../testing/services.ts';
import { endpointsController } from './endpoints-controller.ts';
import { truncated } from './subsets.ts';

const TRIGGER = 'endpoints.kubernetes.io/last-change-trigger-time';
const newCluster = () => new ServiceCluster(endpointsController);
const current = (cluster: ServiceCluster) => cluster.client.get('endpoints', 'a', 'web');

/** `10.0.0.1,10.0.0.2;10.0.0.3:80,53` of each subset: ready, not ready, ports. */
const brief = (cluster: ServiceCluster) =>
  (current(cluster)?.subsets ?? []).map(({ addresses = [], notReadyAddresses = [], ports = [] }) => {
    const ips = [addresses, notReadyAddresses].map((list) => list.map(({ ip }) => ip).join());
    return `${ips.join(';')}:${ports.map(({ port }) => port).join()}`;
  });

describe('endpoints controller', () => {
  it('ep-ready: ready, not ready, then ready', () => {
    const cluster = newCluster();
    const created = formatTime(cluster.now);
    cluster.addService();
    expect(current(cluster)).toMatchObject({
      metadata: {
        labels: { 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' },
        annotations: { [TRIGGER]: created },
      },
    });
    expect(current(cluster)).not.toHaveProperty('subsets');
    const a = cluster.addPod('a', true);
    cluster.settle();
    expect(current(cluster)?.subsets).toEqual([
      {
        addresses: [
          {
            ip: '10.0.0.1',
            nodeName: 'n-0',
            targetRef: { kind: 'Pod', namespace: 'a', name: 'a', uid: a.metadata.uid },
          },
        ],
        ports: [{ port: 80, protocol: 'TCP' }],
      },
    ]);
    cluster.addPod('b', false);
    cluster.settle();
    expect(brief(cluster)).toEqual(['10.0.0.1;10.0.0.2:80']);
    cluster.advance(5000);
    cluster.setReady('b', true);
    expect(brief(cluster)).toEqual(['10.0.0.1,10.0.0.2;:80']);
    expect(current(cluster)?.metadata.annotations).toEqual({ [TRIGGER]: formatTime(cluster.now) });
  });

  it('ep-terminating: terminating pods leave at once, and that is no trigger', () => {
    const cluster = newCluster();
    cluster.addService();
    for (const name of ['a', 'b']) cluster.addPod(name, true);
    cluster.settle();
    cluster.client.delete('pods', 'a', 'a');
    cluster.settle();
    expect(brief(cluster)).toEqual(['10.0.0.2;:80']);
    expect(current(cluster)?.metadata).not.toHaveProperty('annotations');
    const { length } = cluster.history;
    cluster.client.delete('pods', 'a', 'a', { gracePeriodSeconds: 0 });
    cluster.settle();
    expect(cluster.history.length).toBe(length + 1);
  });

  it('ep-finished: ended pods leave', () => {
    const cluster = newCluster();
    cluster.addService();
    cluster.addPod('a', true);
    cluster.settle();
    cluster.changeStatus('a', { phase: 'Succeeded' });
    expect(brief(cluster)).toEqual([]);
  });

  it('ep-headless, ep-headless-noports: label, hostnames, and no ports', () => {
    const cluster = newCluster();
    cluster.addService({ clusterIP: 'None', ports: [] });
    cluster.addPod('solo', true, { hostname: 'alone', subdomain: 'web' });
    cluster.addPod('other', true, { hostname: 'alone', subdomain: 'elsewhere' });
    cluster.settle();
    expect(current(cluster)?.metadata.labels).toMatchObject({ 'service.kubernetes.io/headless': '' });
    expect(current(cluster)?.subsets).toMatchObject([{ addresses: [{ hostname: 'alone' }, { ip: '10.0.0.2' }] }]);
    expect(current(cluster)?.subsets?.[0]).not.toHaveProperty('ports');
    expect(current(cluster)?.subsets?.[0]?.addresses?.[1]).not.toHaveProperty('hostname');
  });

  it('ep-named: named target ports are looked up in each pod', () => {
    const cluster = newCluster();
    const named = (containerPort: number) => ({
      containers: [{ name: 'c', image: 'app:1', ports: [{ name: 'http', containerPort, protocol: 'TCP' }] }],
    });
    cluster.addService({
      ports: [
        { name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' },
        { name: 'dns', port: 53, targetPort: 5353, protocol: 'UDP', appProtocol: 'example.com/dns' },
      ],
    });
    cluster.addPod('a', true, named(8080));
    cluster.settle();
    expect(brief(cluster)).toEqual(['10.0.0.1;:8080,5353']);
    expect(current(cluster)?.subsets?.[0]?.ports?.[1]).toEqual({
      name: 'dns',
      port: 5353,
      protocol: 'UDP',
      appProtocol: 'example.com/dns',
    });
    cluster.addPod('b', true, named(9090));
    cluster.addPod('none', true);
    cluster.settle();
    expect(brief(cluster)).toEqual(['10.0.0.1;:8080', '10.0.0.2;:9090', '10.0.0.1,10.0.0.2,10.0.0.3;:5353']);
  });

  it('ep-publish: publishNotReadyAddresses takes all, terminating ones too', () => {
    const cluster = newCluster();
    cluster.addService({ publishNotReadyAddresses: true });
    cluster.addPod('a', false);
    cluster.settle();
    cluster.client.delete('pods', 'a', 'a');
    cluster.settle();
    expect(brief(cluster)).toEqual(['10.0.0.1;:80']);
  });

  it('ep-selector: follows the selector and the labels of the Service, and goes with it', () => {
    const cluster = newCluster();
    cluster.addService({}, { team: 'x' });
    cluster.addPod('a', true);
    cluster.addPod('b', true, {}, { app: 'api' });
    cluster.settle();
    cluster.changeService((service) => {
      service.spec = { ...service.spec, selector: { app: 'api' } };
      service.metadata.labels = { team: 'y' };
    });
    expect(brief(cluster)).toEqual(['10.0.0.2;:80']);
    expect(current(cluster)?.metadata.labels).toMatchObject({ team: 'y' });
    cluster.client.delete('services', 'a', 'web');
    expect(cluster.settle()).toBeUndefined();
    expect(current(cluster)).toBeUndefined();
  });

  it('ep-externalname, ep-mirror: leaves Services without selector alone', () => {
    const cluster = newCluster();
    cluster.addService({ type: 'ExternalName', externalName: 'example.com' });
    cluster.addPod('a', true);
    cluster.settle();
    expect(current(cluster)).toBeUndefined();
    cluster.changeService((service) => {
      service.spec = { ...service.spec, type: 'ClusterIP' };
    });
    expect(brief(cluster)).toEqual(['10.0.0.1;:80']);
  });

  it('makes deleted Endpoints again, and writes nothing when pods change in other ways', () => {
    const cluster = newCluster();
    cluster.addService();
    cluster.addPod('a', true);
    cluster.settle();
    cluster.client.delete('endpoints', 'a', 'web');
    cluster.settle();
    expect(brief(cluster)).toEqual(['10.0.0.1;:80']);
    const { length } = cluster.reconciles;
    cluster.changeStatus('a', { message: 'hello' });
    cluster.addPod('elsewhere', true, {}, { app: 'api' });
    cluster.settle();
    expect(cluster.reconciles.length).toBe(length);
  });

  it('holds at most 1,000 addresses, ready ones first', () => {
    const list = (count: number) => Array.from({ length: count }, (_, index) => ({ ip: String(index) }));
    const sizes = (subsets: ReturnType<typeof truncated>) =>
      subsets?.map(({ addresses = [], notReadyAddresses = [] }) => [addresses.length, notReadyAddresses.length]);
    expect(truncated([{ addresses: list(1000) }])).toBeUndefined();
    expect(sizes(truncated([{ addresses: list(600), notReadyAddresses: list(600) }]))).toEqual([[600, 400]]);
    expect(sizes(truncated([{ addresses: list(1500), notReadyAddresses: list(9) }, { addresses: list(500) }]))).toEqual(
      [
        [750, 0],
        [250, 0],
      ],
    );
  });

  it('truncates and comes to rest', () => {
    const cluster = newCluster();
    cluster.addService();
    for (let index = 0; index < 1001; index++) cluster.addPod(`p${index}`, index !== 7);
    expect(cluster.settle()).toBeUndefined();
    expect(current(cluster)?.subsets?.[0]?.addresses?.length).toBe(1000);
    expect(current(cluster)?.metadata.annotations).toMatchObject({
      'endpoints.kubernetes.io/over-capacity': 'truncated',
    });
    cluster.client.delete('pods', 'a', 'p9');
    cluster.settle();
    expect(current(cluster)?.metadata.annotations ?? {}).not.toHaveProperty('endpoints.kubernetes.io/over-capacity');
    expect(current(cluster)?.subsets?.[0]?.notReadyAddresses?.length).toBe(1);
  });
});
