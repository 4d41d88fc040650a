// The volumes of a pod: well-formed, each with one source. Models kubernetes pkg/apis/core/validation (ValidateVolumes).

import type { FieldError } from '../../../../schema/field-error.ts';
import { duplicate, forbidden, invalid, required } from '../../../../schema/field-error.ts';
import { dns1123LabelErrors, dns1123SubdomainErrors } from '../../../../schema/names.ts';
import type { Volume } from '../../../types/core-v1.ts';
import { quantityIn } from '../resource-lists.ts';
import { validateDownwardFile } from './downward.ts';
import { validateFileMode } from './paths.ts';
import { validateProjected } from './projected.ts';
import { addEach } from './scope.ts';
import {
  validateCsi,
  validateEphemeral,
  validateFc,
  validateHostPath,
  validateImageVolume,
  validateIscsi,
  validateItems,
  validateNfs,
} from './volume-sources.ts';

type SourceKey = Exclude<keyof Volume, 'name'>;
type Check<K extends SourceKey> = (source: NonNullable<Volume[K]>, path: string, errors: FieldError[]) => void;

function requiring<K extends SourceKey>(...fields: Array<keyof NonNullable<Volume[K]> & string>): Check<K> {
  return (source, path, errors) => {
    for (const field of fields) {
      const value = (source as Record<string, unknown>)[field];
      if (!value || (Array.isArray(value) && value.length === 0)) errors.push(required(`${path}.${field}`));
    }
  };
}

/** In upstream's order, which decides which of two sources is one too many. */
const CHECKS: { readonly [K in SourceKey]: Check<K> } = {
  emptyDir: (source, path, errors) => {
    if (source.sizeLimit === undefined || quantityIn(source.sizeLimit).nano >= 0n) return;
    errors.push(forbidden(`${path}.sizeLimit`, 'SizeLimit field must be a valid resource quantity'));
  },
  hostPath: validateHostPath,
  gitRepo: requiring<'gitRepo'>('repository'),
  gcePersistentDisk: requiring<'gcePersistentDisk'>('pdName'),
  awsElasticBlockStore: requiring<'awsElasticBlockStore'>('volumeID'),
  secret: (source, path, errors) => {
    if (!source.secretName) errors.push(required(`${path}.secretName`));
    validateFileMode(source.defaultMode, `${path}.defaultMode`, errors);
    validateItems(source.items, `${path}.items`, errors);
  },
  nfs: validateNfs,
  iscsi: validateIscsi,
  glusterfs: requiring<'glusterfs'>('endpoints', 'path'),
  flocker: (source, path, errors) => {
    if (source.datasetName || source.datasetUUID) return;
    errors.push(required(path, 'one of datasetName and datasetUUID is required'));
  },
  persistentVolumeClaim: requiring<'persistentVolumeClaim'>('claimName'),
  rbd: requiring<'rbd'>('monitors', 'image'),
  cinder: requiring<'cinder'>('volumeID'),
  cephfs: requiring<'cephfs'>('monitors'),
  quobyte: requiring<'quobyte'>('registry', 'volume'),
  downwardAPI: (source, path, errors) => {
    validateFileMode(source.defaultMode, `${path}.defaultMode`, errors);
    for (const file of source.items ?? []) validateDownwardFile(file, path, errors);
  },
  fc: validateFc,
  flexVolume: requiring<'flexVolume'>('driver'),
  configMap: (source, path, errors) => {
    if (!source.name) errors.push(required(`${path}.name`));
    validateFileMode(source.defaultMode, `${path}.defaultMode`, errors);
    validateItems(source.items, `${path}.items`, errors);
  },
  azureFile: requiring<'azureFile'>('secretName', 'shareName'),
  vsphereVolume: requiring<'vsphereVolume'>('volumePath'),
  photonPersistentDisk: requiring<'photonPersistentDisk'>('pdID'),
  portworxVolume: requiring<'portworxVolume'>('volumeID'),
  azureDisk: requiring<'azureDisk'>('diskName', 'diskURI'),
  storageos: requiring<'storageos'>('volumeName'),
  projected: validateProjected,
  scaleIO: requiring<'scaleIO'>('gateway', 'system', 'volumeName'),
  csi: validateCsi,
  ephemeral: validateEphemeral,
  image: validateImageVolume,
};
const KEYS = Object.keys(CHECKS) as SourceKey[];
/** Paths that upstream spells in its own way where a source is one too many. */
const ODD_PATHS: Readonly<Record<string, string>> = { cephfs: 'cephFS', downwardAPI: 'downwarAPI' };

function validateSource(volume: Volume, path: string, podName: string, errors: FieldError[]): void {
  let found = false;
  for (const key of KEYS) {
    const source = volume[key];
    if (source === undefined) continue;
    if (found) {
      errors.push(forbidden(`${path}.${ODD_PATHS[key] ?? key}`, 'may not specify more than 1 volume type'));
      continue;
    }
    found = true;
    (CHECKS[key] as Check<typeof key>)(source, `${path}.${key}`, errors);
    if (key === 'ephemeral' && podName !== '' && volume.name) {
      const claim = `${podName}-${volume.name}`;
      const texts = dns1123SubdomainErrors(claim).map((text) => `PVC name ${JSON.stringify(claim)}: ${text}`);
      addEach(errors, `${path}.name`, volume.name, texts);
    }
  }
  if (!found) errors.push(required(path, 'must specify a volume type'));
}

/**
 * The well-formed volumes by name; a mount of another one is an error too. `podName` is empty for templates: claims
 * of ephemeral volumes are named after the pod.
 */
export function validateVolumes(
  volumes: readonly Volume[],
  podName: string,
  path: string,
  errors: FieldError[],
): Map<string, Volume> {
  const good = new Map<string, Volume>();
  const made = new Set<string>();
  if (podName !== '') {
    for (const volume of volumes) if (volume.ephemeral !== undefined) made.add(`${podName}-${volume.name}`);
  }
  volumes.forEach((volume, index) => {
    const at = `${path}[${index}]`;
    const before = errors.length;
    const name = volume.name ?? '';
    validateSource(volume, at, podName, errors);
    if (name === '') errors.push(required(`${at}.name`));
    else addEach(errors, `${at}.name`, name, dns1123LabelErrors(name));
    if (good.has(name)) errors.push(duplicate(`${at}.name`, name));
    if (errors.length === before) good.set(name, volume);
    const claim = volume.persistentVolumeClaim?.claimName;
    if (claim !== undefined && made.has(claim)) {
      const why = 'must not reference a PVC that gets created for an ephemeral volume';
      errors.push(invalid(`${at}.persistentVolumeClaim.claimName`, claim, why));
    }
  });
  return good;
}
