// The kubelet of one node: pods and the Node object in, status updates and events out. No I/O, no timers, no clock of
// its own: whoever hosts it says what time it is and asks when it is due next.
//
// 1. All state can be rebuilt from the Node and Pod objects; nothing is written when it is.
// 2. Without power nothing moves: no update, no event, no due time. What ran is lost when power comes back.
// 3. An update is a whole status: sending it twice does no harm, and only the newest is ever sent.

import { powerOf } from '../../api/core/v1/machine.ts';
import type { Node, NodeStatus, Pod } from '../../api/types/core-v1.ts';
import { formatTime } from '../../lib/clock.ts';
import { deepEqual } from '../../lib/json.ts';
import type { Random } from '../../lib/random.ts';
import type { NodeEvent, PodUpdate } from '../../api/report.ts';
import type { ContainerBehaviour } from './behaviour.ts';
import { plainBehaviour } from './behaviour.ts';
import { endRun } from './container-stages.ts';
import type { Context, EventInput } from './context.ts';
import { DueQueue } from './due-queue.ts';
import { NodeImages } from './node-images.ts';
import type { NodeShape } from './node-object.ts';
import { laidOver, nodeStatus, nodeStatusCovers } from './node-object.ts';
import { PodIps } from './pod-ips.ts';
import type { ContainerRun, PodRun, Role } from './pod-run.ts';
import { newEphemeralRuns, newPodRun } from './pod-run.ts';
import { podStatus, statusCovers } from './pod-status.ts';
import { stepPod } from './pod-steps.ts';

/** Longer messages of Events are cut. */
const MAX_MESSAGE = 1024;

export interface KubeletOptions {
  readonly shape: NodeShape;
  readonly random: Random;
  /** Milliseconds: when this kubelet starts. */
  readonly now: number;
  /** It had no power when it was last known. */
  readonly off?: boolean;
  /** Default: what can be told from the command. */
  readonly behaviour?: ContainerBehaviour;
}

export class Kubelet {
  readonly shape: NodeShape;
  bootId: string;
  /** Without power. */
  off: boolean;
  #node: Node | undefined;
  /** The node's status as the API has it, as far as is known. */
  #stored: NodeStatus | undefined;
  readonly #random: Random;
  readonly #runs = new Map<string, PodRun>();
  readonly #due = new DueQueue();
  /** Uids of pods whose status is to be sent, oldest first. */
  readonly #dirty = new Set<string>();
  #events: NodeEvent[] = [];
  readonly #context: Context;

