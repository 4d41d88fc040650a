// Puts right what writes of Services themselves keep right (registry/companions.ts): that each address of a Service has
// an IPAddress which names the Service, and that each IPAddress of the allocator is the address of a Service. Someone may
// remove or change IPAddress objects, and a log may hold Services from before there were any.
// Models kubernetes pkg/registry/core/service/ipallocator/controller/repairip.go.
//
// 1. A change is looked at as it comes; only what is wrong gets a key. Nothing is looked through at intervals, as upstream
//    does every three minutes: every change of either side is seen here.
// 2. Of several Services with one address the IPAddress names one; the others are told of, and stay.

import type { Client } from '../../api/client.ts';
import {
  addressTerm,
  canonicalAddress,
  FAMILY_LABEL,
  familyOf,
  hasServiceAddress,
  IP_ALLOCATOR,
  MANAGED_BY_LABEL,
  newIpAddress,
} from '../../api/networking/v1/service-range.ts';
import type { Service } from '../../api/types/core-v1.ts';
import type { IPAddress, ParentReference } from '../../api/types/networking-v1.ts';
import { parseIp } from '../../schema/ip.ts';
import type { Context, Controller, Outcome } from '../runtime/component.ts';

const ADDRESSES = 'ipaddresses.networking.k8s.io';
/** An IPAddress may be made before its Service. */
const LONELY_MS = 60_000;

/** A key is `service/NAMESPACE/NAME` or `address/NAME`. */
export const ipRepairController: Controller = {
  name: 'ipallocator-repair-controller',
  watches: {
    services: ({ verb, object }, { client }) => (verb === 'delete' || isSound(client, object) ? [] : [keyOf(object)]),
    [ADDRESSES]: ({ verb, name, object }, { client }) => {
      const keys = client
        .list('services', { term: addressTerm(name) })
        .filter((service) => !isSound(client, service))
        .map(keyOf);
      return verb === 'delete' || ownerOf(client, object as IPAddress) !== undefined
        ? keys
        : [...keys, `address/${name}`];
    },
  },
  reconcile(key, context) {
    const [what, ...rest] = key.split('/');
    const [namespace = '', name = ''] = rest;
    if (what === 'address') {
      const address = context.client.get(ADDRESSES, '', namespace);
      return address === undefined ? undefined : repairAddress(address, context);
    }
    const service = context.client.get('services', namespace, name);
    return service === undefined ? undefined : repairService(service, context);
  },
};

function keyOf({ metadata: { namespace = '', name } }: Service): string {
  return `service/${namespace}/${name}`;
}

function addressesOf({ spec }: Service): string[] {
  return (spec?.clusterIPs ?? []).filter((address) => address !== '' && address !== 'None');
}

function parentOf({ spec }: IPAddress): ParentReference | undefined {
  return spec?.parentRef;
}

function isServiceReference(parent: ParentReference | undefined): boolean {
  return (parent?.group ?? '') === '' && parent?.resource === 'services';
}

function isSound(client: Client, service: Service): boolean {
  const { namespace, name } = service.metadata;
  return addressesOf(service).every((text) => {
    const address = client.get(ADDRESSES, '', canonicalAddress(text));
    if (address === undefined || isOutOfRange(client, text)) return false;
    const parent = parentOf(address);
    const isOurs = isServiceReference(parent) && parent?.namespace === namespace && parent?.name === name;
    return isOurs && hasLabels(address);
  });
}

function hasLabels({ metadata: { name, labels } }: IPAddress): boolean {
  return labels?.[FAMILY_LABEL] === familyOf(name) && labels[MANAGED_BY_LABEL] === IP_ALLOCATOR;
}

function isOutOfRange(client: Client, text: string): boolean {
  const ip = parseIp(text);
  if (ip === undefined) return true;
  return !client.list('servicecidrs.networking.k8s.io').some((cidr) => hasServiceAddress(cidr, ip));
}

/** The Service that an IPAddress of the allocator belongs to; itself, where it is not the allocator's. */
function ownerOf(client: Client, address: IPAddress): Service | IPAddress | undefined {
  if (address.metadata.labels?.[MANAGED_BY_LABEL] !== IP_ALLOCATOR) return address;
  const parent = parentOf(address);
  const service = isServiceReference(parent)
    ? client.get('services', parent?.namespace ?? '', parent?.name ?? '')
    : undefined;
  return service !== undefined && holds(service, address) ? service : undefined;
}

