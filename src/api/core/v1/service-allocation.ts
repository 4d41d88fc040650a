// Addresses and node ports of Services. An address or port is taken while a live Service carries its index term.
// Models kubernetes pkg/registry/core/service/{allocator,ipallocator,portallocator,storage}.
//
// Both ranges have two bands: values that a client picks by hand are mostly small, so the server picks from the upper
// band and turns to the lower one only when the upper is full.
//
//   10.96.0.0/16:  .0.1 … .1.0 lower band (256)   .1.1 … .255.254 upper band
//   node ports:    30000 … 30085 lower band (86)  30086 … 32767   upper band

import type { FieldError } from '../../../schema/field-error.ts';
import { forbidden, invalid } from '../../../schema/field-error.ts';
import { addressAt, cidrContains, cidrSize, formatIp, parseCidr, parseIp } from '../../../schema/ip.ts';
import type { StrategyContext } from '../../kind.ts';
import type { ServiceSpec } from '../../types/core-v1.ts';
import { clusterIpsOf, needsClusterIp, needsHealthCheck, needsNodePorts, nodePortsOf } from './service-rules.ts';

const FIRST_NODE_PORT = 30_000;
const LAST_NODE_PORT = 32_767;
const NODE_PORT_RANGE = `${FIRST_NODE_PORT}-${LAST_NODE_PORT}`;

export function clusterIpTerm(ip: string): string {
  return `clusterip:${ip}`;
}

