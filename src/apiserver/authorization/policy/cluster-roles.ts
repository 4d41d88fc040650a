// The roles that every cluster has from the start, but for those of controllers.
// Models kubernetes plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go, with the features that are on by default.

import type { PolicyRule } from '../../../api/types/rbac-v1.ts';
import type { DefaultRole } from './default-role.ts';
import { allow, CORE, events, READ, READ_UPDATE, READ_WRITE, urls, WRITE } from './rule.ts';

const APPS = 'apps';
const AUTHENTICATION = 'authentication.k8s.io';
const AUTHORIZATION = 'authorization.k8s.io';
const CERTIFICATES = 'certificates.k8s.io';
const COORDINATION = 'coordination.k8s.io';
const DISCOVERY = 'discovery.k8s.io';
const EXTENSIONS = 'extensions';
const NETWORKING = 'networking.k8s.io';
const RBAC = 'rbac.authorization.k8s.io';
const RESOURCE = 'resource.k8s.io';
const STORAGE = 'storage.k8s.io';

const HEALTH = '/healthz /livez /readyz';
const VERSION = '/version /version/';
const STREAMS = 'pods/attach pods/exec pods/portforward pods/proxy';

/** Roles that gather the rules of others, by a label, and the label that has them gathered in turn. */
function gathering(name: string, into?: string): DefaultRole {
  return { name, gathers: `aggregate-to-${name}`, ...(into === undefined ? {} : { gatheredInto: [into] }), rules: [] };
}

function gathered(name: 'admin' | 'edit' | 'view', rules: PolicyRule[]): DefaultRole {
  return { name: `system:aggregate-to-${name}`, gatheredInto: [name], rules };
}

function approver(signer: string): DefaultRole {
  const rules = [allow('approve', CERTIFICATES, 'signers', `kubernetes.io/${signer}`)];
  return { name: `system:certificates.k8s.io:${signer}-approver`, rules };
}

function nodeClient(resource: string): DefaultRole {
  const rules = [allow('create', CERTIFICATES, `certificatesigningrequests/${resource}`)];
  return { name: `system:certificates.k8s.io:certificatesigningrequests:${resource}`, rules };
}

export function clusterRoles(): DefaultRole[] {
  return [
    { name: 'cluster-admin', rules: [allow('*', '*', '*'), urls('*', '*')] },
    gathering('admin'),
    gathering('edit', 'admin'),
    gathering('view', 'edit'),
    gathered('admin', adminRules()),
    gathered('edit', editRules()),
    gathered('view', viewRules()),
    ...forEverybody(),
    ...forNodes(),
    ...forComponents(),
    nodeClient('nodeclient'),
    nodeClient('selfnodeclient'),
    ...['kube-apiserver-client', 'kube-apiserver-client-kubelet', 'kubelet-serving', 'legacy-unknown'].map(approver),
  ];
}

function adminRules(): PolicyRule[] {
  return [allow('create', AUTHORIZATION, 'localsubjectaccessreviews'), allow(READ_WRITE, RBAC, 'rolebindings roles')];
}

function editRules(): PolicyRule[] {
  const scaled = 'deployments deployments/rollback deployments/scale replicasets replicasets/scale';
  return [
    allow(READ, CORE, `${STREAMS} secrets services/proxy`),
    allow('impersonate', CORE, 'serviceaccounts'),
    allow(WRITE, CORE, `pods ${STREAMS}`),
    allow('create', CORE, 'pods/eviction'),
    allow(
      WRITE,
      CORE,
      'configmaps events persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets serviceaccounts services services/proxy',
    ),
    allow('create', CORE, 'serviceaccounts/token'),
    allow(WRITE, 'events.k8s.io', 'events'),
    allow(WRITE, APPS, `daemonsets ${scaled} statefulsets statefulsets/scale`),
    allow(WRITE, 'autoscaling', 'horizontalpodautoscalers'),
    allow(WRITE, 'batch', 'cronjobs jobs'),
    allow(WRITE, EXTENSIONS, `daemonsets ${scaled} ingresses networkpolicies replicationcontrollers/scale`),
    allow(WRITE, 'policy', 'poddisruptionbudgets'),
    allow(WRITE, NETWORKING, 'ingresses networkpolicies'),
    allow(READ_WRITE, COORDINATION, 'leases'),
    allow(WRITE, RESOURCE, 'resourceclaims resourceclaimtemplates'),
  ];
}

