// Has volumes attached to the nodes whose pods use them, and detached when none does any more. One that may be written by
// one node alone is detached from the one before it is attached to the next.
// Models kubernetes pkg/controller/volume/attachdetach and pkg/volume/csi/csi_attacher.go.
//
// Upstream's kubelets say by `volumesInUse` which volumes they have mounted. The simulated ones mount none: what is attached
// counts as in use, and both lists of a node's status are written here.

import { textHash } from '../../lib/hash.ts';
import type { Client, Reader } from '../../api/client.ts';
import { claimsOf, claimTerm } from '../../api/core/v1/pod-claims.ts';
import { isFullyBound, volumeTerm } from '../../api/core/v1/volume-binding.ts';
import type {
  CSIPersistentVolumeSource,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
} from '../../api/types/core-v1.ts';
import type { VolumeAttachment } from '../../api/types/storage-v1.ts';
import { clone, deepEqual } from '../../lib/json.ts';
import { keyOf } from '../common/owners.ts';
import type { Controller, Outcome } from '../runtime/component.ts';

const CLAIMS = 'persistentvolumeclaims';
const ATTACHMENTS = 'volumeattachments.storage.k8s.io';
const SHARED_MODES = ['ReadOnlyMany', 'ReadWriteMany'];

/** A key is `VOLUME/NODE`. */
export const attachDetachController: Controller = {
  name: 'attachdetach-controller',
  watches: {
    pods: ({ verb, namespace, object, old }, { client }) => {
      const pod: Pod = object;
      const node = pod.spec?.nodeName ?? '';
      const claims = node === '' ? [] : claimsOf(pod);
      // Only where it goes, and when it is over, does a pod change what is to be attached.
      if (claims.length === 0) return [];
      if (verb === 'update' && old !== undefined && usesNode(pod) === usesNode(old)) return [];
      return claims.flatMap((name) => {
        const volume = client.get(CLAIMS, namespace, name)?.spec?.volumeName ?? '';
        return volume === '' ? [] : [`${volume}/${node}`];
      });
    },
    [CLAIMS]: ({ verb, namespace, name, object, old }, { client }) => {
      const claim = object as PersistentVolumeClaim;
      const volume = claim.spec?.volumeName ?? '';
      if (!isFullyBound(claim) || verb === 'delete' || (old !== undefined && isFullyBound(old))) return [];
      const pods = client.list('pods', { term: claimTerm(namespace, name) });
      return pods.filter(usesNode).map(({ spec }) => `${volume}/${spec?.nodeName ?? ''}`);
    },
    // Its claim may be gone before its pods are, where finalizers were taken off.
    persistentvolumes: ({ verb, name, object, old }, { client }) => {
      const before: PersistentVolume | undefined = old;
      const after: PersistentVolume = object;
      if (verb === 'update' && after.status?.phase === before?.status?.phase) return [];
      return client.list(ATTACHMENTS, { term: volumeTerm(name) }).map(({ spec }) => `${name}/${spec.nodeName}`);
    },
    [ATTACHMENTS]: ({ verb, object, old }, { client }) => {
      const { spec, status } = object as VolumeAttachment;
      const { source, nodeName } = spec;
      const volume = source.persistentVolumeName ?? '';
      if (verb === 'update' && status?.attached === (old as VolumeAttachment | undefined)?.status?.attached) return [];
      if (verb !== 'delete') return [`${volume}/${nodeName}`];
      const found = client.get('persistentvolumes', '', volume);
      const waiting = found === undefined ? [] : usersOf(found, client).map((pod) => pod.spec?.nodeName ?? '');
      return [...new Set([nodeName, ...waiting])].map((node) => `${volume}/${node}`);
    },
  },
  reconcile(key, { client }) {
    const [name = '', node = ''] = key.split('/');
    const volume = client.get('persistentvolumes', '', name);
    const source = volume?.spec?.csi;
    const attached = client.list(ATTACHMENTS, { term: volumeTerm(name) }).filter(isOwn);
    const here = attached.find(({ spec }) => spec.nodeName === node);
    const users = volume === undefined ? [] : usersOf(volume, client);
    const local = users.filter(({ spec }) => spec?.nodeName === node);
    if (volume === undefined || source === undefined || local.length === 0) {
      return here === undefined ? tellNode(client, node, attachedName(name, source), false) : detach(client, here);
    }
    if (here !== undefined)
      return here.status?.attached === true ? succeed(client, volume, source, node, local) : undefined;
    if (client.get('csidrivers.storage.k8s.io', '', source.driver)?.spec?.attachRequired === false) return undefined;
    if (attached.length > 0 && isExclusive(volume)) {
      tellMultiAttach(client, volume, local, users);
      return undefined;
    }
    return attach(client, volume, source, node);
  },
};

