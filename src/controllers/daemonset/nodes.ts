// Which nodes a DaemonSet wants a pod on, and on which of them it leaves one alone.
// Models kubernetes pkg/controller/daemon/daemon_controller.go NodeShouldRunDaemonPod.

import { selectsNode } from '../../api/core/v1/node-selector.ts';
import type { DaemonSet } from '../../api/types/apps-v1.ts';
import type { Node } from '../../api/types/core-v1.ts';
import { taintsOf } from '../common/nodes.ts';
import { tolerates } from '../common/tolerations.ts';
import { daemonTolerations } from './pod.ts';

export interface NodeVerdict {
  /** A pod is wanted there. */
  readonly run: boolean;
  /** A pod that is there may stay. */
  readonly stay: boolean;
}

const NEVER: NodeVerdict = { run: false, stay: false };
const STAY: NodeVerdict = { run: false, stay: true };
const ALWAYS: NodeVerdict = { run: true, stay: true };

/** Only a node's name, labels and taints count: it need not be ready, nor have room. */
export function nodeRule(set: DaemonSet): (node: Node) => NodeVerdict {
  const spec = set.spec?.template.spec;
  const tolerations = daemonTolerations(spec);
  return (node) => {
    const { name, labels = {} } = node.metadata;
    if ((spec?.nodeName || name) !== name || !selectsNode(spec, name, labels)) return NEVER;
    const effects = taintsOf(node)
      .filter((taint) => !tolerations.some((toleration) => tolerates(toleration, taint)))
      .map(({ effect }) => effect);
    if (effects.includes('NoExecute')) return NEVER;
    return effects.includes('NoSchedule') ? STAY : ALWAYS;
  };
}
