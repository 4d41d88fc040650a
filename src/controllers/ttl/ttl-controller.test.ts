import { describe, expect, it } from 'vitest';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { must } from '../testing/objects.ts';
import { ttlController } from './ttl-controller.ts';

const newCluster = () => new FakeCluster({ controllers: [ttlController] });

function addNodes(cluster: FakeCluster, from: number, to: number): void {
  for (let index = from; index < to; index++) {
    must(cluster.client.create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: `n${index}` } }));
  }
  cluster.settle();
}

const ttls = (cluster: FakeCluster) => [
  ...new Set(cluster.client.list('nodes').map((node) => node.metadata.annotations?.['node.alpha.kubernetes.io/ttl'])),
];

describe('ttl controller', () => {
  it('tells every node, and writes nothing more', () => {
    const cluster = newCluster();
    addNodes(cluster, 0, 3);
    expect(ttls(cluster)).toEqual(['0']);
    const { length } = cluster.history;
    cluster.restart();
    expect(cluster.settle()).toBeUndefined();
    expect(cluster.history.length).toBe(length);
  });

  it('TestPatchNode: what somebody else wrote is set right, other annotations stay', () => {
    const cluster = newCluster();
    addNodes(cluster, 0, 1);
    for (const node of cluster.client.list('nodes')) {
      const annotations = { a: 'b', 'node.alpha.kubernetes.io/ttl': '17' };
      must(cluster.client.update('nodes', { ...node, metadata: { ...node.metadata, annotations } }));
    }
    cluster.settle();
    expect(cluster.client.get('nodes', '', 'n0')?.metadata.annotations).toEqual({
      a: 'b',
      'node.alpha.kubernetes.io/ttl': '0',
    });
  });

  it('TestDesiredTTL: more where there are more nodes, less again when they go', () => {
    const cluster = newCluster();
    addNodes(cluster, 0, 100);
    expect(ttls(cluster)).toEqual(['0']);
    addNodes(cluster, 100, 101);
    expect(ttls(cluster)).toEqual(['15']);
    cluster.client.delete('nodes', '', 'n7');
    cluster.settle();
    expect(ttls(cluster)).toEqual(['0']);
  });
});
