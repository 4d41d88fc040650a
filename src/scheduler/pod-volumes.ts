// The volumes of a pod as the scheduler sees them: which are bound, and which are to be bound where the pod goes.
// Models kubernetes pkg/scheduler/framework/plugins/volumebinding/{volume_binding,binder}.go.
//
// Upstream binds the volumes of a pod in a goroutine that waits until its claims are bound, with the pod's place kept in
// memory. Here:
//
// 1. The decision is written down at once: each volume gets its claim, each claim that needs a new volume the name of the
//    node, and the pod its nominatedNodeName.
// 2. The pod then waits in the queue, without backoff, for a change of its claims; its place on the node stays taken.
// 3. When it is its turn again, the nominated node is looked at before all others, and what rule 1 wrote admits it there.
//    With every claim bound, the pod is bound. Nothing is lost by a restart but the place, for as long as one cycle takes.
// 4. Upstream gives up after ten minutes and looks for another node. Here whoever cannot make a volume for that node says
//    so by taking the node's name off the claim, as external provisioners do, and that is a change.

import type { Client, Reader } from '../api/client.ts';
import { claimTerm } from '../api/core/v1/pod-claims.ts';
import {
  classOfClaim,
  isFullyBound,
  NO_PROVISIONER,
  openStorageTerm,
  claimedTerm,
  SELECTED_NODE,
  waitsForConsumer,
  withClaim,
} from '../api/core/v1/volume-binding.ts';
import { bestVolume } from '../api/core/v1/volume-matching.ts';
import { quantityIn } from '../api/core/v1/resource-lists.ts';
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '../api/types/core-v1.ts';
import type { StorageClass } from '../api/types/storage-v1.ts';
import { clone } from '../lib/json.ts';
import { compareQuantity } from '../schema/quantity.ts';

export interface PodVolumes {
  /** Why the pod cannot go anywhere now; undefined: it may. */
  readonly refusal: string | undefined;
  /** Volumes of bound claims; undefined: it does not exist. */
  readonly bound: ReadonlyArray<PersistentVolume | undefined>;
  /** Claims that get their volume where the pod goes, those that ask for least first. */
  readonly open: readonly OpenClaim[];
  /** A claim that only one pod may use is in use. */
  readonly occupied: boolean;
}

interface OpenClaim {
  readonly claim: PersistentVolumeClaim;
  readonly storageClass: StorageClass | undefined;
  /** Those of its class that are free, and those that are kept for it. */
  readonly volumes: readonly PersistentVolume[];
}

/** What is to be written once the pod's node is known. */
export interface BindingPlan {
  readonly volumes: ReadonlyArray<{ readonly volume: PersistentVolume; readonly claim: PersistentVolumeClaim }>;
  /** Claims whose volumes are yet to be made. */
  readonly provision: readonly PersistentVolumeClaim[];
}

/** A node by what volumes ask of it. */
export interface Place {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Undefined: the pod uses no claims. */
export function podVolumes(pod: Pod, reader: Reader): PodVolumes | undefined {
  const { namespace = '' } = pod.metadata;
  const bound: Array<PersistentVolume | undefined> = [];
  const open: OpenClaim[] = [];
  let used = false;
  let immediate = false;
  let occupied = false;
  for (const { name, persistentVolumeClaim: named, ephemeral } of pod.spec?.volumes ?? []) {
    if (named === undefined && ephemeral === undefined) continue;
    used = true;
    const claimName = named?.claimName ?? `${pod.metadata.name}-${name}`;
    const claim = reader.get('persistentvolumeclaims', namespace, claimName);
    const refusal = refusalOf(claim, claimName, pod, ephemeral !== undefined);
    if (refusal !== undefined) return { refusal, bound: [], open: [], occupied: false };
    if (claim === undefined) continue;
    if (claim.spec?.accessModes?.includes('ReadWriteOncePod') === true) occupied ||= isTaken(pod, claim, reader);
    if (isFullyBound(claim)) bound.push(reader.get('persistentvolumes', '', claim.spec?.volumeName ?? ''));
    else {
      const className = classOfClaim(claim);
      const storageClass = className === '' ? undefined : reader.get('storageclasses.storage.k8s.io', '', className);
      if ((claim.spec?.volumeName ?? '') !== '' || !waitsForConsumer(storageClass)) immediate = true;
      else open.push({ claim, storageClass, volumes: candidates(claim, className, reader) });
    }
  }
  if (!used) return undefined;
  const refusal = immediate ? 'pod has unbound immediate PersistentVolumeClaims' : undefined;
  return { refusal, bound, open: open.toSorted(asksForLess), occupied };
}

function refusalOf(
  claim: PersistentVolumeClaim | undefined,
  name: string,
  { metadata }: Pod,
  ephemeral: boolean,
): string | undefined {
  if (claim === undefined) {
    return ephemeral
      ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`
      : `persistentvolumeclaim "${name}" not found`;
  }
  if (claim.status?.phase === 'Lost') {
    return `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec?.volumeName ?? ''}"`;
  }
  if (claim.metadata.deletionTimestamp !== undefined) return `persistentvolumeclaim "${name}" is being deleted`;
  const owners = claim.metadata.ownerReferences ?? [];
  if (ephemeral && !owners.some(({ uid, controller }) => controller === true && uid === metadata.uid)) {
    const where = `${metadata.namespace ?? ''}/${name}`;
    return `PVC ${where} was not created for pod ${metadata.namespace ?? ''}/${metadata.name} (pod is not owner)`;
  }
  return undefined;
}

