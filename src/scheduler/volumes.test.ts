// A pod, its claims and the simulated driver: from the scheduler's choice to an attached volume, and back.

import { describe, expect, it } from 'vitest';
import { persistentVolumeClaim } from '../api/core/v1/persistent-volume-claim.ts';
import { persistentVolume } from '../api/core/v1/persistent-volume.ts';
import type { StrategyContext } from '../api/kind.ts';
import type { Draft, KubeObject } from '../api/object.ts';
import { SIMULATED_DRIVER, standardStorageClass } from '../api/storage/v1/simulated-driver.ts';
import { storageClass } from '../api/storage/v1/storage-class.ts';
import type { PersistentVolumeClaim, PodSpec } from '../api/types/core-v1.ts';
import { attachDetachController } from '../controllers/attachdetach/attach-detach-controller.ts';
import { csiAttacher } from '../controllers/csidriver/csi-attacher.ts';
import { csiProvisioner } from '../controllers/csidriver/csi-provisioner.ts';
import { csiResizer } from '../controllers/csidriver/csi-resizer.ts';
import { ephemeralVolumeController } from '../controllers/ephemeralvolume/ephemeral-volume-controller.ts';
import { garbageCollector } from '../controllers/garbagecollector/garbage-collector.ts';
import { persistentVolumeBinder } from '../controllers/persistentvolume/persistent-volume-binder.ts';
import { pvProtectionController } from '../controllers/storageprotection/pv-protection-controller.ts';
import { pvcProtectionController } from '../controllers/storageprotection/pvc-protection-controller.ts';
import type { Gate } from '../controllers/testing/fake-client.ts';
import { FakeCluster } from '../controllers/testing/fake-cluster.ts';
import { aNode, aPod, must } from '../controllers/testing/objects.ts';
import { expandController } from '../controllers/volumeexpand/expand-controller.ts';
import { clone } from '../lib/json.ts';
import { Scheduler } from './scheduler.ts';

const CONTROLLERS = [
  ephemeralVolumeController,
  persistentVolumeBinder,
  csiProvisioner,
  attachDetachController,
  csiAttacher,
  expandController,
  csiResizer,
  pvProtectionController,
  pvcProtectionController,
  garbageCollector,
];
const ZONE = 'topology.kubernetes.io/zone';
const FINALIZERS: Readonly<Record<string, string>> = {
  PersistentVolume: 'kubernetes.io/pv-protection',
  PersistentVolumeClaim: 'kubernetes.io/pvc-protection',
};

function prepare(object: KubeObject): void {
  const kind = [persistentVolume, persistentVolumeClaim, storageClass].find((each) => each.kind === object.kind);
  kind?.setDefaults?.(object);
  kind?.prepareForCreate?.(object, { now: 0 } as StrategyContext);
  const finalizer = FINALIZERS[object.kind];
  if (finalizer !== undefined) object.metadata.finalizers = [...(object.metadata.finalizers ?? []), finalizer];
}

function aClaim(name: string, spec: PersistentVolumeClaim['spec'] = {}): Draft<PersistentVolumeClaim> {
  const resources = { requests: { storage: '1Gi' } };
  const full = { storageClassName: 'standard', accessModes: ['ReadWriteOnce'], resources };
  const metadata = { name, namespace: 'a' };
  return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec: { ...full, ...spec } };
}

const volumesOf = (claimName: string) => [{ name: 'v', persistentVolumeClaim: { claimName } }];

/** Two nodes, one a zone. */
function aCluster(nodes: readonly string[] = ['n1', 'n2'], gate: Gate = () => undefined) {
  const cluster = new FakeCluster({ controllers: CONTROLLERS, components: () => [new Scheduler()], prepare, gate });
  const { client } = cluster;
  for (const name of nodes) {
    const node = must(client.create('nodes', aNode(name, {}, { [ZONE]: `z-${name}` })));
    const allocatable = { cpu: '4', memory: '8Gi', pods: '2' };
    must(client.updateStatus('nodes', { ...node, status: { allocatable } }));
  }
  must(client.create('storageclasses.storage.k8s.io', standardStorageClass()));
  cluster.settle();
  return {
    cluster,
    client,
    claim(name: string, spec: PersistentVolumeClaim['spec'] = {}) {
      const made = must(client.create('persistentvolumeclaims', aClaim(name, spec)));
      cluster.settle();
      return made;
    },
    pod(name: string, claimName: string, spec: Partial<PodSpec> = {}) {
      must(client.create('pods', aPod(name, { spec: { volumes: volumesOf(claimName), ...spec } })));
      cluster.settle();
    },
    node: (name: string) => client.get('pods', 'a', name)?.spec?.nodeName,
    pvc: (name: string) => client.get('persistentvolumeclaims', 'a', name),
    said: (regarding: string) =>
      cluster.events.filter((event) => event.regarding === regarding).map(({ reason }) => reason),
    quiet() {
      expect(cluster.logs.filter(({ level }) => level === 'error')).toEqual([]);
      expect(cluster.settle()).toBeUndefined();
    },
  };
}

