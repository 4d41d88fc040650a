import { describe, expect, it } from 'vitest';
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/types/core-v1.ts';
import { clone } from '../../lib/json.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { aPod, must } from '../testing/objects.ts';
import { pvcProtectionController } from './pvc-protection-controller.ts';
import { pvProtectionController } from './pv-protection-controller.ts';
import { vacProtectionController } from './vac-protection-controller.ts';

const VACS = 'volumeattributesclasses.storage.k8s.io';
const CLAIM_FINALIZER = 'kubernetes.io/pvc-protection';

function aCluster() {
  const controllers = [pvcProtectionController, pvProtectionController, vacProtectionController];
  const cluster = new FakeCluster({ controllers });
  const { client } = cluster;
  return {
    cluster,
    claim(finalizers: string[] = [CLAIM_FINALIZER], rest: Partial<PersistentVolumeClaim> = {}) {
      const metadata = { name: 'c', namespace: 'a', finalizers };
      const object = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', spec: {}, ...rest, metadata };
      return must(client.create('persistentvolumeclaims', object));
    },
    pod(nodeName?: string) {
      const volumes = [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }];
      return must(client.create('pods', aPod('p', { spec: { volumes, ...(nodeName && { nodeName }) } })));
    },
    found: () => client.get('persistentvolumeclaims', 'a', 'c'),
    deleteClaim() {
      must(client.delete('persistentvolumeclaims', 'a', 'c'));
      cluster.settle();
    },
  };
}

describe('TestPVCProtectionController', () => {
  it('PVC without finalizer -> finalizer is added', () => {
    const { cluster, claim, found } = aCluster();
    claim([]);
    cluster.settle();
    expect(found()?.metadata.finalizers).toEqual([CLAIM_FINALIZER]);
  });

  it('deleted PVC with finalizer -> finalizer is removed', () => {
    const { claim, deleteClaim, found } = aCluster();
    claim();
    deleteClaim();
    expect(found()).toBeUndefined();
  });

  it('deleted PVC with finalizer + pods with the PVC exists -> finalizer is not removed, and is when the pod is gone', () => {
    const { cluster, claim, pod, deleteClaim, found } = aCluster();
    claim();
    pod('n');
    deleteClaim();
    expect(found()?.metadata.finalizers).toEqual([CLAIM_FINALIZER]);
    must(cluster.client.delete('pods', 'a', 'p', { gracePeriodSeconds: 0 }));
    cluster.settle();
    expect(found()).toBeUndefined();
  });

  it('deleted PVC with finalizer + pod without a node -> finalizer is removed', () => {
    const { claim, pod, deleteClaim, found } = aCluster();
    claim();
    pod();
    deleteClaim();
    expect(found()).toBeUndefined();
  });

  it('other finalizers stay', () => {
    const { claim, deleteClaim, found } = aCluster();
    claim(['x.example/y', CLAIM_FINALIZER]);
    deleteClaim();
    expect(found()?.metadata.finalizers).toEqual(['x.example/y']);
  });
});

describe('TestPVProtectionController', () => {
  it('a bound volume waits for its claim', () => {
    const { cluster } = aCluster();
    const { client } = cluster;
    const made = must(
      client.create('persistentvolumes', {
        apiVersion: 'v1',
        kind: 'PersistentVolume',
        metadata: { name: 'v' },
        spec: {},
        status: { phase: 'Bound' },
      }),
    );
    cluster.settle();
    expect(client.get('persistentvolumes', '', 'v')?.metadata.finalizers).toEqual(['kubernetes.io/pv-protection']);
    must(client.delete('persistentvolumes', '', made.metadata.name));
    cluster.settle();
    const bound = client.get('persistentvolumes', '', 'v');
    expect(bound?.metadata.deletionTimestamp).toBeDefined();
    const released = clone(bound as PersistentVolume);
    released.status = { phase: 'Released' };
    must(client.updateStatus('persistentvolumes', released));
    cluster.settle();
    expect(client.get('persistentvolumes', '', 'v')).toBeUndefined();
  });
});

describe('TestVACProtectionController', () => {
  it('a class waits for the claims that use it', () => {
    const { cluster, claim } = aCluster();
    const { client } = cluster;
    const metadata = { name: 'gold' };
    must(
      client.create(VACS, {
        apiVersion: 'storage.k8s.io/v1',
        kind: 'VolumeAttributesClass',
        metadata,
        driverName: 'd',
      }),
    );
    claim([], { spec: { volumeAttributesClassName: 'gold' } });
    cluster.settle();
    must(client.delete(VACS, '', 'gold'));
    cluster.settle();
    expect(client.get(VACS, '', 'gold')?.metadata.deletionTimestamp).toBeDefined();
    must(client.delete('persistentvolumeclaims', 'a', 'c'));
    cluster.settle();
    expect(client.get(VACS, '', 'gold')).toBeUndefined();
  });
});
