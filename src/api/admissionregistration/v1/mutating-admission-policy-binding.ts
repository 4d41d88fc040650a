// MutatingAdmissionPolicyBinding. Models kubernetes
// pkg/registry/admissionregistration/mutatingadmissionpolicybinding and pkg/apis/admissionregistration/validation.

import type { FieldError } from '../../../schema/field-error.ts';
import { defineKind } from '../../kind.ts';
import type { MutatingAdmissionPolicyBinding } from '../../types/admissionregistration-v1.ts';
import { bindingRules, validateBinding } from './policy-bindings.ts';

function validate({ spec = {} }: MutatingAdmissionPolicyBinding): FieldError[] {
  return validateBinding(spec);
}

export const mutatingAdmissionPolicyBinding = defineKind<MutatingAdmissionPolicyBinding>({
  kind: 'MutatingAdmissionPolicyBinding',
  resource: 'mutatingadmissionpolicybindings',
  singular: 'mutatingadmissionpolicybinding',
  definition: 'io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicyBinding',

  validate,
  validateUpdate: validate,
  ...bindingRules,
});
