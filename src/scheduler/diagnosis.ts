// Why a pod found no node, told as upstream tells it: reasons with the number of nodes each holds for, sorted as texts.
//
//   0/6 nodes are available: 1 node(s) had untolerated taint(s), 5 Insufficient cpu. no new claims to deallocate,
//   preemption: 0/6 nodes are available: 6 Preemption is not helpful for scheduling.
//
// Preemption is not built: a pod that would need it is told that no victims were found.
//
// Models kubernetes pkg/scheduler/framework/types.go (FitError) and pkg/scheduler/framework/preemption.

import type { Rejection } from './framework.ts';
import type { PodInfo } from './pod-info.ts';

const HOPELESS = 'Preemption is not helpful for scheduling';
const NO_VICTIMS = 'No preemption victims found for incoming pod';

export class Diagnosis {
  readonly #reasons = new Map<string, number>();
  readonly #prospects = new Map<string, number>();

  /** So many nodes reject the pod, each for all of these reasons. */
  add({ reasons, unresolvable }: Rejection, nodes = 1): void {
    for (const reason of reasons) count(this.#reasons, reason, nodes);
    count(this.#prospects, unresolvable ? HOPELESS : NO_VICTIMS, nodes);
  }

  /** `total`: how many nodes there are. */
  message(total: number, { pod }: PodInfo): string {
    const head = `0/${total} nodes are available: ${histogram(this.#reasons)}. no new claims to deallocate, preemption:`;
    return pod.spec?.preemptionPolicy === 'Never'
      ? `${head} not eligible due to preemptionPolicy=Never.`
      : `${head} 0/${total} nodes are available: ${histogram(this.#prospects)}.`;
  }
}

/**
 * No node was looked at, as the pod itself allows none. Upstream's step that looks for claims to give back then misses its
 * notes, and says so.
 */
export function preFilterMessage(total: number, reason: string): string {
  return `0/${total} nodes are available: ${reason}. not found`;
}

function count(counts: Map<string, number>, text: string, more: number): void {
  counts.set(text, (counts.get(text) ?? 0) + more);
}

function histogram(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .map(([text, number]) => `${number} ${text}`)
    .sort()
    .join(', ');
}