describe('WaitForFirstConsumer with the simulated driver', () => {
  it('a volume is made in the zone of the pod that comes first, and attached to its node', () => {
    const { cluster, client, claim, pod, node, pvc, said, quiet } = aCluster();
    const { uid } = claim('c').metadata;
    expect(pvc('c')?.status?.phase).toBe('Pending');
    pod('p', 'c');
    const volume = client.get('persistentvolumes', '', `pvc-${uid}`);
    const at = node('p') ?? '';
    expect(pvc('c')?.metadata.annotations?.['volume.kubernetes.io/selected-node']).toBe(at);
    expect(pvc('c')).toMatchObject({
      spec: { volumeName: `pvc-${uid}` },
      status: { phase: 'Bound', capacity: { storage: '1Gi' } },
    });
    expect(volume?.spec?.nodeAffinity?.required?.nodeSelectorTerms).toEqual([
      { matchExpressions: [{ key: ZONE, operator: 'In', values: [`z-${at}`] }] },
    ]);
    expect(volume?.spec?.csi).toMatchObject({ driver: SIMULATED_DRIVER, volumeHandle: `pvc-${uid}` });
    expect(client.get('pods', 'a', 'p')?.status?.nominatedNodeName).toBeUndefined();
    const [attachment] = client.list('volumeattachments.storage.k8s.io');
    expect(attachment).toMatchObject({
      spec: { attacher: SIMULATED_DRIVER, nodeName: at },
      status: { attached: true },
    });
    expect(client.get('nodes', '', at)?.status?.volumesAttached).toEqual([
      { name: `kubernetes.io/csi/${SIMULATED_DRIVER}^pvc-${uid}`, devicePath: '' },
    ]);
    expect(said('PersistentVolumeClaim/c')).toEqual(
      expect.arrayContaining(['WaitForFirstConsumer', 'ExternalProvisioning', 'Provisioning', 'ProvisioningSucceeded']),
    );
    expect(said('Pod/p')).toEqual(['Scheduled', 'SuccessfulAttachVolume']);
    quiet();

    must(client.delete('persistentvolumeclaims', 'a', 'c'));
    cluster.settle();
    expect(pvc('c')?.metadata.deletionTimestamp).toBeDefined();
    must(client.delete('pods', 'a', 'p', { gracePeriodSeconds: 0 }));
    cluster.settle();
    expect(pvc('c')).toBeUndefined();
    expect(client.list('persistentvolumes')).toEqual([]);
    expect(client.list('volumeattachments.storage.k8s.io')).toEqual([]);
    expect(client.get('nodes', '', at)?.status?.volumesAttached).toBeUndefined();
    quiet();
  });

  it('a second pod follows the volume to its zone', () => {
    const { claim, pod, node } = aCluster();
    claim('c');
    pod('p', 'c');
    pod('q', 'c');
    expect(node('q')).toBe(node('p'));
  });

  it('a pod holds its place while its volumes are made', () => {
    const { cluster, client, claim, pod, node, pvc } = aCluster(['n1']);
    must(
      client.create('storageclasses.storage.k8s.io', {
        ...standardStorageClass(),
        metadata: { name: 'slow' },
        provisioner: 'csi.example.com',
      }),
    );
    claim('c', { storageClassName: 'slow' });
    pod('waits', 'c');
    expect(node('waits')).toBeUndefined();
    expect(client.get('pods', 'a', 'waits')?.status).toMatchObject({ nominatedNodeName: 'n1' });
    for (const name of ['one', 'two']) must(client.create('pods', aPod(name)));
    cluster.advance(60_000);
    expect([node('one'), node('two')]).toEqual(['n1', undefined]);
    const { uid, annotations } = pvc('c')?.metadata ?? {};
    expect(annotations?.['volume.kubernetes.io/storage-provisioner']).toBe('csi.example.com');
    const claimRef = { kind: 'PersistentVolumeClaim', apiVersion: 'v1', namespace: 'a', name: 'c', uid };
    must(
      client.create('persistentvolumes', {
        apiVersion: 'v1',
        kind: 'PersistentVolume',
        metadata: { name: 'v' },
        spec: {
          capacity: { storage: '1Gi' },
          accessModes: ['ReadWriteOnce'],
          storageClassName: 'slow',
          claimRef,
          hostPath: { path: '/x' },
        } as never,
      }),
    );
    cluster.settle();
    expect(node('waits')).toBe('n1');
  });

  it('a volume that is made before any pod lies where its class allows', () => {
    const { client, claim, pod, node } = aCluster();
    const allowedTopologies = [{ matchLabelExpressions: [{ key: ZONE, values: ['z-n2'] }] }];
    const rest = { metadata: { name: 'there' }, volumeBindingMode: 'Immediate', allowedTopologies };
    must(client.create('storageclasses.storage.k8s.io', { ...standardStorageClass(), ...rest }));
    claim('c', { storageClassName: 'there' });
    pod('p', 'c');
    expect(node('p')).toBe('n2');
  });

  it('a node that is gone is given back, and another is chosen', () => {
    const { cluster, client, claim, pod, node, pvc } = aCluster();
    claim('c');
    const next = clone(pvc('c') as PersistentVolumeClaim);
    next.metadata.annotations = { 'volume.kubernetes.io/selected-node': 'gone' };
    must(client.update('persistentvolumeclaims', next));
    cluster.settle();
    expect(cluster.events.find(({ reason }) => reason === 'ProvisioningFailed')?.message).toBe(
      'failed to get target node: node "gone" not found',
    );
    pod('p', 'c');
    expect(node('p')).toBeDefined();
  });

  it('a restart while volumes are made loses nothing', () => {
    const { cluster, client, claim, pod, node } = aCluster(['n1', 'n2', 'n3']);
    claim('c');
    must(client.delete('storageclasses.storage.k8s.io', '', 'standard'));
    must(client.create('storageclasses.storage.k8s.io', { ...standardStorageClass(), provisioner: 'csi.example.com' }));
    pod('p', 'c');
    const nominated = client.get('pods', 'a', 'p')?.status?.nominatedNodeName;
    expect(nominated).toBeDefined();
    cluster.restart();
    const next = clone(client.get('persistentvolumeclaims', 'a', 'c') as PersistentVolumeClaim);
    (next.spec ??= {}).volumeName = 'v';
    next.metadata.annotations = { ...next.metadata.annotations, 'pv.kubernetes.io/bind-completed': 'yes' };
    must(
      client.create('persistentvolumes', {
        apiVersion: 'v1',
        kind: 'PersistentVolume',
        metadata: { name: 'v' },
        spec: {
          capacity: { storage: '1Gi' },
          accessModes: ['ReadWriteOnce'],
          storageClassName: 'standard',
          hostPath: { path: '/x' },
        },
      }),
    );
    must(client.update('persistentvolumeclaims', next));
    cluster.settle();
    expect(node('p')).toBe(nominated);
  });
});

