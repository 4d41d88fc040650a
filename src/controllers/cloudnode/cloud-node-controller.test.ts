// After kubernetes staging/src/k8s.io/cloud-provider/controllers/node/node_controller_test.go.

import { describe, expect, it } from 'vitest';
import { providerIdOf, UNINITIALIZED_TAINT } from '../../api/core/v1/machine.ts';
import type { Node, NodeAddress } from '../../api/types/core-v1.ts';
import { clone } from '../../lib/json.ts';
import type { CloudProvider, Instance } from '../cloud/cloud-provider.ts';
import { simulatedCloud } from '../cloud/simulated-cloud.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { must } from '../testing/objects.ts';
import { cloudNodeController } from './cloud-node-controller.ts';

const ADDRESSES: NodeAddress[] = [
  { type: 'Hostname', address: 'node0.cloud.internal' },
  { type: 'InternalIP', address: '10.0.0.1' },
  { type: 'ExternalIP', address: '192.0.2.163' },
];
const OTHER_TAINT = { key: 'ImproveCoverageTaint', value: 'true', effect: 'NoSchedule' };
const READY_UNKNOWN = { type: 'Ready', status: 'Unknown' };

const INSTANCE: Instance = {
  state: 'running',
  providerId: 'fake://12345',
  instanceType: '',
  zone: '',
  region: '',
  addresses: ADDRESSES,
};

/** A cloud in which every node is the same machine, or none is one. */
function fakeCloud(instance: Partial<Instance> | undefined): CloudProvider {
  const found = instance === undefined ? undefined : { ...INSTANCE, ...instance };
  return { ...simulatedCloud, instance: () => found };
}

class Machines extends FakeCluster {
  constructor(cloud: CloudProvider = simulatedCloud) {
    super({ controllers: [cloudNodeController(cloud)] });
  }

  add({
    labels,
    spec = {},
    status,
  }: {
    labels?: Record<string, string>;
    spec?: Node['spec'];
    status?: Node['status'];
  }) {
    const metadata = labels === undefined ? { name: 'node0' } : { name: 'node0', labels };
    const draft = { apiVersion: 'v1', kind: 'Node', metadata, spec: spec ?? {} };
    must(this.client.create('nodes', status === undefined ? draft : { ...draft, status }));
    expect(this.settle()).toBeUndefined();
    return this.node();
  }

  node(): Node {
    const node = this.client.get('nodes', '', 'node0');
    if (node === undefined) throw new Error('no node');
    return node;
  }

  /** Settles once more, from a cold start: nothing may be left to do. */
  expectRest(): void {
    const { length } = this.history;
    this.restart();
    expect([this.settle(), this.history.length]).toEqual([undefined, length]);
  }
}

describe('Test_syncNode', () => {
  it('node initialized with provider ID', () => {
    const cluster = new Machines(fakeCloud({}));
    const { spec, status } = cluster.add({ spec: { taints: [UNINITIALIZED_TAINT] } });
    expect(spec).toEqual({ providerID: 'fake://12345' });
    expect(status?.addresses).toEqual(ADDRESSES);
    expect(cluster.events).toEqual([
      {
        type: 'Normal',
        reason: 'Synced',
        message: 'Node synced successfully',
        regarding: 'Node/node0',
        namespace: '',
        source: 'cloud-node-controller',
      },
    ]);
    cluster.expectRest();
  });

  it('node ignored: what is no machine of the cloud stays as it is', () => {
    const cluster = new Machines(fakeCloud(undefined));
    const before = cluster.add({ spec: { taints: [UNINITIALIZED_TAINT] } });
    expect([before.spec, before.metadata.labels]).toEqual([{ taints: [UNINITIALIZED_TAINT] }, undefined]);
    expect([cluster.history.length, cluster.events]).toEqual([1, []]);
  });

  it('zone/region topology labels added', () => {
    const cluster = new Machines(fakeCloud({ zone: 'us-west-1a', region: 'us-west', instanceType: 't1.micro' }));
    const { metadata } = cluster.add({ spec: { taints: [UNINITIALIZED_TAINT] }, labels: { mine: 'stays' } });
    expect(metadata.labels).toEqual({
      mine: 'stays',
      'beta.kubernetes.io/instance-type': 't1.micro',
      'failure-domain.beta.kubernetes.io/region': 'us-west',
      'failure-domain.beta.kubernetes.io/zone': 'us-west-1a',
      'node.kubernetes.io/instance-type': 't1.micro',
      'topology.kubernetes.io/region': 'us-west',
      'topology.kubernetes.io/zone': 'us-west-1a',
    });
    cluster.expectRest();
  });

  it('node addresses: conditions and other taints stay', () => {
    const cluster = new Machines(fakeCloud({}));
    const { spec, status } = cluster.add({
      spec: { taints: [OTHER_TAINT, UNINITIALIZED_TAINT] },
      status: { conditions: [READY_UNKNOWN] },
    });
    expect(spec?.taints).toEqual([OTHER_TAINT]);
    expect(status).toEqual({ conditions: [READY_UNKNOWN], addresses: ADDRESSES });
  });

  it('a provider ID that is there stays', () => {
    const cluster = new Machines(fakeCloud({}));
    const { spec } = cluster.add({ spec: { providerID: 'node0.aws.12345', taints: [UNINITIALIZED_TAINT] } });
    expect(spec).toEqual({ providerID: 'node0.aws.12345' });
  });
});

