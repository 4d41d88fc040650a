// A Service that wants a load balancer, for tests.

import type { Service, ServiceSpec } from '../../../api/types/core-v1.ts';

export type Meta = Partial<Service['metadata']>;

export const PORT = { port: 80, protocol: 'TCP', targetPort: 80, nodePort: 30_080 };

export function aService(spec: ServiceSpec = {}, metadata: Meta = {}, status: Service['status'] = {}): Service {
  const meta = { name: 'web', namespace: 'a', uid: 'u', resourceVersion: '1', creationTimestamp: '' };
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...meta, ...metadata },
    spec: { type: 'LoadBalancer', ports: [PORT], ...spec },
    status: { loadBalancer: {}, ...status },
  };
}
