// What a PersistentVolume may be, and what of it may change.
// Models kubernetes pkg/apis/core/validation (ValidatePersistentVolumeSpec, ValidatePersistentVolumeUpdate).

import { append } from '../../../lib/append.ts';
import { deepEqual } from '../../../lib/json.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { forbidden, invalid, notSupported, required } from '../../../schema/field-error.ts';
import { dns1123SubdomainErrors } from '../../../schema/names.ts';
import { quantityValue } from '../../../schema/quantity.ts';
import type { PersistentVolume, PersistentVolumeSpec } from '../../types/core-v1.ts';
import { invalidEach, validateImmutable } from '../../validation/fields.ts';
import { validateAccessModes, validateVolumeMode } from './claim-spec.ts';
import { validateNodeSelector } from './pod-validation/affinity.ts';
import { validateNoBackstep } from './pod-validation/paths.ts';
import {
  validateCsiDriverName,
  validateFc,
  validateHostPath,
  validateIscsi,
  validateNfs,
} from './pod-validation/volume-sources.ts';
import { quantityIn } from './resource-lists.ts';
import { textDiff } from './text-diff.ts';

const RECLAIM_POLICIES = ['Delete', 'Recycle', 'Retain'];
const SECRETS = [
  'controllerPublishSecretRef',
  'controllerExpandSecretRef',
  'nodePublishSecretRef',
  'nodeExpandSecretRef',
] as const;

/** Sources, in the order in which they are looked at, with the members that none may lack. */
const REQUIRED = {
  hostPath: [],
  gcePersistentDisk: ['pdName'],
  awsElasticBlockStore: ['volumeID'],
  glusterfs: ['endpoints', 'path'],
  flocker: [],
  nfs: [],
  rbd: ['monitors', 'image'],
  quobyte: ['registry', 'volume'],
  cephfs: ['monitors'],
  iscsi: [],
  cinder: ['volumeID'],
  fc: [],
  flexVolume: ['driver'],
  azureFile: ['secretName', 'shareName'],
  vsphereVolume: ['volumePath'],
  photonPersistentDisk: ['pdID'],
  portworxVolume: ['volumeID'],
  azureDisk: ['diskName', 'diskURI'],
  scaleIO: ['gateway', 'system', 'volumeName'],
  local: [],
  storageos: ['volumeName'],
  csi: [],
} as const satisfies Partial<Record<keyof PersistentVolumeSpec, readonly string[]>>;
type SourceKey = keyof typeof REQUIRED;
const SOURCES = Object.keys(REQUIRED) as SourceKey[];

function validateSource(spec: PersistentVolumeSpec, key: SourceKey, errors: FieldError[]): void {
  const path = `spec.${key}`;
  const source = spec[key] as unknown as Record<string, unknown>;
  for (const field of REQUIRED[key]) {
    const value = source[field];
    if (!value || (Array.isArray(value) && value.length === 0)) errors.push(required(`${path}.${field}`));
  }
  if (spec.hostPath !== undefined && key === 'hostPath') validateHostPath(spec.hostPath, path, errors);
  if (spec.nfs !== undefined && key === 'nfs') validateNfs(spec.nfs, path, errors);
  if (spec.iscsi !== undefined && key === 'iscsi') validateIscsi(spec.iscsi, path, errors);
  if (spec.fc !== undefined && key === 'fc') validateFc(spec.fc, path, errors);
  if (spec.flocker !== undefined && key === 'flocker' && !spec.flocker.datasetName && !spec.flocker.datasetUUID) {
    errors.push(required(path, 'one of datasetName and datasetUUID is required'));
  }
  if (spec.local !== undefined && key === 'local') {
    if (!spec.local.path) errors.push(required(`${path}.path`));
    else validateNoBackstep(spec.local.path, `${path}.path`, errors);
    if (spec.nodeAffinity?.required === undefined) {
      errors.push(required('spec.nodeAffinity', 'Local volume requires node affinity'));
    }
  }
  if (spec.csi !== undefined && key === 'csi') {
    validateCsiDriverName(spec.csi.driver, `${path}.driver`, errors);
    if (!spec.csi.volumeHandle) errors.push(required(`${path}.volumeHandle`));
    for (const name of SECRETS) {
      const secret = spec.csi[name];
      if (secret === undefined) continue;
      if (!secret.name) errors.push(required(`${path}.${name}.name`));
      if (!secret.namespace) errors.push(required(`${path}.${name}.namespace`));
    }
  }
}

