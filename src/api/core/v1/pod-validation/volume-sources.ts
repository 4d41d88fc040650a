// The sources of volumes, each by itself. Models kubernetes pkg/apis/core/validation (validateSecretVolumeSource, …).

import { append } from '../../../../lib/append.ts';
import type { FieldError } from '../../../../schema/field-error.ts';
import { invalid, notSupported, required, tooLong } from '../../../../schema/field-error.ts';
import { byteLength } from '../../../../schema/go-text.ts';
import { dns1123SubdomainErrors, rangeText } from '../../../../schema/names.ts';
import type {
  CSIVolumeSource,
  EphemeralVolumeSource,
  FCVolumeSource,
  HostPathVolumeSource,
  ISCSIVolumeSource,
  ImageVolumeSource,
  KeyToPath,
  NFSVolumeSource,
} from '../../../types/core-v1.ts';
import { validateTemplateMeta } from '../../../validation/template-meta.ts';
import { validateClaimSpec } from '../claim-spec.ts';
import { validateFileMode, validateNoBackstep, validateVolumePath } from './paths.ts';
import { addEach } from './scope.ts';

const HOST_PATH_TYPES = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];
const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];
const MAX_DRIVER_NAME = 63;
const INITIATOR: Readonly<Record<string, RegExp>> = {
  iqn: /^iqn\.\d{4}-\d{2}\.([a-z0-9.-]+)(:([^,;*&$|\s]+))$/,
  eui: /^eui\.[0-9A-Fa-f]{16}$/,
  naa: /^naa\.[0-9A-Fa-f]{32}$/,
};

/** Keys of a ConfigMap or Secret and the files they become. */
export function validateItems(items: readonly KeyToPath[] | undefined, path: string, errors: FieldError[]): void {
  (items ?? []).forEach((item, index) => {
    const at = `${path}[${index}]`;
    if (!item.key) errors.push(required(`${at}.key`));
    if (!item.path) errors.push(required(`${at}.path`));
    validateVolumePath(item.path ?? '', `${at}.path`, errors);
    validateFileMode(item.mode, `${at}.mode`, errors);
  });
}

export function validateHostPath(source: HostPathVolumeSource, path: string, errors: FieldError[]): void {
  if (!source.path) return void errors.push(required(`${path}.path`));
  validateNoBackstep(source.path, `${path}.path`, errors);
  const type = source.type ?? '';
  if (!HOST_PATH_TYPES.includes(type)) errors.push(notSupported(`${path}.type`, type, HOST_PATH_TYPES));
}

export function validateNfs(source: NFSVolumeSource, path: string, errors: FieldError[]): void {
  if (!source.server) errors.push(required(`${path}.server`));
  const target = source.path ?? '';
  if (target === '') errors.push(required(`${path}.path`));
  if (!target.startsWith('/')) errors.push(invalid(`${path}.path`, target, 'must be an absolute path'));
}

function validateInitiator(name: string, field: string, errors: FieldError[]): void {
  const pattern = INITIATOR[name.slice(0, 3)];
  if (pattern === undefined) errors.push(invalid(field, name, 'must be valid format starting with iqn, eui, or naa'));
  else if (!pattern.test(name)) errors.push(invalid(field, name, 'must be valid format'));
}

export function validateIscsi(source: ISCSIVolumeSource, path: string, errors: FieldError[]): void {
  if (!source.targetPortal) errors.push(required(`${path}.targetPortal`));
  if (!source.iqn) errors.push(required(`${path}.iqn`));
  else validateInitiator(source.iqn, `${path}.iqn`, errors);
  const lun = source.lun ?? 0;
  if (lun < 0 || lun > 255) errors.push(invalid(`${path}.lun`, lun, rangeText(0, 255)));
  if ((source.chapAuthDiscovery === true || source.chapAuthSession === true) && source.secretRef === undefined) {
    errors.push(required(`${path}.secretRef`));
  }
  if (source.initiatorName !== undefined) validateInitiator(source.initiatorName, `${path}.initiatorname`, errors);
}

export function validateFc(source: FCVolumeSource, path: string, errors: FieldError[]): void {
  const names = source.targetWWNs ?? [];
  const ids = source.wwids ?? [];
  if (names.length === 0 && ids.length === 0) {
    errors.push(required(`${path}.targetWWNs`, 'must specify either targetWWNs or wwids, but not both'));
  }
  if (names.length > 0 && ids.length > 0) {
    errors.push(invalid(`${path}.targetWWNs`, names, 'targetWWNs and wwids can not be specified simultaneously'));
  }
  if (names.length === 0) return;
  if (source.lun === undefined) errors.push(required(`${path}.lun`, 'lun is required if targetWWNs is specified'));
  else if (source.lun < 0 || source.lun > 255) errors.push(invalid(`${path}.lun`, source.lun, rangeText(0, 255)));
}

/** Case does not matter in the name of a driver. */
export function validateCsiDriverName(name: string | undefined, field: string, errors: FieldError[]): void {
  const driver = name ?? '';
  if (driver === '') return void errors.push(required(field));
  if (byteLength(driver) > MAX_DRIVER_NAME) errors.push(tooLong(field, MAX_DRIVER_NAME));
  addEach(errors, field, driver, dns1123SubdomainErrors(driver.toLowerCase()));
}

export function validateCsi(source: CSIVolumeSource, path: string, errors: FieldError[]): void {
  validateCsiDriverName(source.driver, `${path}.driver`, errors);
  if (source.nodePublishSecretRef !== undefined && !source.nodePublishSecretRef.name) {
    errors.push(required(`${path}.nodePublishSecretRef.name`));
  }
}

export function validateImageVolume(source: ImageVolumeSource, path: string, errors: FieldError[]): void {
  const { reference = '', pullPolicy = '' } = source;
  if (reference === '') errors.push(required(`${path}.reference`));
  if (pullPolicy === '') errors.push(required(`${path}.pullPolicy`));
  else if (!PULL_POLICIES.includes(pullPolicy))
    errors.push(notSupported(`${path}.pullPolicy`, pullPolicy, PULL_POLICIES));
}

/** The claim that is made for the pod: a spec as of a PersistentVolumeClaim, with labels and annotations alone. */
export function validateEphemeral(source: EphemeralVolumeSource, path: string, errors: FieldError[]): void {
  const template = source.volumeClaimTemplate;
  const at = `${path}.volumeClaimTemplate`;
  if (template === undefined) return void errors.push(required(at));
  append(errors, validateTemplateMeta(template.metadata, `${at}.metadata`));
  append(errors, validateClaimSpec(template.spec ?? {}, `${at}.spec`));
}
