// One scheduling cycle: filter the nodes, score those that pass, take one of the best.
// Models kubernetes pkg/scheduler/schedule_one.go.

import type { Random } from '../lib/random.ts';
import type { Rejection } from './framework.ts';
import type { NodeCache, NodeInfo } from './node-info.ts';
import type { PodInfo } from './pod-info.ts';
import { FILTER_PLUGINS, SCORE_PLUGINS } from './plugins/table.ts';

export type Decision =
  | { readonly ok: true; readonly node: string }
  /** `message` as upstream words it: `0/3 nodes are available: 3 Insufficient cpu. …`. */
  | { readonly ok: false; readonly message: string };

/** Above this many nodes only a share of them is looked for, as upstream does. */
const ALL_NODES_BELOW = 100;

export class SchedulingCycle {
  readonly #cache: NodeCache;
  readonly #random: Random;
  /** Where the last search among many nodes ended, so that all get their turn. */
  #start = 0;

  constructor(cache: NodeCache, random: Random) {
    this.#cache = cache;
    this.#random = random;
  }

  schedule(pod: PodInfo): Decision {
    const nodes = this.#cache.nodes();
    if (nodes.length === 0) return { ok: false, message: 'no nodes available to schedule pods' };
    const rejections: Rejection[] = [];
    const feasible = this.#filter(pod, nodes, rejections);
    if (feasible.length === 0) return { ok: false, message: fitError(nodes.length, rejections, pod) };
    return { ok: true, node: (feasible.length === 1 ? (feasible[0] as NodeInfo) : this.#best(pod, feasible)).name };
  }

  #filter(pod: PodInfo, nodes: readonly NodeInfo[], rejections: Rejection[]): NodeInfo[] {
    const enough = nodesToFind(nodes.length);
    const feasible: NodeInfo[] = [];
    let looked = 0;
    for (; looked < nodes.length && feasible.length < enough; looked++) {
      const node = nodes[(this.#start + looked) % nodes.length] as NodeInfo;
      const rejection = rejectionOf(pod, node);
      if (rejection === undefined) feasible.push(node);
      else rejections.push(rejection);
    }
    this.#start = (this.#start + looked) % nodes.length;
    return feasible;
  }

  #best(pod: PodInfo, nodes: readonly NodeInfo[]): NodeInfo {
    const cluster = { nodeCount: this.#cache.nodes().length, nodesWithImage: (image: string) => this.#cache.nodesWithImage(image) };
    const totals = nodes.map(() => 0);
    for (const plugin of SCORE_PLUGINS) {
      if (plugin.applies?.(pod) === false) continue;
      const scores = nodes.map((node) => plugin.score(pod, node, cluster));
      plugin.normalize?.(scores);
      for (const [index, score] of scores.entries()) totals[index] = (totals[index] ?? 0) + plugin.weight * score;
    }
    const top = Math.max(...totals);
    const best = nodes.filter((_, index) => totals[index] === top);
    return best[Math.floor(this.#random.next() * best.length)] as NodeInfo;
  }
}

function rejectionOf(pod: PodInfo, node: NodeInfo): Rejection | undefined {
  for (const plugin of FILTER_PLUGINS) {
    const rejection = plugin.filter(pod, node);
    if (rejection !== undefined) return rejection;
  }
  return undefined;
}

/** How many feasible nodes are enough. Models numFeasibleNodesToFind. */
function nodesToFind(count: number): number {
  if (count < ALL_NODES_BELOW) return count;
  const percentage = Math.max(5, 50 - Math.floor(count / 125));
  return Math.max(ALL_NODES_BELOW, Math.floor((count * percentage) / 100));
}

/** Preemption is not built: a pod that would need it is told that no victims were found. */
function fitError(count: number, rejections: readonly Rejection[], pod: PodInfo): string {
  const head = `0/${count} nodes are available: ${histogram(rejections.flatMap(({ reasons }) => reasons))}.`;
  if (pod.pod.spec?.preemptionPolicy === 'Never') {
    return `${head} no new claims to deallocate, preemption: not eligible due to preemptionPolicy=Never.`;
  }
  const prospects = rejections.map(({ unresolvable }) =>
    unresolvable ? 'Preemption is not helpful for scheduling' : 'No preemption victims found for incoming pod',
  );
  return `${head} no new claims to deallocate, preemption: 0/${count} nodes are available: ${histogram(prospects)}.`;
}

/** `1 Too many pods, 5 Insufficient cpu` */
function histogram(reasons: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort()
    .join(', ');
}
