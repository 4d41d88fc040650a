// What becomes of a claim: it waits, gets a volume, is given to a provisioner, or has lost its volume.
// Models kubernetes pkg/controller/volume/persistentvolume/pv_controller.go (syncUnboundClaim, syncBoundClaim, provisionClaim).

import type { Client } from '../../api/client.ts';
import { claimTerm } from '../../api/core/v1/pod-claims.ts';
import {
  BIND_COMPLETED,
  BOUND_BY_CONTROLLER,
  claimedTerm,
  classOfClaim,
  hasAnnotation,
  isVolumeOfClaim,
  namesClass,
  openStorageTerm,
  SELECTED_NODE,
  STORAGE_PROVISIONER,
  STORAGE_PROVISIONER_BETA,
  waitsForConsumer,
} from '../../api/core/v1/volume-binding.ts';
import { bestVolume, mismatch } from '../../api/core/v1/volume-matching.ts';
import { DEFAULT_STORAGE_CLASS_TERM } from '../../api/storage/v1/storage-class.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/types/core-v1.ts';
import type { EventType } from '../../api/types.ts';
import { clone } from '../../lib/json.ts';
import type { Failure } from './link.ts';
import { bind, CLAIMS, failureOf, setClaimStatus, VOLUMES } from './link.ts';

const CLASSES = 'storageclasses.storage.k8s.io';
const IN_TREE = 'kubernetes.io/';

export function syncClaim(client: Client, claim: PersistentVolumeClaim): Failure {
  if (hasAnnotation(claim, BIND_COMPLETED)) return syncBound(client, claim);
  const wanted = claim.spec?.volumeName ?? '';
  return wanted === '' ? seek(client, claim) : take(client, claim, wanted);
}

/** Any volume will do. */
function seek(client: Client, claim: PersistentVolumeClaim): Failure {
  const className = classOfClaim(claim);
  const found = className === '' ? undefined : client.get(CLASSES, '', className);
  const delayed = waitsForConsumer(found);
  const volume = bestVolume(claim, candidates(client, claim), { delayed });
  if (volume !== undefined) return bind(client, volume, claim);
  const given = namesClass(claim) ? undefined : defaultClass(client);
  if (given !== undefined) {
    const next = clone(claim);
    (next.spec ??= {}).storageClassName = given;
    return failureOf(client.update(CLAIMS, next));
  }
  if (delayed && !hasAnnotation(claim, SELECTED_NODE)) tellWait(client, claim);
  else if (className !== '') return provision(client, claim, className, found?.provisioner);
  else {
    const message = 'no persistent volumes available for this claim and no storage class is set';
    tell(client, claim, 'Normal', 'FailedBinding', message);
  }
  return setClaimStatus(client, claim, 'Pending');
}

/** Volumes that are kept for the claim, and those of its class that are free. */
function candidates(client: Client, claim: PersistentVolumeClaim): PersistentVolume[] {
  const { namespace = '', name } = claim.metadata;
  return [
    ...client.list(VOLUMES, { term: claimedTerm(namespace, name) }),
    ...client.list(VOLUMES, { term: openStorageTerm(classOfClaim(claim)) }),
  ];
}

/** Of several the newest, of two as new the first by name. */
function defaultClass(client: Client): string | undefined {
  const [first] = client
    .list(CLASSES, { term: DEFAULT_STORAGE_CLASS_TERM })
    .toSorted((a, b) => compareTimes(b.metadata.creationTimestamp, a.metadata.creationTimestamp));
  return first?.metadata.name;
}

function compareTimes(a: string | undefined = '', b: string | undefined = ''): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function tellWait(client: Client, claim: PersistentVolumeClaim): void {
  const { namespace = '', name } = claim.metadata;
  const pods = client
    .list('pods', { term: claimTerm(namespace, name) })
    .filter(({ spec, status }) => !spec?.nodeName && status?.phase !== 'Succeeded' && status?.phase !== 'Failed')
    .map(({ metadata }) => metadata.name);
  if (pods.length === 0) {
    tell(client, claim, 'Normal', 'WaitForFirstConsumer', 'waiting for first consumer to be created before binding');
    return;
  }
  const message = `waiting for pod${pods.length > 1 ? 's' : ''} ${pods.join(',')} to be scheduled`;
  tell(client, claim, 'Normal', 'WaitForPodScheduled', message);
}

