// Lease. Models kubernetes pkg/registry/coordination/lease.

import type { FieldError } from '../../../schema/field-error.ts';
import { invalid } from '../../../schema/field-error.ts';
import { defineKind } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, age, column } from '../../printing.ts';
import type { Lease } from '../../types/coordination-v1.ts';
import { validateNonnegative } from '../../validation/fields.ts';

function validate(object: Lease): FieldError[] {
  const { leaseDurationSeconds, leaseTransitions } = object.spec ?? {};
  const errors: FieldError[] = [];
  if (leaseDurationSeconds !== undefined && leaseDurationSeconds <= 0) {
    errors.push(invalid('spec.leaseDurationSeconds', leaseDurationSeconds, 'must be greater than 0'));
  }
  return [...errors, ...validateNonnegative(leaseTransitions, 'spec.leaseTransitions')];
}

/** Coordinated leader election is off by default upstream: its fields are dropped unless they were there before. */
function dropGatedFields(object: Lease, old?: Lease): void {
  if (object.spec === undefined) return;
  if (old?.spec?.strategy === undefined) delete object.spec.strategy;
  if (old?.spec?.preferredHolder === undefined) delete object.spec.preferredHolder;
}

export const lease = defineKind<Lease>({
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  resource: 'leases',
  singular: 'lease',
  namespaced: true,
  definition: 'io.k8s.api.coordination.v1.Lease',

  setDefaults(object) {
    object.spec ??= {};
  },
  prepareForCreate: (object) => dropGatedFields(object),
  prepareForUpdate: dropGatedFields,
  validate,
  validateUpdate: validate,

  allowCreateOnUpdate: true,
  allowUnconditionalUpdate: false,

  printer: {
    columns: [NAME_COLUMN, column('Holder'), AGE_COLUMN],
    cells: (object, now) => [object.metadata.name, object.spec?.holderIdentity ?? '', age(object, now)],
  },
});
