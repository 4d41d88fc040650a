// After kubernetes plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy_test.go.

import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { role } from '../../../api/rbac/v1/role.ts';
import { clusterRole } from '../../../api/rbac/v1/cluster-role.ts';
import { Rig } from '../../testing/rig.ts';
import { lackOf } from '../rule-cover.ts';
import type { JsonObject } from '../../../lib/json.ts';
import type { ClusterRole, ClusterRoleBinding, Role } from '../../../api/types/rbac-v1.ts';
import { controllerRules } from './controller-roles.ts';
import { defaultBindings, defaultRoles, POLICY_VERSION } from './default-policy.ts';
import { bindingObject, roleObject } from './default-role.ts';

const PATH = '/apis/rbac.authorization.k8s.io/v1';

const rig = new Rig();

function list<T>(resource: string): T[] {
  return rig.get(`${PATH}/${resource}`).body['items'] as unknown as T[];
}

/** Whoever changes the policy counts its version up, so that clusters of earlier versions get the change. */
test('the version is that of this policy', () => {
  const text = JSON.stringify([defaultRoles().map(roleObject), defaultBindings().map(bindingObject)]);
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 16);
  expect([POLICY_VERSION, digest]).toEqual([17, '2f994feb907d9f5f']);
});

test('TestClusterRoleLabel: what every cluster has is labelled, and may be brought up to date', () => {
  const made = ['clusterroles', 'clusterrolebindings', 'roles', 'rolebindings'].flatMap((kind) =>
    list<JsonObject>(kind),
  );
  expect(made).toHaveLength(defaultRoles().length + defaultBindings().length);
  for (const { metadata } of made as unknown as ClusterRole[]) {
    expect(metadata.labels, metadata.name).toMatchObject({ 'kubernetes.io/bootstrapping': 'rbac-defaults' });
    expect(metadata.annotations).toEqual({ 'rbac.authorization.kubernetes.io/autoupdate': 'true' });
  }
});

test('TestEditViewRelationship: each of view, edit and admin holds the one before', () => {
  const rulesOf = (name: string) =>
    list<ClusterRole>('clusterroles').find((item) => item.metadata.name === name)?.rules ?? [];
  expect(rulesOf('view').length).toBeGreaterThan(5);
  expect(lackOf(rulesOf('edit'), rulesOf('view'))).toEqual([]);
  expect(lackOf(rulesOf('admin'), rulesOf('edit'))).toEqual([]);
  expect(lackOf(rulesOf('cluster-admin'), rulesOf('admin'))).toEqual([]);
  expect(lackOf(rulesOf('view'), rulesOf('edit'))).not.toEqual([]);
  // Nobody who views may see a secret, or act as an account.
  expect(rulesOf('view').some(({ resources = [] }) => resources.includes('secrets'))).toBe(false);
});

test('TestClusterRoleBindings: every binding refers to a role that is there', () => {
  const roles = new Set(list<ClusterRole>('clusterroles').map(({ metadata }) => metadata.name));
  for (const { roleRef } of list<ClusterRoleBinding>('clusterrolebindings')) expect(roles).toContain(roleRef.name);
  for (const name of Object.keys(controllerRules())) expect(roles).toContain(`system:controller:${name}`);
});

test('every default role is valid', () => {
  const context = rig.log as never;
  for (const made of defaultRoles().map(roleObject)) {
    const kind = made.kind === 'Role' ? role : clusterRole;
    expect(kind.validate?.(made as unknown as Role & ClusterRole, context), made.metadata.name ?? '').toEqual([]);
  }
});
