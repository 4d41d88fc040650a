// ResourceClaimTemplate. Models kubernetes pkg/registry/resource/resourceclaimtemplate and pkg/apis/resource/validation.

import { deepEqual } from '../../../lib/json.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { invalid } from '../../../schema/field-error.ts';
import type { StrategyContext } from '../../kind.ts';
import { defineKind } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, age } from '../../printing.ts';
import type { ResourceClaimTemplate } from '../../types/resource-v1.ts';
import { validateTemplateMeta } from '../../validation/template-meta.ts';
import { validateAdminAccess } from './admin-access.ts';
import { RESOURCE, defaultRequests, validateClaim } from './devices.ts';
import { quotedClaimSpec } from './internal-form.ts';

function validate({ metadata, spec }: ResourceClaimTemplate, context: StrategyContext): FieldError[] {
  return [
    ...validateAdminAccess(spec.spec.devices?.requests, metadata.namespace, context),
    ...validateTemplateMeta(spec.metadata, 'spec.metadata'),
    ...validateClaim(spec.spec.devices ?? {}, 'spec.spec.devices'),
  ];
}

function validateUpdate({ spec }: ResourceClaimTemplate, old: ResourceClaimTemplate): FieldError[] {
  if (deepEqual(spec, old.spec)) return [];
  // Upstream prints the metadata's members beside the spec.
  const shown = { ...spec.metadata, Spec: quotedClaimSpec(spec.spec) };
  return [invalid('spec', shown, 'field is immutable')];
}

export const resourceClaimTemplate = defineKind<ResourceClaimTemplate>({
  group: RESOURCE,
  version: 'v1',
  kind: 'ResourceClaimTemplate',
  resource: 'resourceclaimtemplates',
  singular: 'resourceclaimtemplate',
  namespaced: true,
  definition: 'io.k8s.api.resource.v1.ResourceClaimTemplate',

  setDefaults(object) {
    object.spec ??= { spec: {} };
    object.spec.spec ??= {};
    defaultRequests(object.spec.spec.devices);
  },
  validate,
  validateUpdate,
  deleteReturnsObject: true,

  printer: {
    columns: [NAME_COLUMN, AGE_COLUMN],
    cells: (object, now) => [object.metadata.name, age(object, now)],
  },
});