function viewRules(): PolicyRule[] {
  const scaled = 'deployments deployments/scale deployments/status replicasets replicasets/scale replicasets/status';
  return [
    allow(
      READ,
      CORE,
      'configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers replicationcontrollers/scale serviceaccounts services services/status',
    ),
    allow(
      READ,
      CORE,
      'bindings events limitranges namespaces/status pods/log pods/status replicationcontrollers/status resourcequotas resourcequotas/status',
    ),
    // In a namespace: that namespace.
    allow(READ, CORE, 'namespaces'),
    allow(READ, 'events.k8s.io', 'events'),
    allow(READ, DISCOVERY, 'endpointslices'),
    allow(
      READ,
      APPS,
      `controllerrevisions daemonsets daemonsets/status ${scaled} statefulsets statefulsets/scale statefulsets/status`,
    ),
    allow(READ, 'autoscaling', 'horizontalpodautoscalers horizontalpodautoscalers/status'),
    allow(READ, 'batch', 'cronjobs cronjobs/status jobs jobs/status'),
    allow(
      READ,
      EXTENSIONS,
      `daemonsets daemonsets/status ${scaled} ingresses ingresses/status networkpolicies replicationcontrollers/scale`,
    ),
    allow(READ, 'policy', 'poddisruptionbudgets poddisruptionbudgets/status'),
    allow(READ, NETWORKING, 'ingresses ingresses/status networkpolicies'),
    allow(READ, RESOURCE, 'resourceclaims resourceclaims/status resourceclaimtemplates'),
  ];
}

function forEverybody(): DefaultRole[] {
  return [
    {
      name: 'system:basic-user',
      rules: [
        allow('create', AUTHORIZATION, 'selfsubjectaccessreviews selfsubjectrulesreviews'),
        allow('create', AUTHENTICATION, 'selfsubjectreviews'),
      ],
    },
    {
      name: 'system:discovery',
      rules: [urls('get', `/api /api/* /apis /apis/* ${HEALTH} /openapi /openapi/* ${VERSION}`)],
    },
    { name: 'system:public-info-viewer', rules: [urls('get', `${HEALTH} ${VERSION}`)] },
    {
      name: 'system:service-account-issuer-discovery',
      rules: [
        urls(
          'get',
          '/.well-known/openid-configuration /.well-known/openid-configuration/ /openid/v1/jwks /openid/v1/jwks/',
        ),
      ],
    },
  ];
}

/** What a kubelet needs: rules of the node authorizer, and of the role that is kept for those who bind it. */
export function nodeRules(): PolicyRule[] {
  return [
    allow('create', AUTHENTICATION, 'tokenreviews'),
    allow('create', AUTHORIZATION, 'localsubjectaccessreviews subjectaccessreviews'),
    allow(READ, CORE, 'services'),
    allow(`create ${READ}`, CORE, 'nodes'),
    allow('patch update', CORE, 'nodes/status'),
    allow('patch update', CORE, 'nodes'),
    events(),
    allow(READ, CORE, 'pods'),
    allow('create delete', CORE, 'pods'),
    allow('patch update', CORE, 'pods/status'),
    allow('create', CORE, 'pods/eviction'),
    allow(READ, CORE, 'configmaps secrets'),
    allow('get', CORE, 'persistentvolumeclaims persistentvolumes'),
    allow('get', CORE, 'endpoints'),
    allow(`create ${READ}`, CERTIFICATES, 'certificatesigningrequests'),
    allow('create delete get patch update', COORDINATION, 'leases'),
    allow('get', STORAGE, 'volumeattachments'),
    allow('create', CORE, 'serviceaccounts/token'),
    allow('get patch update', CORE, 'persistentvolumeclaims/status'),
    allow(READ, STORAGE, 'csidrivers'),
    allow('create delete get patch update', STORAGE, 'csinodes'),
    allow(READ, 'node.k8s.io', 'runtimeclasses'),
    allow('get', RESOURCE, 'resourceclaims'),
    allow('deletecollection', RESOURCE, 'resourceslices'),
    allow('get', CORE, 'serviceaccounts'),
  ];
}

