// Keeps a ServiceCIDR until none of its addresses depends on it, and says in its Ready condition how it stands.
// Models kubernetes pkg/controller/servicecidrs, and of pkg/controlplane/controller/defaultservicecidr that the range which
// every cluster has is made again.
//
//   new ──finalizer, Ready=True──► in use ──delete──► Ready=False (Terminating) while an address depends on it ──► gone
//
// 1. An address depends on a ServiceCIDR that holds it if no other one does.
// 2. From its deletion on no address is taken from it: whoever allocates reads the object itself. So nothing is waited
//    for before the finalizer goes, where upstream waits 10 s for its allocators to hear of the deletion.

import type { Client } from '../../api/client.ts';
import {
  coversRange,
  DEFAULT_SERVICE_CIDR,
  DEFAULT_SERVICE_CIDR_NAME,
  hasServiceAddress,
  IP_ALLOCATOR,
  MANAGED_BY_LABEL,
  newServiceCidr,
  rangesOf,
  readyStatus,
  SERVICE_CIDR_FINALIZER,
} from '../../api/networking/v1/service-range.ts';
import type { Result } from '../../api/status.ts';
import type { IPAddress, ServiceCIDR, ServiceCIDRStatus } from '../../api/types/networking-v1.ts';
import { formatTime } from '../../lib/clock.ts';
import { clone } from '../../lib/json.ts';
import { parseIp } from '../../schema/ip.ts';
import type { Context, Controller, Outcome } from '../runtime/component.ts';

const CIDRS = 'servicecidrs.networking.k8s.io';
const BLOCKED =
  'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR';

/** A key is the name of a ServiceCIDR. */
export const serviceCidrsController: Controller = {
  name: 'service-cidrs-controller',
  watches: {
    [CIDRS]: ({ verb, name, object }, { client }) => {
      if (verb === 'delete') return name === DEFAULT_SERVICE_CIDR_NAME ? [name] : [];
      return verb === 'create' ? [name, ...endingThatOverlap(client, object)] : [name];
    },
    'ipaddresses.networking.k8s.io': ({ verb, object }, { client }) =>
      verb === 'update' || !isManaged(object) ? [] : endingThatHold(client, object),
  },
  reconcile(name, context) {
    const { client } = context;
    const cidr = client.get(CIDRS, '', name);
    if (cidr === undefined) return name === DEFAULT_SERVICE_CIDR_NAME ? makeDefault(client) : undefined;
    if (cidr.metadata.deletionTimestamp === undefined) return settle(cidr, context);
    return isNeeded(client, cidr) ? setReady(client, cidr, blockedStatus(context.now)) : release(client, cidr);
  },
};

function isManaged({ metadata }: Pick<IPAddress, 'metadata'>): boolean {
  return metadata.labels?.[MANAGED_BY_LABEL] === IP_ALLOCATOR;
}

function ending(client: Client): ServiceCIDR[] {
  return client.list(CIDRS).filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
}

/** What a new range may set free: those that it holds, or that hold it. */
function endingThatOverlap(client: Client, cidr: ServiceCIDR): string[] {
  const ranges = rangesOf(cidr);
  const overlaps = (other: ServiceCIDR): boolean =>
    ranges.some((range) => coversRange(other, range)) || rangesOf(other).some((range) => coversRange(cidr, range));
  return ending(client)
    .filter(overlaps)
    .map(({ metadata }) => metadata.name);
}

function endingThatHold(client: Client, { metadata }: Pick<IPAddress, 'metadata'>): string[] {
  const ip = parseIp(metadata.name);
  if (ip === undefined) return [];
  return ending(client)
    .filter((cidr) => hasServiceAddress(cidr, ip))
    .map((cidr) => cidr.metadata.name);
}

/** Whether addresses would be left without a range. */
function isNeeded(client: Client, cidr: ServiceCIDR): boolean {
  const others = client.list(CIDRS).filter(({ metadata }) => metadata.name !== cidr.metadata.name);
  const isCovered = rangesOf(cidr).every((range) => others.some((other) => coversRange(other, range)));
  if (isCovered) return false;
  return client.list('ipaddresses.networking.k8s.io').some((address) => {
    const ip = isManaged(address) ? parseIp(address.metadata.name) : undefined;
    if (ip === undefined || !hasServiceAddress(cidr, ip)) return false;
    return !others.some((other) => hasServiceAddress(other, ip));
  });
}

/** Upstream's API server makes it again: the cluster's own Services need it. */
function makeDefault(client: Client): Outcome | undefined {
  return outcomeOf(client.create(CIDRS, newServiceCidr(DEFAULT_SERVICE_CIDR_NAME, [DEFAULT_SERVICE_CIDR])));
}

function settle(cidr: ServiceCIDR, { client, now }: Context): Outcome | undefined {
  const finalizers = cidr.metadata.finalizers ?? [];
  if (finalizers.includes(SERVICE_CIDR_FINALIZER)) return setReady(client, cidr, readyStatus(formatTime(now)));
  const updated = client.update(CIDRS, withFinalizers(cidr, [...finalizers, SERVICE_CIDR_FINALIZER]));
  return updated.ok ? setReady(client, updated.value, readyStatus(formatTime(now))) : outcomeOf(updated);
}

function release(client: Client, cidr: ServiceCIDR): Outcome | undefined {
  const finalizers = cidr.metadata.finalizers ?? [];
  if (!finalizers.includes(SERVICE_CIDR_FINALIZER)) return undefined;
  const rest = finalizers.filter((finalizer) => finalizer !== SERVICE_CIDR_FINALIZER);
  return outcomeOf(client.update(CIDRS, withFinalizers(cidr, rest)));
}

function withFinalizers(cidr: ServiceCIDR, finalizers: string[]): ServiceCIDR {
  const next = clone(cidr);
  next.metadata.finalizers = finalizers;
  return next;
}

function blockedStatus(now: number): ServiceCIDRStatus {
  const lastTransitionTime = formatTime(now);
  return {
    conditions: [{ type: 'Ready', status: 'False', lastTransitionTime, reason: 'Terminating', message: BLOCKED }],
  };
}

/** Its time is that of the last change of the condition. */
function setReady(client: Client, cidr: ServiceCIDR, status: ServiceCIDRStatus): Outcome | undefined {
  const [wanted] = status.conditions ?? [];
  const current = cidr.status?.conditions?.find(({ type }) => type === 'Ready');
  if (current?.status === wanted?.status && current?.message === wanted?.message) return undefined;
  return outcomeOf(client.updateStatus(CIDRS, { ...clone(cidr), status }));
}

function outcomeOf(result: Result<unknown>): Outcome | undefined {
  return result.ok || result.status.reason === 'NotFound' ? undefined : { error: result.status.message ?? '' };
}
