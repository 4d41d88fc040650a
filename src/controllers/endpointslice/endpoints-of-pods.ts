// Pods as endpoints of a Service, by the ports that they offer.
// Models kubernetes staging/src/k8s.io/endpointslice/{reconciler.go,utils.go,trafficdist}.

import type { Client } from '../../api/client.ts';
import type { Node, Service } from '../../api/types/core-v1.ts';
import type { Endpoint, EndpointHints, EndpointPort } from '../../api/types/discovery-v1.ts';
import type { PodOutline } from '../common/pod-outline.ts';
import { isReady } from '../common/pods.ts';
import { addressesOf, hostnameOf, isEndpoint, targetPort, targetRefOf } from '../common/service-pods.ts';

export type Family = 'IPv4' | 'IPv6';

/** Endpoints that share their ports. */
export interface PortGroup {
  readonly ports: EndpointPort[];
  readonly endpoints: Endpoint[];
}

export interface DesiredEndpoints {
  /** By `portsKey`. */
  readonly groups: ReadonlyMap<string, PortGroup>;
  /** Why a pod was left out for now. */
  readonly error: string | undefined;
}

/** Order does not matter. */
export function portsKey(ports: readonly EndpointPort[]): string {
  const texts = ports.map(
    ({ name = '', protocol = 'TCP', port, appProtocol = '' }) => `${name} ${protocol} ${port ?? ''} ${appProtocol}`,
  );
  return texts.toSorted().join();
}

export function endpointsOfPods(
  client: Client,
  service: Service,
  pods: readonly PodOutline[],
  family: Family,
): DesiredEndpoints {
  const groups = new Map<string, PortGroup>();
  const nodes = new Map<string, Node | undefined>();
  let error: string | undefined;
  for (const pod of pods) {
    if (!isEndpoint(pod, true)) continue;
    const addresses = addressesOf(pod, family);
    if (addresses.length === 0) continue;
    const nodeName = pod.spec?.nodeName ?? '';
    if (!nodes.has(nodeName)) nodes.set(nodeName, client.get('nodes', '', nodeName));
    const node = nodes.get(nodeName);
    if (node === undefined && service.spec?.publishNotReadyAddresses !== true) {
      const { namespace = '', name } = service.metadata;
      error ??= `skipping Pod ${pod.metadata.name} for Service ${namespace}/${name}: Node ${nodeName} Not Found`;
      continue;
    }
    const ports = portsOf(pod, service);
    const key = portsKey(ports);
    let group = groups.get(key);
    if (group === undefined) groups.set(key, (group = { ports, endpoints: [] }));
    group.endpoints.push(endpointOf(pod, node, service, addresses));
  }
  return { groups, error };
}

function portsOf(pod: PodOutline, service: Service): EndpointPort[] {
  return (service.spec?.ports ?? []).flatMap((servicePort) => {
    const port = targetPort(pod, servicePort);
    if (port === undefined) return [];
    const { name = '', protocol = 'TCP', appProtocol } = servicePort;
    return [{ name, protocol, port, ...(appProtocol === undefined ? {} : { appProtocol }) }];
  });
}

function endpointOf(pod: PodOutline, node: Node | undefined, service: Service, addresses: string[]): Endpoint {
  const serving = isReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const hostname = hostnameOf(pod, service);
  const nodeName = pod.spec?.nodeName;
  const zone = node?.metadata.labels?.['topology.kubernetes.io/zone'] ?? '';
  const hints = hintsFor(service, zone, nodeName);
  return {
    addresses,
    conditions: {
      ready: service.spec?.publishNotReadyAddresses === true || (serving && !terminating),
      serving,
      terminating,
    },
    ...(hostname === undefined ? {} : { hostname }),
    targetRef: targetRefOf(pod),
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(zone === '' ? {} : { zone }),
    ...(hints === undefined ? {} : { hints }),
  };
}

function hintsFor({ spec }: Service, zone: string, nodeName: string | undefined): EndpointHints | undefined {
  if (zone === '') return undefined;
  const forZones = [{ name: zone }];
  switch (spec?.trafficDistribution) {
    case 'PreferClose':
    case 'PreferSameZone':
      return { forZones };
    case 'PreferSameNode':
      return { forZones, ...(nodeName === undefined ? {} : { forNodes: [{ name: nodeName }] }) };
    default:
      return undefined;
  }
}
