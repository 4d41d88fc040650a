// How far a rolling update may go at a time.
// Models kubernetes pkg/controller/daemon/util/daemonset_util.go (UnavailableCount, SurgeCount, AllowsSurge).

import type { DaemonSet } from '../../api/types/apps-v1.ts';
import type { IntOrString } from '../../schema/int-or-string.ts';
import { scaledValue } from '../../schema/int-or-string.ts';

export interface Limits {
  /** Nodes that may have two pods. */
  readonly surge: number;
  /** Nodes that may be without an available pod. */
  readonly unavailable: number;
}

export function isRolling({ spec }: DaemonSet): boolean {
  return spec?.updateStrategy?.type === 'RollingUpdate';
}

/** For so many nodes that want a pod. */
export function limitsOf(set: DaemonSet, wanted: number): Limits {
  const { maxSurge, maxUnavailable } = set.spec?.updateStrategy?.rollingUpdate ?? {};
  const surge = isRolling(set) ? count(maxSurge, wanted) : 0;
  const unavailable = isRolling(set) ? count(maxUnavailable, wanted) : 0;
  // With neither, nothing would ever be updated.
  return { surge, unavailable: wanted > 0 && surge === 0 ? Math.max(1, unavailable) : unavailable };
}

export function allowsSurge(set: DaemonSet): boolean {
  return limitsOf(set, 1).surge > 0;
}

function count(value: IntOrString | undefined, wanted: number): number {
  const scaled = scaledValue(value ?? 0, wanted, 'up');
  return scaled.ok ? scaled.value : 0;
}
