// The slices that Endpoints are mirrored to: one for each address family and each set of ports.
// Models kubernetes pkg/controller/endpointslicemirroring/{reconciler.go,reconciler_helpers.go,utils.go}.
//
//   subsets: [{ addresses: [10.0.0.1, fd00::1], ports: [80] }, { addresses: [10.0.0.2], ports: [80] }]
//   → IPv4, port 80: 10.0.0.1 and 10.0.0.2;  IPv6, port 80: fd00::1

import type { EndpointAddress, Endpoints, EndpointPort as OldPort } from '../../api/types/core-v1.ts';
import type { Endpoint, EndpointPort } from '../../api/types/discovery-v1.ts';
import { formatIp, parseIp } from '../../schema/ip.ts';

export const MAX_ADDRESSES = 1000;

export interface Mirror {
  readonly addressType: 'IPv4' | 'IPv6';
  readonly ports: EndpointPort[];
  readonly endpoints: Endpoint[];
}

export interface Mirrors {
  /** By `groupKey`. */
  readonly mirrors: ReadonlyMap<string, Mirror>;
  /** How many addresses are none. */
  readonly invalid: number;
  /** How many addresses are left out, those that are none among them. */
  readonly skipped: number;
}

/** The same for the same family and ports, in any order. */
export function groupKey(addressType: string, ports: readonly EndpointPort[]): string {
  const texts = ports.map(({ name = '', protocol = 'TCP', port, appProtocol = '' }) =>
    [name, protocol, port ?? '', appProtocol].join(' '),
  );
  return [addressType, ...texts.toSorted()].join();
}

export function mirrorsOf({ subsets = [] }: Endpoints): Mirrors {
  const mirrors = new Map<string, Mirror>();
  // Where each endpoint stands in its mirror: one that is named twice is shown as it is named last.
  const places = new Map<string, number>();
  let invalid = 0;
  let skipped = 0;
  for (const { addresses = [], notReadyAddresses = [], ports: oldPorts = [] } of subsets) {
    const ports = oldPorts.map(portOf);
    const all = [
      ...addresses.map((address) => ({ address, ready: true })),
      ...notReadyAddresses.map((address) => ({ address, ready: false })),
    ];
    let added = 0;
    for (const { address, ready } of all) {
      if (added >= MAX_ADDRESSES) break;
      const ip = parseIp(address.ip);
      if (ip === undefined) {
        invalid += 1;
        continue;
      }
      added += 1;
      const addressType = ip.family === 4 ? 'IPv4' : 'IPv6';
      const key = groupKey(addressType, ports);
      let mirror = mirrors.get(key);
      if (mirror === undefined) mirrors.set(key, (mirror = { addressType, ports, endpoints: [] }));
      const endpoint = endpointOf(address, formatIp(ip), ready);
      const { addresses: ips, hostname, nodeName, targetRef } = endpoint;
      const identity = JSON.stringify([key, ips, hostname, nodeName, targetRef?.uid]);
      const place = places.get(identity) ?? mirror.endpoints.length;
      if (place >= MAX_ADDRESSES) continue;
      mirror.endpoints[place] = endpoint;
      places.set(identity, place);
    }
    skipped += all.length - added;
  }
  return { mirrors, invalid, skipped };
}

function portOf({ name = '', port, protocol = 'TCP', appProtocol }: OldPort): EndpointPort {
  return { name, port, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) };
}

function endpointOf({ hostname, nodeName, targetRef }: EndpointAddress, ip: string, ready: boolean): Endpoint {
  return {
    addresses: [ip],
    conditions: { ready },
    ...(hostname === undefined || hostname === '' ? {} : { hostname }),
    ...(targetRef === undefined ? {} : { targetRef }),
    ...(nodeName === undefined ? {} : { nodeName }),
  };
}
