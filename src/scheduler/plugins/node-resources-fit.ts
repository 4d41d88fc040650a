// What a pod requests must be left on its node; the emptier node is liked better (LeastAllocated).
// Models pkg/scheduler/framework/plugins/noderesources/{fit,least_allocated}.go.

import type { FilterPlugin, ScorePlugin } from '../framework.ts';
import { MAX_SCORE } from '../framework.ts';

export const nodeResourcesFit: FilterPlugin & ScorePlugin = {
  name: 'NodeResourcesFit',
  weight: 1,

  filter({ usage }, { allocatable, requested, pods }) {
    let reasons: string[] | undefined;
    // More than the whole node has: no eviction would help.
    let hopeless = false;
    if (pods.size + 1 > (allocatable.get('pods') ?? 0)) reasons = ['Too many pods'];
    for (const [name, wanted] of usage.requests) {
      const all = allocatable.get(name) ?? 0;
      if (wanted <= all - (requested.get(name) ?? 0)) continue;
      (reasons ??= []).push(`Insufficient ${name}`);
      hopeless ||= wanted > all;
    }
    return reasons === undefined ? undefined : { unresolvable: hopeless, reasons };
  },

  score({ usage }, { allocatable, scoredCpu, scoredMemory }) {
    const cpu = least(allocatable.get('cpu'), scoredCpu + usage.scoredCpu);
    const memory = least(allocatable.get('memory'), scoredMemory + usage.scoredMemory);
    // A resource that the node does not have does not count.
    if (cpu === undefined || memory === undefined) return cpu ?? memory ?? 0;
    return Math.floor((cpu + memory) / 2);
  },
};

function least(capacity: number | undefined, used: number): number | undefined {
  if (capacity === undefined) return undefined;
  return used > capacity ? 0 : Math.floor(((capacity - used) * MAX_SCORE) / capacity);
}
