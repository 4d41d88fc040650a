// What a simulated container uses: a function of its pod alone, so that it need not be reported again and again. A node
// that does not measure promises it, as a pool promises heartbeats (docs/adr/0020).
//
// - A pod's annotation `kwok.x-k8s.io/usage-cpu` or `kwok.x-k8s.io/usage-memory`, as KWOK reads them, is what each of its
//   running containers uses. Changing it changes the usage at once.
// - Without one (or with one that is no quantity) a container idles: 1m of CPU and 1Mi of memory, as in KWOK's own
//   ClusterResourceUsage.

import type { Container, ContainerStatus, Pod } from '../../types/core-v1.ts';
import { addQuantity, formatQuantity, parseQuantity, quantityOf } from '../../../schema/quantity.ts';
import type { ContainerMetrics, Usage } from './types.ts';

const IDLE: Usage = { cpu: '1m', memory: '1Mi' };

/** Of the containers that run, in the order of the spec; sidecars first. */
export function standingUsage(pod: Pod): ContainerMetrics[] {
  const usage = usageOf(pod);
  return runningContainers(pod).map(({ name }) => ({ name, usage }));
}

function runningContainers({ spec, status }: Pod): Container[] {
  const running = (statuses: readonly ContainerStatus[] | undefined): Set<string> =>
    new Set((statuses ?? []).filter(({ state }) => state?.running !== undefined).map(({ name }) => name));
  const [inits, mains] = [running(status?.initContainerStatuses), running(status?.containerStatuses)];
  return [
    ...(spec?.initContainers ?? []).filter(({ name, restartPolicy }) => restartPolicy === 'Always' && inits.has(name)),
    ...(spec?.containers ?? []).filter(({ name }) => mains.has(name)),
  ];
}

function usageOf({ metadata }: Pod): Usage {
  return Object.fromEntries(
    Object.entries(IDLE).map(([resource, idle]) => {
      const parsed = parseQuantity(metadata.annotations?.[usageAnnotation(resource)] ?? '');
      return [resource, parsed.ok && parsed.quantity.nano >= 0n ? formatQuantity(parsed.quantity) : idle];
    }),
  );
}

/** `kwok.x-k8s.io/usage-cpu` */
export function usageAnnotation(resource: string): string {
  return `kwok.x-k8s.io/usage-${resource}`;
}

/** Of all these together; what is used by none is 0. */
export function sumOfUsage(usages: readonly Usage[]): Usage {
  return Object.fromEntries(
    Object.keys(IDLE).map((resource) => {
      const values = usages.flatMap((usage) => usage[resource] ?? []).map(quantityOf);
      const [first, ...rest] = values;
      return [resource, first === undefined ? '0' : formatQuantity(rest.reduce(addQuantity, first))];
    }),
  );
}