function holds(service: Service, { metadata: { name } }: IPAddress): boolean {
  return addressesOf(service).some((text) => canonicalAddress(text) === name);
}

function repairService(service: Service, context: Context): Outcome | undefined {
  for (const text of addressesOf(service)) {
    const failed = repairServiceAddress(service, canonicalAddress(text), context);
    if (failed !== undefined) return failed;
  }
  return undefined;
}

function repairServiceAddress(service: Service, ip: string, { client }: Context): Outcome | undefined {
  const { namespace = '', name } = service.metadata;
  const family = familyOf(ip);
  const tell = (reason: string, message: string): void =>
    client.event({ regarding: service, type: 'Warning', reason, action: 'ClusterIPAllocation', message });
  if (isOutOfRange(client, ip)) {
    const why = 'is not within any configured Service CIDR; please recreate service';
    tell('ClusterIPOutOfRange', `Cluster IP [${family}]: ${ip} ${why}`);
    return undefined;
  }
  const address = client.get(ADDRESSES, '', ip);
  if (address === undefined) {
    tell('ClusterIPNotAllocated', `Cluster IP [${family}]: ${ip} is not allocated; repairing`);
    return renew(client, ip, service, undefined);
  }
  const parent = parentOf(address);
  const isOurs = isServiceReference(parent) && parent?.namespace === namespace && parent?.name === name;
  const other =
    isOurs || !isServiceReference(parent)
      ? undefined
      : client.get('services', parent?.namespace ?? '', parent?.name ?? '');
  if (!isOurs && other === undefined) {
    const why = `the ClusterIP [${family}]: ${ip} for Service ${namespace}/${name} has a wrong reference; repairing`;
    tell('ClusterIPNotAllocated', why);
    return renew(client, ip, service, address);
  }
  if (other !== undefined && holds(other, address)) {
    const why = 'was assigned to multiple services; please recreate service';
    tell('ClusterIPAlreadyAllocated', `Cluster IP [${family}]:${ip} ${why}`);
    // It is the other one's, which sees to its labels.
    return undefined;
  }
  return hasLabels(address) && isOurs ? undefined : renew(client, ip, service, address);
}

/** What an IPAddress refers to cannot be changed: another takes its place. */
function renew(client: Client, ip: string, service: Service, wrong: IPAddress | undefined): Outcome | undefined {
  if (wrong !== undefined) {
    const deleted = client.delete(ADDRESSES, '', ip);
    if (!deleted.ok && deleted.status.reason !== 'NotFound') return { error: deleted.status.message ?? '' };
  }
  const { namespace = '', name } = service.metadata;
  const created = client.create(ADDRESSES, newIpAddress(ip, namespace, name));
  return created.ok ? undefined : { error: created.status.message ?? '' };
}

function repairAddress(address: IPAddress, { client, now }: Context): Outcome | undefined {
  if (ownerOf(client, address) !== undefined) return undefined;
  const { name, creationTimestamp } = address.metadata;
  const { group = '', resource, namespace = '', name: service } = parentOf(address) ?? {};
  const clean = (reason: string, message: string): Outcome | undefined => {
    client.event({ regarding: address, type: 'Warning', reason, action: 'IPAddressAllocation', message });
    const deleted = client.delete(ADDRESSES, '', name);
    return deleted.ok || deleted.status.reason === 'NotFound' ? undefined : { error: deleted.status.message ?? '' };
  };
  if (!isServiceReference(parentOf(address))) {
    const shown = `&ParentReference{Group:${group},Resource:${resource ?? ''},Namespace:${namespace},Name:${service ?? ''},}`;
    const why = `IPAddress ${name} appears to have been modified, not referencing a Service ${shown}: cleaning up`;
    return clean('IPAddressNotAllocated', why);
  }
  if (client.get('services', namespace, service ?? '') !== undefined) {
    const why = `IPAddress: ${name} for Service ${namespace}/${service ?? ''} has a wrong reference; cleaning up`;
    return clean('IPAddressWrongReference', why);
  }
  const left = Date.parse(creationTimestamp) + LONELY_MS - now;
  if (left > 0) return { requeueAfter: left };
  const why = `IPAddress: ${name} for Service ${namespace}/${service ?? ''} appears to have leaked: cleaning up`;
  return clean('IPAddressNotAllocated', why);
}
