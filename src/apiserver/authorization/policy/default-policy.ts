// All default roles and bindings. They are made with a cluster; where the policy of a later version has more, an existing
// cluster gets it when it is opened (reconcile.ts).
// Models kubernetes plugin/pkg/auth/authorizer/rbac/bootstrappolicy.

import type { Subject } from '../../../api/types/rbac-v1.ts';
import { RBAC } from '../../../api/rbac/v1/rules.ts';
import { clusterRoles } from './cluster-roles.ts';
import { controllerRules } from './controller-roles.ts';
import type { DefaultBinding, DefaultRole } from './default-role.ts';
import { allow, CORE, READ } from './rule.ts';

/** Goes up whenever a role or a binding changes: a test knows what the policy of this version is. */
export const POLICY_VERSION = 17;

const SYSTEM = 'kube-system';

export function defaultRoles(): DefaultRole[] {
  return [
    ...clusterRoles(),
    ...Object.entries(controllerRules()).map(([account, rules]) => ({ name: controllerRole(account), rules })),
    {
      name: 'extension-apiserver-authentication-reader',
      namespace: SYSTEM,
      rules: [allow(READ, CORE, 'configmaps', 'extension-apiserver-authentication')],
    },
  ];
}

export function defaultBindings(): DefaultBinding[] {
  return [
    bind('cluster-admin', group('system:masters')),
    bind('system:basic-user', group('system:authenticated')),
    bind('system:discovery', group('system:authenticated')),
    bind('system:kube-controller-manager', user('system:kube-controller-manager')),
    bind('system:kube-dns', account('kube-dns')),
    bind('system:kube-scheduler', user('system:kube-scheduler')),
    bind('system:monitoring', group('system:monitoring')),
    // Nobody: nodes are allowed by their own authorizer.
    bind('system:node'),
    bind('system:node-proxier', user('system:kube-proxy')),
    bind('system:public-info-viewer', group('system:authenticated'), group('system:unauthenticated')),
    bind('system:service-account-issuer-discovery', group('system:serviceaccounts')),
    bind('system:volume-scheduler', user('system:kube-scheduler')),
    ...Object.keys(controllerRules()).map((name) => bind(controllerRole(name), account(name))),
    {
      name: 'system::extension-apiserver-authentication-reader',
      namespace: SYSTEM,
      role: 'extension-apiserver-authentication-reader',
      subjects: [user('system:kube-controller-manager'), user('system:kube-scheduler')],
    },
  ];
}

function controllerRole(name: string): string {
  return `system:controller:${name}`;
}

function bind(name: string, ...subjects: Subject[]): DefaultBinding {
  return { name, role: name, subjects };
}

function user(name: string): Subject {
  return { kind: 'User', apiGroup: RBAC, name };
}

function group(name: string): Subject {
  return { kind: 'Group', apiGroup: RBAC, name };
}

function account(name: string): Subject {
  return { kind: 'ServiceAccount', name, namespace: SYSTEM };
}
