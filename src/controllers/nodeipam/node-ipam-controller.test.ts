import { describe, expect, it } from 'vitest';
import type { NodeSpec } from '../../api/types/core-v1.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { must } from '../testing/objects.ts';
import { nodeIpamController } from './node-ipam-controller.ts';

const newCluster = () => new FakeCluster({ controllers: [nodeIpamController] });
const addNode = (cluster: FakeCluster, name: string, spec: NodeSpec = {}) =>
  must(cluster.client.create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name }, spec }));
const rangeOf = (cluster: FakeCluster, name: string) => cluster.client.get('nodes', '', name)?.spec?.podCIDR;

describe('node ipam controller', () => {
  it('node-lifecycle: a new node gets podCIDR and podCIDRs', () => {
    const cluster = newCluster();
    addNode(cluster, 'node-0');
    cluster.settle();
    expect(cluster.client.get('nodes', '', 'node-0')?.spec).toEqual({
      podCIDR: '10.244.0.0/24',
      podCIDRs: ['10.244.0.0/24'],
    });
    const { length } = cluster.history;
    cluster.restart();
    expect(cluster.settle()).toBeUndefined();
    expect(cluster.history.length).toBe(length);
  });

  it('leaves out what nodes have already, whatever its size, and gives the range of a gone node again', () => {
    const cluster = newCluster();
    addNode(cluster, 'chosen', { podCIDR: '10.244.1.0/24', podCIDRs: ['10.244.1.0/24'] });
    addNode(cluster, 'large', { podCIDR: '10.244.2.0/23', podCIDRs: ['10.244.2.0/23'] });
    addNode(cluster, 'half', { podCIDR: '10.244.4.128/25', podCIDRs: ['10.244.4.128/25'] });
    addNode(cluster, 'elsewhere', { podCIDR: '192.168.0.0/24', podCIDRs: ['192.168.0.0/24'] });
    for (const name of ['a', 'b']) addNode(cluster, name);
    cluster.settle();
    expect([rangeOf(cluster, 'a'), rangeOf(cluster, 'b')]).toEqual(['10.244.0.0/24', '10.244.5.0/24']);
    cluster.client.delete('nodes', '', 'a');
    addNode(cluster, 'c');
    cluster.settle();
    expect(rangeOf(cluster, 'c')).toBe('10.244.0.0/24');
  });

  it('says when no range is left, and waits for a node to go', () => {
    const cluster = newCluster();
    for (let index = 0; index < 256; index++) addNode(cluster, `n${index}`);
    cluster.settle();
    addNode(cluster, 'late');
    expect(cluster.settle()).toBeUndefined();
    expect(rangeOf(cluster, 'late')).toBeUndefined();
    expect(cluster.events).toEqual([
      {
        type: 'Normal',
        reason: 'CIDRNotAvailable',
        message: 'Node late status is now: CIDRNotAvailable',
        regarding: 'Node/late',
        namespace: '',
        source: 'cidrAllocator',
      },
    ]);
    const free = rangeOf(cluster, 'n7');
    cluster.client.delete('nodes', '', 'n7');
    expect(cluster.settle()).toBeUndefined();
    expect(rangeOf(cluster, 'late')).toBe(free);
  });
});
