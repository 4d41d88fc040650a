// What a pod requests must be left on its node; the emptier node is liked better (LeastAllocated).
// Models pkg/scheduler/framework/plugins/noderesources/{fit,least_allocated}.go.

import type { FilterPlugin, ScorePlugin } from '../framework.ts';
import { MAX_SCORE } from '../framework.ts';

/** The order in which shortages are told; extended resources follow by name. */
const CORE = ['cpu', 'memory', 'ephemeral-storage'];

export const nodeResourcesFit: FilterPlugin & ScorePlugin = {
  name: 'NodeResourcesFit',
  weight: 1,

  filter({ requests }, { allocatable, requested, pods }) {
    const reasons: string[] = [];
    // More than the whole node has: no eviction would help.
    let hopeless = false;
    if (pods.size + 1 > (allocatable.get('pods') ?? 0)) reasons.push('Too many pods');
    const names = [...CORE, ...[...requests.keys()].filter((name) => !CORE.includes(name)).sort()];
    for (const name of names) {
      const wanted = requests.get(name) ?? 0;
      if (wanted === 0) continue;
      const all = allocatable.get(name) ?? 0;
      if (wanted <= all - (requested.get(name) ?? 0)) continue;
      reasons.push(`Insufficient ${name}`);
      hopeless ||= wanted > all;
    }
    return reasons.length === 0 ? undefined : { unresolvable: hopeless, reasons };
  },

  score(pod, node) {
    const cpu = least(node.allocatable.get('cpu') ?? 0, node.scoredCpu + pod.scoredCpu);
    const memory = least(node.allocatable.get('memory') ?? 0, node.scoredMemory + pod.scoredMemory);
    return Math.floor((cpu + memory) / 2);
  },
};

function least(capacity: number, used: number): number {
  return capacity === 0 || used > capacity ? 0 : Math.floor(((capacity - used) * MAX_SCORE) / capacity);
}
