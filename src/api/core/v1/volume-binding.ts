// The link between a claim and its volume, as the volume controllers and the scheduler write and read it.
// Models kubernetes staging/src/k8s.io/component-helpers/storage/volume/pv_helpers.go.

import { clone } from '../../../lib/json.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../types/core-v1.ts';
import type { StorageClass } from '../../types/storage-v1.ts';

/** On a claim: the link was once complete, so that a volume that is gone now is a loss. */
export const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';
/** On either: this side of the link is the controller's work, and may be taken back by it. */
export const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';
/** On a volume: which provisioner made it. */
export const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';
/** On a claim: the node that the scheduler has chosen for the first pod that uses it. */
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
/** On a claim: whose work it is to make a volume for it. */
export const STORAGE_PROVISIONER = 'volume.kubernetes.io/storage-provisioner';
export const STORAGE_PROVISIONER_BETA = 'volume.beta.kubernetes.io/storage-provisioner';
/** A class's provisioner that makes nothing: its volumes are made by hand. */
export const NO_PROVISIONER = 'kubernetes.io/no-provisioner';

const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';

export function classOfClaim({ metadata, spec }: PersistentVolumeClaim): string {
  return metadata.annotations?.[CLASS_ANNOTATION] ?? spec?.storageClassName ?? '';
}

export function classOfVolume({ metadata, spec }: PersistentVolume): string {
  return metadata.annotations?.[CLASS_ANNOTATION] ?? spec?.storageClassName ?? '';
}

/** Whether the claim names a class, be it the empty one. */
export function namesClass({ metadata, spec }: PersistentVolumeClaim): boolean {
  return metadata.annotations?.[CLASS_ANNOTATION] !== undefined || spec?.storageClassName !== undefined;
}

export function hasAnnotation({ metadata }: PersistentVolume | PersistentVolumeClaim, name: string): boolean {
  return metadata.annotations?.[name] !== undefined;
}

/** Whether the volume is the claim's or kept for it. */
export function isVolumeOfClaim({ spec }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean {
  const reference = spec?.claimRef;
  if (reference === undefined) return false;
  if (reference.name !== metadata.name || (reference.namespace ?? '') !== metadata.namespace) return false;
  return (reference.uid ?? '') === '' || reference.uid === metadata.uid;
}

export function isFullyBound(claim: PersistentVolumeClaim): boolean {
  return (claim.spec?.volumeName ?? '') !== '' && hasAnnotation(claim, BIND_COMPLETED);
}

/** Whether volumes of the class are bound only when a pod wants them. */
export function waitsForConsumer(storageClass: StorageClass | undefined): boolean {
  return storageClass?.volumeBindingMode === 'WaitForFirstConsumer';
}

/** The volume with a reference to the claim; undefined: it has it already. */
export function withClaim(volume: PersistentVolume, claim: PersistentVolumeClaim): PersistentVolume | undefined {
  const { name, namespace = '', uid, resourceVersion } = claim.metadata;
  const kept = isVolumeOfClaim(volume, claim);
  const wasFree = !kept;
  const complete = kept && volume.spec?.claimRef?.uid === uid;
  const mark = wasFree && !hasAnnotation(volume, BOUND_BY_CONTROLLER);
  if (complete && !mark) return undefined;
  const next = clone(volume);
  const reference = { kind: 'PersistentVolumeClaim', namespace, name, uid, apiVersion: 'v1', resourceVersion };
  if (!complete) (next.spec ??= {}).claimRef = reference;
  if (mark) next.metadata.annotations = { ...next.metadata.annotations, [BOUND_BY_CONTROLLER]: 'yes' };
  return next;
}

/** Index term of what has a link to the volume of this name. */
export function volumeTerm(name: string): string {
  return `volume:${name}`;
}

/** Index term of claims that are to find a volume of this class yet, and of volumes of it that nobody has claimed. */
export function openStorageTerm(className: string): string {
  return `open-storage:${className}`;
}

/** Index term of the volumes that are a claim's, or kept for one of this name. */
export function claimedTerm(namespace: string, name: string): string {
  return `claimed:${namespace}/${name}`;
}

export function bindingTermsOfClaim(claim: PersistentVolumeClaim): string[] {
  const volume = claim.spec?.volumeName ?? '';
  return [volume === '' ? openStorageTerm(classOfClaim(claim)) : volumeTerm(volume)];
}

export function bindingTermsOfVolume(volume: PersistentVolume): string[] {
  const reference = volume.spec?.claimRef;
  if (reference === undefined) return [openStorageTerm(classOfVolume(volume))];
  return [claimedTerm(reference.namespace ?? '', reference.name ?? '')];
}
