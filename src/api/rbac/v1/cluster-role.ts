// ClusterRole. Models kubernetes pkg/registry/rbac/clusterrole.

import { append } from '../../../lib/append.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { invalid, required } from '../../../schema/field-error.ts';
import { labelSelectorOf } from '../../../schema/label-selector.ts';
import { pathSegmentNameErrors } from '../../../schema/names.ts';
import { defineKind } from '../../kind.ts';
import { defaultPrinter } from '../../printing.ts';
import type { ClusterRole } from '../../types/rbac-v1.ts';
import { validateLabelSelector } from '../../validation/fields.ts';
import { RBAC, dropEmptyRules, validateRule } from './rules.ts';

function validate({ rules, aggregationRule }: ClusterRole): FieldError[] {
  const errors = (rules ?? []).flatMap((rule, index) => validateRule(rule, false, `rules[${index}]`));
  if (aggregationRule === undefined) return errors;
  const field = 'aggregationRule.clusterRoleSelectors';
  const selectors = aggregationRule.clusterRoleSelectors ?? [];
  if (selectors.length === 0) {
    errors.push(required(field, 'at least one clusterRoleSelector required if aggregationRule is non-nil'));
  }
  selectors.forEach((selector, index) => {
    append(errors, validateLabelSelector(selector, `${field}[${index}]`));
    if (!labelSelectorOf(selector).ok) {
      errors.push(invalid(`${field}[${index}]`, undefined, 'invalid label selector.'));
    }
  });
  return errors;
}

export const clusterRole = defineKind<ClusterRole>({
  group: RBAC,
  version: 'v1',
  kind: 'ClusterRole',
  resource: 'clusterroles',
  singular: 'clusterrole',
  namespaced: false,
  definition: 'io.k8s.api.rbac.v1.ClusterRole',

  validateName: pathSegmentNameErrors,
  setDefaults: (object) => dropEmptyRules(object),
  validate,
  validateUpdate: validate,
  allowCreateOnUpdate: true,

  printer: defaultPrinter,
});
