// Brings the default roles and bindings of a cluster up to date: makes what is missing, and gives what is there the rules and
// subjects that it lacks. Nothing is taken away, and an object whose autoupdate annotation is false is left alone.
// Models kubernetes pkg/registry/rbac/rest/storage_rbac.go and staging/src/k8s.io/component-helpers/auth/rbac/reconciliation.

import type { Client } from '../../../api/client.ts';
import type { Draft, KubeObject } from '../../../api/object.ts';
import { aggregatedRules } from '../../../api/rbac/v1/aggregation.ts';
import type { Result } from '../../../api/status.ts';
import type { ClusterRole, PolicyRule, Role, RoleBinding, Subject } from '../../../api/types/rbac-v1.ts';
import { clone, deepEqual } from '../../../lib/json.ts';
import { lackOf } from '../rule-cover.ts';
import { defaultBindings, defaultRoles } from './default-policy.ts';
import { AUTOUPDATE, bindingObject, roleObject } from './default-role.ts';

const GROUP = 'rbac.authorization.k8s.io';

/** Within a transaction. `client` must be allowed to grant everything. Answers what could not be done, and why. */
export function reconcilePolicy(client: Client): string[] {
  const roles = defaultRoles().map(roleObject) as Array<Draft<Role>>;
  const bindings = defaultBindings().map(bindingObject) as Array<Draft<RoleBinding>>;
  return [
    ...gatheredAlready(roles).flatMap((role) => failureOf(role, reconcileRole(client, role))),
    ...bindings.flatMap((binding) => failureOf(binding, reconcileBinding(client, binding))),
  ];
}

function failureOf({ kind, metadata }: Draft, result: Result<unknown> | undefined): string[] {
  if (result === undefined || result.ok) return [];
  return [`${kind} ${metadata.name ?? ''}: ${result.status.message ?? ''}`];
}

/**
 * Roles that gather hold from the start what their controller would write: `view` before `edit` before `admin`, each of
 * which gathers the one before.
 */
function gatheredAlready(roles: Array<Draft<Role>>): Array<Draft<Role>> {
  const all = roles as unknown as ClusterRole[];
  for (const name of ['view', 'edit', 'admin']) {
    const role = all.find(({ metadata }) => metadata.name === name);
    const rules = role === undefined ? undefined : aggregatedRules(role, all);
    if (role !== undefined && rules !== undefined) role.rules = rules;
  }
  return roles;
}

/** Undefined: there was nothing to do. */
function reconcileRole(client: Client, role: Draft<Role>): Result<unknown> | undefined {
  const { namespace = '', name = '' } = role.metadata;
  const resource = namespace === '' ? (`clusterroles.${GROUP}` as const) : (`roles.${GROUP}` as const);
  const old = client.get(resource, namespace, name);
  if (old === undefined) return client.create(resource, role);
  // The rules of a role that gathers are its controller's.
  if (isKept(old) || 'aggregationRule' in role) return undefined;
  const lack = lackOf(old.rules ?? [], role.rules ?? []);
  if (lack.length === 0) return undefined;
  const next = clone(old);
  next.rules = [...(old.rules ?? []), ...(typeof lack === 'string' ? [] : (lack as PolicyRule[]))];
  return client.update(resource, next);
}

function reconcileBinding(client: Client, binding: Draft<RoleBinding>): Result<unknown> | undefined {
  const { namespace = '', name = '' } = binding.metadata;
  const resource = namespace === '' ? (`clusterrolebindings.${GROUP}` as const) : (`rolebindings.${GROUP}` as const);
  let old = client.get(resource, namespace, name);
  if (old !== undefined && isKept(old)) return undefined;
  if (old !== undefined && !deepEqual(old.roleRef, binding.roleRef)) {
    // What a binding refers to cannot be changed.
    const gone = client.delete(resource, namespace, name);
    if (!gone.ok) return gone;
    old = undefined;
  }
  if (old === undefined) return client.create(resource, binding);
  const known = old.subjects ?? [];
  const missing = (binding.subjects ?? []).filter((subject) => !known.some((other) => isSame(subject, other)));
  if (missing.length === 0) return undefined;
  const next = clone(old);
  next.subjects = [...known, ...missing];
  return client.update(resource, next);
}

function isKept({ metadata: { annotations } }: KubeObject): boolean {
  return annotations?.[AUTOUPDATE] === 'false';
}

function isSame(a: Subject, b: Subject): boolean {
  return a.kind === b.kind && a.name === b.name && (a.namespace ?? '') === (b.namespace ?? '');
}
