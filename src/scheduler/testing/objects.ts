// Small nodes and pods for the scheduler's tests.

import type { Node, Pod } from '../../api/types/core-v1.ts';
import { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';
import { podInfo, usageOf } from '../pod-info.ts';

type PodSpec = Pod['spec'] & object;
type NodeSpec = Node['spec'] & object;

/** 4 cpu, 8Gi, 10 pods. */
export function aNode(
  name: string,
  node: {
    readonly labels?: Record<string, string>;
    readonly spec?: NodeSpec;
    readonly allocatable?: Record<string, string>;
    readonly images?: (Node['status'] & object)['images'];
  } = {},
): Node {
  const { labels = {}, spec = {}, allocatable = {}, images = [] } = node;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, uid: `uid-${name}`, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z', labels },
    spec,
    status: { allocatable: { cpu: '4', memory: '8Gi', pods: '10', ...allocatable }, images },
  };
}

/** One container; `requests` are its own. */
export function aPod(
  name: string,
  pod: { readonly requests?: Record<string, string>; readonly spec?: Partial<PodSpec> } = {},
): Pod {
  const { requests, spec } = pod;
  const resources = requests === undefined ? {} : { resources: { requests } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      namespace: 'a',
      name,
      uid: `uid-${name}`,
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
      generation: 1,
    },
    spec: { containers: [{ name: 'c', image: 'app:1', ...resources }], ...spec },
  };
}

export function aPodInfo(...given: Parameters<typeof aPod>): PodInfo {
  return podInfo(aPod(...given));
}

/** The node with these pods on it. */
export function aNodeInfo(node: Node, pods: readonly Pod[] = []): NodeInfo {
  const info = new NodeInfo(node.metadata.name);
  info.setNode(node);
  for (const pod of pods) info.addPod(pod.metadata.name, usageOf(pod));
  return info;
}
