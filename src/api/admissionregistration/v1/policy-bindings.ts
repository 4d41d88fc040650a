// What the bindings of validating and of mutating admission policies have in common.
// Models kubernetes pkg/apis/admissionregistration/validation and the printers.

import { append } from '../../../lib/append.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { forbidden, notSupported, required } from '../../../schema/field-error.ts';
import { pathSegmentNameErrors, subdomainNameErrors } from '../../../schema/names.ts';
import type { Kind } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, age, column } from '../../printing.ts';
import type {
  MatchResources,
  MutatingAdmissionPolicyBinding,
  ParamRef,
  ValidatingAdmissionPolicyBinding,
} from '../../types/admissionregistration-v1.ts';
import { goSelectorText } from '../../../schema/label-selector.ts';
import { invalidEach, validateLabelSelector } from '../../validation/fields.ts';
import { CATEGORIES, GROUP } from './names.ts';
import { setMatchDefaults, validateMatchResources } from './rules.ts';

export interface BindingSpec {
  policyName?: string;
  paramRef?: ParamRef;
  matchResources?: MatchResources;
}

export function validateBinding({ policyName: name = '', paramRef, matchResources }: BindingSpec): FieldError[] {
  const errors =
    name === ''
      ? [required('spec.policyName')]
      : invalidEach('spec.policyName', name, subdomainNameErrors(name, false));
  if (paramRef !== undefined) append(errors, validateParamRef(paramRef));
  if (matchResources !== undefined) append(errors, validateMatchResources(matchResources, 'spec.matchResources'));
  return errors;
}

function validateParamRef({ name = '', selector, parameterNotFoundAction: action }: ParamRef): FieldError[] {
  const field = 'spec.paramRef';
  const errors = name === '' ? [] : invalidEach(`${field}.name`, name, pathSegmentNameErrors(name));
  if (name !== '' && selector !== undefined) {
    for (const key of ['name', 'selector']) {
      errors.push(forbidden(`${field}.${key}`, 'name and selector are mutually exclusive'));
    }
  }
  append(errors, validateLabelSelector(selector, `${field}.selector`));
  if (name === '' && selector === undefined) {
    errors.push(required(field, 'one of name or selector must be specified'));
  }
  const at = `${field}.parameterNotFoundAction`;
  if (!action) errors.push(required(at));
  else if (!['Deny', 'Allow'].includes(action)) errors.push(notSupported(at, action, ['Deny', 'Allow']));
  return errors;
}

function paramRefCell(ref: ParamRef | undefined): string {
  if (ref?.name) return ref.namespace ? `${ref.namespace}/${ref.name}` : ref.name;
  return ref?.selector === undefined ? '<unset>' : goSelectorText(ref.selector);
}

/** What the two kinds say of themselves alike. */
export const bindingRules: Pick<
  Kind<ValidatingAdmissionPolicyBinding | MutatingAdmissionPolicyBinding>,
  | 'group'
  | 'version'
  | 'categories'
  | 'namespaced'
  | 'setDefaults'
  | 'hasGeneration'
  | 'allowUnconditionalUpdate'
  | 'printer'
> = {
  group: GROUP,
  version: 'v1',
  categories: CATEGORIES,
  namespaced: false,
  setDefaults({ spec }) {
    if (spec?.matchResources !== undefined) setMatchDefaults(spec.matchResources);
  },
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
};
