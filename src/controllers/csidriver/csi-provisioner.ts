// Makes the volumes of the simulated driver, and deletes them when nobody needs them any more: at once, as there is no
// storage behind them.
// Models kubernetes-sigs/sig-storage-lib-external-provisioner controller/controller.go and kubernetes-csi/external-provisioner.

import type { Client } from '../../api/client.ts';
import {
  classOfClaim,
  PROVISIONED_BY,
  SELECTED_NODE,
  STORAGE_PROVISIONER,
  volumeTerm,
  waitsForConsumer,
} from '../../api/core/v1/volume-binding.ts';
import type { Draft } from '../../api/object.ts';
import { SIMULATED_DRIVER } from '../../api/storage/v1/simulated-driver.ts';
import type {
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  TopologySelectorTerm,
  VolumeNodeAffinity,
} from '../../api/types/core-v1.ts';
import type { StorageClass, VolumeAttachment } from '../../api/types/storage-v1.ts';
import { clone } from '../../lib/json.ts';
import type { Controller, Outcome } from '../runtime/component.ts';

const FINALIZER = 'external-provisioner.volume.kubernetes.io/finalizer';
const ATTACHMENTS = 'volumeattachments.storage.k8s.io';
const SECRET = 'volume.kubernetes.io/provisioner-deletion-secret';
const ZONE = 'topology.kubernetes.io/zone';

/** A key is `claim/NAMESPACE/NAME` or `volume/NAME`. */
export const csiProvisioner: Controller = {
  name: 'csi-provisioner',
  eventSource: SIMULATED_DRIVER,
  watches: {
    persistentvolumeclaims: ({ verb, namespace, name, object }) =>
      verb !== 'delete' && isAsked(object) ? [`claim/${namespace}/${name}`] : [],
    persistentvolumes: ({ verb, name, object }) => (verb !== 'delete' && isOurs(object) ? [`volume/${name}`] : []),
    // What is attached cannot be deleted.
    [ATTACHMENTS]: ({ verb, object }) => {
      const { attacher, source } = (object as VolumeAttachment).spec;
      return verb === 'delete' && attacher === SIMULATED_DRIVER ? [`volume/${source.persistentVolumeName ?? ''}`] : [];
    },
  },
  reconcile(key, { client }) {
    const [kind, first = '', second = ''] = key.split('/');
    if (kind === 'claim') {
      const claim = client.get('persistentvolumeclaims', first, second);
      return claim !== undefined && isAsked(claim) ? provision(client, claim) : undefined;
    }
    const volume = client.get('persistentvolumes', '', first);
    return volume !== undefined && isOurs(volume) ? reclaim(client, volume) : undefined;
  },
};

function isAsked({ metadata, spec }: PersistentVolumeClaim): boolean {
  return (
    metadata.annotations?.[STORAGE_PROVISIONER] === SIMULATED_DRIVER &&
    metadata.deletionTimestamp === undefined &&
    (spec?.volumeName ?? '') === ''
  );
}

function isOurs({ metadata }: PersistentVolume): boolean {
  return metadata.annotations?.[PROVISIONED_BY] === SIMULATED_DRIVER;
}

function provision(client: Client, claim: PersistentVolumeClaim): Outcome | undefined {
  const storageClass = client.get('storageclasses.storage.k8s.io', '', classOfClaim(claim));
  if (storageClass?.provisioner !== SIMULATED_DRIVER) return undefined;
  const selected = claim.metadata.annotations?.[SELECTED_NODE];
  if (waitsForConsumer(storageClass) && selected === undefined) return undefined;
  const name = `pvc-${claim.metadata.uid}`;
  if (client.get('persistentvolumes', '', name) !== undefined) return undefined;
  const node = selected === undefined ? undefined : client.get('nodes', '', selected);
  if (selected !== undefined && node === undefined) return giveNodeBack(client, claim, selected);
  const { namespace = '' } = claim.metadata;
  const start = `External provisioner is provisioning volume for claim "${namespace}/${claim.metadata.name}"`;
  client.event({ regarding: claim, type: 'Normal', reason: 'Provisioning', message: start });
  const made = client.create('persistentvolumes', volumeFor(claim, name, storageClass, node));
  if (!made.ok && made.status.reason !== 'AlreadyExists') return { error: made.status.message ?? '' };
  const message = `Successfully provisioned volume ${name}`;
  client.event({ regarding: claim, type: 'Normal', reason: 'ProvisioningSucceeded', message });
  return undefined;
}

