// Which flow a request belongs to: the first schema that matches says its priority level and what tells flows apart.
// Models the default configuration of kubernetes staging/src/k8s.io/apiserver/pkg/apis/flowcontrol/bootstrap; the order
// is that of matching precedence.

import type { User } from '../authentication/user.ts';
import type { PathInfo, ResourcePath } from '../request-info.ts';
import type { LevelName } from './priority-levels.ts';

export interface Flow {
  readonly schema: string;
  readonly level: LevelName;
  /** Whose requests stand in one queue: user or namespace; '' where the schema tells none apart. */
  readonly distinguisher: string;
}

const CONTROLLER_MANAGER = 'system:kube-controller-manager';
const SCHEDULER = 'system:kube-scheduler';
const KUBE_SYSTEM_ACCOUNTS = 'system:serviceaccounts:kube-system';
const ENDPOINT_CONTROLLERS: ReadonlySet<string> = new Set([
  CONTROLLER_MANAGER,
  'system:serviceaccount:kube-system:endpoint-controller',
  'system:serviceaccount:kube-system:endpointslicemirroring-controller',
]);
const PROBES: ReadonlySet<string> = new Set(['/healthz', '/livez', '/readyz']);

const byUser = (schema: string, level: LevelName, user: User): Flow => ({ schema, level, distinguisher: user.name });

/** `method` in upper case. */
export function flowOf(user: User, method: string, info: PathInfo): Flow {
  const { groups } = user;
  if (groups.includes('system:masters')) return { schema: 'exempt', level: 'exempt', distinguisher: '' };
  if (info.kind === 'other' && method === 'GET' && PROBES.has(info.path)) {
    return { schema: 'probes', level: 'exempt', distinguisher: '' };
  }
  const path = info.kind === 'resource' ? info.path : undefined;
  const namespace = path?.namespace ?? '';
  const kubeSystem = groups.includes(KUBE_SYSTEM_ACCOUNTS);
  if (path !== undefined && isGetCreateUpdate(method, path)) {
    if (isLease(path) && (user.name === CONTROLLER_MANAGER || user.name === SCHEDULER)) {
      return byUser('system-leader-election', 'leader-election', user);
    }
    if (path.group === '' && isResource(path, 'endpoints') && ENDPOINT_CONTROLLERS.has(user.name)) {
      return byUser('endpoint-controller', 'workload-high', user);
    }
    if (isLease(path) && kubeSystem) return byUser('workload-leader-election', 'leader-election', user);
  }
  if (groups.includes('system:nodes')) {
    if (path !== undefined && (isLease(path) || isNode(path))) return byUser('system-node-high', 'node-high', user);
    return byUser('system-nodes', 'system', user);
  }
  if (user.name === CONTROLLER_MANAGER) {
    return { schema: 'kube-controller-manager', level: 'workload-high', distinguisher: namespace };
  }
  if (user.name === SCHEDULER) return { schema: 'kube-scheduler', level: 'workload-high', distinguisher: namespace };
  if (kubeSystem) {
    return { schema: 'kube-system-service-accounts', level: 'workload-high', distinguisher: namespace };
  }
  if (groups.includes('system:serviceaccounts')) return byUser('service-accounts', 'workload-low', user);
  if (groups.includes('system:authenticated') || groups.includes('system:unauthenticated')) {
    return byUser('global-default', 'global-default', user);
  }
  return byUser('catch-all', 'catch-all', user);
}

function isGetCreateUpdate(method: string, { name, watch }: ResourcePath): boolean {
  return (method === 'GET' && name !== '' && !watch) || (method === 'POST' && name === '') || method === 'PUT';
}

function isResource({ resource, subresource }: ResourcePath, wanted: string): boolean {
  return resource === wanted && subresource === '';
}

function isLease(path: ResourcePath): boolean {
  return path.group === 'coordination.k8s.io' && isResource(path, 'leases');
}

function isNode({ group, resource, subresource }: ResourcePath): boolean {
  return group === '' && resource === 'nodes' && (subresource === '' || subresource === 'status');
}
