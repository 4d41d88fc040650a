// A node as the scheduler counts it: what it has, what the pods on it have taken.
//
// 1. `requested`, `scored…` and the ports are the sums over the pods on the node, always.
// 2. A pod is on at most one node.
//
// Models kubernetes pkg/scheduler/framework/types.go (NodeInfo) and pkg/scheduler/backend/cache.

import type { Node } from '../api/types/core-v1.ts';
import type { Amounts, HostPort, PodInfo } from './pod-info.ts';
import { add, amounts } from './pod-info.ts';

export class NodeInfo {
  readonly name: string;
  node: Node | undefined;
  allocatable: Amounts = new Map();
  /** Sizes in bytes by image name. */
  images: ReadonlyMap<string, number> = new Map();
  readonly requested: Amounts = new Map();
  scoredCpu = 0;
  scoredMemory = 0;
  readonly pods = new Map<string, PodInfo>();

  constructor(name: string) {
    this.name = name;
  }

  setNode(node: Node): void {
    this.node = node;
    this.allocatable = amounts(node.status?.allocatable);
    const images = new Map<string, number>();
    for (const { names = [], sizeBytes = 0 } of node.status?.images ?? []) {
      for (const name of names) images.set(name, sizeBytes);
    }
    this.images = images;
  }

  addPod(pod: PodInfo): void {
    this.removePod(pod.key);
    this.pods.set(pod.key, pod);
    this.#count(pod, 1);
  }

  removePod(key: string): void {
    const pod = this.pods.get(key);
    if (pod === undefined) return;
    this.pods.delete(key);
    this.#count(pod, -1);
  }

  /** Whether a pod here has a host port that is in the way of this one. */
  usesPort(wanted: HostPort): boolean {
    for (const { hostPorts } of this.pods.values()) {
      for (const used of hostPorts) {
        const overlap = used.ip === wanted.ip || used.ip === '0.0.0.0' || wanted.ip === '0.0.0.0';
        if (overlap && used.protocol === wanted.protocol && used.port === wanted.port) return true;
      }
    }
    return false;
  }

  #count(pod: PodInfo, sign: 1 | -1): void {
    add(this.requested, pod.requests, sign);
    this.scoredCpu += sign * pod.scoredCpu;
    this.scoredMemory += sign * pod.scoredMemory;
  }
}

/** All nodes, and where each bound pod is. */
export class NodeCache {
  readonly #nodes = new Map<string, NodeInfo>();
  readonly #homes = new Map<string, string>();
  readonly #imageCounts = new Map<string, number>();

  /** Nodes that exist, in the order in which they came. */
  nodes(): NodeInfo[] {
    return [...this.#nodes.values()].filter(({ node }) => node !== undefined);
  }

  setNode(node: Node): void {
    const info = this.#info(node.metadata.name);
    this.#countImages(info, -1);
    info.setNode(node);
    this.#countImages(info, 1);
  }

  removeNode(name: string): void {
    const info = this.#nodes.get(name);
    if (info === undefined) return;
    this.#countImages(info, -1);
    info.node = undefined;
    // Its pods may still be there for a while; a node of the same name would have them.
    if (info.pods.size === 0) this.#nodes.delete(name);
  }

  setPod(pod: PodInfo, node: string): void {
    const home = this.#homes.get(pod.key);
    if (home !== undefined && home !== node) this.removePod(pod.key);
    this.#homes.set(pod.key, node);
    this.#info(node).addPod(pod);
  }

  removePod(key: string): void {
    const home = this.#homes.get(key);
    if (home === undefined) return;
    this.#homes.delete(key);
    const info = this.#nodes.get(home);
    info?.removePod(key);
    if (info?.node === undefined && info?.pods.size === 0) this.#nodes.delete(home);
  }

  nodesWithImage(image: string): number {
    return this.#imageCounts.get(image) ?? 0;
  }

  #info(name: string): NodeInfo {
    let info = this.#nodes.get(name);
    if (info === undefined) this.#nodes.set(name, (info = new NodeInfo(name)));
    return info;
  }

  #countImages(info: NodeInfo, sign: 1 | -1): void {
    for (const name of info.images.keys()) {
      const count = (this.#imageCounts.get(name) ?? 0) + sign;
      if (count > 0) this.#imageCounts.set(name, count);
      else this.#imageCounts.delete(name);
    }
  }
}
