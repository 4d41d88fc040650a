// Which type each resource of the log holds: the client port's `get('pods', …)` answers a Pod.

import type { CustomResourceDefinition } from './types/apiextensions-v1.ts';
import type { ControllerRevision, Deployment, ReplicaSet } from './types/apps-v1.ts';
import type { Lease } from './types/coordination-v1.ts';
import type {
  ConfigMap,
  Endpoints,
  Event,
  Namespace,
  Node,
  Pod,
  Secret,
  Service,
  ServiceAccount,
} from './types/core-v1.ts';
import type { EndpointSlice } from './types/discovery-v1.ts';
import type { ClusterRole, ClusterRoleBinding, Role, RoleBinding } from './types/rbac-v1.ts';

export interface ResourceMap {
  'clusterrolebindings.rbac.authorization.k8s.io': ClusterRoleBinding;
  'clusterroles.rbac.authorization.k8s.io': ClusterRole;
  configmaps: ConfigMap;
  'controllerrevisions.apps': ControllerRevision;
  'customresourcedefinitions.apiextensions.k8s.io': CustomResourceDefinition;
  'deployments.apps': Deployment;
  endpoints: Endpoints;
  'endpointslices.discovery.k8s.io': EndpointSlice;
  events: Event;
  'leases.coordination.k8s.io': Lease;
  namespaces: Namespace;
  nodes: Node;
  pods: Pod;
  'replicasets.apps': ReplicaSet;
  'rolebindings.rbac.authorization.k8s.io': RoleBinding;
  'roles.rbac.authorization.k8s.io': Role;
  secrets: Secret;
  serviceaccounts: ServiceAccount;
  services: Service;
}

export type ResourceName = keyof ResourceMap;
