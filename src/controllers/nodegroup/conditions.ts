// What is told of a NodeGroup as a whole: `kubectl wait --for=condition=Ready ng/NAME`.

import type { NodeGroup } from '../../api/kubewisp/v1/node-group.ts';
import { wantedSize } from '../../api/kubewisp/v1/node-group.ts';
import type { Condition } from '../../api/types/meta-v1.ts';
import { formatTime } from '../../lib/clock.ts';

/** Ready: the group has as many machines as it shall have, and all of them are ready Nodes. */
export function readyCondition(group: NodeGroup, size: number, readyNodes: number, now: number): Condition {
  const wanted = wantedSize(group);
  const old = group.status?.conditions?.find(({ type }) => type === 'Ready');
  const ready = size === wanted && readyNodes === wanted;
  const status = ready ? 'True' : 'False';
  return {
    type: 'Ready',
    status,
    reason: ready ? 'MachinesReady' : size < wanted ? 'NoAddress' : 'MachinesNotReady',
    message: `${readyNodes} of ${wanted} machines are ready`,
    lastTransitionTime: old?.status === status ? old.lastTransitionTime : formatTime(now),
    ...(group.metadata.generation === undefined ? {} : { observedGeneration: group.metadata.generation }),
  };
}
