// A pod as the scheduler counts it: what it asks for, worked out once.
// Models kubernetes staging/src/k8s.io/component-helpers/resource/helpers.go (PodRequests).

import { claimsOf } from '../api/core/v1/pod-claims.ts';
import type { Container, Pod } from '../api/types/core-v1.ts';
import { quantityMilliValue, quantityValue } from '../schema/quantity.ts';
import type { PodVolumes } from './pod-volumes.ts';

/** Amounts by resource: cpu in millicores, everything else in units. None is 0. */
export type Amounts = Map<string, number>;

export interface HostPort {
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

/** What a pod takes from its node, and all that is remembered of it there. */
export interface Usage {
  readonly uid: string;
  /** The generation of the spec that was counted. */
  readonly generation: number | undefined;
  /** In the order in which shortages are told: cpu, memory, ephemeral-storage, then by name. */
  readonly requests: ReadonlyMap<string, number>;
  /** Requests with upstream's stand-ins for containers that name none: what scores are made of. */
  readonly scoredCpu: number;
  readonly scoredMemory: number;
  readonly hostPorts: readonly HostPort[];
}

export interface PodInfo {
  readonly pod: Pod;
  readonly key: string;
  readonly usage: Usage;
  readonly images: readonly string[];
  readonly priority: number;
  /** Names of the claims that it uses, in its namespace. */
  readonly claims: readonly string[];
  /** Read at the start of each cycle; undefined: it uses no claims. */
  readonly volumes?: PodVolumes;
}

const STAND_IN_CPU = '100m';
const STAND_IN_MEMORY = '200Mi';
const TOLD_FIRST: readonly string[] = ['cpu', 'memory', 'ephemeral-storage'];

export function podKey({ metadata }: Pod): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

export function podInfo(pod: Pod): PodInfo {
  const { containers = [], initContainers = [], priority = 0 } = pod.spec ?? {};
  return {
    pod,
    key: podKey(pod),
    usage: usageOf(pod),
    images: [...initContainers, ...containers].map((container) => normalizedImage(container.image ?? '')),
    priority,
    claims: claimsOf(pod),
  };
}

export function usageOf(pod: Pod): Usage {
  const requests = podRequests(pod, (container) => container.resources?.requests);
  const scored = podRequests(pod, ({ resources }) => ({
    cpu: STAND_IN_CPU,
    memory: STAND_IN_MEMORY,
    ...resources?.requests,
  }));
  return {
    uid: pod.metadata.uid,
    generation: pod.metadata.generation,
    requests: inTellingOrder(requests),
    scoredCpu: scored.get('cpu') ?? 0,
    scoredMemory: scored.get('memory') ?? 0,
    hostPorts: hostPortsOf(pod),
  };
}

/** Whether the usage was counted from this very spec. */
export function isCurrent({ uid, generation }: Usage, { metadata }: Pod): boolean {
  return uid === metadata.uid && generation !== undefined && generation === metadata.generation;
}

function hostPortsOf({ spec }: Pod): HostPort[] {
  const lasting = [...(spec?.containers ?? []), ...(spec?.initContainers ?? []).filter(isSidecar)];
  return lasting.flatMap(({ ports = [] }) =>
    ports.flatMap(({ hostPort = 0, hostIP = '', protocol = 'TCP' }) =>
      hostPort > 0 ? [{ ip: hostIP === '' ? '0.0.0.0' : hostIP, protocol, port: hostPort }] : [],
    ),
  );
}

type RequestsOf = (container: Container) => Readonly<Record<string, string | number>> | undefined;

/**
 * The sum over containers, or what the init containers need on their way, whichever is more; then overhead. A sidecar (an
 * init container that is restarted always) runs along with all that starts after it.
 */
function podRequests({ spec }: Pod, requestsOf: RequestsOf): Amounts {
  const total: Amounts = new Map();
  for (const container of spec?.containers ?? []) add(total, amounts(requestsOf(container)));
  const sidecars: Amounts = new Map();
  const peak: Amounts = new Map();
  for (const container of spec?.initContainers ?? []) {
    const own = amounts(requestsOf(container));
    if (isSidecar(container)) {
      add(total, own);
      add(sidecars, own);
      raise(peak, sidecars);
    } else {
      add(own, sidecars);
      raise(peak, own);
    }
  }
  raise(total, peak);
  // Requests of the pod as a whole replace the sums of the resources they name.
  for (const [name, amount] of amounts(spec?.resources?.requests)) total.set(name, amount);
  add(total, amounts(spec?.overhead));
  return total;
}

function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always';
}

function inTellingOrder(found: Amounts): Amounts {
  const ordered: Amounts = new Map();
  for (const name of [...TOLD_FIRST, ...[...found.keys()].sort()]) {
    const amount = found.get(name);
    if (amount !== undefined) ordered.set(name, amount);
  }
  return ordered;
}

export function amounts(list: Readonly<Record<string, string | number>> | undefined): Amounts {
  const found: Amounts = new Map();
  for (const name in list) {
    const quantity = list[name];
    if (quantity === undefined) continue;
    const amount = name === 'cpu' ? quantityMilliValue(quantity) : quantityValue(quantity);
    if (amount !== 0) found.set(name, amount);
  }
  return found;
}

export function add(to: Amounts, more: ReadonlyMap<string, number>, sign: 1 | -1 = 1): void {
  for (const [name, amount] of more) {
    const sum = (to.get(name) ?? 0) + sign * amount;
    if (sum === 0) to.delete(name);
    else to.set(name, sum);
  }
}

function raise(to: Amounts, floor: Amounts): void {
  for (const [name, amount] of floor) if (amount > (to.get(name) ?? 0)) to.set(name, amount);
}

/** An image without a tag is its `:latest`. */
function normalizedImage(image: string): string {
  return image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image;
}
