// Role. Models kubernetes pkg/registry/rbac/role.

import { pathSegmentNameErrors } from '../../../schema/names.ts';
import { defineKind } from '../../kind.ts';
import { defaultPrinter } from '../../printing.ts';
import type { Role } from '../../types/rbac-v1.ts';
import { RBAC, dropEmptyRules, validateRule } from './rules.ts';

function validate({ rules }: Role) {
  return (rules ?? []).flatMap((rule, index) => validateRule(rule, true, `rules[${index}]`));
}

export const role = defineKind<Role>({
  group: RBAC,
  version: 'v1',
  kind: 'Role',
  resource: 'roles',
  singular: 'role',
  namespaced: true,
  definition: 'io.k8s.api.rbac.v1.Role',

  validateName: pathSegmentNameErrors,
  setDefaults: (object) => dropEmptyRules(object),
  validate,
  validateUpdate: validate,
  allowCreateOnUpdate: true,

  printer: defaultPrinter,
});