/** `provisioner` undefined: there is no such class. */
function provision(
  client: Client,
  claim: PersistentVolumeClaim,
  className: string,
  provisioner: string | undefined,
): Failure {
  if (provisioner === undefined || provisioner.startsWith(IN_TREE)) {
    const message =
      provisioner === undefined
        ? `storageclass.storage.k8s.io ${JSON.stringify(className)} not found`
        : `no volume plugin matched name: ${provisioner}`;
    tell(client, claim, 'Warning', 'ProvisioningFailed', message);
    return undefined;
  }
  if (claim.metadata.annotations?.[STORAGE_PROVISIONER] !== provisioner) {
    const next = clone(claim);
    const marks = { [STORAGE_PROVISIONER_BETA]: provisioner, [STORAGE_PROVISIONER]: provisioner };
    next.metadata.annotations = { ...next.metadata.annotations, ...marks };
    const failure = failureOf(client.update(CLAIMS, next));
    if (failure !== undefined) return failure;
  }
  const message = `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`;
  tell(client, claim, 'Normal', 'ExternalProvisioning', message);
  return undefined;
}

/** Its author has chosen the volume. */
function take(client: Client, claim: PersistentVolumeClaim, wanted: string): Failure {
  const volume = client.get(VOLUMES, '', wanted);
  if (volume === undefined) return setClaimStatus(client, claim, 'Pending');
  if (volume.spec?.claimRef === undefined) {
    const why = mismatch(volume, claim);
    if (why === undefined) return bind(client, volume, claim);
    const message = `Cannot bind to requested volume ${JSON.stringify(wanted)}: ${why}`;
    tell(client, claim, 'Warning', 'VolumeMismatch', message);
    return setClaimStatus(client, claim, 'Pending');
  }
  if (isVolumeOfClaim(volume, claim)) return bind(client, volume, claim);
  if (hasAnnotation(claim, BOUND_BY_CONTROLLER)) {
    const { namespace = '', name } = claim.metadata;
    const { namespace: otherNamespace = '', name: otherName = '' } = volume.spec.claimRef;
    const other = `${otherNamespace}/${otherName}`;
    return `invalid binding of claim "${namespace}/${name}" to volume "${wanted}": volume already claimed by "${other}"`;
  }
  const message = `volume ${JSON.stringify(wanted)} already bound to a different claim.`;
  tell(client, claim, 'Warning', 'FailedBinding', message);
  return setClaimStatus(client, claim, 'Pending');
}

function syncBound(client: Client, claim: PersistentVolumeClaim): Failure {
  const name = claim.spec?.volumeName ?? '';
  if (name === '') {
    const message = 'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!';
    return lose(client, claim, 'ClaimLost', message);
  }
  const volume = client.get(VOLUMES, '', name);
  if (volume === undefined) {
    return lose(client, claim, 'ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!');
  }
  const reference = volume.spec?.claimRef;
  if (reference === undefined || reference.uid === claim.metadata.uid) return bind(client, volume, claim);
  const message = 'Two claims are bound to the same volume, this one is bound incorrectly';
  return lose(client, claim, 'ClaimMisbound', message);
}

function lose(client: Client, claim: PersistentVolumeClaim, reason: string, message: string): Failure {
  if (claim.status?.phase === 'Lost') return undefined;
  const failure = setClaimStatus(client, claim, 'Lost');
  if (failure === undefined) tell(client, claim, 'Warning', reason, message);
  return failure;
}

function tell(client: Client, claim: PersistentVolumeClaim, type: EventType, reason: string, message: string): void {
  client.event({ regarding: claim, type, reason, message });
}
