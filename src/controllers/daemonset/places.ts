// What a reconcile looks at: each node that the DaemonSet has or wants a pod on, with the pods that are there.

import type { DaemonSet } from '../../api/types/apps-v1.ts';
import type { Node, Pod } from '../../api/types/core-v1.ts';
import { availableAt, isTerminal } from '../common/pods.ts';
import type { NodeVerdict } from './nodes.ts';
import { nodeRule } from './nodes.ts';
import { isUpdated, targetNode } from './pod.ts';

export interface Place {
  readonly node: string;
  /** False: its node is gone. */
  readonly exists: boolean;
  readonly verdict: NodeVerdict;
  /** Scheduled ones first, then by age, oldest first. */
  readonly pods: readonly Pod[];
}

/** A DaemonSet in one reconcile. */
export interface Scene {
  readonly set: DaemonSet;
  /** By name of the node; places without node last. */
  readonly places: readonly Place[];
  /** Whether a pod is of the current template. */
  isNew(pod: Pod): boolean;
  isAvailable(pod: Pod): boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface SceneInput {
  readonly set: DaemonSet;
  readonly nodes: readonly Node[];
  /** All that the set controls. */
  readonly pods: readonly Pod[];
  /** Of the current revision. */
  readonly hash: string;
  readonly now: number;
}

export function sceneOf({ set, nodes, pods, hash, now }: SceneInput): Scene {
  const byNode = podsByNode(pods);
  const rule = nodeRule(set);
  const places: Place[] = [];
  for (const node of nodes) {
    const { name } = node.metadata;
    const verdict = rule(node);
    const here = byNode.get(name) ?? [];
    byNode.delete(name);
    if (verdict.run || here.length > 0) places.push({ node: name, exists: true, verdict, pods: here });
  }
  for (const [node, here] of byNode) {
    places.push({ node, exists: false, verdict: { run: false, stay: false }, pods: here });
  }
  const minReadySeconds = set.spec?.minReadySeconds ?? 0;
  return {
    set,
    places,
    isNew: isUpdated(set, hash),
    isAvailable: (pod) => (availableAt(pod, minReadySeconds) ?? Number.POSITIVE_INFINITY) <= now,
    now,
  };
}

/** Without those that have ended and are being deleted: nothing is left to do about them. */
function podsByNode(pods: readonly Pod[]): Map<string, Pod[]> {
  const byNode = new Map<string, Pod[]>();
  for (const pod of pods) {
    const node = targetNode(pod);
    if (node === undefined || (isTerminal(pod) && pod.metadata.deletionTimestamp !== undefined)) continue;
    const here = byNode.get(node);
    if (here === undefined) byNode.set(node, [pod]);
    else here.push(pod);
  }
  for (const here of byNode.values()) here.sort(byAge);
  return byNode;
}

function byAge(a: Pod, b: Pod): number {
  const unbound = ({ spec }: Pod): number => ((spec?.nodeName ?? '') === '' ? 1 : 0);
  const created = ({ metadata }: Pod): number => Date.parse(metadata.creationTimestamp);
  return unbound(a) - unbound(b) || created(a) - created(b) || (a.metadata.name < b.metadata.name ? -1 : 1);
}
