// Nobody gives what they do not have: a role may hold, and a binding may give, only what its writer may do, unless the writer
// is allowed to `escalate` roles or to `bind` the role in question. It is asked where mutating admission ends, before
// validation.
// Models kubernetes pkg/registry/rbac/{role,clusterrole,rolebinding,clusterrolebinding}/policybased, pkg/registry/rbac
// (escalation_check.go, helpers.go) and pkg/registry/rbac/validation (ConfirmNoEscalation).

import type { Kind } from '../../api/kind.ts';
import type { KubeObject } from '../../api/object.ts';
import { clusterRole } from '../../api/rbac/v1/cluster-role.ts';
import { role } from '../../api/rbac/v1/role.ts';
import { RBAC } from '../../api/rbac/v1/rules.ts';
import type { Status } from '../../api/status.ts';
import { forbiddenStatus, notFoundStatus } from '../../api/status.ts';
import type { ResourceAttributes } from '../../api/types/authorization-v1.ts';
import type { ClusterRole, PolicyRule, Role, RoleBinding, RoleRef } from '../../api/types/rbac-v1.ts';
import { deepEqual } from '../../lib/json.ts';
import { goQuote } from '../../schema/go-text.ts';
import type { AdmissionPlugin, Attributes } from '../admission/plugin.ts';
import { userInfoOf } from '../authentication/user.ts';
import { MASTERS } from './authorizers.ts';
import { goList, lackOf, lackText } from './rule-cover.ts';

const EVERYTHING: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

export const escalation: AdmissionPlugin = {
  name: 'RBACEscalation',
  resources: ['roles', 'clusterroles', 'rolebindings', 'clusterrolebindings'].map((resource) => `${resource}.${RBAC}`),

  mutate(object, old, attributes) {
    const { kind, user } = attributes;
    if (user.groups.includes(MASTERS)) return undefined;
    if (old !== undefined && changesOnlyOwnership(object, old)) return undefined;
    return kind.resource.endsWith('bindings')
      ? checkBinding(object as RoleBinding, attributes)
      : checkRole(object, old, attributes);
  },
};

function checkRole(object: ClusterRole, old: ClusterRole | undefined, attributes: Attributes): Status | undefined {
  const { kind, name } = attributes;
  if (isAllowed({ verb: 'escalate', resource: kind.resource, name }, attributes)) return undefined;
  const excess = excessOf(object.rules ?? [], attributes);
  if (excess !== undefined) return forbiddenStatus(kind, object.metadata.name, excess);
  if (object.aggregationRule === undefined && old?.aggregationRule === undefined) return undefined;
  // What it will gather is not known yet.
  const short = excessOf(EVERYTHING, attributes);
  if (short === undefined) return undefined;
  const why = `must have cluster-admin privileges to use an aggregationRule: ${short}`;
  return forbiddenStatus(kind, object.metadata.name, why);
}

function checkBinding({ metadata, roleRef }: RoleBinding, attributes: Attributes): Status | undefined {
  const { kind, namespace, store } = attributes;
  const referred = kindOf(roleRef);
  // Validation refuses what refers to something else.
  if (referred === undefined) return undefined;
  const { name } = roleRef;
  if (isAllowed({ verb: 'bind', resource: referred.resource, name }, attributes)) return undefined;
  const found = store.get(referred, referred.namespaced ? namespace : '', name);
  if (found === undefined) return notFoundStatus(referred, name);
  const excess = excessOf((found as Role).rules ?? [], attributes);
  return excess === undefined ? undefined : forbiddenStatus(kind, metadata.name, excess);
}

function kindOf(roleRef: Partial<RoleRef> | undefined): Kind | undefined {
  if (roleRef?.kind === 'Role') return role;
  return roleRef?.kind === 'ClusterRole' ? clusterRole : undefined;
}

type Asked = Pick<ResourceAttributes, 'verb' | 'resource' | 'name'>;

function isAllowed(asked: Asked, { authorizer, user, namespace }: Attributes): boolean {
  const resourceAttributes = { group: RBAC, version: '*', namespace, ...asked };
  return authorizer.authorize(userInfoOf(user), { resourceAttributes }).allowed;
}

/** What the rules allow beyond what the writer may do, in the words of the refusal. Undefined: nothing. */
function excessOf(rules: readonly PolicyRule[], { authorizer, user, namespace }: Attributes): string | undefined {
  const { resourceRules, nonResourceRules, evaluationError } = authorizer.rules(userInfoOf(user), namespace);
  const lack = lackOf([...resourceRules, ...nonResourceRules], rules);
  if (lack.length === 0) return undefined;
  const who = `user ${goQuote(user.name)} (groups=${goList(user.groups)})`;
  const what = typeof lack === 'string' ? lack : lackText(lack);
  const unresolved = evaluationError === undefined ? '' : `; resolution errors: [${evaluationError}]`;
  return `${who} is attempting to grant RBAC permissions not currently held:\n${what}${unresolved}`;
}

/** What the garbage collector writes, so that an object comes to its end. */
function changesOnlyOwnership(object: KubeObject, old: KubeObject): boolean {
  return deepEqual(withoutOwnership(object), withoutOwnership(old));
}

function withoutOwnership({ metadata, ...rest }: KubeObject): object {
  const { ownerReferences: _, finalizers: __, managedFields: ___, ...others } = metadata;
  return { ...rest, metadata: others };
}
