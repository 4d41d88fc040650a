// What a node has measured itself, and who knows it.

import type { NodeUsage } from '../../report.ts';
import type { Node } from '../../types/core-v1.ts';

/** On a Node with the value `measured`: it reports what its pods use. What it does not report, nobody knows. */
export const USAGE_ANNOTATION = 'kubewisp.dev/usage';

export interface Measurement {
  /** When it was reported, in milliseconds since the epoch. */
  readonly at: number;
  readonly usage: NodeUsage;
}

export interface Measurements {
  /** Undefined: the node has reported nothing lately. */
  of(node: string, now: number): Measurement | undefined;
}

/** `standing`: the node does not measure, its pods use what usage.ts says. Undefined: it does, and nothing is known. */
export type UsageSource = Measurement | 'standing' | undefined;

export function measures(node: Node): boolean {
  return node.metadata.annotations?.[USAGE_ANNOTATION] === 'measured';
}

export function usageSource(node: Node | undefined, measurements: Measurements, now: number): UsageSource {
  return node !== undefined && measures(node) ? measurements.of(node.metadata.name, now) : 'standing';
}
