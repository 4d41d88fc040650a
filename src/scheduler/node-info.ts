// A node as the scheduler counts it: what it has, what the pods on it have taken.
//
// 1. `requested`, `scoredCpu` and `scoredMemory` are the sums over `pods`, always.
//
// Models kubernetes pkg/scheduler/framework/types.go (NodeInfo).

import type { Node } from '../api/types/core-v1.ts';
import type { Amounts, HostPort, Usage } from './pod-info.ts';
import { add, amounts } from './pod-info.ts';

export class NodeInfo {
  readonly name: string;
  /** Undefined while only pods speak of the node: it is gone, or yet to come. */
  node: Node | undefined;
  allocatable: Amounts = new Map();
  /** Sizes in bytes by image name. */
  images: ReadonlyMap<string, number> = new Map();
  readonly requested: Amounts = new Map();
  scoredCpu = 0;
  scoredMemory = 0;
  /** By key. */
  readonly pods = new Map<string, Usage>();

  constructor(name: string) {
    this.name = name;
  }

  setNode(node: Node | undefined): void {
    this.node = node;
    this.allocatable = amounts(node?.status?.allocatable);
    const images = new Map<string, number>();
    for (const { names, sizeBytes = 0 } of node?.status?.images ?? []) {
      for (const name of names ?? []) images.set(name, sizeBytes);
    }
    this.images = images;
  }

  addPod(key: string, usage: Usage): void {
    this.removePod(key);
    this.pods.set(key, usage);
    this.#count(usage, 1);
  }

  removePod(key: string): void {
    const usage = this.pods.get(key);
    if (usage === undefined) return;
    this.pods.delete(key);
    this.#count(usage, -1);
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

  #count(usage: Usage, sign: 1 | -1): void {
    add(this.requested, usage.requests, sign);
    this.scoredCpu += sign * usage.scoredCpu;
    this.scoredMemory += sign * usage.scoredMemory;
  }
}