function forNodes(): DefaultRole[] {
  return [
    { name: 'system:node', rules: nodeRules() },
    {
      name: 'system:node-bootstrapper',
      rules: [allow(`create ${READ}`, CERTIFICATES, 'certificatesigningrequests')],
    },
    {
      name: 'system:node-problem-detector',
      rules: [allow('get', CORE, 'nodes'), allow('patch', CORE, 'nodes/status'), events()],
    },
    {
      name: 'system:node-proxier',
      rules: [
        allow('list watch', CORE, 'endpoints services'),
        allow(READ, CORE, 'nodes'),
        events(),
        allow('list watch', NETWORKING, 'servicecidrs'),
        allow('list watch', DISCOVERY, 'endpointslices'),
      ],
    },
    {
      name: 'system:kubelet-api-admin',
      rules: [
        allow(READ, CORE, 'nodes'),
        allow('proxy', CORE, 'nodes'),
        allow('*', CORE, 'nodes/log nodes/metrics nodes/proxy nodes/stats'),
        allow('*', CORE, 'nodes/configz nodes/healthz nodes/pods'),
      ],
    },
  ];
}

function forComponents(): DefaultRole[] {
  const reviews = [
    allow('create', AUTHENTICATION, 'tokenreviews'),
    allow('create', AUTHORIZATION, 'subjectaccessreviews'),
  ];
  return [
    { name: 'system:auth-delegator', rules: reviews },
    {
      name: 'system:heapster',
      rules: [allow(READ, CORE, 'events namespaces nodes pods'), allow(READ, EXTENSIONS, 'deployments')],
    },
    { name: 'system:kube-aggregator', rules: [allow(READ, CORE, 'endpoints services')] },
    {
      name: 'system:kube-controller-manager',
      rules: [
        events(),
        allow('create', COORDINATION, 'leases'),
        allow('get update', COORDINATION, 'leases', 'kube-controller-manager'),
        allow('create', CORE, 'secrets serviceaccounts'),
        allow('delete', CORE, 'secrets'),
        allow('get', CORE, 'configmaps namespaces secrets serviceaccounts'),
        allow('update', CORE, 'secrets serviceaccounts'),
        ...reviews,
        allow('list watch', '*', '*'),
        allow('create', CORE, 'serviceaccounts/token'),
      ],
    },
    { name: 'system:kube-dns', rules: [allow('list watch', CORE, 'endpoints services')] },
    { name: 'system:kube-scheduler', rules: schedulerRules(reviews) },
    {
      name: 'system:monitoring',
      rules: [
        urls('get', `${HEALTH} /healthz/* /livez/* /metrics /metrics/slis /readyz/*`),
        allow('get', CORE, 'nodes/metrics'),
      ],
    },
    {
      name: 'system:persistent-volume-provisioner',
      rules: [
        allow(`create delete ${READ}`, CORE, 'persistentvolumes'),
        allow(`${READ} update`, CORE, 'persistentvolumeclaims'),
        allow(READ, STORAGE, 'storageclasses'),
        allow('watch', CORE, 'events'),
        events(),
      ],
    },
    {
      name: 'system:volume-scheduler',
      rules: [
        allow(READ_UPDATE, CORE, 'persistentvolumes'),
        allow(READ, STORAGE, 'storageclasses'),
        allow(READ_UPDATE, CORE, 'persistentvolumeclaims'),
      ],
    },
  ];
}

function schedulerRules(reviews: readonly PolicyRule[]): PolicyRule[] {
  return [
    events(),
    allow('create', COORDINATION, 'leases'),
    allow(`${READ} update`, COORDINATION, 'leases', 'kube-scheduler'),
    allow(READ_WRITE, COORDINATION, 'leasecandidates'),
    allow(READ, CORE, 'nodes'),
    allow(`delete ${READ}`, CORE, 'pods'),
    allow('create', CORE, 'bindings pods/binding'),
    allow('patch update', CORE, 'pods/status'),
    allow(READ, CORE, 'replicationcontrollers services'),
    allow(READ, `${APPS} ${EXTENSIONS}`, 'replicasets'),
    allow(READ, APPS, 'statefulsets'),
    allow(READ, 'policy', 'poddisruptionbudgets'),
    allow(READ, CORE, 'persistentvolumeclaims persistentvolumes'),
    ...reviews,
    allow(READ, STORAGE, 'csinodes'),
    allow(READ, STORAGE, 'volumeattachments'),
    allow(READ, CORE, 'namespaces'),
    allow(READ, STORAGE, 'csidrivers'),
    allow(READ, STORAGE, 'csistoragecapacities'),
    allow(READ, RESOURCE, 'deviceclasses'),
    allow(READ_UPDATE, RESOURCE, 'resourceclaims'),
    allow(READ_UPDATE, RESOURCE, 'resourceclaims/status'),
    allow(READ_UPDATE, CORE, 'pods/finalizers'),
    allow(READ, RESOURCE, 'resourceslices'),
  ];
}