function validateCapacity(capacity: Record<string, string | number> | undefined, errors: FieldError[]): void {
  const field = 'spec.capacity';
  const list = capacity ?? {};
  const names = Object.keys(list);
  if (names.length === 0) errors.push(required(field));
  if (!names.includes('storage') || names.length > 1) errors.push(notSupported(field, capacity, ['storage']));
  for (const [name, value] of Object.entries(list)) {
    const { nano } = quantityIn(value);
    if (nano < 0n) {
      errors.push(invalid(`${field}[${name}]`, quantityValue(value), 'must be a valid resource quantity'));
    }
    if (nano <= 0n) errors.push(invalid(`${field}[${name}]`, String(value), 'must be greater than zero'));
  }
}

export function validatePersistentVolume({ spec = {} }: PersistentVolume): FieldError[] {
  const errors: FieldError[] = [];
  const { accessModes = [], persistentVolumeReclaimPolicy: reclaim = '', nodeAffinity } = spec;
  if (accessModes.length === 0) errors.push(required('spec.accessModes'));
  append(errors, validateAccessModes(accessModes, 'spec.accessModes'));
  validateCapacity(spec.capacity, errors);
  if (reclaim !== '' && !RECLAIM_POLICIES.includes(reclaim)) {
    errors.push(notSupported('spec.persistentVolumeReclaimPolicy', reclaim, RECLAIM_POLICIES));
  }
  if (nodeAffinity !== undefined) {
    const field = 'spec.nodeAffinity.required';
    if (nodeAffinity.required === undefined) errors.push(required(field, 'must specify required node constraints'));
    else validateNodeSelector(nodeAffinity.required, field, errors);
  }
  const [first, ...others] = SOURCES.filter((key) => spec[key] !== undefined);
  if (first !== undefined) validateSource(spec, first, errors);
  for (const key of others) errors.push(forbidden(`spec.${key}`, 'may not specify more than 1 volume type'));
  if (first === undefined) errors.push(required('spec', 'must specify a volume type'));
  if (spec.hostPath !== undefined && /^\/+$/.test(spec.hostPath.path) && reclaim === 'Recycle') {
    const why = "may not be 'recycle' for a hostPath mount of '/'";
    errors.push(forbidden('spec.persistentVolumeReclaimPolicy', why));
  }
  const { storageClassName, volumeAttributesClassName: attributes } = spec;
  if (storageClassName) {
    append(errors, invalidEach('spec.storageClassName', storageClassName, dns1123SubdomainErrors(storageClassName)));
  }
  append(errors, validateVolumeMode(spec.volumeMode, 'spec.volumeMode'));
  if (attributes === undefined) return errors;
  const field = 'spec.volumeAttributesClassName';
  if (attributes === '') errors.push(required(field, 'an empty string is disallowed'));
  else append(errors, invalidEach(field, attributes, dns1123SubdomainErrors(attributes)));
  if (spec.csi === undefined) {
    errors.push(required('spec.csi', 'has to be specified when using volumeAttributesClassName'));
  }
  return errors;
}

export function validatePersistentVolumeUpdate(object: PersistentVolume, old: PersistentVolume): FieldError[] {
  // Looked at twice upstream.
  const errors = [...validatePersistentVolume(object), ...validatePersistentVolume(object)];
  const sourceOf = (spec: PersistentVolumeSpec = {}) =>
    Object.fromEntries(SOURCES.flatMap((key) => (spec[key] === undefined ? [] : [[key, spec[key]]])));
  const source = sourceOf(object.spec);
  const before = sourceOf(old.spec);
  if (!deepEqual(source, before)) {
    const why = `spec.persistentvolumesource is immutable after creation\n${textDiff('PersistentVolumeSpec', before, source)}`;
    errors.push(forbidden('spec.persistentvolumesource', why));
  }
  // The path lacks its beginning upstream.
  append(errors, validateImmutable(object.spec?.volumeMode, old.spec?.volumeMode, 'volumeMode'));
  if (old.spec?.nodeAffinity !== undefined) {
    append(errors, validateImmutable(object.spec?.nodeAffinity, old.spec.nodeAffinity, 'nodeAffinity'));
  }
  return errors;
}
