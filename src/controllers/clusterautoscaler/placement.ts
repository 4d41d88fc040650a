// What the autoscaler needs of the scheduler: whether a node would take a pod. The cluster brings the scheduler's own filters.

import type { Reader } from '../../api/client.ts';
import type { NodeGroup } from '../../api/kubewisp/v1/node-group.ts';
import type { Node, Pod } from '../../api/types/core-v1.ts';
import { controllerOf } from '../common/owners.ts';

/** A node with pods on it, real or thought of. */
export interface Place {
  readonly node: Node;
  /** Why it would not take the pod: the scheduler's reasons. Undefined: it would. */
  refusal(pod: Pod): readonly string[] | undefined;
  /** Counts the pod as one that is here. */
  put(pod: Pod): void;
  remove(pod: Pod): void;
  /** The larger share of cpu and memory that its pods request. */
  readonly utilization: number;
}

/** Reads volumes of pods as they are now. */
export type NewPlace = (node: Node, pods: readonly Pod[], reader: Reader) => Place;

/** An empty machine of the group, with the pods that DaemonSets would put there. */
export type NewMachine = (group: NodeGroup, name: string) => Place;

/**
 * Puts pods onto the first of the places that takes them; places may be added at the end. Where one pod of an owner found no
 * room there is none for its others: places only fill up.
 */
export class Packer {
  readonly #places: readonly Place[];
  readonly #starts = new Map<string, number>();

  constructor(places: readonly Place[]) {
    this.#places = places;
  }

  put(pod: Pod): Place | undefined {
    const owner = controllerOf(pod)?.uid;
    let index = (owner === undefined ? undefined : this.#starts.get(owner)) ?? 0;
    while (index < this.#places.length && this.#places[index]?.refusal(pod) !== undefined) index++;
    if (owner !== undefined) this.#starts.set(owner, index);
    const place = this.#places[index];
    place?.put(pod);
    return place;
  }
}
