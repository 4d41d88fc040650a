// ClusterRoleBinding. Models kubernetes pkg/registry/rbac/clusterrolebinding.

import { defineKind } from '../../kind.ts';
import type { ClusterRoleBinding } from '../../types/rbac-v1.ts';
import { RBAC, bindingRules } from './rules.ts';

export const clusterRoleBinding = defineKind<ClusterRoleBinding>({
  group: RBAC,
  version: 'v1',
  kind: 'ClusterRoleBinding',
  resource: 'clusterrolebindings',
  singular: 'clusterrolebinding',
  namespaced: false,
  definition: 'io.k8s.api.rbac.v1.ClusterRoleBinding',
  ...bindingRules<ClusterRoleBinding>(false),
});
