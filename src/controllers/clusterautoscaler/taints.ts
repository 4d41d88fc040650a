// What the autoscaler writes down on nodes, as upstream does; nothing of it is kept elsewhere.
// Models kubernetes/autoscaler cluster-autoscaler/utils/taints/taints.go.

import type { Node, Taint } from '../../api/types/core-v1.ts';
import { taintsOf } from '../common/nodes.ts';

/** The node is going: its pods are moved. */
const TO_BE_DELETED = 'ToBeDeletedByClusterAutoscaler';
/** Nobody needs the node since the time that the taint's value says, in seconds. */
const CANDIDATE = 'DeletionCandidateOfClusterAutoscaler';

export function isBeingRemoved(node: Node): boolean {
  return taintsOf(node).some(({ key }) => key === TO_BE_DELETED);
}

/** Milliseconds; undefined: it is needed. */
export function unneededSince(node: Node): number | undefined {
  return timeOf(node, CANDIDATE);
}

/** Milliseconds; undefined: it is not to be deleted. */
export function removalSince(node: Node): number | undefined {
  return timeOf(node, TO_BE_DELETED);
}

/** A value that is no time was since ever. */
function timeOf(node: Node, wanted: string): number | undefined {
  const found = taintsOf(node).find(({ key }) => key === wanted);
  return found === undefined ? undefined : (Number(found.value ?? '') || 0) * 1000;
}

export function withCandidate(node: Node, now: number): Taint[] {
  return [...needed(node), taint(CANDIDATE, 'PreferNoSchedule', now)];
}

export function withRemoval(node: Node, now: number): Taint[] {
  return [...needed(node), taint(TO_BE_DELETED, 'NoSchedule', now)];
}

export function withoutRemoval(node: Node): Taint[] {
  return taintsOf(node).filter(({ key }) => key !== TO_BE_DELETED);
}

/** Without the candidate's taint. */
export function needed(node: Node): Taint[] {
  return taintsOf(node).filter(({ key }) => key !== CANDIDATE);
}

function taint(key: string, effect: Taint['effect'], now: number): Taint {
  return { key, value: String(Math.ceil(now / 1000)), effect };
}