export function nodePortTerm(port: number): string {
  return `nodeport:${port}`;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

/** A free number in [0, size), from the upper band if there is one; undefined if all are taken. */
function pick(
  size: number,
  lower: number,
  context: StrategyContext,
  taken: (offset: number) => boolean,
): number | undefined {
  for (const [from, count] of [
    [lower, size - lower],
    [0, lower],
  ] as const) {
    const start = Math.floor(context.random.next() * count);
    for (let i = 0; i < count; i++) {
      const offset = from + ((start + i) % count);
      if (!taken(offset)) return offset;
    }
  }
  return undefined;
}

function pickClusterIp(context: StrategyContext): string | undefined {
  const cidr = parseCidr(context.serviceCidr);
  if (cidr === undefined) throw new Error(`the Service range is no CIDR: ${context.serviceCidr}`);
  // The first and the last address are the network's and the broadcast's.
  const size = Number(cidrSize(cidr)) - 2;
  const lower = size < 32 ? 0 : clamp(Math.floor(Number(cidrSize(cidr)) / 16), 16, 256);
  const address = (offset: number): string => formatIp(addressAt(cidr, offset + 1));
  const offset = pick(size, lower, context, (at) => context.termInUse(clusterIpTerm(address(at))));
  return offset === undefined ? undefined : address(offset);
}

function pickNodePort(context: StrategyContext, own: ReadonlySet<number>): number | undefined {
  const size = LAST_NODE_PORT - FIRST_NODE_PORT + 1;
  const lower = clamp(Math.floor(size / 32), 16, 128);
  const offset = pick(size, lower, context, (at) => {
    const port = FIRST_NODE_PORT + at;
    return own.has(port) || context.termInUse(nodePortTerm(port));
  });
  return offset === undefined ? undefined : FIRST_NODE_PORT + offset;
}

/** Gives the Service what its type needs and no one asked for, in place. Where a range is full the field stays empty. */
export function allocate(spec: ServiceSpec, context: StrategyContext): void {
  if (needsClusterIp(spec) && (spec.clusterIP ?? '') === '' && (spec.clusterIPs ?? []).length === 0) {
    const ip = pickClusterIp(context);
    if (ip !== undefined) {
      spec.clusterIP = ip;
      spec.clusterIPs = [ip];
    }
  }
  const own = new Set(nodePortsOf(spec));
  const next = (): number | undefined => {
    const port = pickNodePort(context, own);
    if (port !== undefined) own.add(port);
    return port;
  };
  if (needsNodePorts(spec)) allocateNodePorts(spec, next);
  if (needsHealthCheck(spec) && (spec.healthCheckNodePort ?? 0) === 0) {
    const port = next();
    if (port !== undefined) spec.healthCheckNodePort = port;
  }
}

/** The same port number over several protocols gets one node port. */
function allocateNodePorts(spec: ServiceSpec, next: () => number | undefined): void {
  const ports = spec.ports ?? [];
  const byPort = new Map<number, number>();
  for (const port of ports) {
    if ((port.nodePort ?? 0) !== 0 && !byPort.has(port.port)) byPort.set(port.port, port.nodePort ?? 0);
  }
  for (const port of ports) {
    if ((port.nodePort ?? 0) !== 0) continue;
    const twin = ports.some((other) => other.port === port.port && other.protocol === port.protocol && other.nodePort);
    const shared = twin ? undefined : byPort.get(port.port);
    const nodePort = shared ?? next();
    if (nodePort === undefined) return;
    port.nodePort = nodePort;
    byPort.set(port.port, nodePort);
  }
}

/** Why the addresses and ports that were asked for cannot be had. `old` holds its own already. */
export function allocationErrors(
  spec: ServiceSpec,
  old: ServiceSpec | undefined,
  context: StrategyContext,
): FieldError[] {
  const held = new Set(clusterIpsOf(old));
  if (needsClusterIp(spec) && (old === undefined || !needsClusterIp(old))) {
    for (const ip of clusterIpsOf(spec)) {
      const why = held.has(ip) ? undefined : whyNotIp(ip, context);
      if (why !== undefined) {
        return [invalid('spec.clusterIPs', spec.clusterIPs, `failed to allocate IP ${ip}: ${why}`)];
      }
    }
  }
  return [...nodePortErrors(spec, old, context), ...healthCheckErrors(spec, old)];
}

function whyNotIp(ip: string, context: StrategyContext): string | undefined {
  const cidr = parseCidr(context.serviceCidr);
  const address = parseIp(ip);
  if (cidr === undefined || address === undefined) return undefined;
  if (!cidrContains(cidr, address)) {
    return `the provided IP (${ip}) is not in the valid range. The range of valid IPs is ${context.serviceCidr}`;
  }
  // Upstream does not look at what is taken in a dry run.
  return !context.dryRun && context.termInUse(clusterIpTerm(ip)) ? 'provided IP is already allocated' : undefined;
}

function nodePortErrors(spec: ServiceSpec, old: ServiceSpec | undefined, context: StrategyContext): FieldError[] {
  if (!needsNodePorts(spec)) return [];
  const held = new Set(nodePortsOf(old));
  const own = new Set<number>();
  const byPort = new Map<number, number>();
  for (const [index, { port, nodePort = 0 }] of (spec.ports ?? []).entries()) {
    if (nodePort === 0) continue;
    const shared = byPort.get(port) === nodePort;
    if (!byPort.has(port)) byPort.set(port, nodePort);
    if (shared || held.has(nodePort)) continue;
    const why = own.has(nodePort) ? 'provided port is already allocated' : whyNotNodePort(nodePort, context);
    if (why !== undefined) return [invalid(`spec.ports[${index}].nodePort`, nodePort, why)];
    own.add(nodePort);
  }
  return [];
}

function whyNotNodePort(port: number, context: StrategyContext): string | undefined {
  // Upstream looks neither at the range nor at what is taken in a dry run.
  if (context.dryRun) return undefined;
  if (port < FIRST_NODE_PORT || port > LAST_NODE_PORT) {
    return `provided port is not in the valid range. The range of valid ports is ${NODE_PORT_RANGE}`;
  }
  return context.termInUse(nodePortTerm(port)) ? 'provided port is already allocated' : undefined;
}

function healthCheckErrors(spec: ServiceSpec, old: ServiceSpec | undefined): FieldError[] {
  if (old === undefined || !needsHealthCheck(spec) || !needsHealthCheck(old)) return [];
  if (spec.healthCheckNodePort === old.healthCheckNodePort) return [];
  return [forbidden('spec.healthCheckNodePort', 'field is immutable')];
}
