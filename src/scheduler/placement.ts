// The filters of the scheduler for whoever asks what would be: the cluster autoscaler.

import type { Reader } from '../api/client.ts';
import type { Node, Pod } from '../api/types/core-v1.ts';
import { NodeInfo } from './node-info.ts';
import type { PodInfo } from './pod-info.ts';
import { podInfo } from './pod-info.ts';
import { podVolumes } from './pod-volumes.ts';
import { FILTER_PLUGINS } from './plugins/table.ts';

/** What is counted of a pod is counted once, as long as the same object stands for it. */
export function placements(): (node: Node, pods: readonly Pod[], reader: Reader) => Placement {
  const known = new WeakMap<Pod, PodInfo>();
  const infoOf = (pod: Pod): PodInfo => {
    let info = known.get(pod);
    if (info === undefined) known.set(pod, (info = podInfo(pod)));
    return info;
  };
  return (node, pods, reader) => new Placement(node, pods, reader, infoOf);
}

/** A node and the pods on it, which may be thought of. Reads the volumes of pods as they are now. */
export class Placement {
  readonly node: Node;
  readonly #info: NodeInfo;
  readonly #reader: Reader;
  readonly #infoOf: (pod: Pod) => PodInfo;

  constructor(node: Node, pods: readonly Pod[], reader: Reader, infoOf: (pod: Pod) => PodInfo) {
    this.#infoOf = infoOf;
    this.node = node;
    this.#info = new NodeInfo(node.metadata.name);
    this.#info.setNode(node);
    this.#reader = reader;
    for (const pod of pods) this.put(pod);
  }

  /** The reasons of the first filter that rejects the node. */
  refusal(pod: Pod): readonly string[] | undefined {
    const info = withVolumes(this.#infoOf(pod), this.#reader);
    for (const plugin of FILTER_PLUGINS) {
      const before = plugin.preFilter?.(info);
      if (before?.ok === false) return [before.reason];
      if (before?.ok === true && !before.nodes.has(this.#info.name)) return [`node(s) didn't satisfy ${plugin.name}`];
      const rejection = plugin.filter(info, this.#info);
      if (rejection !== undefined) return rejection.reasons;
    }
    return undefined;
  }

  put(pod: Pod): void {
    const { key, usage } = this.#infoOf(pod);
    this.#info.addPod(key, usage);
  }

  remove(pod: Pod): void {
    this.#info.removePod(this.#infoOf(pod).key);
  }

  get utilization(): number {
    const { allocatable, requested } = this.#info;
    const shares = ['cpu', 'memory'].map((name) => (requested.get(name) ?? 0) / (allocatable.get(name) ?? 1));
    return Math.max(...shares);
  }
}

function withVolumes(info: PodInfo, reader: Reader): PodInfo {
  const volumes = info.claims.length === 0 ? undefined : podVolumes(info.pod, reader);
  return volumes === undefined ? info : { ...info, volumes };
}