/** Whether the pod's volumes are to be on its node. */
function usesNode({ spec, status }: Pod): boolean {
  return (spec?.nodeName ?? '') !== '' && status?.phase !== 'Succeeded' && status?.phase !== 'Failed';
}

function usersOf(volume: PersistentVolume, client: Reader): Pod[] {
  const { namespace = '', name = '' } = volume.spec?.claimRef ?? {};
  const claim = client.get(CLAIMS, namespace, name);
  if (claim?.spec?.volumeName !== volume.metadata.name) return [];
  return client.list('pods', { term: claimTerm(namespace, name) }).filter(usesNode);
}

function isExclusive({ spec }: PersistentVolume): boolean {
  return !(spec?.accessModes ?? []).some((mode) => SHARED_MODES.includes(mode));
}

function attach(
  client: Client,
  { metadata }: PersistentVolume,
  { driver, volumeHandle }: CSIPersistentVolumeSource,
  nodeName: string,
): Outcome | undefined {
  const made = client.create(ATTACHMENTS, {
    kind: 'VolumeAttachment',
    apiVersion: 'storage.k8s.io/v1',
    metadata: { name: attachmentName(volumeHandle, driver, nodeName) },
    spec: { attacher: driver, nodeName, source: { persistentVolumeName: metadata.name } },
  });
  return made.ok || made.status.reason === 'AlreadyExists' ? undefined : { error: made.status.message ?? '' };
}

/** Those that others make are theirs. */
function isOwn({ metadata }: VolumeAttachment): boolean {
  return /^csi-[0-9a-f]{64}$/.test(metadata.name);
}

/** As long as upstream's, which is a SHA-256 of the three. */
function attachmentName(handle: string, driver: string, node: string): string {
  const parts = [handle + driver + node, driver + node + handle, node + handle + driver, handle + node + driver];
  return `csi-${parts.map(textHash).join('').toLowerCase()}`;
}

function detach(client: Client, { metadata }: VolumeAttachment): Outcome | undefined {
  if (metadata.deletionTimestamp !== undefined) return undefined;
  const deleted = client.delete(ATTACHMENTS, '', metadata.name, { preconditions: { uid: metadata.uid } });
  return deleted.ok || deleted.status.reason === 'NotFound' ? undefined : { error: deleted.status.message ?? '' };
}

function succeed(
  client: Client,
  volume: PersistentVolume,
  source: CSIPersistentVolumeSource,
  node: string,
  pods: readonly Pod[],
): Outcome | undefined {
  const name = attachedName(volume.metadata.name, source);
  const known = client.get('nodes', '', node)?.status?.volumesAttached?.some((item) => item.name === name) === true;
  if (known) return undefined;
  const message = `AttachVolume.Attach succeeded for volume ${JSON.stringify(volume.metadata.name)} `;
  for (const pod of pods) client.event({ regarding: pod, type: 'Normal', reason: 'SuccessfulAttachVolume', message });
  return tellNode(client, node, name, true);
}

function tellMultiAttach(
  client: Client,
  { metadata }: PersistentVolume,
  local: readonly Pod[],
  users: readonly Pod[],
): void {
  const others = users.filter((pod) => !local.includes(pod)).map((pod) => pod.metadata.name);
  const why =
    others.length > 0
      ? `Volume is already used by pod(s) ${others.join(', ')}`
      : "Volume is already exclusively attached to one node and can't be attached to another";
  const message = `Multi-Attach error for volume ${JSON.stringify(metadata.name)} ${why}`;
  for (const pod of local) client.event({ regarding: pod, type: 'Warning', reason: 'FailedAttachVolume', message });
}

/** How a node's status names the volume. One that is gone was made by the driver, whose handles are its volumes' names. */
function attachedName(volume: string, source: CSIPersistentVolumeSource | undefined): string {
  return source === undefined ? `^${volume}` : `kubernetes.io/csi/${source.driver}^${source.volumeHandle}`;
}

function tellNode(client: Client, name: string, volume: string, attached: boolean): Outcome | undefined {
  const node = client.get('nodes', '', name);
  if (node === undefined) return undefined;
  const others = (node.status?.volumesAttached ?? []).filter((item) => !item.name.endsWith(volume));
  const next = clone(node);
  next.status = { ...next.status, volumesAttached: attached ? [...others, { name: volume, devicePath: '' }] : others };
  const inUse = next.status.volumesAttached?.map((item) => item.name) ?? [];
  next.status.volumesInUse = inUse;
  if (inUse.length === 0) {
    delete next.status.volumesAttached;
    delete next.status.volumesInUse;
  }
  if (deepEqual(next, node)) return undefined;
  const written = client.updateStatus('nodes', next);
  return written.ok ? undefined : { error: `${keyOf(node)}: ${written.status.message ?? ''}` };
}
