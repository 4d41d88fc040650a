// References to a pod's own fields and to its containers' resources, from variables and from volumes.
// Models kubernetes pkg/apis/core/validation (validateObjectFieldSelector, …) and pkg/apis/core/pods/helpers.go.

import type { FieldError } from '../../../../schema/field-error.ts';
import { invalid, notSupported, required } from '../../../../schema/field-error.ts';
import { qualifiedNameErrors } from '../../../../schema/names.ts';
import { parseQuantity } from '../../../../schema/quantity.ts';
import type { DownwardAPIVolumeFile, ObjectFieldSelector, ResourceFieldSelector } from '../../../types/core-v1.ts';
import { validateFileMode, validateVolumePath } from './paths.ts';
import { addEach } from './scope.ts';

/** Fields that a reference may name at all; what is offered where is narrower. */
const KNOWN_FIELDS: ReadonlySet<string> = new Set([
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.restartPolicy',
  'spec.serviceAccountName',
  'spec.schedulerName',
  'status.phase',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
]);
export const ENV_FIELDS: readonly string[] = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];
const VOLUME_FIELDS: readonly string[] = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
];
const RESOURCES: readonly string[] = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];
const BYTE_DIVISORS = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];
const SUBSCRIPT = /^(.*)\['(.*)'\]$/;

export function validateFieldRef(
  ref: ObjectFieldSelector,
  supported: readonly string[],
  path: string,
  errors: FieldError[],
): void {
  const { apiVersion = '', fieldPath = '' } = ref;
  if (apiVersion === '') return void errors.push(required(`${path}.apiVersion`));
  if (fieldPath === '') return void errors.push(required(`${path}.fieldPath`));
  const unusable = (why: string): void => {
    errors.push(invalid(`${path}.fieldPath`, fieldPath, `error converting fieldPath: ${why}`));
  };
  if (apiVersion !== 'v1') return unusable(`unsupported pod version: ${apiVersion}`);
  const [, field, key = ''] = SUBSCRIPT.exec(fieldPath) ?? [];
  if (field === 'metadata.annotations')
    return addEach(errors, path, key.toLowerCase(), qualifiedNameErrors(key.toLowerCase()));
  if (field === 'metadata.labels') return addEach(errors, path, key, qualifiedNameErrors(key));
  if (field !== undefined) return unusable(`field label does not support subscript: ${fieldPath}`);
  if (!KNOWN_FIELDS.has(fieldPath)) return unusable(`field label not supported: ${fieldPath}`);
  if (!supported.includes(fieldPath)) errors.push(notSupported(`${path}.fieldPath`, fieldPath, supported));
}

function validateDivisor(ref: ResourceFieldSelector, path: string, errors: FieldError[]): void {
  const parsed = parseQuantity(ref.divisor ?? '0');
  if (!parsed.ok || parsed.quantity.nano === 0n) return;
  const name = ref.resource.replace(/^(limits|requests)\./, '');
  if (name === ref.resource) return;
  const refuse = (divisors: string, of: string): void => {
    errors.push(
      invalid(
        `${path}.divisor`,
        ref.resource,
        `only divisor's values ${divisors} are supported with the ${of} resource`,
      ),
    );
  };
  if (name === 'cpu') {
    if (!['1', '1m'].includes(parsed.text)) refuse('1m and 1', 'cpu');
    return;
  }
  const of =
    name === 'ephemeral-storage' ? 'local ephemeral storage' : name.startsWith('hugepages-') ? 'hugepages' : name;
  if (!BYTE_DIVISORS.includes(parsed.text)) refuse(BYTE_DIVISORS.join(', '), of);
}

export function validateResourceFieldRef(
  ref: ResourceFieldSelector,
  inVolume: boolean,
  path: string,
  errors: FieldError[],
): void {
  const resource = ref.resource ?? '';
  if (inVolume && !ref.containerName) errors.push(required(`${path}.containerName`));
  else if (resource === '') errors.push(required(`${path}.resource`));
  else if (!RESOURCES.includes(resource) && !/^(limits|requests)\.hugepages-/.test(resource)) {
    errors.push(notSupported(`${path}.resource`, resource, RESOURCES));
  }
  if (resource !== '') validateDivisor(ref, path, errors);
}

/** Errors are told at the volume, not at the file, as upstream does. */
export function validateDownwardFile(file: DownwardAPIVolumeFile, path: string, errors: FieldError[]): void {
  const target = file.path ?? '';
  if (target === '') errors.push(required(`${path}.path`));
  validateVolumePath(target, `${path}.path`, errors);
  if (file.fieldRef !== undefined) {
    validateFieldRef(file.fieldRef, VOLUME_FIELDS, `${path}.fieldRef`, errors);
    if (file.resourceFieldRef !== undefined) {
      errors.push(invalid(path, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'));
    }
  } else if (file.resourceFieldRef !== undefined) {
    validateResourceFieldRef(file.resourceFieldRef, true, `${path}.resourceFieldRef`, errors);
  } else {
    errors.push(required(path, 'one of fieldRef and resourceFieldRef is required'));
  }
  validateFileMode(file.mode, `${path}.mode`, errors);
}
