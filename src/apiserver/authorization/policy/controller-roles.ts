// The roles of the controllers that run here, each bound to the service account that it acts as. A new controller's is one
// more entry.
// Models kubernetes plugin/pkg/auth/authorizer/rbac/bootstrappolicy/controller_policy.go.

import type { PolicyRule } from '../../../api/types/rbac-v1.ts';
import { allow, CORE, events, READ } from './rule.ts';

const BATCH = 'batch';
const WORKLOADS = 'apps extensions';
const CERTIFICATES = 'certificates.k8s.io';
const DISCOVERY = 'discovery.k8s.io';
const FLOWCONTROL = 'flowcontrol.apiserver.k8s.io';
const NETWORKING = 'networking.k8s.io';
const RESOURCE = 'resource.k8s.io';
const STORAGE = 'storage.k8s.io';

/** By the name of the service account. */
export function controllerRules(): Readonly<Record<string, PolicyRule[]>> {
  return {
    'attachdetach-controller': [
      allow(READ, CORE, 'persistentvolumeclaims persistentvolumes'),
      allow(READ, CORE, 'nodes'),
      allow('patch update', CORE, 'nodes/status'),
      allow('list watch', CORE, 'pods'),
      allow(`create delete ${READ}`, STORAGE, 'volumeattachments'),
      allow(READ, STORAGE, 'csidrivers csinodes'),
      events(),
    ],
    // Upstream's is the API server itself, as are those of flow schemas.
    'apiservice-status-available-controller': [
      allow(`create delete ${READ} update`, 'apiregistration.k8s.io', 'apiservices'),
      allow('update', 'apiregistration.k8s.io', 'apiservices/status'),
      allow(READ, CORE, 'services'),
      allow(READ, DISCOVERY, 'endpointslices'),
      allow(READ, 'apiextensions.k8s.io', 'customresourcedefinitions'),
    ],
    'certificate-controller': [
      allow(`delete ${READ}`, CERTIFICATES, 'certificatesigningrequests'),
      allow('update', CERTIFICATES, 'certificatesigningrequests/approval certificatesigningrequests/status'),
      allow('approve', CERTIFICATES, 'signers', 'kubernetes.io/kube-apiserver-client-kubelet'),
      allow(
        'sign',
        CERTIFICATES,
        'signers',
        'kubernetes.io/kube-apiserver-client kubernetes.io/kube-apiserver-client-kubelet kubernetes.io/kubelet-serving kubernetes.io/legacy-unknown',
      ),
      allow('create', 'authorization.k8s.io', 'subjectaccessreviews'),
      // Where it publishes its authority; upstream's API server does that.
      allow('create get update', CORE, 'configmaps'),
      events(),
    ],
    'cloud-node-controller': [
      allow(`${READ} patch update`, CORE, 'nodes'),
      allow('patch update', CORE, 'nodes/status'),
      events(),
    ],
    'cloud-node-lifecycle-controller': [allow(`delete ${READ} patch update`, CORE, 'nodes'), events()],
    // Not one of kube-controller-manager's; upstream's manifests bring its role.
    'cluster-autoscaler': [
      allow(READ, CORE, 'pods nodes persistentvolumeclaims persistentvolumes'),
      allow('patch update', CORE, 'nodes'),
      allow('create', CORE, 'pods/eviction'),
      allow(READ, WORKLOADS, 'daemonsets'),
      allow(READ, 'policy', 'poddisruptionbudgets'),
      allow(READ, STORAGE, 'storageclasses'),
      allow(`${READ} update`, 'kubewisp.dev', 'nodegroups'),
      events(),
    ],
    'clusterrole-aggregation-controller': [
      allow(`escalate ${READ} patch update`, 'rbac.authorization.k8s.io', 'clusterroles'),
    ],
    'cronjob-controller': [
      allow(`${READ} update`, BATCH, 'cronjobs'),
      allow(`create delete ${READ} patch update`, BATCH, 'jobs'),
      allow('update', BATCH, 'cronjobs/status'),
      allow('update', BATCH, 'cronjobs/finalizers'),
      allow('delete list', CORE, 'pods'),
      events(),
    ],
    // Three parts of the simulated driver.
    'csi-attacher': [
      allow(`${READ} patch update`, STORAGE, 'volumeattachments'),
      allow('patch update', STORAGE, 'volumeattachments/status'),
      events(),
    ],
    'csi-provisioner': [
      allow(`create delete ${READ} patch update`, CORE, 'persistentvolumes'),
      allow(`${READ} update`, CORE, 'persistentvolumeclaims'),
      allow(READ, STORAGE, 'storageclasses volumeattachments'),
      allow(READ, CORE, 'nodes'),
      events(),
    ],
    'csi-resizer': [
      allow(`${READ} patch update`, CORE, 'persistentvolumes'),
      allow(READ, CORE, 'persistentvolumeclaims'),
      allow('patch update', CORE, 'persistentvolumeclaims/status'),
      allow(READ, STORAGE, 'volumeattributesclasses'),
      events(),
    ],
    'daemon-set-controller': [
      allow(READ, WORKLOADS, 'daemonsets'),
      allow('update', WORKLOADS, 'daemonsets/status'),
      allow('update', WORKLOADS, 'daemonsets/finalizers'),
      allow('list watch', CORE, 'nodes'),
      allow('create delete list patch watch', CORE, 'pods'),
      allow('create', CORE, 'pods/binding'),
      allow(`create delete ${READ} patch update`, 'apps', 'controllerrevisions'),
      events(),
    ],
    'deployment-controller': [
      allow(`${READ} update`, WORKLOADS, 'deployments'),
      allow('update', WORKLOADS, 'deployments/status'),
      allow('update', WORKLOADS, 'deployments/finalizers'),
      allow(`create delete ${READ} patch update`, WORKLOADS, 'replicasets'),
      allow(`${READ} update`, CORE, 'pods'),
      events(),
    ],
    'disruption-controller': [
      allow(READ, WORKLOADS, 'deployments'),
      allow(READ, WORKLOADS, 'replicasets'),
      allow(READ, CORE, 'replicationcontrollers'),
      allow(READ, 'policy', 'poddisruptionbudgets'),
      allow(READ, 'apps', 'statefulsets'),
      allow('update', 'policy', 'poddisruptionbudgets/status'),
      allow('patch update', CORE, 'pods/status'),
      allow('get', '*', '*/scale'),
      events(),
    ],
    'endpoint-controller': [
      allow(READ, CORE, 'pods services'),
      allow(`create delete ${READ} update`, CORE, 'endpoints'),
      allow('create', CORE, 'endpoints/restricted'),
      events(),
    ],
    'endpointslice-controller': [
      allow(READ, CORE, 'nodes pods services'),
      allow('update', CORE, 'services/finalizers'),
      allow(`create delete ${READ} update`, DISCOVERY, 'endpointslices'),
      events(),
    ],
    'endpointslicemirroring-controller': [
      allow(READ, CORE, 'endpoints services'),
      allow('update', CORE, 'services/finalizers'),
      allow('update', CORE, 'endpoints/finalizers'),
      allow(`create delete ${READ} update`, DISCOVERY, 'endpointslices'),
      events(),
    ],
    'ephemeral-volume-controller': [
      allow(READ, CORE, 'pods'),
      allow('update', CORE, 'pods/finalizers'),
      allow(`create ${READ}`, CORE, 'persistentvolumeclaims'),
      events(),
    ],
    'expand-controller': [
      allow(`${READ} patch update`, CORE, 'persistentvolumes'),
      allow('patch update', CORE, 'persistentvolumeclaims/status'),
      allow(READ, CORE, 'persistentvolumeclaims'),
      allow(READ, STORAGE, 'storageclasses'),
      events(),
    ],
    'flowschema-status-controller': [
      allow(READ, FLOWCONTROL, 'flowschemas prioritylevelconfigurations'),
      allow('update', FLOWCONTROL, 'flowschemas/status'),
    ],
    'generic-garbage-collector': [allow(`delete ${READ} patch update`, '*', '*'), events()],
    'horizontal-pod-autoscaler': [
      allow(READ, 'autoscaling', 'horizontalpodautoscalers'),
      allow('update', 'autoscaling', 'horizontalpodautoscalers/status'),
      allow('get update', '*', '*/scale'),
      allow('list', CORE, 'pods'),
      allow('list', 'metrics.k8s.io', 'pods'),
      allow('get list', 'custom.metrics.k8s.io', '*'),
      allow('get list', 'external.metrics.k8s.io', '*'),
      events(),
    ],
    'ingress-controller': [
      allow(READ, NETWORKING, 'ingresses ingressclasses'),
      allow('patch update', NETWORKING, 'ingresses/status'),
      events(),
    ],
    'job-controller': [
      allow(`${READ} patch update`, BATCH, 'jobs'),
      allow('update', BATCH, 'jobs/status'),
      allow('update', BATCH, 'jobs/finalizers'),
      allow('create delete list patch watch', CORE, 'pods'),
      events(),
    ],
    'legacy-service-account-token-cleaner': [
      allow('get', CORE, 'configmaps', 'kube-apiserver-legacy-service-account-token-tracking'),
      allow('delete patch', CORE, 'secrets'),
    ],
    'namespace-controller': [
      allow(`delete ${READ}`, CORE, 'namespaces'),
      allow('update', CORE, 'namespaces/finalize namespaces/status'),
      allow(`delete deletecollection ${READ}`, '*', '*'),
    ],
    // Of the simulated cloud.
    'nodegroup-controller': [
      allow(READ, 'kubewisp.dev', 'nodegroups'),
      allow('update', 'kubewisp.dev', 'nodegroups/status'),
      allow(`delete ${READ}`, CORE, 'nodes'),
    ],
    'node-controller': [
      allow(`delete ${READ} patch update`, CORE, 'nodes'),
      allow('patch update', CORE, 'nodes/status'),
      allow('patch update', CORE, 'pods/status'),
      allow(`delete ${READ}`, CORE, 'pods'),
      events(),
    ],
    'persistent-volume-binder': [
      allow(`create delete ${READ} update`, CORE, 'persistentvolumes'),
      allow('update', CORE, 'persistentvolumes/status'),
      allow(`${READ} update`, CORE, 'persistentvolumeclaims'),
      allow('update', CORE, 'persistentvolumeclaims/status'),
      allow(`create delete ${READ}`, CORE, 'pods'),
      allow(READ, STORAGE, 'storageclasses'),
      allow('get list', CORE, 'nodes'),
      allow('watch', CORE, 'events'),
      events(),
    ],
    'pod-garbage-collector': [
      allow('delete list watch', CORE, 'pods'),
      allow(READ, CORE, 'nodes'),
      allow('patch', CORE, 'pods/status'),
    ],
    'pv-protection-controller': [allow(`${READ} update`, CORE, 'persistentvolumes'), events()],
    'pvc-protection-controller': [
      allow(`${READ} update`, CORE, 'persistentvolumeclaims'),
      allow(READ, CORE, 'pods'),
      events(),
    ],
    'replicaset-controller': [
      allow(`${READ} update`, WORKLOADS, 'replicasets'),
      allow('update', WORKLOADS, 'replicasets/status'),
      allow('update', WORKLOADS, 'replicasets/finalizers'),
      allow('create delete list patch watch', CORE, 'pods'),
      events(),
    ],
    'replication-controller': [
      allow(`${READ} update`, CORE, 'replicationcontrollers'),
      allow('update', CORE, 'replicationcontrollers/status'),
      allow('update', CORE, 'replicationcontrollers/finalizers'),
      allow('create delete list patch watch', CORE, 'pods'),
      events(),
    ],
    'resource-claim-controller': [
      allow(READ, CORE, 'pods'),
      allow('update', CORE, 'pods/finalizers'),
      allow(`create delete ${READ}`, RESOURCE, 'resourceclaims'),
      allow(READ, RESOURCE, 'resourceclaimtemplates'),
      allow('patch update', RESOURCE, 'resourceclaims resourceclaims/status'),
      allow('patch update', CORE, 'pods/status'),
      events(),
    ],
    // What a quota counts may be anything.
    'resourcequota-controller': [
      allow('list watch', '*', '*'),
      allow('update', CORE, 'resourcequotas/status'),
      events(),
    ],
    'root-ca-cert-publisher': [allow('create update', CORE, 'configmaps'), events()],
    'route-controller': [allow('list watch', CORE, 'nodes'), allow('patch', CORE, 'nodes/status'), events()],
    'service-account-controller': [allow('create', CORE, 'serviceaccounts'), events()],
    'service-controller': [
      allow(READ, CORE, 'services'),
      allow('patch update', CORE, 'services/status'),
      allow('list watch', CORE, 'nodes'),
      events(),
    ],
    'service-cidrs-controller': [
      allow(`${READ} patch update`, NETWORKING, 'servicecidrs'),
      allow('patch update', NETWORKING, 'servicecidrs/finalizers'),
      allow('patch update', NETWORKING, 'servicecidrs/status'),
      allow(READ, NETWORKING, 'ipaddresses'),
      events(),
    ],
    // Upstream's has the rights of the whole controller manager.
    'tokens-controller': [
      allow(`delete ${READ} update`, CORE, 'secrets'),
      allow(`${READ} update`, CORE, 'serviceaccounts'),
    ],
    'statefulset-controller': [
      allow(READ, 'apps', 'statefulsets'),
      allow('update', 'apps', 'statefulsets/status'),
      allow('update', 'apps', 'statefulsets/finalizers'),
      allow(`create delete ${READ} patch update`, CORE, 'pods'),
      allow(`create delete ${READ} patch update`, 'apps', 'controllerrevisions'),
      allow('create delete get update', CORE, 'persistentvolumeclaims'),
      events(),
    ],
    'ttl-after-finished-controller': [allow(`delete ${READ}`, BATCH, 'jobs'), events()],
    'ttl-controller': [allow('list patch update watch', CORE, 'nodes'), events()],
    'validatingadmissionpolicy-status-controller': [
      allow(READ, 'admissionregistration.k8s.io', 'validatingadmissionpolicies'),
      allow('get patch update', 'admissionregistration.k8s.io', 'validatingadmissionpolicies/status'),
      events(),
    ],
    'volumeattributesclass-protection-controller': [
      allow(`${READ} update`, STORAGE, 'volumeattributesclasses'),
      allow(READ, CORE, 'persistentvolumeclaims persistentvolumes'),
      events(),
    ],
  };
}
