// Which groups grow for which pods. Pure: from what there is to what there shall be.
// Models kubernetes/autoscaler cluster-autoscaler/core/scaleup and estimator/binpacking_estimator.go.
//
// 1. A pod that fits on a node that is here or on its way needs no machine.
// 2. Of several groups that would help the one grows that takes most of the pods, of these the one that needs fewest machines;
//    then the first by name. What is left of the pods is looked at again. (Upstream's default draws lots.)
// 3. The largest pods are packed first, each onto the first machine that takes it.

import type { NodeGroup } from '../../api/kubewisp/v1/node-group.ts';
import { wantedSize } from '../../api/kubewisp/v1/node-group.ts';
import type { Pod } from '../../api/types/core-v1.ts';
import { quantityMilliValue, quantityValue } from '../../schema/quantity.ts';
import type { NewMachine, Place } from './placement.ts';
import { Packer } from './placement.ts';

export interface Growth {
  readonly group: NodeGroup;
  readonly from: number;
  readonly to: number;
  readonly pods: readonly Pod[];
}

export interface Unhelped {
  readonly pod: Pod;
  /** `1 Insufficient cpu`, sorted; empty where there is no group at all. */
  readonly reasons: readonly string[];
}

export interface Plan {
  readonly growths: readonly Growth[];
  readonly unhelped: readonly Unhelped[];
}

interface Option extends Growth {
  readonly packer: Packer;
}

const FULL = 'max node group size reached';

export function planScaleUp(
  groups: readonly NodeGroup[],
  waiting: readonly Pod[],
  places: readonly Place[],
  newMachine: NewMachine,
): Plan {
  const here = new Packer(places);
  let left = [...waiting].sort((a, b) => weight(b) - weight(a)).filter((pod) => here.put(pod) === undefined);
  const sizes = new Map(groups.map((group) => [group.metadata.name, wantedSize(group)]));
  const growths: Growth[] = [];
  while (left.length > 0) {
    const options = groups.map((group) => {
      const from = sizes.get(group.metadata.name) ?? 0;
      return pack(group, from, left, newMachine);
    });
    const best = options.filter(({ pods }) => pods.length > 0).sort(byHelp)[0];
    if (best === undefined) break;
    sizes.set(best.group.metadata.name, best.to);
    growths.push(best);
    const helped = new Set(best.pods);
    // Room that is left on the new machines may serve others.
    left = left.filter((pod) => !helped.has(pod) && best.packer.put(pod) === undefined);
  }
  const unhelped = left.map((pod) => ({ pod, reasons: reasonsOf(pod, groups, sizes, newMachine) }));
  return { growths, unhelped };
}

function byHelp(a: Option, b: Option): number {
  const machines = (option: Option) => option.to - option.from;
  return (
    b.pods.length - a.pods.length ||
    machines(a) - machines(b) ||
    (a.group.metadata.name < b.group.metadata.name ? -1 : 1)
  );
}

/** Rule 3. */
function pack(group: NodeGroup, from: number, pods: readonly Pod[], newMachine: NewMachine): Option {
  const places: Place[] = [];
  const packer = new Packer(places);
  const packed: Pod[] = [];
  const room = group.spec.maxSize - from;
  for (const pod of pods) {
    if (packer.put(pod) !== undefined) packed.push(pod);
    else if (places.length < room) {
      const place = newMachine(group, `${group.metadata.name}-${from + places.length}`);
      if (place.refusal(pod) !== undefined) continue;
      place.put(pod);
      places.push(place);
      packed.push(pod);
    }
  }
  return { group, from, to: from + places.length, pods: packed, packer };
}

function reasonsOf(
  pod: Pod,
  groups: readonly NodeGroup[],
  sizes: ReadonlyMap<string, number>,
  newMachine: NewMachine,
): string[] {
  const counts = new Map<string, number>();
  for (const group of groups) {
    const { name } = group.metadata;
    const full = (sizes.get(name) ?? 0) >= group.spec.maxSize;
    const reasons = full ? [FULL] : (newMachine(group, name).refusal(pod) ?? []);
    for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
}

/** What a pod requests, in cores and 4 GiB. */
function weight({ spec }: Pod): number {
  let sum = 0;
  for (const { resources } of spec?.containers ?? []) {
    const { cpu = '0', memory = '0' } = resources?.requests ?? {};
    sum += quantityMilliValue(cpu) / 1000 + quantityValue(memory) / 2 ** 32;
  }
  return sum;
}
