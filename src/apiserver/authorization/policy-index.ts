// Roles and their bindings in the form that a check reads: bindings by whom they are of, roles by name. It is filled with
// objects and kept fresh with single ones; a check parses nothing.
//
// Example: RoleBinding `n/readers` of Group dev to ClusterRole view, ClusterRoleBinding `root` of User eve to cluster-admin
//   roles     '/view', '/cluster-admin' → their rules
//   scopes    ''  → byName  root         byUser   eve → { root }
//             'n' → byName  readers      byGroup  dev → { readers }
// A service account is the user that it acts as: system:serviceaccount:n:sa.

import type { UserInfo } from '../../api/types/authentication-v1.ts';
import type {
  ClusterRole,
  ClusterRoleBinding,
  PolicyRule,
  Role,
  RoleBinding,
  RoleRef,
  Subject,
} from '../../api/types/rbac-v1.ts';
import { serviceAccountUser } from '../authentication/user.ts';

export interface Binding {
  readonly name: string;
  /** '' for a ClusterRoleBinding. */
  readonly namespace: string;
  readonly roleRef: RoleRef;
  readonly subjects: readonly Subject[];
}

interface Scope {
  readonly byName: Map<string, Binding>;
  readonly byUser: Map<string, Set<Binding>>;
  readonly byGroup: Map<string, Set<Binding>>;
}

const NO_RULES: readonly PolicyRule[] = [];
const NONE: readonly Binding[] = [];

export class PolicyIndex {
  readonly #roles = new Map<string, readonly PolicyRule[]>();
  readonly #scopes = new Map<string, Scope>();

  putRole({ metadata: { namespace = '', name }, rules }: Role | ClusterRole): void {
    this.#roles.set(`${namespace}/${name}`, rules ?? NO_RULES);
  }

  dropRole(namespace: string, name: string): void {
    this.#roles.delete(`${namespace}/${name}`);
  }

  putBinding({ metadata: { namespace = '', name }, roleRef, ...said }: RoleBinding | ClusterRoleBinding): void {
    this.dropBinding(namespace, name);
    const subjects = said.subjects ?? [];
    const binding: Binding = { name, namespace, roleRef, subjects };
    let scope = this.#scopes.get(namespace);
    if (scope === undefined)
      this.#scopes.set(namespace, (scope = { byName: new Map(), byUser: new Map(), byGroup: new Map() }));
    scope.byName.set(name, binding);
    for (const subject of subjects) {
      const bindings = bindingsBy(scope, subject);
      const key = keyOf(subject, namespace);
      if (bindings === undefined || key === undefined) continue;
      const known = bindings.get(key);
      if (known === undefined) bindings.set(key, new Set([binding]));
      else known.add(binding);
    }
  }

  dropBinding(namespace: string, name: string): void {
    const scope = this.#scopes.get(namespace);
    const binding = scope?.byName.get(name);
    if (scope === undefined || binding === undefined) return;
    scope.byName.delete(name);
    for (const subject of binding.subjects) {
      const bindings = bindingsBy(scope, subject);
      const key = keyOf(subject, namespace) ?? '';
      const known = bindings?.get(key);
      known?.delete(binding);
      if (known?.size === 0) bindings?.delete(key);
    }
    if (scope.byName.size === 0) this.#scopes.delete(namespace);
  }

  /**
   * The first binding of a user in a namespace ('': in all), in no order, for which `test` holds. It is told of one that
   * names the user twice, twice.
   */
  find(
    { username = '', groups }: UserInfo,
    namespace: string,
    test: (binding: Binding) => boolean,
  ): Binding | undefined {
    const scope = this.#scopes.get(namespace);
    if (scope === undefined) return undefined;
    for (const binding of scope.byUser.get(username) ?? NONE) if (test(binding)) return binding;
    for (const group of groups ?? []) {
      for (const binding of scope.byGroup.get(group) ?? NONE) if (test(binding)) return binding;
    }
    return undefined;
  }

  /** The rules that a binding gives; undefined: there is no such role. */
  rulesOf({ roleRef: { kind, name }, namespace }: Binding): readonly PolicyRule[] | undefined {
    return this.#roles.get(`${kind === 'Role' ? namespace : ''}/${name}`);
  }
}

function bindingsBy({ byUser, byGroup }: Scope, { kind }: Subject): Map<string, Set<Binding>> | undefined {
  if (kind === 'Group') return byGroup;
  return kind === 'User' || kind === 'ServiceAccount' ? byUser : undefined;
}

/** The name of the user or group; undefined: it is nobody. */
function keyOf(subject: Subject, bindingNamespace: string): string | undefined {
  const { kind, name } = subject;
  if (kind !== 'ServiceAccount') return name;
  const namespace = accountNamespace(subject, bindingNamespace);
  return namespace === '' ? undefined : serviceAccountUser(namespace, name).name;
}

/** A service account that a RoleBinding names without its namespace is of the binding's. */
export function accountNamespace({ namespace = '' }: Subject, bindingNamespace: string): string {
  return namespace === '' ? bindingNamespace : namespace;
}

/** The first subject of a binding that is this user. */
export function subjectOf({ subjects, namespace }: Binding, { username = '', groups }: UserInfo): Subject | undefined {
  return subjects.find((subject) => {
    const key = keyOf(subject, namespace);
    if (key === undefined) return false;
    return subject.kind === 'Group' ? groups?.includes(key) === true : key === username;
  });
}
