// MutatingAdmissionPolicy. Models kubernetes pkg/registry/admissionregistration/mutatingadmissionpolicy and
// pkg/apis/admissionregistration/{v1,validation}. It is stored and checked; it is not asked yet.

import { append } from '../../../lib/append.ts';
import { deepEqual } from '../../../lib/json.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { invalid, notSupported, required } from '../../../schema/field-error.ts';
import { AdmissionCompiler } from '../../../schema/openapi-schema/cel/admission.ts';
import { defineKind } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, age, column } from '../../printing.ts';
import type {
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicySpec,
  Mutation,
} from '../../types/admissionregistration-v1.ts';
import { CATEGORIES, GROUP } from './names.ts';
import { paramKindCell, validateExpression, validateParamKind, validateVariables } from './policies.ts';
import { setMatchDefaults, validateChoice, validateMatchConditions, validateMatchConstraints } from './rules.ts';

const PATCH_TYPES = ['ApplyConfiguration', 'JSONPatch'] as const;
const MEMBERS = { ApplyConfiguration: 'applyConfiguration', JSONPatch: 'jsonPatch' } as const;
/** What is deleted cannot be changed. */
const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'UPDATE'];

function validateMutation(mutation: Mutation, compiler: AdmissionCompiler, field: string): FieldError[] {
  const { patchType: given } = mutation as Partial<Mutation>;
  if (!given) return [required(`${field}.patchType`)];
  const patchType = PATCH_TYPES.find((type) => type === given);
  if (patchType === undefined) return [notSupported(`${field}.patchType`, given, PATCH_TYPES)];
  const own = MEMBERS[patchType];
  const other = own === 'jsonPatch' ? 'applyConfiguration' : 'jsonPatch';
  const errors: FieldError[] = [];
  if (mutation[own] === undefined) {
    errors.push(required(`${field}.${own}`, `must be specified when patchType is ${patchType}`));
  } else {
    const expected = { compiler, types: [own === 'jsonPatch' ? 'list(JSONPatch)' : 'Object'] } as const;
    append(errors, validateExpression(mutation[own].expression, `${field}.${own}.expression`, expected));
  }
  if (mutation[other] !== undefined) {
    const why = `must not be specified when patchType is ${patchType}`;
    errors.push(invalid(`${field}.${other}`, `{${other}}`, why));
  }
  return errors;
}

function validate({ spec = {} }: MutatingAdmissionPolicy): FieldError[] {
  const { mutations = [], matchConstraints, reinvocationPolicy } = spec;
  const params = spec.paramKind !== undefined;
  const compiler = new AdmissionCompiler({ params, variables: true });
  const errors = [
    ...validateChoice(spec.failurePolicy, ['Fail', 'Ignore'], 'spec.failurePolicy'),
    ...validateParamKind(spec.paramKind),
    ...validateMatchConstraints(matchConstraints),
  ];
  for (const { operations } of matchConstraints?.resourceRules ?? []) {
    for (const operation of (operations as string[] | null | undefined) ?? []) {
      if (OPERATIONS.includes(operation)) continue;
      errors.push(notSupported('spec.matchConstraints.resourceRules.operations', operation, OPERATIONS));
    }
  }
  append(errors, validateMatchConditions(spec.matchConditions, 'spec.matchConditions', params));
  append(errors, validateVariables(spec.variables, compiler));
  if (mutations.length === 0) errors.push(required('spec.mutations', 'mutations must contain at least one item'));
  mutations.forEach((mutation, index) =>
    append(errors, validateMutation(mutation, compiler, `spec.mutations[${index}]`)),
  );
  return [
    ...errors,
    ...validateChoice(reinvocationPolicy || undefined, ['IfNeeded', 'Never'], 'spec.reinvocationPolicy'),
  ];
}

export const mutatingAdmissionPolicy = defineKind<MutatingAdmissionPolicy>({
  group: GROUP,
  version: 'v1',
  kind: 'MutatingAdmissionPolicy',
  resource: 'mutatingadmissionpolicies',
  singular: 'mutatingadmissionpolicy',
  categories: CATEGORIES,
  namespaced: false,
  definition: 'io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicy',

  setDefaults(object) {
    const spec = (object.spec ??= {} as MutatingAdmissionPolicySpec);
    spec.failurePolicy ??= 'Fail';
    if (spec.matchConstraints !== undefined) setMatchDefaults(spec.matchConstraints);
  },
  validate,
  // What was let pass once stays good.
  validateUpdate: (object, old) => (deepEqual(object.spec, old.spec) ? [] : validate(object)),
  hasGeneration: true,
  allowUnconditionalUpdate: false,

  printer: {
    columns: [NAME_COLUMN, column('Mutations', 'integer'), column('ParamKind'), AGE_COLUMN],
    cells: (object, now) => [
      object.metadata.name,
      (object.spec?.mutations ?? []).length,
      paramKindCell(object.spec?.paramKind),
      age(object, now),
    ],
  },
});