describe('Test_reconcileNodeLabels', () => {
  const BETA = {
    'failure-domain.beta.kubernetes.io/zone': 'foo',
    'failure-domain.beta.kubernetes.io/region': 'bar',
    'beta.kubernetes.io/instance-type': 'the-best-type',
  };
  const STABLE = {
    'topology.kubernetes.io/zone': 'foo',
    'topology.kubernetes.io/region': 'bar',
    'node.kubernetes.io/instance-type': 'the-best-type',
  };

  it.each<[string, Record<string, string> | undefined, Record<string, string> | undefined]>([
    ['requires reconcile', BETA, { ...BETA, ...STABLE }],
    ["doesn't require reconcile", { ...BETA, ...STABLE }, { ...BETA, ...STABLE }],
    [
      'require reconcile -- secondary labels are different from primary',
      { ...BETA, ...STABLE, 'topology.kubernetes.io/zone': 'wrongfoo' },
      { ...BETA, ...STABLE },
    ],
    [
      'the primary label is missing',
      { 'topology.kubernetes.io/zone': 'foo' },
      { 'topology.kubernetes.io/zone': 'foo' },
    ],
    ['no labels', undefined, undefined],
  ])('%s', (_, labels, expected) => {
    const cluster = new Machines(fakeCloud({ addresses: [] }));
    const node = cluster.add(labels === undefined ? {} : { labels });
    expect(node.metadata.labels).toEqual(expected);
    cluster.expectRest();
  });
});

describe('TestNodeAddressesChangeDetected', () => {
  it.each<[string, NodeAddress[], NodeAddress[], NodeAddress[]]>([
    ['in another order', ADDRESSES.toReversed(), ADDRESSES, ADDRESSES.toReversed()],
    ['one fewer', ADDRESSES, ADDRESSES.slice(0, 2), ADDRESSES.slice(0, 2)],
    [
      'a host name that only the kubelet knows',
      ADDRESSES,
      ADDRESSES.slice(1),
      [...ADDRESSES.slice(1), ...ADDRESSES.slice(0, 1)],
    ],
    ['the cloud knows none', ADDRESSES, [], ADDRESSES],
  ])('%s', (_, had, addresses, expected) => {
    const cluster = new Machines(fakeCloud({ addresses }));
    const { status } = cluster.add({ status: { addresses: had } });
    expect(status?.addresses?.toSorted(byType)).toEqual(expected.toSorted(byType));
    cluster.expectRest();
  });

  const byType = (a: NodeAddress, b: NodeAddress): number => a.type.localeCompare(b.type);
});

describe('machines of the simulated cloud', () => {
  const providerID = providerIdOf({ pool: 'default', name: 'node0' });

  it('a node of a pool keeps what its machine told, and gets the rest', () => {
    const cluster = new Machines();
    const labels = { 'topology.kubernetes.io/zone': 'zone-c' };
    const node = cluster.add({ labels, spec: { providerID, taints: [UNINITIALIZED_TAINT] } });
    expect(node.spec).toEqual({ providerID });
    expect(node.metadata.labels).toMatchObject({
      'failure-domain.beta.kubernetes.io/zone': 'zone-c',
      'topology.kubernetes.io/zone': 'zone-c',
      'topology.kubernetes.io/region': 'local',
      'node.kubernetes.io/instance-type': 'kubewisp',
    });
    cluster.expectRest();
  });

  it.each([undefined, 'kubewisp://node0', 'kubewisp://a/b/c', 'example://default/node0'])(
    'a node with the provider ID %s is left alone',
    (id) => {
      const cluster = new Machines();
      const spec = { taints: [UNINITIALIZED_TAINT], ...(id === undefined ? {} : { providerID: id }) };
      expect(cluster.add({ spec }).spec).toEqual(spec);
      const next = clone(cluster.node());
      next.metadata.labels = { 'failure-domain.beta.kubernetes.io/zone': 'x' };
      must(cluster.client.update('nodes', next));
      cluster.settle();
      expect(cluster.history).toHaveLength(2);
    },
  );
});
