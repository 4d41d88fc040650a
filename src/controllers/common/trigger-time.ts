// The annotation that tells since when the change of the endpoints was due, so that delays can be measured.
// Models kubernetes staging/src/k8s.io/endpointslice/util/trigger_time_tracker.go. Upstream remembers the times it has seen;
// here what the written object shows of each pod tells which pods have changed since.

import type { Service } from '../../api/types/core-v1.ts';
import { formatTime } from '../../lib/clock.ts';
import type { PodOutline } from './pod-outline.ts';
import { podCondition } from './pods.ts';

const ANNOTATION = 'endpoints.kubernetes.io/last-change-trigger-time';

/** How the endpoints show a pod; absent from the map: not at all. By uid. */
export type Shown = ReadonlyMap<string, boolean>;

/** The earliest time at which one of these pods became (un)ready, or the Service was made; undefined: nothing says so. */
export function triggerTime(
  pods: readonly PodOutline[],
  before: Shown,
  after: Shown,
  created: Service | undefined,
): string | undefined {
  const times = created === undefined ? [] : [Date.parse(created.metadata.creationTimestamp)];
  for (const pod of pods) {
    const { uid } = pod.metadata;
    if (before.get(uid) === after.get(uid)) continue;
    // Deletion is no trigger: the pod goes without having changed.
    if (!after.has(uid) && pod.metadata.deletionTimestamp !== undefined) continue;
    times.push(Date.parse(podCondition(pod, 'Ready')?.lastTransitionTime ?? ''));
  }
  const known = times.filter((time) => !Number.isNaN(time));
  return known.length === 0 ? undefined : formatTime(Math.min(...known));
}

/** Annotations with the time, or without one; undefined where that leaves none. */
export function withTriggerTime(
  annotations: Readonly<Record<string, string>> | undefined,
  time: string | undefined,
): Record<string, string> | undefined {
  const { [ANNOTATION]: _, ...others } = annotations ?? {};
  const next = time === undefined ? others : { ...others, [ANNOTATION]: time };
  return Object.keys(next).length === 0 ? undefined : next;
}
