// MutatingAdmissionPolicyBinding. Models kubernetes
// pkg/registry/admissionregistration/mutatingadmissionpolicybinding and pkg/apis/admissionregistration/validation.

import type { FieldError } from '../../../schema/field-error.ts';
import { defineKind } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, age, column } from '../../printing.ts';
import type { MutatingAdmissionPolicyBinding } from '../../types/admissionregistration-v1.ts';
import { CATEGORIES, GROUP } from './names.ts';
import { paramRefCell, validatePolicyName } from './policies.ts';
import { setMatchDefaults, validateMatchResources, validateParamRef } from './rules.ts';

function validate({ spec = {} }: MutatingAdmissionPolicyBinding): FieldError[] {
  return [
    ...validatePolicyName(spec.policyName),
    ...validateParamRef(spec.paramRef),
    ...(spec.matchResources === undefined ? [] : validateMatchResources(spec.matchResources, 'spec.matchResources')),
  ];
}

export const mutatingAdmissionPolicyBinding = defineKind<MutatingAdmissionPolicyBinding>({
  group: GROUP,
  version: 'v1',
  kind: 'MutatingAdmissionPolicyBinding',
  resource: 'mutatingadmissionpolicybindings',
  singular: 'mutatingadmissionpolicybinding',
  categories: CATEGORIES,
  namespaced: false,
  definition: 'io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicyBinding',

  setDefaults(object) {
    if (object.spec?.matchResources !== undefined) setMatchDefaults(object.spec.matchResources);
  },
  validate,
  validateUpdate: validate,
  hasGeneration: true,
  allowUnconditionalUpdate: false,

  printer: {
    columns: [NAME_COLUMN, column('PolicyName'), column('ParamRef'), AGE_COLUMN],
    cells: (object, now) => [
      object.metadata.name,
      object.spec?.policyName ?? '',
      paramRefCell(object.spec?.paramRef),
      age(object, now),
    ],
  },
});
