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

export interface Question {
  /** The nodes that may be asked about, in this order. */
  readonly candidates: readonly Node[];
  /** Every node that pods can go to; they are used up. */
  readonly places: readonly Place[];
  readonly podsOn: ReadonlyMap<string, readonly Pod[]>;
  readonly budgets: readonly PodDisruptionBudget[];
  readonly waiting: readonly Pod[];
  /** The pod as its controller will make it again; undefined: it is gone. */
  readonly anew: (pod: Pod) => Pod | undefined;
  /** Milliseconds. */
  readonly now: number;
}

export function unneededNodes({ candidates, places, podsOn, budgets, waiting, anew, now }: Question): Unneeded[] {
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
    const moves = moveAll(pods, others, anew);
    if (moves === undefined) continue;
    for (const target of moves) staying.add(target.node.metadata.name);
    leaving.add(name);
    found.push({ node, pods });
  }
  return found;
}

/** The places that take them; undefined, with nothing taken, where some find none. */
function moveAll(pods: readonly Pod[], places: readonly Place[], anew: Question['anew']): Place[] | undefined {
  const moves: Array<readonly [Pod, Place]> = [];
  for (const pod of pods) {
    if (pod.metadata.deletionTimestamp !== undefined) continue;
    const next = anew(pod);
    if (next === undefined) continue;
    const target = places.find((place) => place.refusal(next) === undefined);
    if (target === undefined) {
      for (const [moved, place] of moves) place.remove(moved);
      return undefined;
    }
    target.put(pod);
    moves.push([pod, target]);
  }
  return moves.map(([, place]) => place);
}
