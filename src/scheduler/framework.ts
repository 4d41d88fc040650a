// The scheduling framework: what plugins see and say, under upstream's names of the extension points.
// Models kubernetes staging/src/k8s.io/kube-scheduler/framework and pkg/scheduler/framework/runtime.

import type { NodeInfo } from './node-info.ts';
import type { PodInfo } from './pod-info.ts';

/** Why a node cannot take a pod. */
export interface Rejection {
  /** True: no eviction of other pods would help. */
  readonly unresolvable: boolean;
  readonly reasons: readonly string[];
}

/** What is known of a pod before any node is looked at. */
export type PreFilterResult =
  /** Only these nodes, by name, come into question. */
  | { readonly ok: true; readonly nodes: ReadonlySet<string> }
  /** No node ever will. */
  | { readonly ok: false; readonly reason: string };

export interface FilterPlugin {
  readonly name: string;
  /** Undefined: all nodes come into question. */
  preFilter?(pod: PodInfo): PreFilterResult | undefined;
  /** Undefined: the node passes. */
  filter(pod: PodInfo, node: NodeInfo): Rejection | undefined;
}

export const MAX_SCORE = 100;

export interface ScorePlugin {
  readonly name: string;
  readonly weight: number;
  /** False: the plugin has nothing to say of this pod, and is left out of the sum. */
  applies?(pod: PodInfo): boolean;
  /** Raw score, at least 0; where `normalize` is absent, at most MAX_SCORE. */
  score(pod: PodInfo, node: NodeInfo, cluster: ClusterInfo): number;
  /** Brings all nodes' raw scores to 0 … MAX_SCORE, in place. */
  normalize?(scores: number[]): void;
}

/** What scores need to know of the whole cluster. */
export interface ClusterInfo {
  readonly nodeCount: number;
  /** How many nodes hold the image. */
  nodesWithImage(image: string): number;
}

export function unresolvable(reason: string): Rejection {
  return { unresolvable: true, reasons: [reason] };
}

export function unschedulable(...reasons: string[]): Rejection {
  return { unresolvable: false, reasons };
}

/** Scales raw scores so that the largest is MAX_SCORE; `reverse`: so that the smallest raw score is the best. */
export function defaultNormalize(scores: number[], reverse: boolean): void {
  const max = Math.max(0, ...scores);
  for (const [index, score] of scores.entries()) {
    const scaled = max === 0 ? 0 : Math.floor((score * MAX_SCORE) / max);
    scores[index] = reverse ? MAX_SCORE - scaled : scaled;
  }
}
