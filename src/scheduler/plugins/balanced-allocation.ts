// Nodes are liked better where the pod would bring the used shares of cpu and memory closer together, and less where it would
// drive them apart. Models pkg/scheduler/framework/plugins/noderesources/balanced_allocation.go as of 1.36.
//
//   shares of cpu and memory 75 % and 12.5 %, with the pod 87.5 % and 37.5 %: balance 68 before, 75 after, score 78

import type { ScorePlugin } from '../framework.ts';
import { MAX_SCORE } from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';

const HALF = MAX_SCORE / 2;
const NOTHING: ReadonlyMap<string, number> = new Map();

export const balancedAllocation: ScorePlugin = {
  name: 'NodeResourcesBalancedAllocation',
  weight: 1,

  // A pod that asks for nothing tips no balance.
  applies: ({ usage }) => usage.requests.has('cpu') || usage.requests.has('memory'),

  score({ usage }, node) {
    const change = balance(node, usage.requests) - balance(node, NOTHING);
    return HALF + Math.trunc((HALF + change) / 2);
  },
};

/** 100: alike, 50: as far apart as can be. */
function balance(node: NodeInfo, more: ReadonlyMap<string, number>): number {
  const cpu = share(node, more, 'cpu');
  const memory = share(node, more, 'memory');
  if (cpu === undefined || memory === undefined) return MAX_SCORE;
  // The standard deviation of two values is half their distance.
  return Math.floor((1 - Math.abs((cpu - memory) / 2)) * MAX_SCORE);
}

/** Undefined: the node has nothing of it. */
function share(node: NodeInfo, more: ReadonlyMap<string, number>, name: string): number | undefined {
  const all = node.allocatable.get(name);
  if (all === undefined) return undefined;
  return Math.min(1, ((node.requested.get(name) ?? 0) + (more.get(name) ?? 0)) / all);
}
