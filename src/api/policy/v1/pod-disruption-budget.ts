// PodDisruptionBudget. Models kubernetes pkg/registry/policy/poddisruptionbudget, pkg/apis/policy/validation and the
// printer.

import { append } from '../../../lib/append.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { invalid, notSupported } from '../../../schema/field-error.ts';
import { pathSegmentNameErrors } from '../../../schema/names.ts';
import { selectorJson } from '../../apps/v1/selector.ts';
import { defineKind } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, age, column } from '../../printing.ts';
import type { PodDisruptionBudget, PodDisruptionBudgetStatus } from '../../types/policy-v1.ts';
import { validateLabelSelector, validateNonnegative } from '../../validation/fields.ts';
import { validateAtMostAll, validateIntOrPercent } from '../../validation/int-or-percent.ts';

const POLICIES = ['AlwaysAllow', 'IfHealthyBudget'];
const COUNTS = ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'] as const;
const EMPTY_STATUS: PodDisruptionBudgetStatus = {
  disruptionsAllowed: 0,
  currentHealthy: 0,
  desiredHealthy: 0,
  expectedPods: 0,
};

function validate({ spec = {} }: PodDisruptionBudget): FieldError[] {
  const { minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy: policy } = spec;
  const errors: FieldError[] = [];
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    // With the names of upstream's internal type.
    const shown = {
      MinAvailable: minAvailable,
      Selector: selectorJson(selector) ?? null,
      MaxUnavailable: maxUnavailable,
      UnhealthyPodEvictionPolicy: policy ?? null,
    };
    errors.push(invalid('spec', shown, 'minAvailable and maxUnavailable cannot be both set'));
  }
  for (const key of ['minAvailable', 'maxUnavailable'] as const) {
    const value = spec[key];
    if (value === undefined) continue;
    append(errors, validateIntOrPercent(value, `spec.${key}`));
    append(errors, validateAtMostAll(value, `spec.${key}`));
  }
  append(errors, validateLabelSelector(selector, 'spec.selector'));
  if (policy !== undefined && !POLICIES.includes(policy)) {
    errors.push(notSupported('spec.unhealthyPodEvictionPolicy', policy, POLICIES));
  }
  return errors;
}

export const podDisruptionBudget = defineKind<PodDisruptionBudget>({
  group: 'policy',
  version: 'v1',
  kind: 'PodDisruptionBudget',
  resource: 'poddisruptionbudgets',
  singular: 'poddisruptionbudget',
  shortNames: ['pdb'],
  namespaced: true,
  definition: 'io.k8s.api.policy.v1.PodDisruptionBudget',

  validateName: pathSegmentNameErrors,
  setDefaults(object) {
    object.spec ??= {};
  },
  prepareForCreate(object) {
    object.status = { ...EMPTY_STATUS };
  },
  validate,
  validateUpdate: validate,
  hasGeneration: true,
  allowUnconditionalUpdate: false,

  status: {
    prepare(object) {
      object.status = { ...EMPTY_STATUS, ...object.status };
    },
    validate: ({ status }) => COUNTS.flatMap((key) => validateNonnegative(status?.[key], `status.${key}`)),
  },

  printer: {
    columns: [
      NAME_COLUMN,
      column('Min Available'),
      column('Max Unavailable'),
      column('Allowed Disruptions', 'integer'),
      AGE_COLUMN,
    ],
    cells: (object, now) => [
      object.metadata.name,
      String(object.spec?.minAvailable ?? 'N/A'),
      String(object.spec?.maxUnavailable ?? 'N/A'),
      object.status?.disruptionsAllowed ?? 0,
      age(object, now),
    ],
  },
});
