// Where a container sees its volumes. Models kubernetes pkg/apis/core/validation (ValidateVolumeMounts, ValidateVolumeDevices).

import { forbidden, invalid, notFound, notSupported, required } from '../../../../schema/field-error.ts';
import type { Container, VolumeMount } from '../../../types/core-v1.ts';
import { hasBackstep, validateDescendingPath } from './paths.ts';
import type { Scope } from './scope.ts';

const PROPAGATIONS = ['Bidirectional', 'HostToContainer', 'None'];
const RECURSIVE_READ_ONLY = ['Disabled', 'Enabled', 'IfPossible'];

function validateSubPaths(mount: VolumeMount, path: string, listPath: string, { volumes, errors }: Scope): void {
  const { subPath = '', subPathExpr = '' } = mount;
  if (volumes.get(mount.name)?.image !== undefined) {
    for (const [key, value] of [
      ['subPath', subPath],
      ['subPathExpr', subPathExpr],
    ] as const) {
      if (value !== '') errors.push(invalid(`${path}.${key}`, value, 'not allowed in image volume sources'));
    }
  }
  if (subPath !== '') validateDescendingPath(subPath, `${listPath}.subPath`, errors);
  if (subPathExpr === '') return;
  if (subPath !== '') {
    errors.push(invalid(`${path}.subPathExpr`, subPathExpr, 'subPathExpr and subPath are mutually exclusive'));
  }
  validateDescendingPath(subPathExpr, `${listPath}.subPathExpr`, errors);
}

function validateOptions(mount: VolumeMount, container: Container, listPath: string, { errors }: Scope): void {
  const propagation = mount.mountPropagation;
  if (propagation !== undefined) {
    const field = `${listPath}.mountPropagation`;
    if (!PROPAGATIONS.includes(propagation)) errors.push(notSupported(field, propagation, PROPAGATIONS));
    if (propagation === 'Bidirectional' && container.securityContext?.privileged !== true) {
      errors.push(forbidden(field, 'Bidirectional mount propagation is available only to privileged containers'));
    }
  }
  const recursive = mount.recursiveReadOnly;
  if (recursive === undefined || recursive === 'Disabled') return;
  const field = `${listPath}.recursiveReadOnly`;
  if (!RECURSIVE_READ_ONLY.includes(recursive)) {
    errors.push(notSupported(field, recursive, RECURSIVE_READ_ONLY));
    return;
  }
  if (mount.readOnly !== true) errors.push(forbidden(field, 'may only be specified when readOnly is true'));
  if (propagation !== undefined && propagation !== 'None') {
    errors.push(forbidden(field, 'may only be specified when mountPropagation is None or not specified'));
  }
}

export function validateMounts(container: Container, path: string, scope: Scope): void {
  const { volumes, errors } = scope;
  const devices = container.volumeDevices ?? [];
  const taken = new Set<string>();
  const listPath = `${path}.volumeMounts`;
  (container.volumeMounts ?? []).forEach((mount, index) => {
    const at = `${listPath}[${index}]`;
    const { name = '', mountPath = '' } = mount;
    if (name === '') errors.push(required(`${at}.name`));
    if (!volumes.has(name)) errors.push(notFound(`${at}.name`, name));
    if (mountPath === '') errors.push(required(`${at}.mountPath`));
    if (taken.has(mountPath)) errors.push(invalid(`${at}.mountPath`, mountPath, 'must be unique'));
    taken.add(mountPath);
    if (devices.some((device) => device.name === name)) {
      errors.push(invalid(`${at}.name`, name, 'must not already exist in volumeDevices'));
    }
    if (devices.some((device) => device.devicePath === mountPath)) {
      errors.push(invalid(`${at}.mountPath`, mountPath, 'must not already exist as a path in volumeDevices'));
    }
    validateSubPaths(mount, at, listPath, scope);
    validateOptions(mount, container, listPath, scope);
  });
}

export function validateDevices(container: Container, path: string, { volumes, errors }: Scope): void {
  const mounts = container.volumeMounts ?? [];
  const paths = new Set<string>();
  const names = new Set<string>();
  (container.volumeDevices ?? []).forEach((device, index) => {
    const at = `${path}.volumeDevices[${index}]`;
    const { name = '', devicePath = '' } = device;
    const volume = volumes.get(name);
    if (name === '') errors.push(required(`${at}.name`));
    if (names.has(name)) errors.push(invalid(`${at}.name`, name, 'must be unique'));
    if (volume === undefined) errors.push(notFound(`${at}.name`, name));
    else if (volume.persistentVolumeClaim === undefined && volume.ephemeral === undefined) {
      const why = 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode';
      errors.push(invalid(`${at}.name`, name, why));
    }
    if (devicePath === '') errors.push(required(`${at}.devicePath`));
    if (paths.has(devicePath)) errors.push(invalid(`${at}.devicePath`, devicePath, 'must be unique'));
    if (hasBackstep(devicePath))
      errors.push(invalid(`${at}.devicePath`, devicePath, "can not contain backsteps ('..')"));
    else paths.add(devicePath);
    if (mounts.some((mount) => mount.name === name)) {
      errors.push(invalid(`${at}.name`, name, 'must not already exist in volumeMounts'));
    }
    if (mounts.some((mount) => mount.mountPath === devicePath)) {
      errors.push(invalid(`${at}.devicePath`, devicePath, 'must not already exist as a path in volumeMounts'));
    }
    if (name !== '') names.add(name);
  });
}
