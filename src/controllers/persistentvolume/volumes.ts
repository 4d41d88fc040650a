// What becomes of a volume: it is free, a claim's, or left by its claim and dealt with by its reclaim policy.
// Models kubernetes pkg/controller/volume/persistentvolume/pv_controller.go (syncVolume, reclaimVolume).
//
// What upstream's plugins do to the storage itself happens to nothing here: a host path below /tmp is deleted, and a
// volume is scrubbed for its next claim, at once.

import type { Client } from '../../api/client.ts';
import { claimTerm } from '../../api/core/v1/pod-claims.ts';
import { hasAnnotation, PROVISIONED_BY } from '../../api/core/v1/volume-binding.ts';
import { mismatch } from '../../api/core/v1/volume-matching.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/types/core-v1.ts';
import type { Failure } from './link.ts';
import { CLAIMS, failVolume, setVolumePhase, unbind, VOLUMES } from './link.ts';

const IN_TREE = 'kubernetes.io/';
const DELETABLE_PATH = /^\/tmp\/.+/;
/** Sources that the controller manager has a plugin of. */
const KNOWN_SOURCES = ['csi', 'flexVolume', 'hostPath', 'local', 'nfs', 'portworxVolume'] as const;

export function syncVolume(client: Client, volume: PersistentVolume): Failure {
  const reference = volume.spec?.claimRef;
  // One without a uid is kept for a claim that is to come, or to be bound.
  if (reference === undefined || (reference.uid ?? '') === '') return setVolumePhase(client, volume, 'Available');
  const named = client.get(CLAIMS, reference.namespace ?? '', reference.name ?? '');
  const claim = named?.metadata.uid === reference.uid ? named : undefined;
  if (claim === undefined) return release(client, volume);
  const chosen = claim.spec?.volumeName ?? '';
  if (chosen === volume.metadata.name) return setVolumePhase(client, volume, 'Bound');
  if (chosen === '') {
    // Otherwise the claim's own turn completes the link.
    if (mismatch(volume, claim, ['volumeMode']) !== undefined) tellMismatch(client, volume, claim);
    return undefined;
  }
  const spare = hasAnnotation(volume, PROVISIONED_BY) && volume.spec?.persistentVolumeReclaimPolicy === 'Delete';
  return spare ? release(client, volume) : unbind(client, volume);
}

/** A failure stays for all to see. */
function release(client: Client, volume: PersistentVolume): Failure {
  const { name } = volume.metadata;
  if (volume.status?.phase !== 'Failed') {
    const failure = setVolumePhase(client, volume, 'Released');
    if (failure !== undefined) return failure;
  }
  const released = client.get(VOLUMES, '', name);
  if (released === undefined) return undefined;
  const policy = released.spec?.persistentVolumeReclaimPolicy ?? 'Retain';
  if (policy === 'Retain') return undefined;
  if (policy === 'Delete') return remove(client, released);
  if (policy === 'Recycle') return recycle(client, released);
  const message = 'Volume has an unrecognized reclaim policy.';
  return failVolume(client, released, 'VolumeUnknownReclaimPolicy', message);
}

function remove(client: Client, volume: PersistentVolume): Failure {
  const { metadata, spec = {} } = volume;
  const provisioner = metadata.annotations?.[PROVISIONED_BY] ?? '';
  // Whoever made it deletes it.
  if (provisioner !== '' && !provisioner.startsWith(IN_TREE)) return undefined;
  if (provisioner !== '') {
    return failVolume(client, volume, 'VolumeFailedDelete', `no volume plugin matched name: ${provisioner}`);
  }
  if (spec.hostPath === undefined) {
    const known = KNOWN_SOURCES.some((source) => spec[source] !== undefined);
    const why = known ? 'no deletable volume plugin matched' : 'no volume plugin matched';
    const message = `error getting deleter volume plugin for volume ${JSON.stringify(metadata.name)}: ${why}`;
    return failVolume(client, volume, 'VolumeFailedDelete', message);
  }
  const { path } = spec.hostPath;
  if (!DELETABLE_PATH.test(path)) {
    const message = `host_path deleter only supports /tmp/.+ but received provided ${path}`;
    return failVolume(client, volume, 'VolumeFailedDelete', message);
  }
  if (metadata.deletionTimestamp !== undefined) return undefined;
  const deleted = client.delete(VOLUMES, '', metadata.name, { preconditions: { uid: metadata.uid } });
  return deleted.ok || deleted.status.reason === 'NotFound' ? undefined : (deleted.status.message ?? '');
}

function recycle(client: Client, volume: PersistentVolume): Failure {
  const { spec = {} } = volume;
  const { namespace = '', name = '' } = spec.claimRef ?? {};
  const users = client
    .list('pods', { term: claimTerm(namespace, name) })
    .filter(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed');
  if (users.length > 0) {
    const message = `Volume is used by pods: ${users.map((pod) => `${namespace}/${pod.metadata.name}`).join(',')}`;
    client.event({ regarding: volume, type: 'Normal', reason: 'VolumeFailedRecycle', message });
    return undefined;
  }
  if (spec.hostPath === undefined && spec.nfs === undefined) {
    return failVolume(client, volume, 'VolumeFailedRecycle', 'No recycler plugin found for the volume!');
  }
  client.event({ regarding: volume, type: 'Normal', reason: 'VolumeRecycled', message: 'Volume recycled' });
  return unbind(client, volume);
}

function tellMismatch(client: Client, volume: PersistentVolume, claim: PersistentVolumeClaim): void {
  const both = [
    [volume, `Cannot bind PersistentVolume to requested PersistentVolumeClaim "${claim.metadata.name}" due to`],
    [claim, `Cannot bind PersistentVolume "${volume.metadata.name}" to requested PersistentVolumeClaim due to`],
  ] as const;
  for (const [regarding, text] of both) {
    const message = `${text} incompatible volumeMode.`;
    client.event({ regarding, type: 'Warning', reason: 'VolumeMismatch', message });
  }
}
