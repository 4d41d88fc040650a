// Defaults of the volumes of a pod.
// Models kubernetes pkg/apis/core/v1/defaults.go and zz_generated.defaults.go.

import { setClaimSpecDefaults } from './claim-spec.ts';
import { isLatest } from './image-reference.ts';
import { parseQuantity } from '../../../schema/quantity.ts';
import type { DownwardAPIVolumeFile, EmptyDirVolumeSource, Volume, VolumeProjection } from '../../types/core-v1.ts';

const FILE_MODE = 0o644;
/** Sources whose readOnly is served even when it is false. */
const READ_ONLY_KEPT: ReadonlySet<string> = new Set(['csi', 'azureDisk']);

/** True for a volume of which nothing but the name is said. */
function hasNoSource(volume: Volume): boolean {
  for (const key in volume) if (key !== 'name') return false;
  return true;
}

function setFileDefaults(file: DownwardAPIVolumeFile): void {
  if (file.fieldRef !== undefined) file.fieldRef.apiVersion ||= 'v1';
  if (file.resourceFieldRef !== undefined) file.resourceFieldRef.divisor ??= '0';
}

function setProjectionDefaults(source: VolumeProjection): void {
  if (source.serviceAccountToken !== undefined) source.serviceAccountToken.expirationSeconds ??= 3600;
  for (const file of source.downwardAPI?.items ?? []) setFileDefaults(file);
}

function setEmptyDirDefaults(source: EmptyDirVolumeSource): void {
  if (source.medium === '') delete source.medium;
  if (source.sizeLimit === undefined) return;
  const limit = parseQuantity(source.sizeLimit);
  if (limit.ok) source.sizeLimit = limit.text;
}

/** Sources that name a network disk of some vendor. */
function setDiskDefaults(volume: Volume): void {
  if (volume.iscsi !== undefined) volume.iscsi.iscsiInterface ||= 'default';
  if (volume.rbd !== undefined) {
    volume.rbd.pool ||= 'rbd';
    volume.rbd.user ||= 'admin';
    volume.rbd.keyring ||= '/etc/ceph/keyring';
  }
  if (volume.azureDisk !== undefined) {
    volume.azureDisk.cachingMode ??= 'ReadWrite';
    volume.azureDisk.kind ??= 'Shared';
    volume.azureDisk.fsType ??= 'ext4';
    volume.azureDisk.readOnly ??= false;
  }
  if (volume.scaleIO !== undefined) {
    volume.scaleIO.storageMode ||= 'ThinProvisioned';
    volume.scaleIO.fsType ||= 'xfs';
  }
}

export function setVolumeDefaults(volume: Volume): void {
  if (hasNoSource(volume)) volume.emptyDir = {};
  if (volume.emptyDir !== undefined) setEmptyDirDefaults(volume.emptyDir);
  if (volume.configMap !== undefined) volume.configMap.defaultMode ??= FILE_MODE;
  if (volume.secret !== undefined) volume.secret.defaultMode ??= FILE_MODE;
  if (volume.projected !== undefined) {
    volume.projected.defaultMode ??= FILE_MODE;
    for (const source of volume.projected.sources ?? []) {
      setProjectionDefaults(source);
      // What a feature gate has to be opened for.
      delete source.clusterTrustBundle;
      delete source.podCertificate;
    }
  }
  if (volume.downwardAPI !== undefined) {
    volume.downwardAPI.defaultMode ??= FILE_MODE;
    for (const file of volume.downwardAPI.items ?? []) setFileDefaults(file);
  }
  if (volume.image !== undefined) {
    volume.image.pullPolicy ||= isLatest(volume.image.reference ?? '') ? 'Always' : 'IfNotPresent';
  }
  const claim = volume.ephemeral?.volumeClaimTemplate;
  if (claim !== undefined) {
    claim.metadata ??= {};
    setClaimSpecDefaults(claim.spec);
  }
  setVolumeSourceDefaults(volume);
}

/** Of the sources that a PersistentVolume may have, too. */
export function setVolumeSourceDefaults(volume: Volume): void {
  if (volume.hostPath !== undefined) volume.hostPath.type ??= '';
  setDiskDefaults(volume);
  for (const key in volume) {
    const source = volume[key as keyof Volume];
    if (
      typeof source === 'object' &&
      source !== null &&
      'readOnly' in source &&
      source.readOnly === false &&
      !READ_ONLY_KEPT.has(key)
    ) {
      delete source.readOnly;
    }
  }
}
