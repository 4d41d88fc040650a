// Node ports of Services, and the port of a load balancer's health check. A port is taken while a live Service carries its
// term: nothing else remembers it.
// Models kubernetes pkg/registry/core/service/portallocator and pkg/registry/core/service/storage/alloc.go.
//
//   30000 … 30085 lower band (86): left to those whom clients choose     30086 … 32767 upper band

import { forbidden, invalid } from '../../../schema/field-error.ts';
import type { StrategyContext } from '../../kind.ts';
import type { Status } from '../../status.ts';
import { failure, internalError, invalidStatus } from '../../status.ts';
import type { Service, ServicePort, ServiceSpec } from '../../types/core-v1.ts';
import { pickFree } from './pick-free.ts';
import { hasNodePortType, needsHealthCheck, needsNodePorts } from './service-rules.ts';

export const FIRST_NODE_PORT = 30_000;
export const LAST_NODE_PORT = 32_767;
const LOWER_BAND = 86;
const FULL = 'range is full';
const TAKEN = 'provided port is already allocated';
const OUTSIDE = `provided port is not in the valid range. The range of valid ports is ${FIRST_NODE_PORT}-${LAST_NODE_PORT}`;

export function nodePortTerm(port: number): string {
  return `nodeport:${port}`;
}

export function isNodePort(port: number): boolean {
  return port >= FIRST_NODE_PORT && port <= LAST_NODE_PORT;
}

/** What one write takes. Ports that the write gives up stay taken until it is done. */
class Taking {
  readonly #context: StrategyContext;
  readonly #taken = new Set<number>();
  #highest = 0;

  constructor(context: StrategyContext) {
    this.#context = context;
  }

  /** Why the port cannot be had; undefined: it is taken now. */
  take(port: number): string | undefined {
    // Upstream does not look at the range in a dry run.
    if (!this.#context.dryRun && !isNodePort(port)) return OUTSIDE;
    if (this.#isTaken(port)) return TAKEN;
    this.#add(port);
    return undefined;
  }

  /** Undefined: there is none left. */
  next(): number | undefined {
    const { dryRun, random } = this.#context;
    const size = LAST_NODE_PORT - FIRST_NODE_PORT + 1;
    const offset = dryRun
      ? this.#placeholder()
      : pickFree(size, LOWER_BAND, random, (at) => this.#isTaken(FIRST_NODE_PORT + at));
    if (offset === undefined) return undefined;
    this.#add(FIRST_NODE_PORT + offset);
    return FIRST_NODE_PORT + offset;
  }

  #add(port: number): void {
    this.#taken.add(port);
    this.#highest = Math.max(this.#highest, port);
  }

  #isTaken(port: number): boolean {
    return this.#taken.has(port) || this.#context.termInUse(nodePortTerm(port));
  }

  /** As upstream, a dry run shows a port that is none: the one after its last. */
  #placeholder(): number {
    return Math.max(LAST_NODE_PORT + 1, this.#highest) + 1 - FIRST_NODE_PORT;
  }
}

/** Of a new Service (`old` is undefined), or of a change to one. In place. */
export function allocatePorts(
  service: Service,
  old: ServiceSpec | undefined,
  context: StrategyContext,
): Status | undefined {
  const taking = new Taking(context);
  const { spec = {} } = service;
  if (hasNodePortType(spec)) {
    const refused = old === undefined ? takeNew(service, taking) : takeChanged(service, old, taking);
    if (refused !== undefined) return refused;
  }
  return takeHealthCheck(service, old, taking);
}

/** The same port number over several protocols gets one node port. */
function takeNew({ metadata, spec = {} }: Service, taking: Taking): Status | undefined {
  const ports = spec.ports ?? [];
  const byPort = new Map<number, number>();
  /** The first node port that is asked for, by port. */
  const named = new Map<number, number>();
  for (const { port, nodePort = 0 } of ports) if (nodePort !== 0 && !named.has(port)) named.set(port, nodePort);
  for (const [index, port] of ports.entries()) {
    if (isLeftOut(port, spec)) continue;
    const shared = byPort.get(port.port);
    const own = port.nodePort ?? 0;
    if (shared === undefined) {
      const wanted = own !== 0 ? own : (named.get(port.port) ?? 0);
      const refused = wanted === 0 ? giveNext(port, taking) : takePort(wanted, index, metadata.name, taking);
      if (refused !== undefined) return refused;
      if (wanted !== 0) port.nodePort = wanted;
      byPort.set(port.port, port.nodePort ?? 0);
    } else if (own === 0) port.nodePort = shared;
    else if (own !== shared) {
      const refused = takePort(own, index, metadata.name, taking);
      if (refused !== undefined) return refused;
    }
  }
  return undefined;
}

/** What the Service held before it need not take again. */
function takeChanged({ metadata, spec = {} }: Service, old: ServiceSpec, taking: Taking): Status | undefined {
  const held = new Set((old.ports ?? []).map(({ nodePort = 0 }) => nodePort));
  const seen = new Set<string>();
  for (const [index, port] of (spec.ports ?? []).entries()) {
    if (isLeftOut(port, spec)) continue;
    const own = port.nodePort ?? 0;
    if (own === 0) {
      const refused = giveNext(port, taking);
      if (refused !== undefined) return refused;
    } else if (!held.has(own)) {
      const refused = takePort(own, index, metadata.name, taking);
      if (refused !== undefined) return refused;
      held.add(own);
    }
    const shown = `{${port.protocol ?? ''} ${port.nodePort ?? 0}}`;
    if (seen.has(shown)) return failure(500, '', `duplicate nodePort: ${shown}`);
    seen.add(shown);
  }
  return undefined;
}

/** A load balancer that wants none still gets those that it names. */
function isLeftOut({ nodePort = 0 }: ServicePort, spec: ServiceSpec): boolean {
  return nodePort === 0 && !needsNodePorts(spec);
}

function giveNext(port: ServicePort, taking: Taking): Status | undefined {
  const nodePort = taking.next();
  if (nodePort === undefined) return internalError(`failed to allocate a nodePort: ${FULL}`);
  port.nodePort = nodePort;
  return undefined;
}

function takePort(nodePort: number, index: number, name: string, taking: Taking): Status | undefined {
  const why = taking.take(nodePort);
  if (why === undefined) return undefined;
  return invalidStatus('', 'Service', name, [invalid(`spec.ports[${index}].nodePort`, nodePort, why)]);
}

function takeHealthCheck(
  { metadata, spec = {} }: Service,
  old: ServiceSpec | undefined,
  taking: Taking,
): Status | undefined {
  if (!needsHealthCheck(spec)) return undefined;
  const wanted = spec.healthCheckNodePort ?? 0;
  if (old !== undefined && needsHealthCheck(old)) {
    if (wanted === (old.healthCheckNodePort ?? 0)) return undefined;
    return invalidStatus('', 'Service', metadata.name, [forbidden('spec.healthCheckNodePort', 'field is immutable')]);
  }
  if (wanted === 0) {
    const port = taking.next();
    if (port === undefined) return internalError(`failed to allocate a HealthCheck NodePort 0: ${FULL}`);
    spec.healthCheckNodePort = port;
    return undefined;
  }
  const why = taking.take(wanted);
  if (why === undefined) return undefined;
  return internalError(`failed to allocate requested HealthCheck NodePort ${wanted}: ${why}`);
}
