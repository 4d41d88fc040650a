// What a claim of storage may ask for, in a PersistentVolumeClaim and in the templates of such.
// Models kubernetes pkg/apis/core/validation (ValidatePersistentVolumeClaimSpec).

import { append } from '../../../lib/append.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { forbidden, invalid, notSupported, required } from '../../../schema/field-error.ts';
import { dns1123SubdomainErrors } from '../../../schema/names.ts';
import type {
  PersistentVolumeClaimSpec,
  TypedLocalObjectReference,
  TypedObjectReference,
} from '../../types/core-v1.ts';
import { invalidEach, validateLabelSelector } from '../../validation/fields.ts';
import { canonicalResources, quantityIn } from './resource-lists.ts';

const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
const VOLUME_MODES = ['Block', 'Filesystem'];

export function setClaimSpecDefaults(spec: PersistentVolumeClaimSpec): void {
  spec.volumeMode ??= 'Filesystem';
  const resources = (spec.resources ??= {});
  if (resources.requests !== undefined) canonicalResources(resources.requests);
  if (resources.limits !== undefined) canonicalResources(resources.limits);
}

export function validateAccessModes(modes: readonly string[], field: string): FieldError[] {
  const errors = modes.flatMap((mode) =>
    ACCESS_MODES.includes(mode) ? [] : [notSupported(field, mode, ACCESS_MODES)],
  );
  if (modes.includes('ReadWriteOncePod') && modes.length > 1) {
    errors.push(forbidden(field, 'may not use ReadWriteOncePod with other access modes'));
  }
  return errors;
}

export function validateVolumeMode(mode: string | undefined, field: string): FieldError[] {
  return mode === undefined || VOLUME_MODES.includes(mode) ? [] : [notSupported(field, mode, VOLUME_MODES)];
}

function validateSource(
  source: TypedLocalObjectReference | TypedObjectReference | undefined,
  field: string,
): FieldError[] {
  if (source === undefined) return [];
  const { name = '', kind = '' } = source as Partial<TypedObjectReference>;
  // The group may be null.
  const apiGroup = source.apiGroup ?? '';
  const errors: FieldError[] = [];
  if (name === '') errors.push(required(`${field}.name`));
  if (kind === '') errors.push(required(`${field}.kind`));
  if (apiGroup !== '') append(errors, invalidEach(`${field}.apiGroup`, apiGroup, dns1123SubdomainErrors(apiGroup)));
  else if (kind !== 'PersistentVolumeClaim') {
    errors.push(invalid(field, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup"));
  }
  return errors;
}

function isSame(source: TypedLocalObjectReference, reference: TypedObjectReference): boolean {
  return (['apiGroup', 'kind', 'name'] as const).every((key) => (source[key] ?? '') === (reference[key] ?? ''));
}

export function validateClaimSpec(spec: PersistentVolumeClaimSpec, field: string): FieldError[] {
  const { accessModes = [], resources, selector, storageClassName, dataSource, dataSourceRef } = spec;
  const errors: FieldError[] = [];
  if (accessModes.length === 0) errors.push(required(`${field}.accessModes`, 'at least 1 access mode is required'));
  append(errors, validateLabelSelector(selector, `${field}.selector`));
  append(errors, validateAccessModes(accessModes, `${field}.accessModes`));
  const storage = resources?.requests?.['storage'];
  if (storage === undefined) errors.push(required(`${field}.resources[storage]`));
  else if (quantityIn(storage).nano <= 0n) {
    errors.push(invalid(`${field}.resources[storage]`, String(storage), 'must be greater than zero'));
  }
  if (storageClassName) {
    append(
      errors,
      invalidEach(`${field}.storageClassName`, storageClassName, dns1123SubdomainErrors(storageClassName)),
    );
  }
  append(errors, validateVolumeMode(spec.volumeMode, `${field}.volumeMode`));
  append(errors, validateSource(dataSource, `${field}.dataSource`));
  append(errors, validateSource(dataSourceRef, `${field}.dataSourceRef`));
  if (dataSource !== undefined && dataSourceRef !== undefined) {
    if (dataSourceRef.namespace) {
      const why = 'may not be specified when dataSourceRef.namespace is specified';
      errors.push(invalid(field, {}, why));
    } else if (!isSame(dataSource, dataSourceRef)) errors.push(invalid(field, {}, 'must match dataSourceRef'));
  }
  const attributes = spec.volumeAttributesClassName;
  if (attributes) {
    append(errors, invalidEach(`${field}.volumeAttributesClassName`, attributes, dns1123SubdomainErrors(attributes)));
  }
  return errors;
}
