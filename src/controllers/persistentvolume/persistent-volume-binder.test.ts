// After kubernetes pkg/controller/volume/persistentvolume/{binder,provision,delete,recycle}_test.go.

import { describe, expect, it } from 'vitest';
import { persistentVolumeClaim } from '../../api/core/v1/persistent-volume-claim.ts';
import { persistentVolume } from '../../api/core/v1/persistent-volume.ts';
import type { StrategyContext } from '../../api/kind.ts';
import type { KubeObject } from '../../api/object.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/types/core-v1.ts';
import type { StorageClass } from '../../api/types/storage-v1.ts';
import { clone } from '../../lib/json.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { aPod, must } from '../testing/objects.ts';
import { persistentVolumeBinder } from './persistent-volume-binder.ts';

const COMPLETED = 'pv.kubernetes.io/bind-completed';
const BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';
const CONTEXT = { now: 0 } as StrategyContext;

function prepare(object: KubeObject): void {
  const kind = [persistentVolume, persistentVolumeClaim].find((each) => each.kind === object.kind);
  const given = (object as PersistentVolume).status;
  kind?.setDefaults?.(object);
  kind?.prepareForCreate?.(object, CONTEXT);
  if (given !== undefined) (object as PersistentVolume).status = given;
}

function aCluster() {
  const cluster = new FakeCluster({ controllers: [persistentVolumeBinder], prepare });
  const { client } = cluster;
  return {
    cluster,
    client,
    volume(name: string, storage: string, spec: PersistentVolume['spec'] = {}, metadata: object = {}) {
      const full = {
        capacity: { storage },
        accessModes: ['ReadWriteOnce'],
        storageClassName: '',
        hostPath: { path: '/x' },
      };
      const draft = {
        apiVersion: 'v1',
        kind: 'PersistentVolume',
        metadata: { name, ...metadata },
        spec: { ...full, ...spec },
      };
      const made = must(client.create('persistentvolumes', draft));
      cluster.settle();
      return made;
    },
    claim(name: string, storage: string, spec: PersistentVolumeClaim['spec'] = {}, metadata: object = {}) {
      const full = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } }, storageClassName: '' };
      const kind = 'PersistentVolumeClaim';
      const draft = {
        apiVersion: 'v1',
        kind,
        metadata: { name, namespace: 'a', ...metadata },
        spec: { ...full, ...spec },
      };
      return must(client.create('persistentvolumeclaims', draft));
    },
    storageClass(name: string, rest: Partial<StorageClass> = {}, annotations: Record<string, string> = {}) {
      const metadata = { name, annotations };
      const full = { provisioner: 'kubernetes.io/no-provisioner', volumeBindingMode: 'Immediate', ...rest };
      const draft = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata, ...full };
      return must(client.create('storageclasses.storage.k8s.io', draft));
    },
    pv: (name: string) => client.get('persistentvolumes', '', name),
    pvc: (name: string) => client.get('persistentvolumeclaims', 'a', name),
    /** `volume phase`. */
    state(name: string) {
      const { spec, status } = client.get('persistentvolumeclaims', 'a', name) ?? {};
      return `${spec?.volumeName ?? '-'} ${status?.phase ?? '-'}`;
    },
    said: () => cluster.events.map(({ reason, message }) => `${reason}: ${message}`),
  };
}

