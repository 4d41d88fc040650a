// What a new cluster holds before anyone asks, besides its default roles: its namespaces and the Service of the API itself.
// Models kubernetes pkg/controlplane/controller/{systemnamespaces,kubernetesservice}.

import type { Client } from '../api/client.ts';
import type { Namespace, Service } from '../api/types/core-v1.ts';
import type { Draft } from '../api/object.ts';

const NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

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
      ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: 6443 }],
      sessionAffinity: 'None',
    },
  };
}

function mustSucceed(
  result: { readonly ok: boolean; readonly status?: { readonly message?: string } },
  what: string,
): void {
  if (!result.ok) throw new Error(`bootstrap: ${what}: ${result.status?.message ?? ''}`);
}
