// When a node was last heard of, and what is said of one that fell silent.
// Models kubernetes pkg/controller/nodelifecycle (tryUpdateNodeHealth). Upstream notes when it saw a heartbeat; here the
// heartbeat's own time counts, which the API server bounds.

import type { Node, NodeCondition } from '../../api/types/core-v1.ts';
import type { Lease } from '../../api/types/coordination-v1.ts';
import { formatTime } from '../../lib/clock.ts';
import { nodeCondition } from '../common/nodes.ts';

export const LEASE_NAMESPACE = 'kube-node-lease';

/** On a Lease: somebody vouches for the node until further notice. */
const STANDING = 'kubewisp.dev/standing';

/** What the kubelet posts. NetworkUnavailable is others' business. */
const TYPES = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

export function isStanding(lease: Lease | undefined): boolean {
  return lease?.metadata.annotations?.[STANDING] === 'true';
}

/** Milliseconds since the epoch. A node counts as heard of when it was made. */
export function lastHeardOf(node: Node, lease: Lease | undefined): number {
  const times = [
    node.metadata.creationTimestamp,
    nodeCondition(node, 'Ready')?.lastHeartbeatTime,
    lease?.spec?.renewTime,
  ];
  // Date.parse of undefined or of null is not a number.
  const known = times.map((time) => Date.parse(time ?? '')).filter((time) => !Number.isNaN(time));
  return Math.max(0, ...known);
}

/** The conditions of a node that fell silent; undefined where they already say so. */
export function unknownConditions(node: Node, now: number): NodeCondition[] | undefined {
  const before = node.status?.conditions ?? [];
  const at = formatTime(now);
  const told = before.map((condition) => {
    if (!TYPES.includes(condition.type) || condition.status === 'Unknown') return condition;
    return {
      ...condition,
      status: 'Unknown',
      lastTransitionTime: at,
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
    };
  });
  const missing = TYPES.filter((type) => before.every((condition) => condition.type !== type)).map((type) => ({
    type,
    status: 'Unknown',
    lastHeartbeatTime: node.metadata.creationTimestamp,
    lastTransitionTime: at,
    reason: 'NodeStatusNeverUpdated',
    message: 'Kubelet never posted node status.',
  }));
  const same = missing.length === 0 && told.every((condition, index) => condition === before[index]);
  return same ? undefined : [...told, ...missing];
}
