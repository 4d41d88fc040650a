// What controllers ask of a pod.
// Models kubernetes pkg/api/v1/pod/util.go and pkg/controller/controller_utils.go.

import type { PodCondition } from '../../api/types/core-v1.ts';

/** A Pod, or what is remembered of it. */
interface PodState {
  readonly metadata: { readonly deletionTimestamp?: string };
  readonly status?: { readonly phase?: string; readonly conditions?: readonly PodCondition[] };
}

export function isTerminal(pod: PodState): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

export function isActive(pod: PodState): boolean {
  return !isTerminal(pod) && pod.metadata.deletionTimestamp === undefined;
}

export function isTerminating(pod: PodState): boolean {
  return !isTerminal(pod) && pod.metadata.deletionTimestamp !== undefined;
}

export function podCondition(pod: PodState, type: string): PodCondition | undefined {
  return pod.status?.conditions?.find((condition) => condition.type === type);
}

export function isReady(pod: PodState): boolean {
  return podCondition(pod, 'Ready')?.status === 'True';
}

/** When the pod became ready, in milliseconds since the epoch; undefined if it is not, or nobody said. */
export function readySince(pod: PodState): number | undefined {
  const condition = podCondition(pod, 'Ready');
  if (condition?.status !== 'True' || condition.lastTransitionTime === undefined) return undefined;
  return Date.parse(condition.lastTransitionTime);
}

/** When a ready pod counts as available, in milliseconds since the epoch; undefined if it never will as it is. */
export function availableAt(pod: PodState, minReadySeconds: number): number | undefined {
  if (!isReady(pod)) return undefined;
  if (minReadySeconds === 0) return 0;
  const since = readySince(pod);
  return since === undefined ? undefined : since + minReadySeconds * 1000;
}

/** When the next of the pods becomes available by mere waiting, in milliseconds since the epoch; undefined: none will. */
export function nextAvailability(pods: readonly PodState[], minReadySeconds: number, now: number): number | undefined {
  if (minReadySeconds === 0) return undefined;
  let next: number | undefined;
  for (const pod of pods) {
    const at = availableAt(pod, minReadySeconds);
    if (at !== undefined && at > now) next = Math.min(next ?? at, at);
  }
  return next;
}
