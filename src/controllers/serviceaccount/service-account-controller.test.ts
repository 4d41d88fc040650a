import { describe, expect, it } from 'vitest';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { must } from '../testing/objects.ts';
import { serviceAccountController } from './service-account-controller.ts';

describe('service account controller', () => {
  it('ns-defaults: makes the default account, and makes it again, in active namespaces only', () => {
    const cluster = new FakeCluster({ controllers: [serviceAccountController] });
    must(cluster.client.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a' } }));
    expect(cluster.settle()).toBeUndefined();
    const first = cluster.client.get('serviceaccounts', 'a', 'default');
    expect(first).toBeDefined();
    cluster.client.delete('serviceaccounts', 'a', 'default');
    cluster.settle();
    expect(cluster.client.get('serviceaccounts', 'a', 'default')?.metadata.uid).not.toBe(first?.metadata.uid);
    cluster.client.delete('namespaces', '', 'a');
    cluster.client.delete('serviceaccounts', 'a', 'default');
    expect(cluster.settle()).toBeUndefined();
    expect(cluster.client.list('serviceaccounts')).toEqual([]);
  });
});
