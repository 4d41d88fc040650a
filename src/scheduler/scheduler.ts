// The scheduler: gives every pod that wants one a node, by binding it.
// Models kubernetes pkg/scheduler/{scheduler,eventhandlers,schedule_one}.go.

import type { Node, Pod } from '../api/types/core-v1.ts';
import type { Change, Component, Context } from '../controllers/runtime/component.ts';
import { formatTime } from '../lib/clock.ts';
import { clone, deepEqual } from '../lib/json.ts';
import { SchedulingCycle } from './cycle.ts';
import { podKey } from './framework.ts';
import { NodeCache } from './node-info.ts';
import type { PodInfo } from './pod-info.ts';
import { podInfo } from './pod-info.ts';
import { SchedulingQueue } from './queue.ts';

export const SCHEDULER_NAME = 'default-scheduler';

export class Scheduler implements Component {
  readonly name = 'kube-scheduler';
  readonly eventSource = SCHEDULER_NAME;
  readonly resources = ['pods', 'nodes'] as const;
  #cache = new NodeCache();
  #queue = new SchedulingQueue();
  #cycle: SchedulingCycle | undefined;

  start(context: Context): void {
    this.#cache = new NodeCache();
    this.#queue = new SchedulingQueue();
    this.#cycle = new SchedulingCycle(this.#cache, context.random);
    for (const node of context.client.list('nodes')) this.#cache.setNode(node);
    for (const pod of context.client.list('pods')) this.#place(pod, context.now);
  }

  observe(change: Change, { now }: Context): void {
    if (change.resource === 'nodes') this.#observeNode(change, now);
    else this.#observePod(change, now);
  }

  step(context: Context): boolean {
    const next = this.#queue.pop(context.now);
    if (next === undefined) return false;
    const { pod, attempts } = next;
    const decision = this.#schedule(pod);
    const caused = context.causedBy(Number(pod.pod.metadata.resourceVersion));
    if (!decision.ok) {
      this.#queue.fail(pod, attempts, context.now);
      caused.event({
        regarding: pod.pod,
        type: 'Warning',
        reason: 'FailedScheduling',
        action: 'Scheduling',
        message: decision.message,
      });
      this.#markUnschedulable(pod.pod, decision.message, context);
      return true;
    }
    const { namespace = '', name, uid } = pod.pod.metadata;
    const bound = caused.bind(namespace, name, uid, decision.node);
    if (!bound.ok) {
      // Gone, or taken by another: the change that made it so is on its way. Anything else is worth another try.
      if (bound.status.reason !== 'NotFound' && bound.status.reason !== 'Conflict') {
        this.#queue.retry(pod, attempts, context.now);
      }
      return true;
    }
    this.#cache.setPod(pod, decision.node);
    caused.event({
      regarding: pod.pod,
      type: 'Normal',
      reason: 'Scheduled',
      action: 'Binding',
      message: `Successfully assigned ${namespace}/${name} to ${decision.node}`,
    });
    return true;
  }

  nextDue(): number | undefined {
    return this.#queue.nextDue();
  }

  #schedule(pod: PodInfo) {
    if (this.#cycle === undefined) throw new Error('the scheduler has not been started');
    return this.#cycle.schedule(pod);
  }

  #observeNode(change: Change, now: number): void {
    const node = change.object as Node;
    if (change.verb === 'delete') {
      this.#cache.removeNode(change.name);
      return;
    }
    this.#cache.setNode(node);
    if (change.verb === 'create' || mayHelp(node, change.old as Node | undefined)) this.#queue.moveAll(now);
  }

  #observePod(change: Change, now: number): void {
    const pod = change.object as Pod;
    if (change.verb === 'delete' || isFinished(pod)) {
      const key = podKey(pod);
      this.#queue.remove(key);
      if (pod.spec?.nodeName !== undefined) {
        this.#cache.removePod(key);
        this.#queue.moveAll(now);
      }
      return;
    }
    const { spec: before } = (change.old ?? {}) as Partial<Pod>;
    const key = podKey(pod);
    // The scheduler's own marks on a waiting pod do not help it.
    if (isWaiting(pod) && this.#queue.has(key) && before !== undefined && deepEqual(before, pod.spec)) {
      this.#queue.refresh(podInfo(pod));
      return;
    }
    this.#place(pod, now);
  }

  #place(pod: Pod, now: number): void {
    if (isFinished(pod)) return;
    const node = pod.spec?.nodeName ?? '';
    if (node !== '') {
      this.#queue.remove(podKey(pod));
      this.#cache.setPod(podInfo(pod), node);
    } else if (isWaiting(pod)) this.#queue.put(podInfo(pod), now);
    else this.#queue.remove(podKey(pod));
  }

  #markUnschedulable(pod: Pod, message: string, context: Context): void {
    const { namespace = '', name, uid } = pod.metadata;
    const current = context.client.get('pods', namespace, name);
    if (current === undefined || current.metadata.uid !== uid) return;
    const conditions = current.status?.conditions ?? [];
    const old = conditions.find(({ type }) => type === 'PodScheduled');
    const { generation } = current.metadata;
    const condition = {
      type: 'PodScheduled',
      ...(generation === undefined ? {} : { observedGeneration: generation }),
      status: 'False',
      lastProbeTime: null as unknown as string,
      lastTransitionTime: old?.status === 'False' ? (old.lastTransitionTime ?? formatTime(context.now)) : formatTime(context.now),
      reason: 'Unschedulable',
      message,
    };
    if (old !== undefined && deepEqual(old, condition)) return;
    const next = clone(current);
    next.status = { ...next.status, conditions: [...conditions.filter(({ type }) => type !== 'PodScheduled'), condition] };
    context.causedBy(Number(current.metadata.resourceVersion)).updateStatus('pods', next);
  }
}

function isFinished(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

/** Whether the pod wants a node from this scheduler. */
function isWaiting(pod: Pod): boolean {
  const spec = pod.spec;
  return (
    (spec?.nodeName ?? '') === '' &&
    (spec?.schedulerName ?? SCHEDULER_NAME) === SCHEDULER_NAME &&
    (spec?.schedulingGates ?? []).length === 0 &&
    pod.metadata.deletionTimestamp === undefined
  );
}

/** Whether a change of a node may let a pod in: more room, other taints or labels. */
function mayHelp(node: Node, old: Node | undefined): boolean {
  if (old === undefined) return true;
  return !(
    deepEqual(node.status?.allocatable, old.status?.allocatable) &&
    deepEqual(node.spec?.taints, old.spec?.taints) &&
    node.spec?.unschedulable === old.spec?.unschedulable &&
    deepEqual(node.metadata.labels, old.metadata.labels)
  );
}
