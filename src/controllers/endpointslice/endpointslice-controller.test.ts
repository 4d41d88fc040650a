import { describe, expect, it } from 'vitest';
import { formatTime } from '../../lib/clock.ts';
import { ServiceCluster } from '../testing/services.ts';
import { endpointSliceController } from './endpointslice-controller.ts';

const SLICES = 'endpointslices.discovery.k8s.io';
const TRIGGER = 'endpoints.kubernetes.io/last-change-trigger-time';
const newCluster = () => new ServiceCluster(endpointSliceController);
const slices = (cluster: ServiceCluster) => cluster.client.list(SLICES);
const only = (cluster: ServiceCluster) => {
  const [slice, ...others] = slices(cluster);
  if (slice === undefined || others.length > 0) throw new Error(`${others.length + 1} slices`);
  return slice;
};
const sizes = (cluster: ServiceCluster) => slices(cluster).map(({ endpoints }) => endpoints?.length ?? 0);
const conditions = (cluster: ServiceCluster) => (only(cluster).endpoints ?? []).map((endpoint) => endpoint.conditions);

describe('endpointslice controller', () => {
  it('ep-ready: an empty slice, then the same one with endpoints', () => {
    const cluster = newCluster();
    const created = formatTime(cluster.now);
    cluster.addService({}, { team: 'x' });
    const empty = only(cluster);
    expect(empty).toMatchObject({
      metadata: {
        generateName: 'web-',
        labels: {
          'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
          'kubernetes.io/service-name': 'web',
          team: 'x',
        },
        annotations: { [TRIGGER]: created },
        ownerReferences: [
          { apiVersion: 'v1', kind: 'Service', name: 'web', controller: true, blockOwnerDeletion: true },
        ],
      },
      addressType: 'IPv4',
      endpoints: [],
      ports: [],
    });
    const a = cluster.addPod('a', true);
    cluster.settle();
    expect(only(cluster)).toMatchObject({ metadata: { uid: empty.metadata.uid } });
    expect(only(cluster).ports).toEqual([{ name: '', protocol: 'TCP', port: 80 }]);
    expect(only(cluster).endpoints).toEqual([
      {
        addresses: ['10.0.0.1'],
        conditions: { ready: true, serving: true, terminating: false },
        targetRef: { kind: 'Pod', namespace: 'a', name: 'a', uid: a.metadata.uid },
        nodeName: 'n-0',
        zone: 'z0',
      },
    ]);
    cluster.addPod('b', false);
    cluster.settle();
    expect(conditions(cluster)[1]).toEqual({ ready: false, serving: false, terminating: false });
    cluster.advance(5000);
    cluster.setReady('b', true);
    expect(conditions(cluster)[1]).toEqual({ ready: true, serving: true, terminating: false });
    expect(only(cluster).metadata.annotations).toEqual({ [TRIGGER]: formatTime(cluster.now) });
  });

  it('ep-terminating: serving and not serving, until the pod is gone', () => {
    const cluster = newCluster();
    cluster.addService();
    for (const name of ['a', 'b']) cluster.addPod(name, true);
    cluster.settle();
    cluster.client.delete('pods', 'a', 'a');
    cluster.settle();
    expect(conditions(cluster)[0]).toEqual({ ready: false, serving: true, terminating: true });
    expect(only(cluster).metadata).not.toHaveProperty('annotations');
    cluster.setReady('a', false);
    expect(conditions(cluster)[0]).toEqual({ ready: false, serving: false, terminating: true });
    cluster.client.delete('pods', 'a', 'a', { gracePeriodSeconds: 0 });
    cluster.settle();
    expect(conditions(cluster)).toEqual([{ ready: true, serving: true, terminating: false }]);
  });

  it('ep-finished, ep-headless-noports: an empty slice stays', () => {
    const cluster = newCluster();
    cluster.addService({ clusterIP: 'None', ports: [] });
    const { uid } = only(cluster).metadata;
    expect(only(cluster).metadata.labels).toMatchObject({ 'service.kubernetes.io/headless': '' });
    cluster.addPod('a', true, { hostname: 'alone', subdomain: 'web' });
    cluster.settle();
    expect(only(cluster).endpoints).toMatchObject([{ hostname: 'alone' }]);
    expect(only(cluster).ports).toEqual([]);
    cluster.changeStatus('a', { phase: 'Succeeded' });
    expect(only(cluster)).toMatchObject({ metadata: { uid }, endpoints: [], ports: [] });
    expect(cluster.settle()).toBeUndefined();
  });

  it('ep-named: a slice for each set of ports', () => {
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
    cluster.addPod('b', true, named(9090));
    cluster.addPod('none', true);
    cluster.settle();
    const ports = slices(cluster).map((slice) => (slice.ports ?? []).map(({ port }) => port));
    expect(ports.toSorted()).toEqual([[5353], [8080, 5353], [9090, 5353]]);
  });

  it('ep-publish, ep-hints: published although not ready; hints for zone and node', () => {
    const cluster = newCluster();
    cluster.addService({ publishNotReadyAddresses: true, trafficDistribution: 'PreferSameZone' });
    cluster.addPod('a', false);
    cluster.settle();
    expect(only(cluster).endpoints).toMatchObject([
      { conditions: { ready: true, serving: false }, hints: { forZones: [{ name: 'z0' }] } },
    ]);
    cluster.changeService((service) => {
      service.spec = { ...service.spec, trafficDistribution: 'PreferSameNode' };
    });
    expect(only(cluster).endpoints?.[0]?.hints).toEqual({ forZones: [{ name: 'z0' }], forNodes: [{ name: 'n-0' }] });
    cluster.changeService((service) => {
      delete service.spec?.trafficDistribution;
    });
    expect(only(cluster).endpoints?.[0]).not.toHaveProperty('hints');
  });

  it('ep-selector: follows selector and labels in the same slice', () => {
    const cluster = newCluster();
    cluster.addService();
    cluster.addPod('a', true);
    cluster.addPod('b', true, {}, { app: 'api' });
    cluster.settle();
    const { uid } = only(cluster).metadata;
    cluster.changeService((service) => {
      service.spec = { ...service.spec, selector: { app: 'api' } };
      service.metadata.labels = { team: 'y' };
    });
    expect(only(cluster)).toMatchObject({
      metadata: { uid, labels: { team: 'y' } },
      endpoints: [{ addresses: ['10.0.0.2'] }],
    });
  });

  it('ep-externalname: nothing for a Service that leads elsewhere', () => {
    const cluster = newCluster();
    cluster.addService({ type: 'ExternalName' });
    expect(slices(cluster)).toEqual([]);
  });

  it('puts right what others change, and makes a deleted slice again', () => {
    const cluster = newCluster();
    cluster.addService();
    cluster.addPod('a', true);
    cluster.settle();
    cluster.client.update(SLICES, { ...only(cluster), endpoints: [{ addresses: ['10.9.9.9'] }] });
    cluster.settle();
    expect(only(cluster).endpoints).toMatchObject([{ addresses: ['10.0.0.1'] }]);
    cluster.client.delete(SLICES, 'a', only(cluster).metadata.name);
    expect(cluster.settle()).toBeUndefined();
    expect(sizes(cluster)).toEqual([1]);
  });

  it('removes what an earlier Service of the name left behind', () => {
    const cluster = newCluster();
    cluster.addService();
    cluster.settle();
    const [slice] = cluster.client.list(SLICES);
    if (slice === undefined) throw new Error('no slice');
    const { ownerReferences: _, ...metadata } = slice.metadata;
    cluster.client.update(SLICES, { ...slice, metadata });
    const [service] = cluster.client.list('services');
    cluster.client.delete('services', service?.metadata.namespace ?? '', service?.metadata.name ?? '');
    cluster.settle();
    expect(cluster.client.list(SLICES)).toHaveLength(1);
    cluster.addService();
    cluster.settle();
    const slices = cluster.client.list(SLICES);
    expect(slices.map(({ metadata: { uid } }) => uid === slice.metadata.uid)).toEqual([false]);
  });

  it('leaves out a pod whose node is not there, until it is', () => {
    const cluster = newCluster();
    cluster.addService();
    cluster.addPod('a', true, { nodeName: 'late' });
    cluster.settle();
    expect(sizes(cluster)).toEqual([0]);
    cluster.client.create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'late' } });
    cluster.advance(60_000);
    expect(sizes(cluster)).toEqual([1]);
  });

  it('splits into slices of 100; one pod less changes one slice', () => {
    const cluster = newCluster();
    cluster.addService();
    for (let index = 0; index < 250; index++) cluster.addPod(`p${index}`, true);
    cluster.settle();
    expect(sizes(cluster).toSorted()).toEqual([100, 100, 50]);
    const { length } = cluster.history;
    cluster.client.delete('pods', 'a', 'p42', { gracePeriodSeconds: 0 });
    cluster.settle();
    expect(cluster.history.slice(length).map(({ verb, resource }) => `${verb} ${resource}`)).toEqual([
      'delete pods',
      `update ${SLICES}`,
    ]);
    const before = cluster.history.length;
    cluster.restart();
    expect(cluster.settle()).toBeUndefined();
    expect(cluster.history.length).toBe(before);
  });
});