function isTaken(pod: Pod, { metadata }: PersistentVolumeClaim, reader: Reader): boolean {
  const term = claimTerm(metadata.namespace ?? '', metadata.name);
  return reader
    .list('pods', { term })
    .some(
      (other) =>
        other.metadata.uid !== pod.metadata.uid &&
        (other.spec?.nodeName ?? '') !== '' &&
        other.status?.phase !== 'Succeeded' &&
        other.status?.phase !== 'Failed',
    );
}

function candidates(claim: PersistentVolumeClaim, className: string, reader: Reader): PersistentVolume[] {
  const { namespace = '', name } = claim.metadata;
  return [
    ...reader.list('persistentvolumes', { term: claimedTerm(namespace, name) }),
    ...reader.list('persistentvolumes', { term: openStorageTerm(className) }),
  ];
}

function asksForLess(a: OpenClaim, b: OpenClaim): number {
  const size = ({ claim }: OpenClaim) => quantityIn(claim.spec?.resources?.requests?.['storage']);
  return compareQuantity(size(a), size(b));
}

/** Undefined: the pod's open claims cannot all be met on this node. */
export function planBinding({ open }: PodVolumes, place: Place): BindingPlan | undefined {
  const volumes: Array<{ volume: PersistentVolume; claim: PersistentVolumeClaim }> = [];
  const provision: PersistentVolumeClaim[] = [];
  const taken = new Set<string>();
  for (const { claim, storageClass, volumes: offered } of open) {
    const selected = claim.metadata.annotations?.[SELECTED_NODE];
    if (selected !== undefined && selected !== place.name) return undefined;
    const volume =
      selected === undefined ? bestVolume(claim, offered, { node: place, taken, delayed: true }) : undefined;
    if (volume !== undefined) {
      taken.add(volume.metadata.name);
      volumes.push({ volume, claim });
    } else if (canProvision(storageClass, place)) provision.push(claim);
    else return undefined;
  }
  return { volumes, provision };
}

function canProvision(storageClass: StorageClass | undefined, { labels }: Place): boolean {
  const provisioner = storageClass?.provisioner ?? '';
  if (provisioner === '' || provisioner === NO_PROVISIONER) return false;
  const terms = storageClass?.allowedTopologies ?? [];
  return (
    terms.length === 0 ||
    terms.some(({ matchLabelExpressions = [] }) =>
      matchLabelExpressions.every(({ key, values }) => values.includes(labels[key] ?? '')),
    )
  );
}

/** Rule 1. False: something has changed meanwhile, and the pod is to be looked at again. */
export function writeBinding(client: Client, { volumes, provision }: BindingPlan, node: string): boolean {
  for (const { volume, claim } of volumes) {
    const next = withClaim(volume, claim);
    if (next !== undefined && !client.update('persistentvolumes', next).ok) return false;
  }
  for (const claim of provision) {
    if (claim.metadata.annotations?.[SELECTED_NODE] === node) continue;
    const next = clone(claim);
    next.metadata.annotations = { ...next.metadata.annotations, [SELECTED_NODE]: node };
    if (!client.update('persistentvolumeclaims', next).ok) return false;
  }
  return true;
}
