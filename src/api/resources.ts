// Which type each resource of the log holds: the client port's `get('pods', …)` answers a Pod.

import type { NodeGroup } from './kubewisp/v1/node-group.ts';
import type { ValidatingAdmissionPolicy } from './types/admissionregistration-v1.ts';
import type { CustomResourceDefinition } from './types/apiextensions-v1.ts';
import type { APIService } from './types/apiregistration-v1.ts';
import type { ControllerRevision, DaemonSet, Deployment, ReplicaSet, StatefulSet } from './types/apps-v1.ts';
import type { HorizontalPodAutoscaler } from './types/autoscaling-v2.ts';
import type { CronJob, Job } from './types/batch-v1.ts';
import type { CertificateSigningRequest } from './types/certificates-v1.ts';
import type { Lease } from './types/coordination-v1.ts';
import type {
  ConfigMap,
  Endpoints,
  Event,
  Namespace,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  ReplicationController,
  ResourceQuota,
  Secret,
  Service,
  ServiceAccount,
} from './types/core-v1.ts';
import type { EndpointSlice } from './types/discovery-v1.ts';
import type { FlowSchema, PriorityLevelConfiguration } from './types/flowcontrol-v1.ts';
import type { Ingress, IngressClass, IPAddress, ServiceCIDR } from './types/networking-v1.ts';
import type { PodDisruptionBudget } from './types/policy-v1.ts';
import type { ClusterRole, ClusterRoleBinding, Role, RoleBinding } from './types/rbac-v1.ts';
import type { ResourceClaim, ResourceClaimTemplate } from './types/resource-v1.ts';
import type { PriorityClass } from './types/scheduling-v1.ts';
import type { CSIDriver, StorageClass, VolumeAttachment, VolumeAttributesClass } from './types/storage-v1.ts';

export interface ResourceMap {
  'apiservices.apiregistration.k8s.io': APIService;
  'certificatesigningrequests.certificates.k8s.io': CertificateSigningRequest;
  'clusterrolebindings.rbac.authorization.k8s.io': ClusterRoleBinding;
  'clusterroles.rbac.authorization.k8s.io': ClusterRole;
  configmaps: ConfigMap;
  'controllerrevisions.apps': ControllerRevision;
  'csidrivers.storage.k8s.io': CSIDriver;
  'customresourcedefinitions.apiextensions.k8s.io': CustomResourceDefinition;
  'cronjobs.batch': CronJob;
  'daemonsets.apps': DaemonSet;
  'deployments.apps': Deployment;
  endpoints: Endpoints;
  'endpointslices.discovery.k8s.io': EndpointSlice;
  events: Event;
  'flowschemas.flowcontrol.apiserver.k8s.io': FlowSchema;
  'horizontalpodautoscalers.autoscaling': HorizontalPodAutoscaler;
  'ingressclasses.networking.k8s.io': IngressClass;
  'ingresses.networking.k8s.io': Ingress;
  'ipaddresses.networking.k8s.io': IPAddress;
  'jobs.batch': Job;
  'leases.coordination.k8s.io': Lease;
  namespaces: Namespace;
  'nodegroups.kubewisp.dev': NodeGroup;
  nodes: Node;
  persistentvolumeclaims: PersistentVolumeClaim;
  persistentvolumes: PersistentVolume;
  'poddisruptionbudgets.policy': PodDisruptionBudget;
  pods: Pod;
  'priorityclasses.scheduling.k8s.io': PriorityClass;
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io': PriorityLevelConfiguration;
  'replicasets.apps': ReplicaSet;
  replicationcontrollers: ReplicationController;
  'resourceclaims.resource.k8s.io': ResourceClaim;
  'resourceclaimtemplates.resource.k8s.io': ResourceClaimTemplate;
  resourcequotas: ResourceQuota;
  'rolebindings.rbac.authorization.k8s.io': RoleBinding;
  'roles.rbac.authorization.k8s.io': Role;
  secrets: Secret;
  serviceaccounts: ServiceAccount;
  'servicecidrs.networking.k8s.io': ServiceCIDR;
  services: Service;
  'statefulsets.apps': StatefulSet;
  'storageclasses.storage.k8s.io': StorageClass;
  'validatingadmissionpolicies.admissionregistration.k8s.io': ValidatingAdmissionPolicy;
  'volumeattachments.storage.k8s.io': VolumeAttachment;
  'volumeattributesclasses.storage.k8s.io': VolumeAttributesClass;
}

export type ResourceName = keyof ResourceMap;