describe('a write that is lost', () => {
  /** The whole life of a claim, with the n-th write of a component undone, and a new start after it. */
  function life(n: number) {
    let writes = 0;
    let armed = false;
    let fell = false;
    const all = aCluster(['n1', 'n2'], () => {
      if (armed && ++writes === n) {
        fell = true;
        throw new Error('lost');
      }
      return undefined;
    });
    const { cluster, client, pvc, node } = all;
    const during = (act: () => void): void => {
      act();
      armed = true;
      cluster.settle();
      if (fell) cluster.restart();
      cluster.advance(300_000);
      armed = false;
    };
    during(() => must(client.create('persistentvolumeclaims', aClaim('c'))));
    during(() => must(client.create('pods', aPod('p', { spec: { volumes: volumesOf('c') } }))));
    const bound = [pvc('c')?.status?.phase, pvc('c')?.status?.capacity, node('p') !== undefined];
    const volumes = client.list('persistentvolumes').map(({ status }) => status?.phase);
    const attached = client.list('volumeattachments.storage.k8s.io').map(({ status }) => status?.attached);
    during(() => {
      must(client.delete('persistentvolumeclaims', 'a', 'c'));
      must(client.delete('pods', 'a', 'p', { gracePeriodSeconds: 0 }));
    });
    const left = [
      ...client.list('persistentvolumes'),
      ...client.list('persistentvolumeclaims'),
      ...client.list('volumeattachments.storage.k8s.io'),
    ];
    return { fell, outcome: [bound, volumes, attached, left.length] };
  }

  it('is made again, whichever it is', () => {
    const expected = [['Bound', { storage: '1Gi' }, true], ['Bound'], [true], 0];
    let n = 1;
    for (; n < 100; n++) {
      const { fell, outcome } = life(n);
      expect(outcome, `write ${n}`).toEqual(expected);
      if (!fell) break;
    }
    expect(n).toBeGreaterThan(15);
  });
});

