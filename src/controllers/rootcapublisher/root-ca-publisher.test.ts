// After kubernetes pkg/controller/certificates/rootcacertpublisher/publisher_test.go.

import { describe, expect, it } from 'vitest';
import type { ConfigMap } from '../../api/types/core-v1.ts';
import { clone } from '../../lib/json.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { must } from '../testing/objects.ts';
import { rootCaPublisher } from './root-ca-publisher.ts';

const NAME = 'kube-root-ca.crt';

function cluster(): FakeCluster {
  const made = new FakeCluster({ controllers: [rootCaPublisher('PEM')] });
  must(made.client.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a' } }));
  expect(made.settle()).toBeUndefined();
  return made;
}

const published = ({ client }: FakeCluster): ConfigMap | undefined => client.get('configmaps', 'a', NAME);

function change(made: FakeCluster, how: (map: ConfigMap) => void): void {
  const next = clone(published(made) as ConfigMap);
  how(next);
  must(made.client.update('configmaps', next));
  expect(made.settle()).toBeUndefined();
}

describe('root CA publisher', () => {
  it('publishes the authority in a new namespace, once', () => {
    const made = cluster();
    expect(published(made)?.data).toEqual({ 'ca.crt': 'PEM' });
    expect(published(made)?.metadata.annotations?.['kubernetes.io/description']).toMatch(/^Contains a CA bundle/);
    expect(made.history.filter(({ resource }) => resource === 'configmaps')).toHaveLength(1);
  });

  it('publishes it again where it was deleted or changed', () => {
    const made = cluster();
    must(made.client.delete('configmaps', 'a', NAME));
    expect(made.settle()).toBeUndefined();
    expect(published(made)).toBeDefined();
    change(made, (map) => (map.data = { 'ca.crt': '', more: 'x' }));
    expect(published(made)?.data).toEqual({ 'ca.crt': 'PEM' });
    change(made, (map) => delete map.metadata.annotations);
    expect(published(made)?.metadata.annotations?.['kubernetes.io/description']).toMatch(/^Contains a CA bundle/);
  });

  it('lets labels and annotations of others be', () => {
    const made = cluster();
    change(made, (map) => {
      map.metadata.labels = { mine: 'x' };
      map.metadata.annotations = { ...map.metadata.annotations, mine: 'x' };
    });
    expect(published(made)?.metadata.labels).toEqual({ mine: 'x' });
    expect(published(made)?.metadata.annotations?.['mine']).toBe('x');
  });

  it('leaves a namespace that ends alone, and other ConfigMaps', () => {
    const made = cluster();
    must(made.client.delete('namespaces', '', 'a'));
    must(made.client.delete('configmaps', 'a', NAME));
    expect(made.settle()).toBeUndefined();
    expect(published(made)).toBeUndefined();
    const reconciles = made.reconciles.length;
    const metadata = { name: 'mine', namespace: 'a' };
    must(made.client.create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata }));
    must(made.client.delete('configmaps', 'a', 'mine'));
    made.settle();
    expect(made.reconciles).toHaveLength(reconciles);
  });
});
