// Roles and their bindings in the form that a check reads: bindings by whom they are of, roles by name. It is filled with
// objects and kept fresh with single ones; a check parses nothing.
//
// Example: RoleBinding `n/readers` of Group dev to ClusterRole view, ClusterRoleBinding `root` of User eve to cluster-admin
//   roles     '/view', '/cluster-admin' → their rules
//   scopes    ''  → byName  root                bySubject  'User eve' → { root }
//             'n' → byName  readers             bySubject  'Group dev' → { readers }
// A service account is the user that it acts as: 'User system:serviceaccount:n:sa'.

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
  readonly bySubject: Map<string, Set<Binding>>;
}

const NO_RULES: readonly PolicyRule[] = [];

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
    if (scope === undefined) this.#scopes.set(namespace, (scope = { byName: new Map(), bySubject: new Map() }));
    scope.byName.set(name, binding);
    for (const subject of subjects) {
      const key = keyOf(subject, namespace);
      if (key === undefined) continue;
      const known = scope.bySubject.get(key);
      if (known === undefined) scope.bySubject.set(key, new Set([binding]));
      else known.add(binding);
    }
  }

  dropBinding(namespace: string, name: string): void {
    const scope = this.#scopes.get(namespace);
    const binding = scope?.byName.get(name);
    if (scope === undefined || binding === undefined) return;
    scope.byName.delete(name);
    for (const subject of binding.subjects) {
      const key = keyOf(subject, namespace) ?? '';
      const known = scope.bySubject.get(key);
      known?.delete(binding);
      if (known?.size === 0) scope.bySubject.delete(key);
    }
    if (scope.byName.size === 0) this.#scopes.delete(namespace);
  }

  /** Bindings of a user in a namespace ('': in all), in no order; one that names the user twice may come twice. */
  *bindingsOf({ username = '', groups }: UserInfo, namespace: string): Iterable<Binding> {
    const bySubject = this.#scopes.get(namespace)?.bySubject;
    if (bySubject === undefined) return;
    yield* bySubject.get(`User ${username}`) ?? [];
    for (const group of groups ?? []) yield* bySubject.get(`Group ${group}`) ?? [];
  }

  /** The rules that a binding gives; undefined: there is no such role. */
  rulesOf({ roleRef: { kind, name }, namespace }: Binding): readonly PolicyRule[] | undefined {
    return this.#roles.get(`${kind === 'Role' ? namespace : ''}/${name}`);
  }
}

/** Undefined: it is nobody. */
function keyOf(subject: Subject, bindingNamespace: string): string | undefined {
  const { kind, name } = subject;
  if (kind === 'User' || kind === 'Group') return `${kind} ${name}`;
  const namespace = accountNamespace(subject, bindingNamespace);
  if (kind !== 'ServiceAccount' || namespace === '') return undefined;
  return `User ${serviceAccountUser(namespace, name).name}`;
}

/** A service account that a RoleBinding names without its namespace is of the binding's. */
export function accountNamespace({ namespace = '' }: Subject, bindingNamespace: string): string {
  return namespace === '' ? bindingNamespace : namespace;
}

/** The first subject of a binding that is this user. */
export function subjectOf({ subjects, namespace }: Binding, { username = '', groups }: UserInfo): Subject | undefined {
  return subjects.find((subject) => {
    const key = keyOf(subject, namespace);
    return key === `User ${username}` || groups?.some((group) => key === `Group ${group}`) === true;
  });
}
