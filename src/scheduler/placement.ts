// The filters of the scheduler for whoever asks what would be: the cluster autoscaler.

import type { Reader } from '../api/client.ts';
import type { Node, Pod } from '../api/types/core-v1.ts';
import { NodeInfo } from './node-info.ts';
import type { PodInfo } from './pod-info.ts';
import { podInfo } from './pod-info.ts';
import { podVolumes } from './pod-volumes.ts';
import { FILTER_PLUGINS } from './plugins/table.ts';

/** A node and the pods on it, which may be thought of. Reads the volumes of pods as they are now. */
export class Placement {
  readonly node: Node;
  readonly #info: NodeInfo;
  readonly #reader: Reader;

  constructor(node: Node, pods: readonly Pod[], reader: Reader) {
    this.node = node;
    this.#info = new NodeInfo(node.metadata.name);
    this.#info.setNode(node);
    this.#reader = reader;
    for (const pod of pods) this.put(pod);
  }

  /** The reasons of the first filter that rejects the node. */
  refusal(pod: Pod): readonly string[] | undefined {
    const info = withVolumes(pod, this.#reader);
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
    const { key, usage } = podInfo(pod);
    this.#info.addPod(key, usage);
  }

  remove(pod: Pod): void {
    this.#info.removePod(podInfo(pod).key);
  }

  get utilization(): number {
    const { allocatable, requested } = this.#info;
    const shares = ['cpu', 'memory'].map((name) => (requested.get(name) ?? 0) / (allocatable.get(name) ?? 1));
    return Math.max(...shares);
  }
}

function withVolumes(pod: Pod, reader: Reader): PodInfo {
  const info = podInfo(pod);
  const volumes = info.claims.length === 0 ? undefined : podVolumes(pod, reader);
  return volumes === undefined ? info : { ...info, volumes };
}
