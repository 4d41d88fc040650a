import { describe, expect, it } from 'vitest';
import type { Pod, ResourceQuota } from '../../api/types/core-v1.ts';
import { clone } from '../../lib/json.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { aConfigMap, aPod, must } from '../testing/objects.ts';
import { resourceQuotaController } from './resource-quota-controller.ts';

type Spec = NonNullable<ResourceQuota['spec']>;

function aCluster(spec: Spec) {
  const cluster = new FakeCluster({ controllers: [resourceQuotaController] });
  const { client } = cluster;
  const make = () =>
    must(
      client.create('resourcequotas', {
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name: 'q', namespace: 'a' },
        spec,
      }),
    );
  const status = () => {
    cluster.settle();
    return client.get('resourcequotas', 'a', 'q')?.status;
  };
  return { cluster, client, make, status, used: () => status()?.used };
}

const cpu = (amount: string): Partial<Pod['spec'] & object> => ({
  containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: amount }, limits: { cpu: amount } } }],
});

describe('TestSyncResourceQuota', () => {
  it('non-matching-best-effort-scoped-quota', () => {
    const { client, make, status } = aCluster({ hard: { pods: '1' }, scopes: ['BestEffort'] });
    must(client.create('pods', aPod('p', { spec: cpu('100m') })));
    make();
    expect(status()).toEqual({ hard: { pods: '1' }, used: { pods: '0' } });
  });

  it('pods: those that ended count as objects alone', () => {
    const hard = { pods: '5', 'count/pods': '5', 'requests.cpu': '3', 'limits.cpu': '3', cpu: '3' };
    const { client, make, status } = aCluster({ hard });
    must(client.create('pods', aPod('p', { spec: cpu('100m') })));
    must(client.create('pods', aPod('done', { spec: cpu('1'), status: { phase: 'Succeeded' } })));
    make();
    expect(status()).toEqual({
      hard,
      used: { 'count/pods': '2', cpu: '100m', 'limits.cpu': '100m', pods: '1', 'requests.cpu': '100m' },
    });
  });

  it('quota-spec-hard-updated: what is not limited any more is not told of', () => {
    const { cluster, client, make, status } = aCluster({ hard: { configmaps: '4', secrets: '4' } });
    must(client.create('configmaps', aConfigMap('m')));
    make();
    cluster.settle();
    const next = clone(client.get('resourcequotas', 'a', 'q') as ResourceQuota);
    next.spec = { hard: { configmaps: '0' } };
    must(client.update('resourcequotas', next));
    expect(status()).toEqual({ hard: { configmaps: '0' }, used: { configmaps: '1' } });
  });
});

describe('what is released', () => {
  it('a delete', () => {
    const { client, make, used } = aCluster({ hard: { configmaps: '4' } });
    must(client.create('configmaps', aConfigMap('m')));
    make();
    expect(used()).toEqual({ configmaps: '1' });
    must(client.delete('configmaps', 'a', 'm'));
    expect(used()).toEqual({ configmaps: '0' });
  });

  it('a pod that ends', () => {
    const { client, make, used } = aCluster({ hard: { 'requests.cpu': '4' } });
    const pod = must(client.create('pods', aPod('p', { spec: cpu('1') })));
    make();
    expect(used()).toEqual({ 'requests.cpu': '1' });
    must(client.updateStatus('pods', { ...clone(pod), status: { phase: 'Failed' } }));
    expect(used()).toEqual({ 'requests.cpu': '0' });
  });

  it('a pod that should be gone, when its time is over', () => {
    const { cluster, client, make, used } = aCluster({ hard: { pods: '4' } });
    must(client.create('pods', aPod('p', { spec: { nodeName: 'n', terminationGracePeriodSeconds: 30 } })));
    make();
    must(client.delete('pods', 'a', 'p', { gracePeriodSeconds: 10 }));
    cluster.settle();
    const other = must(client.create('pods', aPod('other', { spec: { nodeName: 'n' } })));
    must(client.delete('pods', 'a', other.metadata.name, { gracePeriodSeconds: 0 }));
    expect(used()).toEqual({ pods: '1' });
    cluster.advance(25_000);
    expect(used()).toEqual({ pods: '0' });
  });
});

it('nothing happens where no quota is, and charges are no matter', () => {
  const { cluster, client, make } = aCluster({ hard: { configmaps: '4' } });
  make();
  cluster.settle();
  const before = cluster.reconciles.length;
  must(client.create('configmaps', aConfigMap('m')));
  const charged = clone(client.get('resourcequotas', 'a', 'q') as ResourceQuota);
  charged.status = { hard: { configmaps: '4' }, used: { configmaps: '1' } };
  must(client.updateStatus('resourcequotas', charged));
  must(client.create('configmaps', { ...aConfigMap('x'), metadata: { name: 'x', namespace: 'b' } }));
  must(client.delete('configmaps', 'b', 'x'));
  cluster.settle();
  expect(cluster.reconciles.length).toBe(before);
});
