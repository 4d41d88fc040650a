// After kubernetes pkg/controller/endpointslicemirroring/{endpointslicemirroring_controller_test,reconciler_test}.go.

import { describe, expect, it } from 'vitest';
import type { EndpointAddress, Endpoints, EndpointSubset, Service } from '../../api/types/core-v1.ts';
import type { EndpointSlice } from '../../api/types/discovery-v1.ts';
import { clone } from '../../lib/json.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { must } from '../testing/objects.ts';
import { endpointSliceMirroringController } from './endpointslicemirroring-controller.ts';

const SLICES = 'endpointslices.discovery.k8s.io';

const subset = (ips: readonly string[], ports = [80], notReadyAddresses: EndpointAddress[] = []): EndpointSubset => ({
  addresses: ips.map((ip) => ({ ip })),
  ports: ports.map((port) => ({ port, protocol: 'TCP' })),
  ...(notReadyAddresses.length === 0 ? {} : { notReadyAddresses }),
});

interface Given {
  readonly subsets?: EndpointSubset[];
  readonly metadata?: Pick<Endpoints['metadata'], 'labels' | 'annotations'>;
  readonly selector?: Record<string, string>;
}

function cluster({ subsets = [], metadata = {}, selector }: Given): FakeCluster {
  const made = new FakeCluster({ controllers: [endpointSliceMirroringController] });
  must(
    made.client.create('services', {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: 'a' },
      spec: { ports: [{ port: 80 }], ...(selector === undefined ? {} : { selector }) },
    }),
  );
  must(
    made.client.create('endpoints', {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { name: 'web', namespace: 'a', ...metadata },
      subsets,
    }),
  );
  expect(made.settle()).toBeUndefined();
  return made;
}

const slices = ({ client }: FakeCluster): EndpointSlice[] => client.list(SLICES);

const addresses = (made: FakeCluster): string[][] =>
  slices(made).map(({ endpoints }) => (endpoints ?? []).flatMap((endpoint) => endpoint.addresses));

function change(made: FakeCluster, how: (endpoints: Endpoints) => void): void {
  const next = clone(made.client.get('endpoints', 'a', 'web') as Endpoints);
  how(next);
  must(made.client.update('endpoints', next));
  expect(made.settle()).toBeUndefined();
}

