// Taints that keep new pods off a node in a bad condition.
// Models kubernetes pkg/controller/nodelifecycle (doNoScheduleTaintingPass).

import type { Node, Taint } from '../../api/types/core-v1.ts';
import { formatTime } from '../../lib/clock.ts';
import { taintsOf } from '../common/nodes.ts';

const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';

/** Taint by type and status of a condition. */
const TAINTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: { False: 'node.kubernetes.io/not-ready', Unknown: 'node.kubernetes.io/unreachable' },
  MemoryPressure: { True: 'node.kubernetes.io/memory-pressure' },
  DiskPressure: { True: 'node.kubernetes.io/disk-pressure' },
  NetworkUnavailable: { True: 'node.kubernetes.io/network-unavailable' },
  PIDPressure: { True: 'node.kubernetes.io/pid-pressure' },
};

const OWN_KEYS: ReadonlySet<string> = new Set([
  UNSCHEDULABLE,
  ...Object.values(TAINTS).flatMap((byStatus) => Object.values(byStatus)),
]);

/** The taints the node is to have; undefined where it has them. */
export function conditionTaints(node: Node, now: number): Taint[] | undefined {
  const wanted = new Set(
    (node.status?.conditions ?? []).flatMap(({ type, status }) => {
      const byStatus = Object.hasOwn(TAINTS, type) ? TAINTS[type] : undefined;
      return byStatus?.[status] ?? [];
    }),
  );
  if (node.spec?.unschedulable === true) wanted.add(UNSCHEDULABLE);
  const before = taintsOf(node);
  const kept = before.filter((taint) => !isOwn(taint) || wanted.has(taint.key));
  const present = new Set(kept.filter(isOwn).map(({ key }) => key));
  const added = [...wanted].filter((key) => !present.has(key));
  if (added.length === 0 && kept.length === before.length) return undefined;
  const timeAdded = formatTime(now);
  return [...kept, ...added.map((key) => ({ key, effect: 'NoSchedule', timeAdded }))];
}

function isOwn({ key, effect }: Taint): boolean {
  return effect === 'NoSchedule' && OWN_KEYS.has(key);
}
