// RoleBinding. Models kubernetes pkg/registry/rbac/rolebinding.

import { defineKind } from '../../kind.ts';
import type { RoleBinding } from '../../types/rbac-v1.ts';
import { RBAC, bindingRules } from './rules.ts';

export const roleBinding = defineKind<RoleBinding>({
  group: RBAC,
  version: 'v1',
  kind: 'RoleBinding',
  resource: 'rolebindings',
  singular: 'rolebinding',
  namespaced: true,
  definition: 'io.k8s.api.rbac.v1.RoleBinding',
  ...bindingRules<RoleBinding>(true),
});
