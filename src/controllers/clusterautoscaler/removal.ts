// The steps in which nodes go (rules 3 and 5 of cluster-autoscaler.ts).
// Models kubernetes/autoscaler cluster-autoscaler/core/scaledown/actuation.

import type { Client } from '../../api/client.ts';
import { POWER_ANNOTATION, powerOf } from '../../api/core/v1/machine.ts';
import type { NodeGroup } from '../../api/kubewisp/v1/node-group.ts';
import { groupOf, minSizeOf, NODE_GROUPS, unneededSecondsOf, wantedSize } from '../../api/kubewisp/v1/node-group.ts';
import type { Node, Pod, Taint } from '../../api/types/core-v1.ts';
import { clone } from '../../lib/json.ts';
import { updateNode, withTaints } from '../common/nodes.ts';
import type { Context, Outcome } from '../runtime/component.ts';
import { ignoredFrom, podsToMove } from './movable.ts';
import type { NewPlace } from './placement.ts';
import type { Unneeded } from './scale-down.ts';
import { unneededNodes } from './scale-down.ts';
import type { Situation } from './situation.ts';
import { isUp, machineMaker, placesOf } from './situation.ts';
import { needed, removalSince, unneededSince, withCandidate, withoutRemoval, withRemoval } from './taints.ts';

/** A pod that its budget does not let go is asked for again. */
const EVICT_EVERY_MS = 5000;
/** Then the node stays after all. */
const EVICT_FOR_MS = 120_000;

export function removeNodes(situation: Situation, { client, now }: Context, newPlace: NewPlace): Outcome | undefined {
  const run = new Run(client, situation, now);
  run.goOn();
  run.decide(newPlace);
  if (run.error !== undefined) return { error: run.error };
  return run.next === undefined ? undefined : { requeueAfter: run.next - now };
}

class Run {
  error: string | undefined;
  /** When to look again although nothing changes. */
  next: number | undefined;
  readonly #client: Client;
  readonly #situation: Situation;
  readonly #now: number;
  readonly #groups: ReadonlyMap<string, NodeGroup>;
  /** How many more machines each group may lose. */
  readonly #spare = new Map<string, number>();
  #draining = false;

