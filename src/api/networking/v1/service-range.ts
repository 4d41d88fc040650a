// The ranges that ServiceCIDR objects give to Services, and the IPAddress that each address in use has.
// Models kubernetes pkg/api/servicecidr and pkg/registry/core/service/ipallocator.

import type { Cidr, Ip } from '../../../schema/ip.ts';
import { addressAt, cidrContains, cidrCovers, cidrSize, formatIp, parseCidr, parseIp } from '../../../schema/ip.ts';
import type { Draft } from '../../object.ts';
import type { IPAddress, ServiceCIDR, ServiceCIDRStatus } from '../../types/networking-v1.ts';

/** The range that every cluster begins with. */
export const DEFAULT_SERVICE_CIDR = '10.96.0.0/16';
export const DEFAULT_SERVICE_CIDR_NAME = 'kubernetes';
export const SERVICE_CIDR_FINALIZER = 'networking.k8s.io/service-cidr-finalizer';
export const FAMILY_LABEL = 'ipaddress.kubernetes.io/ip-family';
export const MANAGED_BY_LABEL = 'ipaddress.kubernetes.io/managed-by';
export const IP_ALLOCATOR = 'ipallocator.k8s.io';

/** Whether addresses may be taken from it. One of which no controller has spoken yet counts as ready. */
export function isOpen({ metadata, status }: ServiceCIDR): boolean {
  if (metadata.deletionTimestamp !== undefined) return false;
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return ready === undefined || ready.status === 'True';
}

export function rangesOf({ spec }: ServiceCIDR): Cidr[] {
  return (spec?.cidrs ?? []).flatMap((text) => parseCidr(text) ?? []);
}

/** Whether a Service may have this address of the range: not the network's own, nor the broadcast address. */
export function isServiceAddress(range: Cidr, ip: Ip): boolean {
  if (!cidrContains(range, ip) || ip.value === addressAt(range, 0).value) return false;
  return ip.family === 6 || ip.value !== addressAt(range, cidrSize(range) - 1n).value;
}

export function hasServiceAddress(cidr: ServiceCIDR, ip: Ip): boolean {
  return rangesOf(cidr).some((range) => isServiceAddress(range, ip));
}

/** Whether one of its ranges holds the whole of `inner`. */
export function coversRange(cidr: ServiceCIDR, inner: Cidr): boolean {
  return rangesOf(cidr).some((range) => cidrCovers(range, inner));
}

/** An address as IPAddress objects and index terms name it. */
export function canonicalAddress(text: string): string {
  const ip = parseIp(text);
  return ip === undefined ? text : formatIp(ip);
}

export function familyOf(address: string): 'IPv4' | 'IPv6' {
  return address.includes(':') ? 'IPv6' : 'IPv4';
}

/** Carried by whatever takes the address: the Service, and its IPAddress. */
export function addressTerm(address: string): string {
  return `clusterip:${canonicalAddress(address)}`;
}

/** The IPAddress of a Service's address. */
export function newIpAddress(address: string, namespace: string, service: string): Draft<IPAddress> {
  const name = canonicalAddress(address);
  return {
    kind: 'IPAddress',
    apiVersion: 'networking.k8s.io/v1',
    metadata: { name, labels: { [FAMILY_LABEL]: familyOf(name), [MANAGED_BY_LABEL]: IP_ALLOCATOR } },
    spec: { parentRef: { resource: 'services', namespace, name: service } },
  };
}

/** With the finalizer that its controller sees to. */
export function newServiceCidr(name: string, cidrs: string[]): Draft<ServiceCIDR> {
  return {
    kind: 'ServiceCIDR',
    apiVersion: 'networking.k8s.io/v1',
    metadata: { name, finalizers: [SERVICE_CIDR_FINALIZER] },
    spec: { cidrs },
  };
}

/** `since`: when it became so, as timestamps are written. */
export function readyStatus(since: string): ServiceCIDRStatus {
  const message = 'Kubernetes Service CIDR is ready';
  return { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: since, reason: '', message }] };
}
