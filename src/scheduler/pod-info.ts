// A pod as the scheduler counts it: what it asks for, worked out once.
// Models kubernetes staging/src/k8s.io/component-helpers/resource/helpers.go (PodRequests).

import type { Container, Pod } from '../api/types/core-v1.ts';
import { quantityMilliValue, quantityValue } from '../schema/quantity.ts';

/** Amounts by resource: cpu in millicores, everything else in units. */
export type Amounts = Map<string, number>;

export interface HostPort {
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

export interface PodInfo {
  readonly pod: Pod;
  readonly key: string;
  readonly requests: Amounts;
  /** Requests with upstream's stand-ins for containers that name none: what scores are made of. */
  readonly scoredCpu: number;
  readonly scoredMemory: number;
  readonly hostPorts: readonly HostPort[];
  readonly images: readonly string[];
  readonly priority: number;
}

const STAND_IN_CPU = 100;
const STAND_IN_MEMORY = 200 * 1024 * 1024;

export function podInfo(pod: Pod): PodInfo {
  const spec = pod.spec;
  const containers = spec?.containers ?? [];
  const inits = spec?.initContainers ?? [];
  const requests = podRequests(pod, (container) => container.resources?.requests);
  const scored = podRequests(pod, (container) => ({
    cpu: `${STAND_IN_CPU}m`,
    memory: STAND_IN_MEMORY,
    ...container.resources?.requests,
  }));
  return {
    pod,
    key: `${pod.metadata.namespace ?? ''}/${pod.metadata.name}`,
    requests,
    scoredCpu: scored.get('cpu') ?? 0,
    scoredMemory: scored.get('memory') ?? 0,
    hostPorts: [...containers, ...inits.filter(isSidecar)].flatMap((container) =>
      (container.ports ?? []).flatMap(({ hostPort = 0, hostIP = '', protocol = 'TCP' }) =>
        hostPort > 0 ? [{ ip: hostIP === '' ? '0.0.0.0' : hostIP, protocol, port: hostPort }] : [],
      ),
    ),
    images: [...containers, ...inits].map((container) => normalizedImage(container.image ?? '')),
    priority: spec?.priority ?? 0,
  };
}

type RequestsOf = (container: Container) => Readonly<Record<string, string | number>> | undefined;

/** The sum over containers, or what the init containers need on their way, whichever is more; then overhead. */
function podRequests(pod: Pod, requestsOf: RequestsOf): Amounts {
  const spec = pod.spec;
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

export function amounts(list: Readonly<Record<string, string | number>> | undefined): Amounts {
  const found: Amounts = new Map();
  for (const name in list) {
    const quantity = list[name];
    if (quantity !== undefined) found.set(name, name === 'cpu' ? quantityMilliValue(quantity) : quantityValue(quantity));
  }
  return found;
}

export function add(to: Amounts, more: Amounts, sign: 1 | -1 = 1): void {
  for (const [name, amount] of more) to.set(name, (to.get(name) ?? 0) + sign * amount);
}

function raise(to: Amounts, floor: Amounts): void {
  for (const [name, amount] of floor) if (amount > (to.get(name) ?? 0)) to.set(name, amount);
}

/** An image without a tag is its `:latest`. */
export function normalizedImage(image: string): string {
  return image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image;
}
