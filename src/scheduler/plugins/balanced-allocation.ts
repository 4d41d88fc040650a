// Nodes whose cpu and memory would be used alike are liked better.
// Models pkg/scheduler/framework/plugins/noderesources/balanced_allocation.go.

import type { ScorePlugin } from '../framework.ts';
import { MAX_SCORE } from '../framework.ts';

export const balancedAllocation: ScorePlugin = {
  name: 'NodeResourcesBalancedAllocation',
  weight: 1,

  // A pod that asks for nothing tips no balance.
  applies: ({ requests }) => (requests.get('cpu') ?? 0) > 0 || (requests.get('memory') ?? 0) > 0,

  score(pod, { allocatable, requested }) {
    const share = (name: string): number => {
      const all = allocatable.get(name) ?? 0;
      return all === 0 ? 0 : Math.min(1, ((requested.get(name) ?? 0) + (pod.requests.get(name) ?? 0)) / all);
    };
    // The standard deviation of two values is half their distance.
    const deviation = Math.abs(share('cpu') - share('memory')) / 2;
    return Math.floor((1 - deviation) * MAX_SCORE);
  },
};
