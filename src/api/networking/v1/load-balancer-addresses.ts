// The addresses that the load balancers of the simulated cloud have, and how it is known which are taken: by the terms of
// the live Services that hold them (docs/adr/0015).

import { addressAt, cidrContains, cidrSize, formatIp, parseCidr, parseIp } from '../../../schema/ip.ts';
import type { Service } from '../../types/core-v1.ts';

/** Set aside by RFC 2544 for measurements: no real network has them. */
export const LOAD_BALANCER_CIDR = '198.18.0.0/15';

/** The first is the door of all Ingresses; Services get the others. */
const FIRST_FOR_SERVICES = 2;
const INGRESS_OFFSET = 1;

/** Index term of the Services that want a load balancer of this cloud. */
export const LOAD_BALANCER_TERM = 'type:loadbalancer';

/** Carried by the Service that holds the address. */
export function loadBalancerTerm(address: string): string {
  return `loadbalancer:${address}`;
}

/** Carried by Services that ask for this address and no other. */
export function wantedAddressTerm(address: string): string {
  return `loadbalancer-wanted:${address}`;
}

/** Where a class is named, somebody else's load balancer is meant. */
export function wantsLoadBalancer({ spec }: Service): boolean {
  return spec?.type === 'LoadBalancer' && spec.loadBalancerClass === undefined;
}

/** The addresses of the range that its status names. */
export function heldAddresses({ status }: Service): string[] {
  return (status?.loadBalancer?.ingress ?? []).flatMap(({ ip = '' }) => (isServiceDoor(ip) ? [ip] : []));
}

export function loadBalancerTerms(service: Service): string[] {
  const held = heldAddresses(service).map(loadBalancerTerm);
  if (!wantsLoadBalancer(service)) return held;
  const wanted = service.spec?.loadBalancerIP ?? '';
  return [LOAD_BALANCER_TERM, ...(wanted === '' ? [] : [wantedAddressTerm(wanted)]), ...held];
}

/** Whether a Service's load balancer may have the address. */
export function isServiceDoor(address: string): boolean {
  const ip = parseIp(address);
  const range = parseCidr(LOAD_BALANCER_CIDR);
  if (ip === undefined || range === undefined || !cidrContains(range, ip)) return false;
  return address !== ingressAddress() && ip.value !== addressAt(range, 0).value;
}

export function ingressAddress(): string {
  return addressNumber(INGRESS_OFFSET);
}

/** How many addresses there are for Services. */
export function serviceDoors(): number {
  const range = parseCidr(LOAD_BALANCER_CIDR);
  return range === undefined ? 0 : Number(cidrSize(range)) - FIRST_FOR_SERVICES;
}

/** The index-th of them, from 0. */
export function serviceDoor(index: number): string {
  return addressNumber(FIRST_FOR_SERVICES + index);
}

function addressNumber(offset: number): string {
  const range = parseCidr(LOAD_BALANCER_CIDR);
  if (range === undefined) throw new Error(`${LOAD_BALANCER_CIDR} is no range`);
  return formatIp(addressAt(range, offset));
}
