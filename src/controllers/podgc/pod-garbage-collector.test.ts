import { describe, expect, it } from 'vitest';
import type { Pod } from '../../api/types/core-v1.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { aPod, must } from '../testing/objects.ts';
import { podGarbageCollector } from './pod-garbage-collector.ts';

const newCluster = () => new FakeCluster({ controllers: [podGarbageCollector] });
const addNode = (cluster: FakeCluster, name: string) =>
  must(cluster.client.create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name } }));
const names = (cluster: FakeCluster) => cluster.client.list('pods').map(({ metadata }) => metadata.name);

describe('pod garbage collector', () => {
  it('pod-gc: fails and deletes the pods of a node that has been missing for 40 s', () => {
    const cluster = newCluster();
    addNode(cluster, 'gone');
    must(cluster.client.create('pods', aPod('lost', { spec: { nodeName: 'gone' }, status: { phase: 'Running' } })));
    must(cluster.client.create('pods', aPod('ghost', { spec: { nodeName: 'never' } })));
    cluster.settle();
    cluster.client.delete('nodes', '', 'gone');
    cluster.advance(39_000);
    expect(names(cluster)).toEqual(['ghost', 'lost']);
    cluster.restart();
    cluster.advance(1000);
    expect(names(cluster)).toEqual([]);
    const marked = cluster.history.find(
      ({ name, verb, object }) => name === 'lost' && verb === 'update' && (object() as Pod).status?.phase === 'Failed',
    );
    const lost: Pod | undefined = marked?.object();
    expect(lost?.status).toMatchObject({
      observedGeneration: 1,
      conditions: [
        {
          type: 'DisruptionTarget',
          status: 'True',
          reason: 'DeletionByPodGC',
          message: 'PodGC: node no longer exists',
        },
      ],
    });
    cluster.advance(60_000);
    expect(cluster.settle()).toBeUndefined();
  });

  it('spares the pods of a node that comes back', () => {
    const cluster = newCluster();
    addNode(cluster, 'n');
    must(cluster.client.create('pods', aPod('p', { spec: { nodeName: 'n' } })));
    cluster.settle();
    cluster.client.delete('nodes', '', 'n');
    cluster.advance(20_000);
    addNode(cluster, 'n');
    cluster.advance(60_000);
    expect(names(cluster)).toEqual(['p']);
  });

  it('lets ended pods be up to 12,500, then deletes evicted and old ones', () => {
    const cluster = newCluster();
    addNode(cluster, 'n');
    const ended = (name: string, status: Pod['status'] & object) =>
      must(cluster.client.create('pods', aPod(name, { spec: { nodeName: 'n' }, status })));
    ended('old', { phase: 'Succeeded' });
    cluster.now += 1000;
    for (let i = 0; i < 12_499; i++) ended(`p${i}`, { phase: 'Succeeded' });
    cluster.now += 1000;
    cluster.advance(60_000);
    expect(names(cluster)).toHaveLength(12_500);
    ended('evicted', { phase: 'Failed', reason: 'Evicted' });
    ended('young', { phase: 'Failed' });
    cluster.advance(60_000);
    expect(names(cluster)).toHaveLength(12_500);
    expect(['old', 'evicted', 'young'].map((name) => cluster.client.get('pods', 'a', name) !== undefined)).toEqual([
      false,
      false,
      true,
    ]);
  });
});
