// One scheduling cycle: filter the nodes, score those that pass, take one of the best.
// Models kubernetes pkg/scheduler/schedule_one.go.

import type { Random } from '../lib/random.ts';
import { Diagnosis, preFilterMessage } from './diagnosis.ts';
import type { Rejection } from './framework.ts';
import { unresolvable } from './framework.ts';
import type { NodeCache } from './node-cache.ts';
import type { NodeInfo } from './node-info.ts';
import type { PodInfo } from './pod-info.ts';
import { FILTER_PLUGINS, SCORE_PLUGINS } from './plugins/table.ts';

export type Decision =
  | { readonly ok: true; readonly node: string }
  /** `message` as upstream words it: `0/3 nodes are available: 3 Insufficient cpu. …`. */
  | { readonly ok: false; readonly message: string };

/** Above this many nodes only a share of them is looked for. */
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
    const total = this.#cache.nodes().length;
    if (total === 0) return { ok: false, message: 'no nodes available to schedule pods' };
    const diagnosis = new Diagnosis();
    const candidates = this.#candidates(pod, diagnosis);
    if (!candidates.ok) return { ok: false, message: preFilterMessage(total, candidates.reason) };
    const nominated = pod.pod.status?.nominatedNodeName ?? '';
    const first = nominated === '' ? undefined : candidates.nodes.find(({ name }) => name === nominated);
    if (first !== undefined && rejectionOf(pod, first) === undefined) return { ok: true, node: nominated };
    const feasible = this.#filter(pod, candidates.nodes, diagnosis);
    if (feasible.length === 0) return { ok: false, message: diagnosis.message(total, pod) };
    return { ok: true, node: this.#best(pod, feasible).name };
  }

  /** The nodes that come into question by the pod alone; the others are rejected unseen. */
  #candidates(
    pod: PodInfo,
    diagnosis: Diagnosis,
  ): { ok: true; nodes: readonly NodeInfo[] } | { ok: false; reason: string } {
    let nodes = this.#cache.nodes();
    const total = nodes.length;
    const by: string[] = [];
    for (const plugin of FILTER_PLUGINS) {
      const result = plugin.preFilter?.(pod);
      if (result === undefined) continue;
      if (!result.ok) return result;
      by.push(plugin.name);
      nodes = by.length === 1 ? this.#named(result.nodes) : nodes.filter(({ name }) => result.nodes.has(name));
    }
    if (nodes.length < total) {
      diagnosis.add(unresolvable(`node(s) didn't satisfy plugin(s) [${by.join(' ')}]`), total - nodes.length);
    }
    return { ok: true, nodes };
  }

  #named(names: ReadonlySet<string>): NodeInfo[] {
    return [...names].flatMap((name) => this.#cache.node(name) ?? []);
  }

  #filter(pod: PodInfo, nodes: readonly NodeInfo[], diagnosis: Diagnosis): NodeInfo[] {
    const enough = nodesToFind(nodes.length);
    const feasible: NodeInfo[] = [];
    let looked = 0;
    for (; looked < nodes.length && feasible.length < enough; looked++) {
      const node = nodes[(this.#start + looked) % nodes.length] as NodeInfo;
      const rejection = rejectionOf(pod, node);
      if (rejection === undefined) feasible.push(node);
      else diagnosis.add(rejection);
    }
    this.#start = (this.#start + looked) % this.#cache.nodes().length;
    return feasible;
  }

  #best(pod: PodInfo, nodes: readonly NodeInfo[]): NodeInfo {
    const [only] = nodes;
    if (only !== undefined && nodes.length === 1) return only;
    const cluster = {
      nodeCount: this.#cache.nodes().length,
      nodesWithImage: (image: string) => this.#cache.nodesWithImage(image),
    };
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
