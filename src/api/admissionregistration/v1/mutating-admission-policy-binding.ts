// MutatingAdmissionPolicyBinding. Models kubernetes
// pkg/registry/admissionregistration/mutatingadmissionpolicybinding and pkg/apis/admissionregistration/validation.

import type { FieldError } from '../../../schema/field-error.ts';
import { defineKind } from '../../kind.ts';
import type { MutatingAdmissionPolicyBinding } from '../../types/admissionregistration-v1.ts';
import { CATEGORIES, GROUP } from './names.ts';
import { bindingPrinter, validateBinding } from './policy-bindings.ts';
import { setMatchDefaults } from './rules.ts';

function validate({ spec = {} }: MutatingAdmissionPolicyBinding): FieldError[] {
  return validateBinding(spec);
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

  printer: bindingPrinter,
});
