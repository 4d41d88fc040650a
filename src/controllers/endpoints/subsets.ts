// The subsets of an Endpoints object: ports that lead to the same addresses share one.
// Models kubernetes pkg/controller/endpoint and pkg/api/v1/endpoints/util.go (RepackSubsets). Upstream orders subsets and
// ports by a hash; here they stand in the order of the Service's ports.

import type { EndpointAddress, EndpointPort, EndpointSubset, Service } from '../../api/types/core-v1.ts';
import type { PodOutline } from '../common/pod-outline.ts';
import { isReady } from '../common/pods.ts';
import { addressesOf, hostnameOf, isEndpoint, isHeadless, targetPort, targetRefOf } from '../common/service-pods.ts';

/** Addresses behind one port. */
interface Group {
  /** Absent for a headless Service without ports. */
  readonly port: EndpointPort | undefined;
  /** Of the Service's port, then by number: one name may lead to several ports. */
  readonly order: readonly [index: number, port: number];
  readonly addresses: EndpointAddress[];
  readonly notReadyAddresses: EndpointAddress[];
}

export function subsetsOf(service: Service, pods: readonly PodOutline[]): EndpointSubset[] {
  const publish = service.spec?.publishNotReadyAddresses === true;
  const groups = new Map<string, Group>();
  for (const pod of pods) {
    const address = isEndpoint(pod, publish) ? addressOf(pod, service) : undefined;
    if (address === undefined) continue;
    for (const [key, port, index] of portsOf(pod, service)) {
      let group = groups.get(key);
      if (group === undefined) {
        group = { port, order: [index, port?.port ?? 0], addresses: [], notReadyAddresses: [] };
        groups.set(key, group);
      }
      (publish || isReady(pod) ? group.addresses : group.notReadyAddresses).push(address);
    }
  }
  return packed([...groups.values()]);
}

function addressOf(pod: PodOutline, service: Service): EndpointAddress | undefined {
  const [ip] = addressesOf(pod, service.spec?.ipFamilies?.[0] === 'IPv6' ? 'IPv6' : 'IPv4');
  if (ip === undefined) return undefined;
  const hostname = hostnameOf(pod, service);
  const nodeName = pod.spec?.nodeName;
  return {
    ip,
    ...(hostname === undefined ? {} : { hostname }),
    ...(nodeName === undefined ? {} : { nodeName }),
    targetRef: targetRefOf(pod),
  };
}

function* portsOf(
  pod: PodOutline,
  service: Service,
): Iterable<readonly [key: string, port: EndpointPort | undefined, index: number]> {
  const ports = service.spec?.ports ?? [];
  if (ports.length === 0 && isHeadless(service)) yield ['', undefined, 0];
  for (const [index, port] of ports.entries()) {
    const number = targetPort(pod, port);
    if (number === undefined) continue;
    const { name = '', protocol = 'TCP', appProtocol } = port;
    const named = { ...(name === '' ? {} : { name }), port: number, protocol };
    yield [`${index} ${number}`, appProtocol === undefined ? named : { ...named, appProtocol }, index];
  }
}

function packed(groups: readonly Group[]): EndpointSubset[] {
  const subsets = new Map<string, EndpointSubset>();
  for (const group of groups.toSorted((a, b) => a.order[0] - b.order[0] || a.order[1] - b.order[1])) {
    const addresses = group.addresses.toSorted(byIp);
    const notReadyAddresses = group.notReadyAddresses.toSorted(byIp);
    const key = `${addresses.map(identity).join()};${notReadyAddresses.map(identity).join()}`;
    const ports = group.port === undefined ? [] : [group.port];
    const known = subsets.get(key);
    if (known !== undefined) known.ports = [...(known.ports ?? []), ...ports];
    else subsets.set(key, { ...subset(addresses, notReadyAddresses), ...(ports.length === 0 ? {} : { ports }) });
  }
  return [...subsets.values()];
}

function subset(addresses: EndpointAddress[], notReadyAddresses: EndpointAddress[]): EndpointSubset {
  return {
    ...(addresses.length === 0 ? {} : { addresses }),
    ...(notReadyAddresses.length === 0 ? {} : { notReadyAddresses }),
  };
}

function identity({ ip, targetRef }: EndpointAddress): string {
  return `${ip} ${targetRef?.uid ?? ''}`;
}

/** As texts, as upstream compares them. */
function byIp(a: EndpointAddress, b: EndpointAddress): number {
  const [x, y] = [identity(a), identity(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

const CAPACITY = 1000;

/** At most CAPACITY addresses, ready ones first, from each subset in proportion; undefined where they are not more. */
export function truncated(subsets: readonly EndpointSubset[]): EndpointSubset[] | undefined {
  const count = (list: 'addresses' | 'notReadyAddresses') =>
    subsets.reduce((sum, { [list]: items = [] }) => sum + items.length, 0);
  const ready = count('addresses');
  const notReady = count('notReadyAddresses');
  if (ready + notReady <= CAPACITY) return undefined;
  const list = ready > CAPACITY ? 'addresses' : 'notReadyAddresses';
  const total = list === 'addresses' ? ready : notReady;
  const room = list === 'addresses' ? CAPACITY : CAPACITY - ready;
  let left = room;
  return subsets.map(({ ports, addresses = [], notReadyAddresses = [] }) => {
    const size = list === 'addresses' ? addresses.length : notReadyAddresses.length;
    const share = Math.min(size, Math.ceil((size / total) * room), left);
    left -= share;
    const cut =
      list === 'addresses'
        ? subset(addresses.slice(0, share), [])
        : subset(addresses, notReadyAddresses.slice(0, share));
    return ports === undefined ? cut : { ...cut, ports };
  });
}