  constructor(options: KubeletOptions) {
    this.shape = options.shape;
    this.off = options.off ?? false;
    this.#random = options.random;
    this.bootId = options.random.uuid();
    this.#context = {
      at: options.now,
      bootTime: options.now,
      random: options.random,
      behaviour: options.behaviour ?? plainBehaviour,
      images: new NodeImages(),
      ips: new PodIps(),
      hostIp: options.shape.ip,
      emit: (run, container, event) => this.#emitPod(run, container, event),
    };
  }

  get registered(): boolean {
    return this.#node !== undefined;
  }

  get podCount(): number {
    return this.#runs.size;
  }

  /** Hand in the pods before the node they are on: power that comes back acts on the pods that are known. */
  setNode(node: Node, now: number): void {
    const first = this.#node === undefined;
    this.#node = node;
    this.#stored = node.status;
    if (first) {
      this.bootId = node.status?.nodeInfo?.bootID ?? this.bootId;
      this.#context.images.restore(node.status?.images ?? []);
    }
    const cidr = node.spec?.podCIDR;
    if (cidr !== undefined && cidr !== '') {
      this.#context.ips.setCidr(cidr);
      for (const run of this.#runs.values()) if (run.sandbox === undefined) this.#due.set(run.uid, now);
    }
    const off = powerOf(node) !== 'on';
    if (off === this.off) return;
    this.off = off;
    if (!off) this.#powerReturns(now);
  }

  /** A pod bound to this node, new or changed. */
  setPod(pod: Pod, now: number): void {
    const { uid } = pod.metadata;
    let run = this.#runs.get(uid);
    if (run === undefined) {
      run = newPodRun(pod, now);
      this.#runs.set(uid, run);
      if (run.ip !== undefined && pod.spec?.hostNetwork !== true) this.#context.ips.take(run.ip);
    } else {
      run.pod = pod;
      run.seen = true;
      this.#context.at = now;
      for (const container of run.containers) this.#renew(run, container);
      run.containers.push(...newEphemeralRuns(pod, run.containers, now));
    }
    run.touched = true;
    this.#due.set(uid, now);
  }

  /** The API has the pod no longer. */
  removePod(uid: string): void {
    const run = this.#runs.get(uid);
    if (run === undefined) return;
    if (run.ip !== undefined && run.pod.spec?.hostNetwork !== true) this.#context.ips.release(run.ip);
    this.#runs.delete(uid);
    this.#due.set(uid, undefined);
    this.#dirty.delete(uid);
  }

  /** Drops every pod but these. */
  retain(uids: ReadonlySet<string>): void {
    for (const uid of [...this.#runs.keys()]) if (!uids.has(uid)) this.removePod(uid);
  }

  /** Does what is due at `now`. */
  advance(now: number): void {
    if (this.off) return;
    for (let uid = this.#due.takeDue(now); uid !== undefined; uid = this.#due.takeDue(now)) {
      const run = this.#runs.get(uid);
      if (run === undefined) continue;
      this.#due.set(uid, stepPod(run, this.#context, now));
      if (run.touched) this.#refresh(run, now);
    }
  }

  /** Milliseconds; undefined: nothing happens until something is handed in. */
  nextDue(): number | undefined {
    return this.off ? undefined : this.#due.next();
  }

  /** Something is to be reported. */
  get pending(): boolean {
    return this.#dirty.size > 0 || this.#events.length > 0;
  }

  /**
   * Takes the updates that are to be sent, of about `max` containers in all; hand them to `sent` or to `giveBack`
   * afterwards.
   */
  takeUpdates(max: number): PodUpdate[] {
    const updates: PodUpdate[] = [];
    let taken = 0;
    for (const uid of this.#dirty) {
      if (taken >= max) break;
      this.#dirty.delete(uid);
      const run = this.#runs.get(uid);
      if (run?.status === undefined) continue;
      taken += Math.max(run.containers.length, 1);
      updates.push({
        namespace: run.pod.metadata.namespace ?? '',
        name: run.pod.metadata.name,
        uid,
        status: run.status,
        ...(run.removable ? { remove: true as const } : {}),
      });
    }
    return updates;
  }

  takeEvents(max: number): NodeEvent[] {
    return this.#events.splice(0, max);
  }

  /** The API has carried these out: pods whose deletion is finished are forgotten. */
  sent(updates: readonly PodUpdate[]): void {
    for (const update of updates) if (update.remove === true) this.removePod(update.uid);
  }

  giveBack(updates: readonly PodUpdate[], events: readonly NodeEvent[]): void {
    for (const update of updates) if (this.#runs.has(update.uid)) this.#dirty.add(update.uid);
    this.#events.unshift(...events);
  }

  /** The status to send with the next report; undefined: the API has it already. `force`: send it anyway. */
  nodeStatus(now: number, force = false): NodeStatus | undefined {
    if (this.off || this.#node === undefined) return undefined;
    const facts = { bootId: this.bootId, images: this.#context.images.list(), stored: this.#stored };
    const status = nodeStatus(this.shape, facts, now);
    return force || !nodeStatusCovers(this.#stored, status) ? status : undefined;
  }

  nodeStatusSent(status: NodeStatus): void {
    this.#stored = laidOver(this.#stored, status);
  }

  emitNode(event: EventInput, now: number): void {
    const name = this.shape.name;
    // Upstream's kubelet puts the node's name where its uid belongs; kubectl describe looks for both.
    const involvedObject = { apiVersion: 'v1', kind: 'Node' as const, namespace: '', name, uid: name };
    this.#events.push({ node: name, involvedObject, ...event, time: formatTime(now) });
  }

  /** The spec of a container may have changed (its image): it is run anew. */
  #renew(run: PodRun, container: ContainerRun): void {
    // An ephemeral container is never changed.
    if (container.role === 'ephemeral') return;
    const { spec } = run.pod;
    const specs = container.role === 'main' ? spec?.containers : spec?.initContainers;
    const now = specs?.[container.index];
    if (now === undefined) return;
    const changed = now.image !== container.spec.image;
    container.spec = now;
    if (!changed || this.off || container.role === 'init') return;
    if (container.phase === 'running' && container.stopping === undefined) {
      container.stopping = this.#context.at;
      container.stage = undefined;
      const message = `Container ${now.name} definition changed, will be restarted`;
      this.#emitPod(run, container, { type: 'Normal', reason: 'Killing', message });
    } else if (container.phase !== 'running' && container.phase !== 'exited' && container.phase !== 'crash-back-off') {
      container.phase = 'waiting';
      container.waiting = undefined;
      container.stage = undefined;
    }
  }

  #powerReturns(now: number): void {
    this.bootId = this.#random.uuid();
    this.#context.bootTime = now;
    this.emitNode({ type: 'Normal', reason: 'Starting', message: 'Starting kubelet.' }, now);
    const message = `Node ${this.shape.name} has been rebooted, boot id: ${this.bootId}`;
    this.emitNode({ type: 'Warning', reason: 'Rebooted', message }, now);
    for (const run of this.#runs.values()) {
      this.#due.set(run.uid, now);
      const lost = run.containers.filter((container) => container.phase === 'running');
      for (const container of run.containers) container.stage = undefined;
      if (lost.length === 0) continue;
      for (const container of lost) {
        container.phase = 'exited';
        container.since = now;
        endRun(container, now, 255, 'Unknown');
        container.backOff = 0;
      }
      run.touched = true;
      this.#context.at = now;
      const text = 'Pod sandbox changed, it will be killed and re-created.';
      this.#emitPod(run, undefined, { type: 'Normal', reason: 'SandboxChanged', message: text });
    }
  }

  #refresh(run: PodRun, now: number): void {
    run.touched = false;
    const status = podStatus(run, this.shape.ip, now);
    const known =
      run.seen || run.status === undefined ? statusCovers(run.pod.status, status) : deepEqual(run.status, status);
    run.seen = false;
    run.status = status;
    if (!known || run.removable) this.#dirty.add(run.uid);
  }

  #emitPod(run: PodRun, container: ContainerRun | undefined, event: EventInput): void {
    const { metadata } = run.pod;
    const list = listOf(container?.role ?? 'main');
    this.#events.push({
      node: this.shape.name,
      involvedObject: {
        apiVersion: 'v1',
        kind: 'Pod',
        namespace: metadata.namespace ?? '',
        name: metadata.name,
        uid: run.uid,
        resourceVersion: metadata.resourceVersion,
        ...(container === undefined ? {} : { fieldPath: `spec.${list}{${container.spec.name}}` }),
      },
      ...event,
      message: event.message.slice(0, MAX_MESSAGE),
      time: formatTime(this.#context.at),
    });
  }
}

/** The member of a pod's spec that has such containers. */
function listOf(role: Role): 'containers' | 'initContainers' | 'ephemeralContainers' {
  if (role === 'ephemeral') return 'ephemeralContainers';
  return role === 'main' ? 'containers' : 'initContainers';
}
