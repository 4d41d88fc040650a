// The quality-of-service class of a pod: how sure it may be of its resources.
// Models kubernetes pkg/apis/core/helper/qos/qos.go (ComputePodQOS).

import type { Quantity } from '../../../schema/quantity.ts';
import { addQuantity, compareQuantity } from '../../../schema/quantity.ts';
import type { PodSpec, ResourceRequirements } from '../../types/core-v1.ts';
import type { ResourceList } from './resource-lists.ts';
import { quantityIn } from './resource-lists.ts';

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

const RESOURCES = ['cpu', 'memory'] as const;

interface Totals {
  cpu?: Quantity;
  memory?: Quantity;
}

/** Adds what is above zero; the number of resources that were. */
function add(totals: Totals, list: ResourceList | undefined): number {
  let found = 0;
  if (list === undefined) return found;
  for (const name of RESOURCES) {
    if (list[name] === undefined) continue;
    const value = quantityIn(list[name]);
    if (value.nano <= 0n) continue;
    found++;
    const old = totals[name];
    totals[name] = old === undefined ? value : addQuantity(old, value);
  }
  return found;
}

export function qosClass(spec: PodSpec): QosClass {
  const requests: Totals = {};
  const limits: Totals = {};
  let limited = true;
  const read = (resources: ResourceRequirements | undefined): void => {
    add(requests, resources?.requests);
    if (add(limits, resources?.limits) < RESOURCES.length) limited = false;
  };
  if (spec.resources !== undefined) read(spec.resources);
  else {
    for (const container of spec.containers ?? []) read(container.resources);
    for (const container of spec.initContainers ?? []) read(container.resources);
  }

  const names = RESOURCES.filter((name) => requests[name] !== undefined || limits[name] !== undefined);
  if (names.length === 0) return 'BestEffort';
  const guaranteed = names.every((name) => {
    const request = requests[name];
    const limit = limits[name];
    return request !== undefined && limit !== undefined && compareQuantity(request, limit) === 0;
  });
  return limited && guaranteed ? 'Guaranteed' : 'Burstable';
}