describe('TestSync', () => {
  it('1-1 - successful bind', () => {
    const { cluster, volume, claim, pv, pvc, state } = aCluster();
    volume('v', '1Gi');
    const { uid } = claim('c', '1Gi').metadata;
    cluster.settle();
    expect(state('c')).toBe('v Bound');
    expect(pvc('c')?.metadata.annotations).toEqual({ [COMPLETED]: 'yes', [BY_CONTROLLER]: 'yes' });
    expect(pvc('c')?.status).toMatchObject({ accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' } });
    expect(pv('v')?.metadata.annotations).toEqual({ [BY_CONTROLLER]: 'yes' });
    expect(pv('v')?.spec?.claimRef).toMatchObject({ kind: 'PersistentVolumeClaim', namespace: 'a', name: 'c', uid });
    expect(pv('v')?.status?.phase).toBe('Bound');
  });

  it('1-2 - noop, when no volume is there; one that comes is taken', () => {
    const { cluster, volume, claim, state, said } = aCluster();
    claim('c', '1Gi');
    cluster.settle();
    expect(state('c')).toBe('- Pending');
    expect(said()).toEqual([
      'FailedBinding: no persistent volumes available for this claim and no storage class is set',
    ]);
    volume('v', '1Gi');
    cluster.settle();
    expect(state('c')).toBe('v Bound');
  });

  it('1-3 - reset bind to nil while binding: a volume that is kept for the claim completes the link', () => {
    const { cluster, volume, claim, state, pv } = aCluster();
    volume('v', '10Gi', { claimRef: { namespace: 'a', name: 'c' } });
    cluster.settle();
    expect(pv('v')?.status?.phase).toBe('Available');
    volume('smaller', '1Gi');
    claim('c', '1Gi');
    cluster.settle();
    expect(state('c')).toBe('v Bound');
    expect(pv('v')?.metadata.annotations).toBeUndefined();
  });

  it.each([
    ['1-5 - the smallest that is large enough', {}, 'b'],
    ['label selector', { selector: { matchLabels: { kind: 'x' } } }, 'c'],
    ['access modes', { accessModes: ['ReadWriteMany'] }, 'd'],
    ['class', { storageClassName: 'gold' }, 'e'],
    ['volume mode', { volumeMode: 'Block' }, 'f'],
  ])('%s', (_, spec, expected) => {
    const { cluster, volume, claim, state } = aCluster();
    volume('a', '1Gi');
    volume('b', '5Gi');
    volume('c', '9Gi', {}, { labels: { kind: 'x' } });
    volume('d', '9Gi', { accessModes: ['ReadWriteOnce', 'ReadWriteMany'] });
    volume('e', '9Gi', { storageClassName: 'gold' });
    volume('f', '9Gi', { volumeMode: 'Block' });
    cluster.settle();
    claim('claim', '2Gi', spec);
    cluster.settle();
    expect(state('claim')).toBe(`${expected} Bound`);
  });

  it('2-1 - claim prebound to non-existing volume - noop', () => {
    const { cluster, claim, state, said } = aCluster();
    claim('c', '1Gi', { volumeName: 'v' });
    cluster.settle();
    expect([state('c'), said()]).toEqual(['v Pending', []]);
  });

  it.each([
    ['2-10 - size', '1Gi', {}, 'requested PV is too small'],
    ['class', '9Gi', { storageClassName: 'gold' }, 'storageClassName does not match'],
    ['mode', '9Gi', { volumeMode: 'Block' }, 'incompatible volumeMode'],
    ['access', '9Gi', { accessModes: ['ReadOnlyMany'] }, 'incompatible accessMode'],
  ])('claim prebound to a volume that does not suit: %s', (_, size, spec, why) => {
    const { cluster, volume, claim, state, said } = aCluster();
    volume('v', size, spec);
    cluster.settle();
    claim('c', '2Gi', { volumeName: 'v' });
    cluster.settle();
    expect(state('c')).toBe('v Pending');
    expect(said()).toEqual([`VolumeMismatch: Cannot bind to requested volume "v": ${why}`]);
  });

  it('2-4 - claim prebound to volume bound to different claim', () => {
    const { cluster, volume, claim, state, said } = aCluster();
    volume('v', '1Gi');
    claim('first', '1Gi');
    cluster.settle();
    claim('c', '1Gi', { volumeName: 'v' });
    cluster.settle();
    expect(state('c')).toBe('v Pending');
    expect(said()).toEqual(['FailedBinding: volume "v" already bound to a different claim.']);
  });

  it('3-1 - bound claim with missing VolumeName - claim lost', () => {
    const { cluster, claim, state, said } = aCluster();
    claim('c', '1Gi', {}, { annotations: { [COMPLETED]: 'yes' } });
    cluster.settle();
    expect(state('c')).toBe('- Lost');
    expect(said()).toEqual([
      'ClaimLost: Bound claim has lost reference to PersistentVolume. Data on the volume is lost!',
    ]);
  });

  it('3-2 - bound claim with missing volume - claim lost', () => {
    const { cluster, volume, claim, client, state, pvc, said } = aCluster();
    volume('v', '1Gi');
    claim('c', '1Gi');
    cluster.settle();
    must(client.delete('persistentvolumes', '', 'v'));
    cluster.settle();
    expect(state('c')).toBe('v Lost');
    expect(pvc('c')?.status).toEqual({ phase: 'Lost' });
    expect(said()).toEqual(['ClaimLost: Bound claim has lost its PersistentVolume. Data on the volume is lost!']);
  });

  it('3-4 - bound claim with volume that has lost its reference: it is made again', () => {
    const { cluster, volume, claim, client, pv } = aCluster();
    volume('v', '1Gi');
    claim('c', '1Gi');
    cluster.settle();
    const next = clone(pv('v') as PersistentVolume);
    delete next.spec?.claimRef;
    must(client.update('persistentvolumes', next));
    cluster.settle();
    expect(pv('v')).toMatchObject({ spec: { claimRef: { name: 'c' } }, status: { phase: 'Bound' } });
  });

  it('3-5 - claim is bound, volume has a different claimant', () => {
    const { cluster, volume, claim, state, said } = aCluster();
    volume('v', '1Gi');
    claim('first', '1Gi');
    cluster.settle();
    claim('c', '1Gi', { volumeName: 'v' }, { annotations: { [COMPLETED]: 'yes' } });
    cluster.settle();
    expect([state('first'), state('c')]).toEqual(['v Bound', 'v Lost']);
    expect(said()).toEqual(['ClaimMisbound: Two claims are bound to the same volume, this one is bound incorrectly']);
  });

  it('4-6, 4-7 - volume bound to a claim that is bound elsewhere: unbound; kept for it if its author said so', () => {
    const { cluster, claim, volume, pv } = aCluster();
    volume('v', '1Gi');
    const { uid } = claim('c', '1Gi').metadata;
    cluster.settle();
    const claimRef = { kind: 'PersistentVolumeClaim', apiVersion: 'v1', namespace: 'a', name: 'c', uid };
    volume('ours', '1Gi', { claimRef }, { annotations: { [BY_CONTROLLER]: 'yes' } });
    volume('theirs', '1Gi', { claimRef });
    cluster.settle();
    expect(pv('ours')?.spec?.claimRef).toBeUndefined();
    expect(pv('ours')?.status?.phase).toBe('Available');
    expect(pv('theirs')?.spec?.claimRef).toMatchObject({ name: 'c' });
    expect(pv('theirs')?.spec?.claimRef?.uid).toBeUndefined();
  });
});

describe('TestReclaim', () => {
  function released(policy: string, spec: PersistentVolume['spec'] = {}, metadata: object = {}) {
    const all = aCluster();
    all.volume('v', '1Gi', { persistentVolumeReclaimPolicy: policy, ...spec }, metadata);
    all.claim('c', '1Gi');
    all.cluster.settle();
    must(all.client.delete('persistentvolumeclaims', 'a', 'c'));
    all.cluster.settle();
    return { ...all, phase: all.pv('v')?.status?.phase, message: all.pv('v')?.status?.message };
  }

  it('Retain: released, and not given to another', () => {
    const { phase, cluster, claim, state } = released('Retain');
    expect(phase).toBe('Released');
    claim('d', '1Gi');
    cluster.settle();
    expect(state('d')).toBe('- Pending');
  });

  it('8-1 - successful delete of a host path below /tmp', () => {
    expect(released('Delete', { hostPath: { path: '/tmp/a' } }).pv('v')).toBeUndefined();
  });

  it('8-3 - delete fails', () => {
    const { phase, message, said } = released('Delete');
    const why = 'host_path deleter only supports /tmp/.+ but received provided /x';
    expect([phase, message]).toEqual(['Failed', why]);
    expect(said()).toEqual([`VolumeFailedDelete: ${why}`]);
  });

  it('8-11 - what an external provisioner made is left to it', () => {
    const annotations = { 'pv.kubernetes.io/provisioned-by': 'csi.example.com' };
    expect(released('Delete', {}, { annotations }).phase).toBe('Released');
  });

  it('6-1 - successful recycle', () => {
    const { phase, pv, said } = released('Recycle');
    expect(phase).toBe('Available');
    expect(pv('v')?.spec?.claimRef).toBeUndefined();
    expect(said()).toEqual(['VolumeRecycled: Volume recycled']);
  });

  it('6-3 - plugin not found', () => {
    const { hostPath: _, ...spec } = { hostPath: 0, local: { path: '/x' } };
    const { phase, said } = released('Recycle', { ...spec, hostPath: undefined } as never);
    expect(phase).toBe('Failed');
    expect(said()).toEqual(['VolumeFailedRecycle: No recycler plugin found for the volume!']);
  });
});

describe('TestProvisionSync', () => {
  it('11-1 - external provisioner', () => {
    const { cluster, storageClass, claim, pvc, said } = aCluster();
    storageClass('gold', { provisioner: 'csi.example.com' });
    claim('c', '1Gi', { storageClassName: 'gold' });
    cluster.settle();
    expect(pvc('c')?.metadata.annotations).toEqual({
      'volume.beta.kubernetes.io/storage-provisioner': 'csi.example.com',
      'volume.kubernetes.io/storage-provisioner': 'csi.example.com',
    });
    expect(said()[0]).toMatch(/^ExternalProvisioning: Waiting for a volume .* provisioner 'csi.example.com' or/);
  });

  it('11-2 - unknown class; when it comes, it is used', () => {
    const { cluster, storageClass, claim, state, said, volume } = aCluster();
    claim('c', '1Gi', { storageClassName: 'gold' });
    cluster.settle();
    expect(said()).toEqual(['ProvisioningFailed: storageclass.storage.k8s.io "gold" not found']);
    storageClass('gold');
    cluster.settle();
    expect(said().at(-1)).toBe('ProvisioningFailed: no volume plugin matched name: kubernetes.io/no-provisioner');
    volume('v', '1Gi', { storageClassName: 'gold' });
    cluster.settle();
    expect(state('c')).toBe('v Bound');
  });

  it('a claim that waits for its first pod is bound by nobody here', () => {
    const { cluster, storageClass, claim, volume, state, said, client } = aCluster();
    storageClass('late', { volumeBindingMode: 'WaitForFirstConsumer' });
    volume('v', '1Gi', { storageClassName: 'late' });
    claim('c', '1Gi', { storageClassName: 'late' });
    cluster.settle();
    expect(state('c')).toBe('- Pending');
    expect(said()).toEqual(['WaitForFirstConsumer: waiting for first consumer to be created before binding']);
    const volumes = [{ name: 'v', persistentVolumeClaim: { claimName: 'd' } }];
    must(client.create('pods', aPod('p', { spec: { volumes } })));
    claim('d', '1Gi', { storageClassName: 'late' });
    cluster.settle();
    expect(said().at(-1)).toBe('WaitForPodScheduled: waiting for pod p to be scheduled');
  });

  it('a default class is given to claims that name none, later too', () => {
    const { cluster, client, storageClass, pvc } = aCluster();
    const metadata = { name: 'c', namespace: 'a' };
    const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
    must(client.create('persistentvolumeclaims', { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec }));
    cluster.settle();
    expect(pvc('c')?.spec?.storageClassName).toBeUndefined();
    storageClass('std', {}, { 'storageclass.kubernetes.io/is-default-class': 'true' });
    cluster.settle();
    expect(pvc('c')?.spec?.storageClassName).toBe('std');
  });
});

it('comes to rest, and a new start finds nothing to do', () => {
  const { cluster, volume, claim } = aCluster();
  volume('v', '1Gi');
  claim('c', '1Gi');
  claim('d', '1Gi');
  cluster.settle();
  const count = cluster.history.length;
  cluster.restart();
  expect(cluster.settle()).toBeUndefined();
  expect(cluster.history.length).toBe(count);
  expect(cluster.logs.filter(({ level }) => level === 'error')).toEqual([]);
});
