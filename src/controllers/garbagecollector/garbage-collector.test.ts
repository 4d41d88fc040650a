import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../api/object.ts';
import { controllerReference } from '../common/owners.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { aConfigMap, must } from '../testing/objects.ts';
import { garbageCollector } from './garbage-collector.ts';

const newCluster = () => new FakeCluster({ controllers: [garbageCollector] });
const maps = (cluster: FakeCluster) => cluster.client.list('configmaps').map(({ metadata }) => metadata.name);
const reference = (owner: KubeObject, block = false) => ({
  ...controllerReference(owner),
  controller: false,
  blockOwnerDeletion: block,
});

describe('garbage collector', () => {
  it('gc-missing-owner: deletes a dependent of an owner that never was, and tells of one in another namespace', () => {
    const cluster = newCluster();
    const far = must(cluster.client.create('configmaps', aConfigMap('far', [], { namespace: 'b' })));
    must(
      cluster.client.create(
        'configmaps',
        aConfigMap('child', [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'gone', uid: 'never' }]),
      ),
    );
    must(cluster.client.create('configmaps', aConfigMap('cross', [reference(far)])));
    cluster.settle();
    expect(maps(cluster)).toEqual(['far']);
    expect(cluster.events).toEqual([
      {
        type: 'Warning',
        reason: 'OwnerRefInvalidNamespace',
        message: `ownerRef [v1/ConfigMap, namespace: a, name: far, uid: ${far.metadata.uid}] does not exist in namespace "a"`,
        regarding: 'ConfigMap/cross',
        namespace: 'a',
        source: 'garbage-collector-controller',
      },
    ]);
  });

  it('leaves alone what it cannot judge: an unknown kind, a namespaced owner of a cluster-scoped object', () => {
    const cluster = newCluster();
    const map = must(cluster.client.create('configmaps', aConfigMap('owner')));
    must(
      cluster.client.create(
        'configmaps',
        aConfigMap('odd', [{ apiVersion: 'example.com/v1', kind: 'Widget', name: 'w', uid: 'u' }]),
      ),
    );
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n', ownerReferences: [reference(map)] } };
    must(cluster.client.create('nodes', node));
    cluster.settle();
    expect(maps(cluster)).toEqual(['odd', 'owner']);
    expect(cluster.client.get('nodes', '', 'n')).toBeDefined();
  });

  it('takes many dependents in batches, across a restart', () => {
    const cluster = newCluster();
    const owner = must(cluster.client.create('configmaps', aConfigMap('owner')));
    for (let i = 0; i < 250; i++)
      must(cluster.client.create('configmaps', aConfigMap(`child-${i}`, [reference(owner)])));
    cluster.settle();
    cluster.client.delete('configmaps', 'a', 'owner');
    cluster.settle();
    cluster.restart();
    cluster.advance(10);
    expect(maps(cluster)).toEqual([]);
  });

  it('two that own each other both go in a foreground deletion', () => {
    const cluster = newCluster();
    const a = must(cluster.client.create('configmaps', aConfigMap('a')));
    const b = must(cluster.client.create('configmaps', aConfigMap('b', [reference(a, true)])));
    must(
      cluster.client.update('configmaps', { ...a, metadata: { ...a.metadata, ownerReferences: [reference(b, true)] } }),
    );
    cluster.settle();
    cluster.client.delete('configmaps', 'a', 'a', { propagationPolicy: 'Foreground' });
    cluster.advance(1000);
    expect(maps(cluster)).toEqual([]);
  });

  it('an orphan deletion keeps dependents and their other owners', () => {
    const cluster = newCluster();
    const a = must(cluster.client.create('configmaps', aConfigMap('a')));
    const b = must(cluster.client.create('configmaps', aConfigMap('b')));
    must(cluster.client.create('configmaps', aConfigMap('child', [reference(a), reference(b)])));
    cluster.client.delete('configmaps', 'a', 'a', { propagationPolicy: 'Orphan' });
    cluster.settle();
    expect(maps(cluster)).toEqual(['b', 'child']);
    expect(cluster.client.get('configmaps', 'a', 'child')?.metadata.ownerReferences).toEqual([reference(b)]);
  });

  it('looks neither at Events nor at writes that touch no ownership', () => {
    const { runtime } = newCluster();
    const notice = (resource: 'events' | 'pods', verb: 'update' | 'delete', text: string, owner = false) =>
      runtime.interested({
        resource,
        verb,
        text,
        isOwner: () => owner,
        isNamespaceEnding: () => false,
        namespaceHolds: () => false,
      });
    expect(notice('pods', 'update', '{"metadata":{}}')).toBe(false);
    expect(notice('pods', 'update', '{"metadata":{"ownerReferences":[{}]}}')).toBe(true);
    expect(notice('pods', 'delete', '{}')).toBe(false);
    expect(notice('pods', 'delete', '{}', true)).toBe(true);
    expect(notice('pods', 'delete', '{"metadata":{"ownerReferences":[{}]}}')).toBe(true);
    expect(notice('events', 'delete', '{}', true)).toBe(false);
  });
});
