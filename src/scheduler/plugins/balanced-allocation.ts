// Nodes whose cpu and memory would be used alike are liked better.
// Models pkg/scheduler/framework/plugins/noderesources/balanced_allocation.go.

import type { ScorePlugin } from '../framework.ts';
import { MAX_SCORE } from '../framework.ts';

export const balancedAllocation: ScorePlugin = {
  name: 'NodeResourcesBalancedAllocation',
  weight: 1,

  // A pod that asks for nothing tips no balance.
  applies: ({ usage }) => usage.requests.has('cpu') || usage.requests.has('memory'),

  score({ usage }, { allocatable, requested }) {
    /** Undefined: the node has nothing of it. */
    const share = (name: string): number | undefined => {
      const all = allocatable.get(name);
      const used = (requested.get(name) ?? 0) + (usage.requests.get(name) ?? 0);
      return all === undefined ? undefined : Math.min(1, used / all);
    };
    const [cpu, memory] = [share('cpu'), share('memory')];
    if (cpu === undefined || memory === undefined) return MAX_SCORE;
    // The standard deviation of two values is half their distance.
    return Math.floor((1 - Math.abs((cpu - memory) / 2)) * MAX_SCORE);
  },
};
