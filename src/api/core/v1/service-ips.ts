// The address of a Service in the cluster, from the ranges of the open ServiceCIDRs. An address is taken while a live
// object carries its term: nothing else remembers it.
// Models kubernetes pkg/registry/core/service/ipallocator and pkg/registry/core/service/storage/alloc.go.
//
// A range has two bands: addresses that clients choose are mostly small, so the server takes from the upper band and turns
// to the lower one only when the upper is full.
//
//   10.96.0.0/16:  .0.1 … .1.0 lower band (256)   .1.1 … .255.254 upper band

import { invalid } from '../../../schema/field-error.ts';
import type { Cidr } from '../../../schema/ip.ts';
import { addressAt, cidrSize, formatCidr, formatIp, networkOf, parseIp } from '../../../schema/ip.ts';
import type { StrategyContext } from '../../kind.ts';
import { addressTerm, isOpen, isServiceAddress, rangesOf } from '../../networking/v1/service-range.ts';
import type { Status } from '../../status.ts';
import { internalError, invalidStatus } from '../../status.ts';
import type { Service, ServiceSpec } from '../../types/core-v1.ts';
import { pickFree } from './pick-free.ts';

const FULL = 'range is full';
const OUTSIDE = 'the provided network does not match the current range';
const TAKEN = 'provided IP is already allocated';

/** Takes the address that is asked for, or else a free one. For a Service that needs an address and holds none. */
export function allocateIp({ metadata, spec = {} }: Service, context: StrategyContext): Status | undefined {
  const ranges = openRanges(context);
  const [wanted = ''] = spec.clusterIPs ?? [];
  if (wanted === 'None') return undefined;
  if (wanted !== '') {
    const why = whyNot(wanted, ranges, context);
    if (why === undefined) return undefined;
    const error = invalid('spec.clusterIPs', spec.clusterIPs, `failed to allocate IP ${wanted}: ${why}`);
    return invalidStatus('', 'Service', metadata.name, [error]);
  }
  const address = freeAddress(ranges, context);
  if (address === undefined) return internalError(`failed to allocate a serviceIP: ${FULL}`);
  setAddress(spec, address);
  return undefined;
}

function setAddress(spec: ServiceSpec, address: string): void {
  spec.clusterIP = address;
  spec.clusterIPs = [address];
}

/** Of IPv4, the one family that the cluster has, in the order of the names of their ServiceCIDRs. */
function openRanges({ live }: StrategyContext): Cidr[] {
  const open = live('servicecidrs.networking.k8s.io').filter(isOpen);
  return open.flatMap(rangesOf).filter(({ ip }) => ip.family === 4);
}

function whyNot(address: string, ranges: readonly Cidr[], context: StrategyContext): string | undefined {
  const ip = parseIp(address);
  // Validation speaks of it.
  if (ip === undefined) return undefined;
  const inside = ranges.some((range) => isServiceAddress(range, ip));
  if (context.dryRun) {
    // Upstream asks one range, and does not look at what is taken.
    const [range] = ranges;
    if (inside || range === undefined) return undefined;
    return `the provided IP (${address}) is not in the valid range. The range of valid IPs is ${formatCidr(range)}`;
  }
  if (!inside) return OUTSIDE;
  return context.termInUse(addressTerm(address)) ? TAKEN : undefined;
}

function freeAddress(ranges: readonly Cidr[], context: StrategyContext): string | undefined {
  if (context.dryRun) {
    // As upstream: what would be given is not looked for.
    const [range] = ranges;
    return range === undefined ? undefined : formatIp(networkOf(range));
  }
  for (const range of ranges) {
    const address = (offset: number): string => formatIp(addressAt(range, offset + 1));
    const count = Math.max(Number(cidrSize(range)) - 2, 0);
    const taken = (offset: number): boolean => context.termInUse(addressTerm(address(offset)));
    const offset = pickFree(count, lowerBand(range), context.random, taken);
    if (offset !== undefined) return address(offset);
  }
  return undefined;
}

/** How many addresses of the range make its lower band. */
function lowerBand(range: Cidr): number {
  const size = Number(cidrSize(range));
  return size <= 16 ? 0 : Math.min(Math.max(Math.floor(size / 16), 16), 256);
}
