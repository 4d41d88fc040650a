// Writes of the binder: both sides of the link between a volume and a claim, and their phases. Each answers why it failed;
// undefined: it went through, or there was nothing to write.

import type { Client } from '../../api/client.ts';
import { BIND_COMPLETED, BOUND_BY_CONTROLLER, hasAnnotation, withClaim } from '../../api/core/v1/volume-binding.ts';
import type { Result } from '../../api/status.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/types/core-v1.ts';
import { clone, deepEqual } from '../../lib/json.ts';

export const VOLUMES = 'persistentvolumes';
export const CLAIMS = 'persistentvolumeclaims';

export type Failure = string | undefined;

/** The volume first, so that a crash in between leaves a volume that is kept for its claim. */
export function bind(client: Client, volume: PersistentVolume, claim: PersistentVolumeClaim): Failure {
  const claimed = withClaim(volume, claim);
  const held = claimed === undefined ? volume : written(client.update(VOLUMES, claimed));
  if (typeof held === 'string') return held;
  const failure = setVolumePhase(client, held, 'Bound');
  if (failure !== undefined) return failure;
  const linked = linkClaim(client, claim, held);
  return typeof linked === 'string' ? linked : setClaimStatus(client, linked, 'Bound', held);
}

function linkClaim(
  client: Client,
  claim: PersistentVolumeClaim,
  volume: PersistentVolume,
): PersistentVolumeClaim | string {
  const chosen = claim.spec?.volumeName === volume.metadata.name;
  if (chosen && hasAnnotation(claim, BIND_COMPLETED)) return claim;
  const next = clone(claim);
  next.metadata.annotations = {
    ...next.metadata.annotations,
    [BIND_COMPLETED]: 'yes',
    ...(chosen ? {} : { [BOUND_BY_CONTROLLER]: 'yes' }),
  };
  (next.spec ??= {}).volumeName = volume.metadata.name;
  return written(client.update(CLAIMS, next));
}

/** Takes back the reference to a claim: whole where the controller made it, else what names that one object. */
export function unbind(client: Client, volume: PersistentVolume): Failure {
  const next = clone(volume);
  if (hasAnnotation(volume, BOUND_BY_CONTROLLER)) {
    delete next.spec?.claimRef;
    const { [BOUND_BY_CONTROLLER]: _, ...others } = next.metadata.annotations ?? {};
    if (Object.keys(others).length > 0) next.metadata.annotations = others;
    else delete next.metadata.annotations;
  } else delete next.spec?.claimRef?.uid;
  const free = written(client.update(VOLUMES, next));
  return typeof free === 'string' ? free : setVolumePhase(client, free, 'Available');
}

export function setVolumePhase(client: Client, volume: PersistentVolume, phase: string, message = ''): Failure {
  if (volume.status?.phase === phase) return undefined;
  const next = clone(volume);
  next.status = { ...next.status, phase };
  if (message === '') delete next.status.message;
  else next.status.message = message;
  return failureOf(client.updateStatus(VOLUMES, next));
}

/** As setVolumePhase; the Event tells of the change, once. */
export function failVolume(client: Client, volume: PersistentVolume, reason: string, message: string): Failure {
  if (volume.status?.phase === 'Failed') return undefined;
  const failure = setVolumePhase(client, volume, 'Failed', message);
  if (failure === undefined) client.event({ regarding: volume, type: 'Warning', reason, message });
  return failure;
}

/** What a claim has is what its volume gives at the moment of binding; later changes are a resizer's. */
export function setClaimStatus(
  client: Client,
  claim: PersistentVolumeClaim,
  phase: 'Pending' | 'Bound' | 'Lost',
  volume?: PersistentVolume,
): Failure {
  const next = clone(claim);
  const status = (next.status ??= {});
  const becomes = status.phase !== phase;
  status.phase = phase;
  if (volume === undefined) {
    delete status.accessModes;
    delete status.capacity;
    delete status.currentVolumeAttributesClassName;
  } else {
    const { accessModes, capacity, volumeAttributesClassName: attributes } = volume.spec ?? {};
    if (accessModes !== undefined) status.accessModes = accessModes;
    if (becomes && capacity !== undefined) status.capacity = capacity;
    if (becomes && attributes !== undefined) status.currentVolumeAttributesClassName = attributes;
  }
  return deepEqual(next, claim) ? undefined : failureOf(client.updateStatus(CLAIMS, next));
}

export function failureOf(result: Result<unknown>): Failure {
  return result.ok ? undefined : (result.status.message ?? '');
}

function written<T>(result: Result<T>): T | string {
  return result.ok ? result.value : (result.status.message ?? '');
}
