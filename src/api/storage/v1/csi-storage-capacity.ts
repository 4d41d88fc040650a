// CSIStorageCapacity. Models kubernetes pkg/registry/storage/csistoragecapacity and pkg/apis/storage/validation.

import type { FieldError } from '../../../schema/field-error.ts';
import { invalid } from '../../../schema/field-error.ts';
import { dns1123SubdomainErrors } from '../../../schema/names.ts';
import { quantityOf } from '../../../schema/quantity.ts';
import { defineKind } from '../../kind.ts';
import { defaultPrinter } from '../../printing.ts';
import type { CSIStorageCapacity } from '../../types/storage-v1.ts';
import { invalidEach, validateImmutable, validateLabelSelector } from '../../validation/fields.ts';

function validate(object: CSIStorageCapacity): FieldError[] {
  const { storageClassName = '' } = object as Partial<CSIStorageCapacity>;
  const errors = [
    ...validateLabelSelector(object.nodeTopology, 'nodeTopology'),
    ...invalidEach('storageClassName', storageClassName, dns1123SubdomainErrors(storageClassName)),
  ];
  const { capacity } = object;
  if (capacity !== undefined && quantityOf(capacity).nano < 0n) {
    errors.push(invalid('capacity', String(capacity), 'must be greater than or equal to 0'));
  }
  return errors;
}

export const csiStorageCapacity = defineKind<CSIStorageCapacity>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSIStorageCapacity',
  resource: 'csistoragecapacities',
  singular: 'csistoragecapacity',
  namespaced: true,
  definition: 'io.k8s.api.storage.v1.CSIStorageCapacity',

  validate,
  validateUpdate: (object, old) => [
    ...validate(object),
    ...validateImmutable(object.nodeTopology, old.nodeTopology, 'nodeTopology'),
    ...validateImmutable(object.storageClassName, old.storageClassName, 'storageClassName'),
  ],
  allowUnconditionalUpdate: false,

  printer: defaultPrinter,
});