describe('attach and detach', () => {
  it('Multi-Attach: a volume of one node waits until the first pod is gone', () => {
    const { cluster, client, claim, pod, said } = aCluster();
    must(
      client.create('storageclasses.storage.k8s.io', {
        ...standardStorageClass(),
        metadata: { name: 'now' },
        volumeBindingMode: 'Immediate',
      }),
    );
    claim('c', { storageClassName: 'now' });
    pod('p', 'c', { nodeName: 'n1' });
    pod('q', 'c', { nodeName: 'n2' });
    const message = cluster.events.find(({ reason }) => reason === 'FailedAttachVolume')?.message;
    expect(message).toMatch(/^Multi-Attach error for volume "pvc-.*" Volume is already used by pod\(s\) p$/);
    must(client.delete('pods', 'a', 'p', { gracePeriodSeconds: 0 }));
    cluster.settle();
    expect(client.list('volumeattachments.storage.k8s.io').map(({ spec }) => spec.nodeName)).toEqual(['n2']);
    expect(said('Pod/q')).toEqual(['FailedAttachVolume', 'SuccessfulAttachVolume']);
  });
});

describe('a claim that asks for more', () => {
  it('gets it', () => {
    const { cluster, client, claim, pod, pvc, said, quiet } = aCluster();
    claim('c');
    pod('p', 'c');
    const next = clone(pvc('c') as PersistentVolumeClaim);
    (next.spec ??= {}).resources = { requests: { storage: '3Gi' } };
    must(client.update('persistentvolumeclaims', next));
    cluster.settle();
    expect(pvc('c')?.status).toEqual({
      phase: 'Bound',
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: '3Gi' },
      allocatedResources: { storage: '3Gi' },
    });
    expect(client.get('persistentvolumes', '', pvc('c')?.spec?.volumeName ?? '')?.spec?.capacity).toEqual({
      storage: '3Gi',
    });
    expect(said('PersistentVolumeClaim/c')).toEqual(
      expect.arrayContaining(['ExternalExpanding', 'Resizing', 'VolumeResizeSuccessful']),
    );
    quiet();
  });

  it('gets other attributes when their class is there', () => {
    const { cluster, client, claim, pod, pvc } = aCluster();
    claim('c');
    pod('p', 'c');
    const next = clone(pvc('c') as PersistentVolumeClaim);
    (next.spec ??= {}).volumeAttributesClassName = 'gold';
    must(client.update('persistentvolumeclaims', next));
    cluster.settle();
    expect(pvc('c')?.status?.modifyVolumeStatus).toEqual({
      status: 'Pending',
      targetVolumeAttributesClassName: 'gold',
    });
    must(
      client.create('volumeattributesclasses.storage.k8s.io', {
        apiVersion: 'storage.k8s.io/v1',
        kind: 'VolumeAttributesClass',
        metadata: { name: 'gold' },
        driverName: SIMULATED_DRIVER,
      }),
    );
    cluster.settle();
    expect(pvc('c')?.status?.currentVolumeAttributesClassName).toBe('gold');
    expect(pvc('c')?.status?.modifyVolumeStatus).toBeUndefined();
    expect(client.get('persistentvolumes', '', pvc('c')?.spec?.volumeName ?? '')?.spec?.volumeAttributesClassName).toBe(
      'gold',
    );
  });
});

describe('TestSyncHandler of ephemeral volumes', () => {
  const volumeClaimTemplate = {
    metadata: { labels: { a: 'b' } },
    spec: { storageClassName: 'standard', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  };
  const volumes = [{ name: 'scratch', ephemeral: { volumeClaimTemplate } }];

  it('create: the claim is the pod’s, and goes with it', () => {
    const { cluster, client, node, pvc } = aCluster();
    must(client.create('pods', aPod('p', { spec: { volumes } })));
    cluster.advance(10_000);
    expect(node('p')).toBeDefined();
    expect(pvc('p-scratch')).toMatchObject({ metadata: { labels: { a: 'b' } }, status: { phase: 'Bound' } });
    expect(pvc('p-scratch')?.metadata.ownerReferences).toMatchObject([{ kind: 'Pod', name: 'p', controller: true }]);
    must(client.delete('pods', 'a', 'p', { gracePeriodSeconds: 0 }));
    cluster.advance(10_000);
    expect(pvc('p-scratch')).toBeUndefined();
    expect(client.list('persistentvolumes')).toEqual([]);
  });

  it('not-owned: the pod waits until the claim is out of its way', () => {
    const { cluster, client, claim, node, said } = aCluster();
    claim('p-scratch');
    must(client.create('pods', aPod('p', { spec: { volumes } })));
    cluster.settle();
    expect(node('p')).toBeUndefined();
    expect(said('Pod/p')).toContain('FailedBinding');
    must(client.delete('persistentvolumeclaims', 'a', 'p-scratch'));
    cluster.advance(60_000);
    expect(node('p')).toBeDefined();
  });
});
