// What default roles and bindings are made of, and the objects that they become.
// Models kubernetes plugin/pkg/auth/authorizer/rbac/bootstrappolicy (addDefaultMetadata).

import type { Draft } from '../../../api/object.ts';
import { RBAC } from '../../../api/rbac/v1/rules.ts';
import type {
  ClusterRole,
  ClusterRoleBinding,
  PolicyRule,
  Role,
  RoleBinding,
  Subject,
} from '../../../api/types/rbac-v1.ts';

export interface DefaultRole {
  readonly name: string;
  /** A role of this namespace; absent: of the cluster. */
  readonly namespace?: string;
  /** Its rules are those of the roles with this label. */
  readonly gathers?: string;
  /** The gathering roles, by name, that its rules go into. */
  readonly gatheredInto?: readonly string[];
  readonly rules: PolicyRule[];
}

export interface DefaultBinding {
  readonly name: string;
  readonly namespace?: string;
  readonly role: string;
  readonly subjects: Subject[];
}

const VERSION = `${RBAC}/v1`;
/** Unless it is false on an object, that is brought up to date with the defaults. */
export const AUTOUPDATE = 'rbac.authorization.kubernetes.io/autoupdate';

export function roleObject({
  name,
  namespace,
  gathers,
  gatheredInto = [],
  rules,
}: DefaultRole): Draft<ClusterRole | Role> {
  const labels = Object.fromEntries(gatheredInto.map((into) => [`${RBAC}/aggregate-to-${into}`, 'true']));
  return {
    kind: namespace === undefined ? 'ClusterRole' : 'Role',
    apiVersion: VERSION,
    metadata: metadataOf(name, namespace, labels),
    ...(gathers === undefined
      ? {}
      : { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [`${RBAC}/${gathers}`]: 'true' } }] } }),
    rules,
  };
}

export function bindingObject({
  name,
  namespace,
  role,
  subjects,
}: DefaultBinding): Draft<ClusterRoleBinding | RoleBinding> {
  return {
    kind: namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding',
    apiVersion: VERSION,
    metadata: metadataOf(name, namespace, {}),
    ...(subjects.length === 0 ? {} : { subjects }),
    roleRef: { apiGroup: RBAC, kind: namespace === undefined ? 'ClusterRole' : 'Role', name: role },
  };
}

function metadataOf(name: string, namespace: string | undefined, labels: Record<string, string>) {
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...labels },
    annotations: { [AUTOUPDATE]: 'true' },
  };
}
