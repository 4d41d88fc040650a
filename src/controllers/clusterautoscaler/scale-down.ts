// Which nodes nobody needs. Pure: from what there is to the nodes that may go.
// Models kubernetes/autoscaler cluster-autoscaler/core/scaledown (eligibility, unneeded nodes) and simulator/drain.go.
//
// 1. A node of a group may go where less than half of it is requested, each of its pods may be moved, and all of them fit on
//    nodes that stay.
// 2. Which pods may be moved is told in movable.ts.
// 3. A place that one node's pods would take is taken for the nodes that are looked at after it, and a node that takes them in
//    stays. So does one that pods wait for.

import type { Node, Pod } from '../../api/types/core-v1.ts';
import type { PodDisruptionBudget } from '../../api/types/policy-v1.ts';
import type { Place } from './placement.ts';
import { Packer } from './placement.ts';
import { mayBeMoved, podsToMove } from './movable.ts';

const UTILIZATION_THRESHOLD = 0.5;
const SCALE_DOWN_DISABLED = 'cluster-autoscaler.kubernetes.io/scale-down-disabled';

export interface Unneeded {
  readonly node: Node;
  /** They are to be moved. */
  readonly pods: readonly Pod[];
}

/** `candidates`: the nodes that may be asked about, in this order. `places`: every node that pods can go to; it is used up. */
export function unneededNodes(
  candidates: readonly Node[],
  places: readonly Place[],
  podsOn: ReadonlyMap<string, readonly Pod[]>,
  budgets: readonly PodDisruptionBudget[],
  waiting: readonly Pod[],
  now: number,
): Unneeded[] {
  const found: Unneeded[] = [];
  const leaving = new Set<string>();
  const staying = new Set<string>();
  const packer = new Packer(places);
  for (const pod of waiting) {
    const name = packer.put(pod)?.node.metadata.name;
    if (name !== undefined) staying.add(name);
  }
  for (const node of candidates) {
    const { name, annotations } = node.metadata;
    const place = places.find((one) => one.node.metadata.name === name);
    if (place === undefined || staying.has(name) || annotations?.[SCALE_DOWN_DISABLED] === 'true') continue;
    if (place.utilization >= UTILIZATION_THRESHOLD) continue;
    const pods = podsToMove(podsOn.get(name) ?? [], now);
    if (pods.some((pod) => !mayBeMoved(pod, budgets))) continue;
    const others = places.filter(({ node: other }) => other !== node && !leaving.has(other.metadata.name));
    const moves = moveAll(pods, others);
    if (moves === undefined) continue;
    for (const target of moves) staying.add(target.node.metadata.name);
    leaving.add(name);
    found.push({ node, pods });
  }
  return found;
}

/** The places that take them; undefined, with nothing taken, where some find none. */
function moveAll(pods: readonly Pod[], places: readonly Place[]): Place[] | undefined {
  const moves: Array<readonly [Pod, Place]> = [];
  for (const pod of pods) {
    if (pod.metadata.deletionTimestamp !== undefined) continue;
    const free = unbound(pod);
    const target = places.find((place) => place.refusal(free) === undefined);
    if (target === undefined) {
      for (const [moved, place] of moves) place.remove(moved);
      return undefined;
    }
    target.put(pod);
    moves.push([pod, target]);
  }
  return moves.map(([, place]) => place);
}

/** The pod that its controller will make in its place. */
function unbound(pod: Pod): Pod {
  if (pod.spec === undefined) return pod;
  const { nodeName: _, ...spec } = pod.spec;
  return { ...pod, spec };
}