/** The scheduler is to choose another. */
function giveNodeBack(client: Client, claim: PersistentVolumeClaim, node: string): Outcome | undefined {
  const message = `failed to get target node: node ${JSON.stringify(node)} not found`;
  client.event({ regarding: claim, type: 'Warning', reason: 'ProvisioningFailed', message });
  const next = clone(claim);
  delete next.metadata.annotations?.[SELECTED_NODE];
  const written = client.update('persistentvolumeclaims', next);
  return written.ok ? undefined : { error: written.status.message ?? '' };
}

function volumeFor(
  claim: PersistentVolumeClaim,
  name: string,
  storageClass: StorageClass,
  node: Node | undefined,
): Draft<PersistentVolume> {
  const { namespace = '', name: claimName, uid, resourceVersion } = claim.metadata;
  const {
    accessModes = [],
    resources,
    volumeMode = 'Filesystem',
    volumeAttributesClassName: attributes,
  } = claim.spec ?? {};
  const { mountOptions, reclaimPolicy = 'Delete' } = storageClass;
  const affinity = affinityTo(node, storageClass.allowedTopologies ?? []);
  return {
    kind: 'PersistentVolume',
    apiVersion: 'v1',
    metadata: {
      name,
      annotations: { [PROVISIONED_BY]: SIMULATED_DRIVER, [`${SECRET}-name`]: '', [`${SECRET}-namespace`]: '' },
      finalizers: [FINALIZER],
    },
    spec: {
      accessModes,
      capacity: { storage: resources?.requests?.['storage'] ?? '1Gi' },
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name: claimName, uid, resourceVersion },
      csi: {
        driver: SIMULATED_DRIVER,
        volumeHandle: name,
        ...(volumeMode === 'Block' ? {} : { fsType: 'ext4' }),
        ...(storageClass.parameters === undefined ? {} : { volumeAttributes: storageClass.parameters }),
      },
      persistentVolumeReclaimPolicy: reclaimPolicy,
      storageClassName: storageClass.metadata.name,
      volumeMode,
      ...(mountOptions === undefined ? {} : { mountOptions }),
      ...(affinity === undefined ? {} : { nodeAffinity: affinity }),
      ...(attributes === undefined || attributes === '' ? {} : { volumeAttributesClassName: attributes }),
    },
  };
}

/** A volume is reached from everywhere in its node's zone; one that no node was chosen for, from where its class allows. */
function affinityTo(node: Node | undefined, allowed: readonly TopologySelectorTerm[]): VolumeNodeAffinity | undefined {
  if (node === undefined) {
    if (allowed.length === 0) return undefined;
    const nodeSelectorTerms = allowed.map(({ matchLabelExpressions = [] }) => ({
      matchExpressions: matchLabelExpressions.map(({ key, values }) => ({ key, operator: 'In', values })),
    }));
    return { required: { nodeSelectorTerms } };
  }
  const zone = node.metadata.labels?.[ZONE];
  if (zone === undefined) return undefined;
  const matchExpressions = [{ key: ZONE, operator: 'In', values: [zone] }];
  return { required: { nodeSelectorTerms: [{ matchExpressions }] } };
}

function reclaim(client: Client, volume: PersistentVolume): Outcome | undefined {
  const { name, finalizers = [], deletionTimestamp } = volume.metadata;
  const kept = volume.spec?.persistentVolumeReclaimPolicy !== 'Delete';
  if (kept) return finalizers.includes(FINALIZER) ? settle(client, volume) : undefined;
  const done = volume.status?.phase === 'Released' || volume.status?.phase === 'Failed';
  // One that was deleted before it was ever bound.
  const unused = deletionTimestamp !== undefined && volume.status?.phase === 'Available';
  if (!done && !unused) return undefined;
  if (client.list(ATTACHMENTS, { term: volumeTerm(name) }).length > 0) return undefined;
  if (deletionTimestamp === undefined) {
    const deleted = client.delete('persistentvolumes', '', name, { preconditions: { uid: volume.metadata.uid } });
    if (!deleted.ok && deleted.status.reason !== 'NotFound') return { error: deleted.status.message ?? '' };
  }
  const left = client.get('persistentvolumes', '', name);
  return left?.metadata.finalizers?.includes(FINALIZER) === true ? settle(client, left) : undefined;
}

/** The finalizer goes: the driver has nothing left to do for the volume. */
function settle(client: Client, volume: PersistentVolume): Outcome | undefined {
  const next = clone(volume);
  next.metadata.finalizers = (next.metadata.finalizers ?? []).filter((finalizer) => finalizer !== FINALIZER);
  if (next.metadata.finalizers.length === 0) delete next.metadata.finalizers;
  const written = client.update('persistentvolumes', next);
  return written.ok || written.status.reason === 'NotFound' ? undefined : { error: written.status.message ?? '' };
}
