// What a pod asks for as a whole, what it was given counted in.
// Models PodRequests and PodLimits of kubernetes staging/src/k8s.io/component-helpers/resource.

import type { Quantity } from '../../../schema/quantity.ts';
import { addQuantity, compareQuantity, formatQuantity } from '../../../schema/quantity.ts';
import type { Container, Pod, PodSpec } from '../../types/core-v1.ts';
import type { ResourceList } from './resource-lists.ts';
import { aggregateContainers, quantityIn } from './resource-lists.ts';

/**
 * The sums over containers, those of the pod itself before them, with the overhead. Of a container that is being resized
 * the larger of what it has and what it wants counts.
 */
export function podResources(pod: Pod, which: 'requests' | 'limits'): Map<string, Quantity> {
  if (pod.spec === undefined) return new Map();
  const total = aggregateContainers(withGiven(pod, pod.spec, which), which);
  for (const [name, value] of Object.entries(pod.spec.resources?.[which] ?? {})) total.set(name, quantityIn(value));
  for (const [name, value] of Object.entries(pod.spec.overhead ?? {})) {
    const before = total.get(name);
    if (before !== undefined) total.set(name, addQuantity(before, quantityIn(value)));
    // Where there is no limit there is none to be raised.
    else if (which === 'requests') total.set(name, quantityIn(value));
  }
  return total;
}

function withGiven({ status }: Pod, spec: PodSpec, which: 'requests' | 'limits'): PodSpec {
  const statuses = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  if (
    !statuses.some(({ resources, allocatedResources }) => resources !== undefined || allocatedResources !== undefined)
  ) {
    return spec;
  }
  const infeasible = (status?.conditions ?? []).some(
    ({ type, reason }) => type === 'PodResizePending' && reason === 'Infeasible',
  );
  const adjust = (container: Container): Container => {
    const found = statuses.find(({ name }) => name === container.name);
    const given = [found?.resources?.[which], which === 'requests' ? found?.allocatedResources : undefined];
    if (found === undefined || given.every((list) => list === undefined)) return container;
    const lists = infeasible ? given : [container.resources?.[which], ...given];
    return { ...container, resources: { ...container.resources, [which]: most(lists) } };
  };
  return {
    ...spec,
    containers: spec.containers.map(adjust),
    ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(adjust) }),
  };
}

function most(lists: ReadonlyArray<ResourceList | undefined>): Record<string, string> {
  const result: Record<string, string> = {};
  for (const list of lists) {
    for (const [name, value] of Object.entries(list ?? {})) {
      const quantity = quantityIn(value);
      const before = result[name];
      if (before === undefined || compareQuantity(quantity, quantityIn(before)) > 0) {
        result[name] = formatQuantity(quantity);
      }
    }
  }
  return result;
}
