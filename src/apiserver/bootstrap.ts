// What a new cluster holds before anyone asks, besides its default roles: its namespaces and the Service of the API itself with its endpoints.
// Models kubernetes pkg/controlplane/controller/{systemnamespaces,kubernetesservice}.

import type { Client } from '../api/client.ts';
import type { Endpoints, Namespace, Service } from '../api/types/core-v1.ts';
import type { EndpointSlice } from '../api/types/discovery-v1.ts';
import type { Draft } from '../api/object.ts';

const NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

/** Of the control plane in the network of the nodes: none of them has it. */
const API_ADDRESS = '10.2.0.1';
const API_PORT = 6443;

/** `serviceIp` is the first address of the service range. */
export function bootstrap(client: Client, serviceIp: string): void {
  for (const name of NAMESPACES) {
    const namespace: Draft<Namespace> = { kind: 'Namespace', apiVersion: 'v1', metadata: { name } };
    mustSucceed(client.create('namespaces', namespace), `namespace ${name}`);
  }
  mustSucceed(client.create('services', apiService(serviceIp)), 'service kubernetes');
}

function apiService(clusterIP: string): Draft<Service> {
  return {
    kind: 'Service',
    apiVersion: 'v1',
    metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: {
      type: 'ClusterIP',
      clusterIP,
      ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: API_PORT }],
      sessionAffinity: 'None',
    },
  };
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
