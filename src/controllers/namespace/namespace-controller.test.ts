import { describe, expect, it } from 'vitest';
import { clone } from '../../lib/json.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { fakeKubelet } from '../testing/fake-kubelet.ts';
import { aConfigMap, aPod, must } from '../testing/objects.ts';
import { namespaceController } from './namespace-controller.ts';

function newCluster(): FakeCluster {
  const cluster = new FakeCluster({ controllers: [namespaceController, fakeKubelet()] });
  must(cluster.client.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a' } }));
  return cluster;
}

const conditions = (cluster: FakeCluster) =>
  cluster.client
    .get('namespaces', '', 'a')
    ?.status?.conditions?.map(({ type, status, reason, message }) => [type, status, reason, message]);

describe('namespace controller', () => {
  it('ns-delete: tells what holds a namespace up, and lets it go', () => {
    const cluster = newCluster();
    must(cluster.client.create('configmaps', aConfigMap('plain')));
    const held = must(
      cluster.client.create('configmaps', aConfigMap('held', [], { finalizers: ['example.com/hold'] })),
    );
    must(cluster.client.create('configmaps', aConfigMap('elsewhere', [], { namespace: 'b' })));
    must(cluster.client.create('pods', aPod('p')));
    cluster.settle();
    cluster.client.delete('namespaces', '', 'a');
    expect(cluster.settle()).toBeUndefined();
    expect(conditions(cluster)).toEqual([
      ['NamespaceDeletionDiscoveryFailure', 'False', 'ResourcesDiscovered', 'All resources successfully discovered'],
      [
        'NamespaceDeletionGroupVersionParsingFailure',
        'False',
        'ParsedGroupVersions',
        'All legacy kube types successfully parsed',
      ],
      [
        'NamespaceDeletionContentFailure',
        'False',
        'ContentDeleted',
        'All content successfully deleted, may be waiting on finalization',
      ],
      [
        'NamespaceContentRemaining',
        'True',
        'SomeResourcesRemain',
        'Some resources are remaining: configmaps. has 1 resource instances',
      ],
      [
        'NamespaceFinalizersRemaining',
        'True',
        'SomeFinalizersRemain',
        'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
      ],
    ]);
    const next = clone(must({ ok: true, value: cluster.client.get('configmaps', 'a', 'held') ?? held }));
    delete next.metadata.finalizers;
    must(cluster.client.update('configmaps', next));
    cluster.settle();
    expect(cluster.client.get('namespaces', '', 'a')).toBeUndefined();
    expect(cluster.client.list('configmaps').map(({ metadata }) => metadata.name)).toEqual(['elsewhere']);
    const order = cluster.history.filter(({ verb }) => verb === 'delete').map(({ name }) => name);
    expect(order).toEqual(['p', 'plain', 'held', 'a']);
  });

  it('empties a large namespace in batches', () => {
    const cluster = newCluster();
    for (let i = 0; i < 450; i++) must(cluster.client.create('configmaps', aConfigMap(`c${i}`)));
    cluster.client.delete('namespaces', '', 'a');
    cluster.advance(100);
    expect(cluster.client.list('configmaps')).toEqual([]);
    expect(cluster.client.get('namespaces', '', 'a')).toBeUndefined();
  });

  it('waits for a finalizer that is not its own', () => {
    const cluster = new FakeCluster({ controllers: [namespaceController] });
    const spec = { finalizers: ['kubernetes', 'example.com/mine'] };
    must(cluster.client.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a' }, spec }));
    cluster.client.delete('namespaces', '', 'a');
    expect(cluster.settle()).toBeUndefined();
    expect(cluster.client.get('namespaces', '', 'a')?.spec?.finalizers).toEqual(['example.com/mine']);
  });
});
