// What a new cluster holds before anyone asks, besides its default roles: its namespaces, the range of Services, the
// Service of the API itself with its endpoints; and, as add-ons, the default classes of storage and of Ingresses and the API of metrics.
// Models kubernetes pkg/controlplane/controller/{systemnamespaces,defaultservicecidr,kubernetesservice}.

import type { Client } from '../api/client.ts';
import type { Endpoints, Namespace, Service } from '../api/types/core-v1.ts';
import {
  DEFAULT_SERVICE_CIDR,
  DEFAULT_SERVICE_CIDR_NAME,
  newServiceCidr,
  readyStatus,
} from '../api/networking/v1/service-range.ts';
import { metricsApiService, metricsReader } from '../api/metrics/v1beta1/group.ts';
import { defaultIngressClass } from '../api/networking/v1/simulated-ingress.ts';
import { standardStorageClass } from '../api/storage/v1/simulated-driver.ts';
import type { EndpointSlice } from '../api/types/discovery-v1.ts';
import type { Draft } from '../api/object.ts';

const NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

/** Of the control plane in the network of the nodes: none of them has it. */
const API_ADDRESS = '10.2.0.1';
const API_PORT = 6443;

/** The first address of the range of Services. */
const API_SERVICE_IP = '10.96.0.1';

export function bootstrap(client: Client, { addOns }: { readonly addOns: boolean }): void {
  const [failure] = ensureServiceRange(client);
  if (failure !== undefined) throw new Error(`bootstrap: ${failure}`);
  for (const name of NAMESPACES) {
    const namespace: Draft<Namespace> = { kind: 'Namespace', apiVersion: 'v1', metadata: { name } };
    mustSucceed(client.create('namespaces', namespace), `namespace ${name}`);
  }
  mustSucceed(client.create('services', apiService()), 'service kubernetes');
  if (addOns) {
    mustSucceed(client.create('storageclasses.storage.k8s.io', standardStorageClass()), 'class of storage');
    mustSucceed(client.create('ingressclasses.networking.k8s.io', defaultIngressClass()), 'class of Ingresses');
    mustSucceed(client.create('apiservices.apiregistration.k8s.io', metricsApiService()), 'API of metrics');
    mustSucceed(client.create('clusterroles.rbac.authorization.k8s.io', metricsReader()), 'role of metrics');
  }
}

function apiService(): Draft<Service> {
  return {
    kind: 'Service',
    apiVersion: 'v1',
    metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: {
      type: 'ClusterIP',
      clusterIP: API_SERVICE_IP,
      ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: API_PORT }],
      sessionAffinity: 'None',
    },
  };
}

/**
 * The range from which Services get their addresses, as its controllers would leave it: so that there is nothing for them
 * to do in a new cluster. Answers what could not be done, and why.
 */
export function ensureServiceRange(client: Client): string[] {
  const resource = 'servicecidrs.networking.k8s.io';
  if (client.get(resource, '', DEFAULT_SERVICE_CIDR_NAME) !== undefined) return [];
  const draft = newServiceCidr(DEFAULT_SERVICE_CIDR_NAME, [DEFAULT_SERVICE_CIDR]);
  const created = client.create(resource, draft);
  const { creationTimestamp = '' } = created.ok ? created.value.metadata : {};
  const result = created.ok
    ? client.updateStatus(resource, { ...created.value, status: readyStatus(creationTimestamp) })
    : created;
  return result.ok ? [] : [`range of Services: ${result.status.message ?? ''}`];
}

/**
 * Where the Service of the API leads to. No controller keeps these: a Service without a selector has none, and the mirror
 * is told to leave them. Answers what could not be done, and why.
 */
export function ensureApiEndpoints(client: Client): string[] {
  const ports = [{ name: 'https', port: API_PORT, protocol: 'TCP' as const }];
  const metadata = { name: 'kubernetes', namespace: 'default' };
  const endpoints: Draft<Endpoints> = {
    kind: 'Endpoints',
    apiVersion: 'v1',
    metadata: { ...metadata, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    subsets: [{ addresses: [{ ip: API_ADDRESS }], ports }],
  };
  const slice: Draft<EndpointSlice> = {
    kind: 'EndpointSlice',
    apiVersion: 'discovery.k8s.io/v1',
    metadata: { ...metadata, labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [API_ADDRESS], conditions: { ready: true } }],
    ports,
  };
  const results = [client.create('endpoints', endpoints), client.create('endpointslices.discovery.k8s.io', slice)];
  return results.flatMap((result) =>
    result.ok || result.status.reason === 'AlreadyExists'
      ? []
      : [`endpoints of the API: ${result.status.message ?? ''}`],
  );
}

function mustSucceed(
  result: { readonly ok: boolean; readonly status?: { readonly message?: string } },
  what: string,
): void {
  if (!result.ok) throw new Error(`bootstrap: ${what}: ${result.status?.message ?? ''}`);
}
