// Which pods stand behind a Service, and what of them its Endpoints and EndpointSlices show.
// Models kubernetes staging/src/k8s.io/endpointslice/util/controller_utils.go and pkg/api/v1/pod (FindPort).

import type { Client } from '../../api/client.ts';
import type { Pod, Service, ServicePort } from '../../api/types/core-v1.ts';
import { deepEqual } from '../../lib/json.ts';
import type { Labels } from '../../schema/label-selector.ts';
import type { Change } from '../runtime/component.ts';
import { keyOf } from './owners.ts';
import type { PodOutline } from './pod-outline.ts';
import { podOutline } from './pod-outline.ts';
import { isReady, isTerminal } from './pods.ts';

export const HEADLESS_LABEL = 'service.kubernetes.io/headless';

/** False: its endpoints are somebody else's business. */
export function isServed(service: Service): boolean {
  return service.spec?.type !== 'ExternalName' && Object.keys(service.spec?.selector ?? {}).length > 0;
}

export function isHeadless(service: Service): boolean {
  const clusterIp = service.spec?.clusterIP ?? '';
  return clusterIp === '' || clusterIp === 'None';
}

export function podsOf(client: Client, service: Service): PodOutline[] {
  return client
    .view(podOutline, { namespace: service.metadata.namespace ?? '' })
    .filter((pod) => selects(service, pod.metadata.labels));
}

/** Keys of the Services whose endpoints a change of a pod touches. */
export function servicesTouched(change: Change, client: Client): string[] {
  const pod: Pod = change.object;
  const old: Pod | undefined = change.old;
  const after = change.verb === 'delete' ? undefined : shown(pod);
  const before = shown(change.verb === 'delete' ? pod : old);
  if (deepEqual(before, after)) return [];
  const labels = [before?.labels, after?.labels].filter((set) => set !== undefined);
  return client
    .list('services', { namespace: change.namespace })
    .filter((service) => isServed(service) && labels.some((set) => selects(service, set)))
    .map(keyOf);
}

function selects(service: Service, labels: Labels): boolean {
  return Object.entries(service.spec?.selector ?? {}).every(([key, value]) => labels?.[key] === value);
}

/** Everything of a pod that its endpoints depend on; undefined while it has no address. */
function shown(pod: PodOutline | undefined) {
  if (pod === undefined || addresses(pod).length === 0) return undefined;
  const { nodeName, hostname, subdomain } = pod.spec ?? {};
  return {
    labels: pod.metadata.labels ?? {},
    addresses: addresses(pod),
    ready: isReady(pod),
    terminal: isTerminal(pod),
    terminating: pod.metadata.deletionTimestamp !== undefined,
    nodeName,
    hostname,
    subdomain,
  };
}

/** Whether the pod has a place among the endpoints, ready or not. */
export function isEndpoint(pod: PodOutline, includeTerminating: boolean): boolean {
  if (isTerminal(pod) || addresses(pod).length === 0) return false;
  return includeTerminating || pod.metadata.deletionTimestamp === undefined;
}

function addresses({ status }: PodOutline): string[] {
  if (status?.podIPs !== undefined) return status.podIPs.map(({ ip }) => ip);
  return status?.podIP ? [status.podIP] : [];
}

export function addressesOf(pod: PodOutline, family: 'IPv4' | 'IPv6'): string[] {
  return addresses(pod).filter((address) => address.includes(':') === (family === 'IPv6'));
}

/** The port of the pod that a port of the Service leads to; undefined where the pod has none of that name. */
export function targetPort({ spec }: PodOutline, port: ServicePort): number | undefined {
  const target = port.targetPort ?? port.port;
  if (typeof target === 'number') return target;
  const sidecars = (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  for (const { ports = [] } of [...(spec?.containers ?? []), ...sidecars]) {
    const match = ports.find(
      ({ name, protocol }) => name === target && (protocol ?? 'TCP') === (port.protocol ?? 'TCP'),
    );
    if (match !== undefined) return match.containerPort;
  }
  return undefined;
}

/** The name that DNS gives the pod under the Service; undefined where it gives none. */
export function hostnameOf(pod: PodOutline, service: Service): string | undefined {
  const { hostname, subdomain } = pod.spec ?? {};
  return hostname && subdomain === service.metadata.name ? hostname : undefined;
}

export function targetRefOf({ metadata: { namespace = '', name, uid } }: PodOutline) {
  return { kind: 'Pod', namespace, name, uid };
}