  constructor(client: Client, situation: Situation, now: number) {
    this.#client = client;
    this.#situation = situation;
    this.#now = now;
    this.#groups = new Map(situation.groups.map((group) => [group.metadata.name, group]));
    for (const [name, group] of this.#groups) this.#spare.set(name, wantedSize(group) - minSizeOf(group));
  }

  /** With the nodes that are on their way out. */
  goOn(): void {
    for (const node of this.#situation.nodes) {
      const group = this.#groups.get(groupOf(node) ?? '');
      const since = removalSince(node);
      if (group === undefined || since === undefined || powerOf(node) === 'gone') continue;
      const { name } = group.metadata;
      if (!this.#take(name)) {
        this.#taint(node, withoutRemoval(node));
        continue;
      }
      const pods = this.#podsOf(node);
      if (pods.length === 0) this.#remove(node, name);
      else {
        this.#draining = true;
        this.#drain(node, pods, since);
      }
    }
  }

  /** Which nodes nobody needs, since when, and which of them go now. */
  decide(newPlace: NewPlace): void {
    const { nodes } = this.#situation;
    const candidates = nodes.filter((node) => {
      const spare = this.#spare.get(groupOf(node) ?? '') ?? 0;
      return spare > 0 && isUp(node) && removalSince(node) === undefined;
    });
    const unneeded = candidates.length === 0 ? [] : this.#unneeded(candidates, newPlace);
    const names = new Set(unneeded.map(({ node }) => node.metadata.name));
    for (const node of nodes) {
      if (unneededSince(node) !== undefined && !names.has(node.metadata.name)) this.#taint(node, needed(node));
    }
    for (const one of unneeded) this.#consider(one);
  }

  #unneeded(candidates: readonly Node[], newPlace: NewPlace): Unneeded[] {
    const client = this.#client;
    return unneededNodes({
      ...this.#situation,
      candidates: candidates.toSorted((a, b) => this.#podsOf(a).length - this.#podsOf(b).length),
      places: placesOf(this.#situation, newPlace, machineMaker(client, newPlace), client),
      budgets: client.list('poddisruptionbudgets.policy'),
      anew: ({ metadata }) => unbound(client.get('pods', metadata.namespace ?? '', metadata.name)),
      now: this.#now,
    });
  }

  #consider({ node, pods }: Unneeded): void {
    const name = groupOf(node) ?? '';
    const group = this.#groups.get(name);
    if (group === undefined) return;
    const since = unneededSince(node);
    if (since === undefined) {
      this.#taint(node, withCandidate(node, this.#now));
      return;
    }
    const due = since + unneededSecondsOf(group) * 1000;
    if (due > this.#now) {
      this.#by(due);
      return;
    }
    // The end of the other removal is a change, and this is looked at again.
    if ((pods.length > 0 && this.#draining) || !this.#take(name)) return;
    if (pods.length > 0) this.#draining = true;
    const message = 'marked the node as toBeDeleted/unschedulable';
    this.#client.event({ regarding: node, type: 'Normal', reason: 'ScaleDown', message });
    this.#taint(node, withRemoval(node, this.#now));
  }

  #podsOf(node: Node): Pod[] {
    return podsToMove(this.#situation.podsOn.get(node.metadata.name) ?? [], this.#now);
  }

  /** False: the group would be too small. */
  #take(group: string): boolean {
    const spare = this.#spare.get(group) ?? 0;
    if (spare <= 0) return false;
    this.#spare.set(group, spare - 1);
    return true;
  }

  #drain(node: Node, pods: readonly Pod[], since: number): void {
    let refused: string | undefined;
    for (const pod of pods) {
      const end = ignoredFrom(pod);
      if (end !== undefined) {
        this.#by(end);
        continue;
      }
      const { namespace = '', name } = pod.metadata;
      const evicted = this.#client.evict(namespace, name);
      if (evicted.ok) {
        const message = 'deleting pod for node scale down';
        this.#client.event({ regarding: pod, type: 'Normal', reason: 'ScaleDown', message });
      } else if (evicted.status.reason !== 'NotFound') refused = evicted.status.message ?? '';
    }
    if (refused === undefined) return;
    if (this.#now < since + EVICT_FOR_MS) {
      this.#by(this.#now + EVICT_EVERY_MS);
      return;
    }
    const message = `failed to drain the node, aborting ScaleDown: ${refused}`;
    this.#client.event({ regarding: node, type: 'Warning', reason: 'ScaleDownFailed', message });
    this.#taint(node, withoutRemoval(node));
  }

  /** The nodegroup controller takes the machine that is gone off its list, and its Node with it. */
  #remove(node: Node, name: string): void {
    const message = 'node removed by cluster autoscaler';
    this.#client.event({ regarding: node, type: 'Normal', reason: 'ScaleDown', message });
    const next = clone(node);
    next.metadata.annotations = { ...next.metadata.annotations, [POWER_ANNOTATION]: 'gone' };
    const error = updateNode(this.#client, next);
    const group = this.#client.get(NODE_GROUPS, '', name);
    if (error !== undefined || group === undefined) {
      this.error ??= error;
      return;
    }
    // Where this fails another machine takes its place: never does the group lose one that was not meant.
    const resized = this.#client.update(NODE_GROUPS, {
      ...group,
      spec: { ...group.spec, size: wantedSize(group) - 1 },
    });
    if (!resized.ok) this.error ??= resized.status.message ?? '';
  }

  #taint(node: Node, taints: readonly Taint[]): void {
    const error = updateNode(this.#client, withTaints(node, taints));
    this.error ??= error;
  }

  #by(time: number): void {
    this.next = Math.min(this.next ?? time, time);
  }
}

function unbound(pod: Pod | undefined): Pod | undefined {
  if (pod?.spec === undefined) return undefined;
  const { nodeName: _, ...spec } = pod.spec;
  return { ...pod, spec };
}
