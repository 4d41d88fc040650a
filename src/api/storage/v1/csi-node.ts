// CSINode. Models kubernetes pkg/registry/storage/csinode, pkg/apis/storage/validation and the printer.

import { append } from '../../../lib/append.ts';
import { deepEqual } from '../../../lib/json.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { duplicate, invalid, required } from '../../../schema/field-error.ts';
import { byteLength } from '../../../schema/go-text.ts';
import { qualifiedNameErrors } from '../../../schema/names.ts';
import { validateCsiDriverName } from '../../core/v1/pod-validation/volume-sources.ts';
import { defineKind } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, age, column } from '../../printing.ts';
import type { CSINode, CSINodeDriver } from '../../types/storage-v1.ts';
import { invalidEach, validateNonnegative } from '../../validation/fields.ts';

const MAX_NODE_ID = 256;

function driversOf(object: CSINode): CSINodeDriver[] {
  // Served as null where it is missing.
  return object.spec?.drivers ?? [];
}

function validateDriver(driver: CSINodeDriver, seen: Set<string>, field: string): FieldError[] {
  const { name = '', nodeID = '', allocatable } = driver;
  // Served as null where it is missing.
  const topologyKeys = (driver.topologyKeys as string[] | null | undefined) ?? [];
  const errors: FieldError[] = [];
  validateCsiDriverName(name, `${field}.name`, errors);
  if (nodeID === '') errors.push(required(`${field}.nodeID`));
  else if (byteLength(nodeID) > MAX_NODE_ID) {
    errors.push(invalid(`${field}.nodeID`, nodeID, `must be ${MAX_NODE_ID} characters or less`));
  }
  append(errors, validateNonnegative(allocatable?.count, `${field}.allocatable.count`));
  if (seen.has(name)) errors.push(duplicate(`${field}.name`, name));
  seen.add(name);
  topologyKeys.forEach((key, index) => {
    if (topologyKeys.indexOf(key) < index) errors.push(duplicate(field, key));
    append(errors, invalidEach(field, key, qualifiedNameErrors(key)));
  });
  return errors;
}

function validate(object: CSINode): FieldError[] {
  const seen = new Set<string>();
  return driversOf(object).flatMap((driver, index) => validateDriver(driver, seen, `spec.drivers[${index}]`));
}

/** A driver that is there stays as it is; how many volumes it can take may change. */
function validateChange(object: CSINode, old: CSINode): FieldError[] {
  return driversOf(old).flatMap((before) => {
    const driver = driversOf(object).find(({ name }) => name === before.name);
    if (driver === undefined) return [];
    const same = deepEqual({ ...driver, allocatable: undefined }, { ...before, allocatable: undefined });
    if (same) return [];
    // With the names of upstream's internal type.
    const shown = {
      Name: driver.name,
      NodeID: driver.nodeID,
      TopologyKeys: driver.topologyKeys ?? null,
      Allocatable: null,
    };
    return [invalid('spec.drivers', shown, 'field is immutable')];
  });
}

export const csiNode = defineKind<CSINode>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSINode',
  resource: 'csinodes',
  singular: 'csinode',
  namespaced: false,
  definition: 'io.k8s.api.storage.v1.CSINode',

  // Upstream stores an empty list as none, and serves null for it.
  setDefaults(object) {
    const spec = (object.spec ??= {} as CSINode['spec']) as { drivers?: CSINodeDriver[] | null };
    if ((spec.drivers ?? []).length === 0) spec.drivers = null;
  },
  validate,
  validateUpdate: (object, old) => [...validate(object), ...validateChange(object, old)],
  allowUnconditionalUpdate: false,
  deleteReturnsObject: true,

  printer: {
    columns: [NAME_COLUMN, column('Drivers', 'integer'), AGE_COLUMN],
    cells: (object, now) => [object.metadata.name, driversOf(object).length, age(object, now)],
  },
});
