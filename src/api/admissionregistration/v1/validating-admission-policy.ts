// ValidatingAdmissionPolicy. Models kubernetes pkg/registry/admissionregistration/validatingadmissionpolicy and
// pkg/apis/admissionregistration/{v1,validation}. It is stored and checked; it is not asked yet.

import { append } from '../../../lib/append.ts';
import { deepEqual } from '../../../lib/json.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { duplicate, invalid, notSupported, required } from '../../../schema/field-error.ts';
import { AdmissionCompiler } from '../../../schema/openapi-schema/cel/admission.ts';
import { qualifiedNameErrors } from '../../../schema/names.ts';
import { defineKind } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, age, column } from '../../printing.ts';
import type {
  AuditAnnotation,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicySpec,
  Validation,
} from '../../types/admissionregistration-v1.ts';
import { invalidEach } from '../../validation/fields.ts';
import { CATEGORIES, GROUP } from './names.ts';
import { paramKindCell, validateExpression, validateParamKind, validateVariables } from './policies.ts';
import { setMatchDefaults, validateChoice, validateMatchConditions, validateMatchConstraints } from './rules.ts';

const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge'];
const NOTHING = 'validations or auditAnnotations must contain at least one item';

function validateValidation(validation: Validation, compiler: AdmissionCompiler, field: string): FieldError[] {
  const { expression, message, messageExpression, reason } = validation;
  const errors = validateExpression(expression, `${field}.expression`, { compiler, types: ['bool'] });
  if (messageExpression !== undefined && messageExpression.trim() === '') {
    errors.push(invalid(`${field}.messageExpression`, messageExpression, 'must be non-empty if specified'));
  } else if (messageExpression !== undefined) {
    const expected = { compiler, types: ['string'] } as const;
    append(errors, validateExpression(messageExpression, `${field}.messageExpression`, expected));
  }
  if (message !== undefined && message.trim() === '') {
    errors.push(invalid(`${field}.message`, message, 'message must be non-empty if specified'));
  } else if (message !== undefined && /[\r\n]/.test(message.trim())) {
    errors.push(invalid(`${field}.message`, message, 'must not contain line breaks'));
  }
  if (reason !== undefined && !REASONS.includes(reason)) errors.push(notSupported(`${field}.reason`, reason, REASONS));
  return errors;
}

function validateAnnotations(
  annotations: readonly AuditAnnotation[],
  policy: string,
  compiler: AdmissionCompiler,
): FieldError[] {
  const expected = { compiler, types: ['string', 'null_type'], name: 'valueExpression' } as const;
  return annotations.flatMap(({ key = '', valueExpression }, index) => {
    const field = `spec.auditAnnotations[${index}]`;
    const name = `${policy}/${key}`;
    const errors = invalidEach(`${field}.key`, name, qualifiedNameErrors(name));
    append(errors, validateExpression(valueExpression, `${field}.valueExpression`, expected));
    if (annotations.findIndex((other) => other.key === key) < index) errors.push(duplicate(`${field}.key`, key));
    return errors;
  });
}

function validate({ metadata, spec = {} }: ValidatingAdmissionPolicy): FieldError[] {
  const { validations = [], auditAnnotations = [] } = spec;
  const params = spec.paramKind !== undefined;
  const compiler = new AdmissionCompiler({ params, variables: true });
  const errors = [
    ...validateChoice(spec.failurePolicy, ['Fail', 'Ignore'], 'spec.failurePolicy'),
    ...validateParamKind(spec.paramKind),
    ...validateMatchConstraints(spec.matchConstraints),
    ...validateMatchConditions(spec.matchConditions, 'spec.matchConditions', params),
    ...validateVariables(spec.variables, compiler),
  ];
  if (validations.length === 0 && auditAnnotations.length === 0) {
    return [...errors, required('spec.validations', NOTHING), required('spec.auditAnnotations', NOTHING)];
  }
  return [
    ...errors,
    ...validations.flatMap((item, index) => validateValidation(item, compiler, `spec.validations[${index}]`)),
    ...validateAnnotations(auditAnnotations, metadata.name, compiler),
  ];
}

export const validatingAdmissionPolicy = defineKind<ValidatingAdmissionPolicy>({
  group: GROUP,
  version: 'v1',
  kind: 'ValidatingAdmissionPolicy',
  resource: 'validatingadmissionpolicies',
  singular: 'validatingadmissionpolicy',
  categories: CATEGORIES,
  namespaced: false,
  definition: 'io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicy',

  setDefaults(object) {
    const spec = (object.spec ??= {} as ValidatingAdmissionPolicySpec);
    spec.failurePolicy ??= 'Fail';
    if (spec.matchConstraints !== undefined) setMatchDefaults(spec.matchConstraints);
  },
  prepareForCreate(object) {
    object.status = {};
  },
  validate,
  // What was let pass once stays good.
  validateUpdate: (object, old) => (deepEqual(object.spec, old.spec) ? [] : validate(object)),
  hasGeneration: true,
  allowUnconditionalUpdate: false,

  status: {
    prepare(object) {
      object.status ??= {};
    },
  },

  printer: {
    columns: [NAME_COLUMN, column('Validations', 'integer'), column('ParamKind'), AGE_COLUMN],
    cells: (object, now) => [
      object.metadata.name,
      (object.spec?.validations ?? []).length,
      paramKindCell(object.spec?.paramKind),
      age(object, now),
    ],
  },
});
