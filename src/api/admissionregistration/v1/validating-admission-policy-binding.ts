// ValidatingAdmissionPolicyBinding. Models kubernetes
// pkg/registry/admissionregistration/validatingadmissionpolicybinding and pkg/apis/admissionregistration/validation.

import type { FieldError } from '../../../schema/field-error.ts';
import { duplicate, invalid, notSupported, required } from '../../../schema/field-error.ts';
import { defineKind } from '../../kind.ts';
import type {
  ValidatingAdmissionPolicyBinding,
  ValidatingAdmissionPolicyBindingSpec,
} from '../../types/admissionregistration-v1.ts';
import { bindingRules, validateBinding } from './policy-bindings.ts';

const ACTIONS = ['Audit', 'Deny', 'Warn'];

function validateActions(actions: readonly string[]): FieldError[] {
  const field = 'spec.validationActions';
  const errors: FieldError[] = [];
  actions.forEach((action, index) => {
    if (!ACTIONS.includes(action)) errors.push(notSupported(`${field}[${index}]`, action, ACTIONS));
    if (actions.indexOf(action) < index) errors.push(duplicate(`${field}[${index}]`, action));
  });
  if (actions.includes('Deny') && actions.includes('Warn')) {
    const why =
      'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)';
    errors.push(invalid(field, actions, why));
  }
  if (actions.length === 0) errors.push(required(field, 'at least one validation action is required'));
  return errors;
}

function validate(object: ValidatingAdmissionPolicyBinding): FieldError[] {
  const spec: Partial<ValidatingAdmissionPolicyBindingSpec> = object.spec ?? {};
  return [...validateBinding(spec), ...validateActions(spec.validationActions ?? [])];
}

export const validatingAdmissionPolicyBinding = defineKind<ValidatingAdmissionPolicyBinding>({
  kind: 'ValidatingAdmissionPolicyBinding',
  resource: 'validatingadmissionpolicybindings',
  singular: 'validatingadmissionpolicybinding',
  definition: 'io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyBinding',

  validate,
  validateUpdate: validate,
  ...bindingRules,
});
