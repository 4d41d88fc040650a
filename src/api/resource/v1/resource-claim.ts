// ResourceClaim. Models kubernetes pkg/registry/resource/resourceclaim and pkg/apis/resource/validation.

import { deepEqual } from '../../../lib/json.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { invalid } from '../../../schema/field-error.ts';
import { defineKind } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, age, column } from '../../printing.ts';
import type { ResourceClaim } from '../../types/resource-v1.ts';
import { validateAdminAccess, validateAdminAccessResults } from './admin-access.ts';
import { validateClaimStatus } from './claim-status.ts';
import { RESOURCE, defaultRequests, validateClaim } from './devices.ts';
import { quotedClaimSpec } from './internal-form.ts';

function state({ metadata, status }: ResourceClaim): string {
  const states: string[] = [];
  const deleted = metadata.deletionTimestamp !== undefined;
  if (deleted) states.push('deleted');
  if (status?.allocation !== undefined) {
    states.push('allocated');
    if ((status.reservedFor ?? []).length > 0) states.push('reserved');
  } else if (!deleted) states.push('pending');
  return states.join(',');
}

function validateUpdate({ spec }: ResourceClaim, old: ResourceClaim): FieldError[] {
  return deepEqual(spec, old.spec) ? [] : [invalid('spec', quotedClaimSpec(spec), 'field is immutable')];
}

function resultsOf({ status }: ResourceClaim) {
  return status?.allocation?.devices?.results;
}

export const resourceClaim = defineKind<ResourceClaim>({
  group: RESOURCE,
  version: 'v1',
  kind: 'ResourceClaim',
  resource: 'resourceclaims',
  singular: 'resourceclaim',
  namespaced: true,
  definition: 'io.k8s.api.resource.v1.ResourceClaim',

  setDefaults(object) {
    object.spec ??= {};
    defaultRequests(object.spec.devices);
  },
  validate: ({ metadata, spec }, context) => [
    ...validateAdminAccess(spec.devices?.requests, metadata.namespace, context),
    ...validateClaim(spec.devices ?? {}, 'spec.devices'),
  ],
  validateUpdate,
  deleteReturnsObject: true,

  status: {
    validate: (object, old, context) => [
      ...validateAdminAccessResults(resultsOf(object), resultsOf(old), object.metadata.namespace, context),
      ...validateClaimStatus(object, old),
    ],
  },

  printer: {
    columns: [NAME_COLUMN, column('State'), AGE_COLUMN],
    cells: (object, now) => [object.metadata.name, state(object), age(object, now)],
  },
});