describe('EndpointSlice mirroring controller', () => {
  it('mirrors addresses, ready and not, with labels and annotations', () => {
    const target = { kind: 'Pod', namespace: 'a', name: 'p', uid: 'u' };
    const made = cluster({
      subsets: [subset(['10.0.0.1'], [80], [{ ip: '10.0.0.2', hostname: 'h', nodeName: 'n', targetRef: target }])],
      metadata: {
        labels: { app: 'web' },
        annotations: { kept: 'x', 'endpoints.kubernetes.io/last-change-trigger-time': '2026-01-01T00:00:00Z' },
      },
    });
    const [slice, ...others] = slices(made);
    expect(others).toEqual([]);
    expect(slice?.metadata).toMatchObject({
      generateName: 'web-',
      labels: {
        app: 'web',
        'kubernetes.io/service-name': 'web',
        'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
      },
      annotations: { kept: 'x' },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Endpoints', name: 'web', controller: true }],
    });
    expect(Object.keys(slice?.metadata.annotations ?? {})).toEqual(['kept']);
    expect(slice?.ports).toEqual([{ name: '', port: 80, protocol: 'TCP' }]);
    expect(slice?.endpoints).toEqual([
      { addresses: ['10.0.0.1'], conditions: { ready: true } },
      { addresses: ['10.0.0.2'], conditions: { ready: false }, hostname: 'h', nodeName: 'n', targetRef: target },
    ]);
  });

  it('makes a slice for each family and each set of ports', () => {
    const made = cluster({
      subsets: [subset(['10.0.0.1', 'fd00::1']), subset(['10.0.0.2']), subset(['10.0.0.3'], [81])],
    });
    const shown = slices(made).map(({ addressType, ports, endpoints }) => [
      addressType,
      ports?.map(({ port }) => port),
      (endpoints ?? []).length,
    ]);
    expect(shown).toHaveLength(3);
    expect(shown).toEqual(
      expect.arrayContaining([
        ['IPv4', [80], 2],
        ['IPv6', [80], 1],
        ['IPv4', [81], 1],
      ]),
    );
  });

  it('follows changes in the slice that there is', () => {
    const made = cluster({ subsets: [subset(['10.0.0.1'])] });
    const name = slices(made)[0]?.metadata.name;
    change(made, (endpoints) => (endpoints.subsets = [subset(['10.0.0.2'])]));
    change(made, (endpoints) => (endpoints.subsets = [subset(['10.0.0.2'], [81])]));
    expect(addresses(made)).toEqual([['10.0.0.2']]);
    expect(slices(made)[0]?.ports?.[0]?.port).toBe(81);
    expect(slices(made)[0]?.metadata.name).toBe(name);
    change(made, (endpoints) => delete endpoints.subsets);
    expect(slices(made)).toEqual([]);
  });

  it('undoes what others do to its slices', () => {
    const made = cluster({ subsets: [subset(['10.0.0.1'])] });
    const slice = clone(slices(made)[0] as EndpointSlice);
    slice.endpoints = [];
    must(made.client.update(SLICES, slice));
    made.settle();
    expect(addresses(made)).toEqual([['10.0.0.1']]);
    must(made.client.delete(SLICES, 'a', slice.metadata.name));
    made.settle();
    expect(addresses(made)).toEqual([['10.0.0.1']]);
  });

  it.each([
    ['the Endpoints', (made: FakeCluster) => void must(made.client.delete('endpoints', 'a', 'web'))],
    ['the Service', (made: FakeCluster) => void must(made.client.delete('services', 'a', 'web'))],
  ])('removes them with %s', (_what, remove) => {
    const made = cluster({ subsets: [subset(['10.0.0.1'])] });
    remove(made);
    made.settle();
    expect(slices(made)).toEqual([]);
  });

  it('removes them when the Service gets a selector, and makes them again when it goes', () => {
    const made = cluster({ subsets: [subset(['10.0.0.1'])] });
    const select = (selector?: Record<string, string>): void => {
      const { spec: { selector: _, ...spec } = {}, ...service } = made.client.get('services', 'a', 'web') as Service;
      must(
        made.client.update('services', {
          ...service,
          spec: { ...spec, ...(selector === undefined ? {} : { selector }) },
        }),
      );
      made.settle();
    };
    select({ app: 'web' });
    expect(slices(made)).toEqual([]);
    select();
    expect(addresses(made)).toEqual([['10.0.0.1']]);
  });

  it.each([
    ['the label that says so', { metadata: { labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } } }],
    ['a leader election', { metadata: { annotations: { 'control-plane.alpha.kubernetes.io/leader': '{}' } } }],
    ['a selector', { selector: { app: 'web' } }],
  ])('mirrors nothing with %s', (_what, given) => {
    expect(slices(cluster({ ...given, subsets: [subset(['10.0.0.1'])] }))).toEqual([]);
  });

  it('mirrors at most 1,000 addresses of a subset, and says so', () => {
    const ips = Array.from({ length: 1005 }, (_, index) => `10.0.${index >> 8}.${index & 255}`);
    const made = cluster({ subsets: [subset(ips)] });
    expect(addresses(made)[0]).toHaveLength(1000);
    expect(made.events[0]).toMatchObject({
      type: 'Warning',
      reason: 'TooManyAddressesToMirror',
      message:
        'A max of 1000 addresses can be mirrored to EndpointSlices per Endpoints subset. 5 addresses were skipped',
    });
  });

  it('leaves out what is no address, and says so', () => {
    const made = cluster({ subsets: [subset(['10.0.0.1', 'nowhere'])] });
    expect(addresses(made)).toEqual([['10.0.0.1']]);
    expect(made.events[0]).toMatchObject({ reason: 'InvalidIPAddress' });
  });
});
