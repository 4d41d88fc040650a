// Claims for devices: how many of each class they may come to.
// Models kubernetes pkg/quota/v1/evaluator/core/resource_claims.go.

import type { KubeObject } from '../object.ts';
import type { ResourceClaim } from '../types/resource-v1.ts';
import type { Amounts } from './amounts.ts';
import { whole } from './amounts.ts';
import type { Evaluator } from './evaluator.ts';

const COUNT = 'count/resourceclaims.resource.k8s.io';
const OF_CLASS = '.deviceclass.resource.k8s.io/devices';
/** The most devices that one claim can be given. */
const MOST = 32;

interface Wanted {
  readonly deviceClassName: string;
  readonly allocationMode?: string;
  readonly count?: number;
}

function devices({ allocationMode, count = 1 }: Wanted): number {
  return allocationMode === 'All' ? MOST : count;
}

function usage(object: KubeObject): Amounts {
  const counts = new Map<string, number>();
  for (const { exactly, firstAvailable = [] } of (object as ResourceClaim).spec.devices?.requests ?? []) {
    // One of the alternatives is chosen: of each class the most that one of them wants.
    const most = new Map<string, number>();
    for (const wanted of exactly === undefined ? firstAvailable : [exactly]) {
      const { deviceClassName: name } = wanted;
      most.set(name, Math.max(most.get(name) ?? 0, devices(wanted)));
    }
    for (const [name, count] of most) counts.set(name, (counts.get(name) ?? 0) + count);
  }
  return new Map([[COUNT, whole(1)], ...[...counts].map(([name, count]) => [name + OF_CLASS, whole(count)] as const)]);
}

export const deviceEvaluator: Evaluator = {
  charges: (operation, subresource) => operation !== 'DELETE' && subresource === '',
  matching: (given) => given.filter((name) => name === COUNT || name.endsWith(OF_CLASS)),
  isInScope: () => false,
  usage,
};
