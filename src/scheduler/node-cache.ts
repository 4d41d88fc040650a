// All nodes, and where each bound pod is.
//
// 1. A pod is on at most one node.
// 2. After any sequence of changes the cache equals one that is made anew from the nodes and pods that are left.
//
// Models kubernetes pkg/scheduler/backend/cache.

import type { Node } from '../api/types/core-v1.ts';
import { NodeInfo } from './node-info.ts';
import type { Usage } from './pod-info.ts';

export class NodeCache {
  /** Those that exist, and those that only pods speak of. */
  readonly #nodes = new Map<string, NodeInfo>();
  readonly #homes = new Map<string, string>();
  readonly #imageCounts = new Map<string, number>();
  /** What `nodes` answers, until a node comes or goes. */
  #existing: readonly NodeInfo[] | undefined;

  /** Nodes that exist, in the order in which they came. */
  nodes(): readonly NodeInfo[] {
    this.#existing ??= [...this.#nodes.values()].filter(({ node }) => node !== undefined);
    return this.#existing;
  }

  /** The node as it was last set. */
  node(name: string): NodeInfo | undefined {
    const info = this.#nodes.get(name);
    return info?.node === undefined ? undefined : info;
  }

  setNode(node: Node): void {
    this.#change(this.#info(node.metadata.name), node);
  }

  removeNode(name: string): void {
    const info = this.node(name);
    if (info === undefined) return;
    this.#change(info, undefined);
    this.#forgetIfEmpty(info);
  }

  setPod(key: string, usage: Usage, node: string): void {
    const home = this.#homes.get(key);
    if (home !== undefined && home !== node) this.removePod(key);
    this.#homes.set(key, node);
    this.#info(node).addPod(key, usage);
  }

  /** False: there was no such pod. */
  removePod(key: string): boolean {
    const info = this.#nodes.get(this.#homes.get(key) ?? '');
    if (info === undefined) return false;
    this.#homes.delete(key);
    info.removePod(key);
    this.#forgetIfEmpty(info);
    return true;
  }

  /** What the pod takes on this node; undefined: it is not there. */
  usage(key: string, node: string): Usage | undefined {
    return this.#nodes.get(node)?.pods.get(key);
  }

  nodesWithImage(image: string): number {
    return this.#imageCounts.get(image) ?? 0;
  }

  #change(info: NodeInfo, node: Node | undefined): void {
    if ((info.node === undefined) !== (node === undefined)) this.#existing = undefined;
    this.#countImages(info, -1);
    info.setNode(node);
    this.#countImages(info, 1);
  }

  /** Pods of a node that is gone may be there for a while, and a node of the same name would have them. */
  #forgetIfEmpty(info: NodeInfo): void {
    if (info.node === undefined && info.pods.size === 0) this.#nodes.delete(info.name);
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
