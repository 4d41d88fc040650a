// The scheduler: gives every pod that wants one a node, by binding it.
// Models kubernetes pkg/scheduler/{scheduler,eventhandlers,schedule_one}.go.

import type { Client } from '../api/client.ts';
import type { KubeObject } from '../api/object.ts';
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod } from '../api/types/core-v1.ts';
import type { Change, Component, Context } from '../controllers/runtime/component.ts';
import { formatTime } from '../lib/clock.ts';
import { clone, deepEqual } from '../lib/json.ts';
import { SchedulingCycle } from './cycle.ts';
import { NodeCache } from './node-cache.ts';
import type { PodInfo } from './pod-info.ts';
import { isCurrent, podInfo, podKey, usageOf } from './pod-info.ts';
import { planBinding, podVolumes, writeBinding } from './pod-volumes.ts';
import { SchedulingQueue } from './queue.ts';

export const SCHEDULER_NAME = 'default-scheduler';

export class Scheduler implements Component {
  readonly name = 'kube-scheduler';
  readonly eventSource = SCHEDULER_NAME;
  readonly resources = [
    'pods',
    'nodes',
    'persistentvolumeclaims',
    'persistentvolumes',
    'storageclasses.storage.k8s.io',
  ] as const;
  #cache = new NodeCache();
  #queue = new SchedulingQueue();
  #cycle: SchedulingCycle | undefined;

  start(context: Context): void {
    this.#cache = new NodeCache();
    this.#queue = new SchedulingQueue();
    this.#cycle = new SchedulingCycle(this.#cache, context.random);
    for (const node of context.client.list('nodes')) this.#cache.setNode(node);
    for (const pod of context.client.list('pods')) if (!isFinished(pod)) this.#place(pod, context.now);
  }

  observe(change: Change, { now }: Context): void {
    if (change.resource === 'nodes') this.#observeNode(change, now);
    else if (change.resource === 'pods') this.#observePod(change, now);
    else {
      const concerns = concernedByStorage(change);
      if (concerns !== undefined) this.#queue.moveAll(now, concerns);
    }
  }

  step(context: Context): boolean {
    const next = this.#queue.pop(context.now);
    if (next === undefined) return false;
    const { attempts } = next;
    // While it waited for its volumes it held its place.
    this.#cache.removePod(next.pod.key);
    const pod = withVolumes(next.pod, context.client);
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
    if (pod.volumes !== undefined && pod.volumes.open.length > 0) {
      this.#bindVolumes(pod, attempts, decision.node, context);
      return true;
    }
    const bound = caused.bind(namespace, name, uid, decision.node);
    if (!bound.ok) {
      // Gone, or taken by another: the change that made it so is on its way. Anything else is worth another try.
      if (bound.status.reason !== 'NotFound' && bound.status.reason !== 'Conflict') {
        this.#queue.retry(pod, attempts, context.now);
      }
      return true;
    }
    this.#cache.setPod(pod.key, pod.usage, decision.node);
    caused.event({
      regarding: pod.pod,
      type: 'Normal',
      reason: 'Scheduled',
      action: 'Binding',
      message: `Successfully assigned ${namespace}/${name} to ${decision.node}`,
    });
    return true;
  }

  /** What follows is told in pod-volumes.ts. */
  #bindVolumes(pod: PodInfo, attempts: number, name: string, context: Context): void {
    const client = context.causedBy(Number(pod.pod.metadata.resourceVersion));
    const labels = this.#cache.node(name)?.node?.metadata.labels ?? {};
    const plan = pod.volumes && planBinding(pod.volumes, { name, labels });
    nominate(pod.pod, name, client);
    if (plan === undefined || !writeBinding(client, plan, name)) {
      this.#queue.retry(pod, attempts, context.now);
      return;
    }
    this.#queue.wait(pod, attempts);
    this.#cache.setPod(pod.key, pod.usage, name);
  }

  nextDue(): number | undefined {
    return this.#queue.nextDue();
  }

  #schedule(pod: PodInfo) {
    if (this.#cycle === undefined) throw new Error('the scheduler has not been started');
    return this.#cycle.schedule(pod);
  }

  #observeNode(change: Change, now: number): void {
    if (change.verb === 'delete') {
      this.#cache.removeNode(change.name);
      return;
    }
    const node = change.object as Node;
    const before = this.#cache.node(change.name)?.node;
    this.#cache.setNode(node);
    if (before === undefined || mayHelp(node, before)) this.#queue.moveAll(now);
  }

  #observePod(change: Change, now: number): void {
    const pod = change.object as Pod;
    if (change.verb !== 'delete' && !isFinished(pod)) {
      this.#place(pod, now);
      return;
    }
    const key = podKey(pod);
    this.#queue.remove(key);
    if (this.#cache.removePod(key)) this.#queue.moveAll(now);
  }

  #place(pod: Pod, now: number): void {
    const key = podKey(pod);
    const node = pod.spec?.nodeName ?? '';
    if (node !== '') {
      this.#queue.remove(key);
      const known = this.#cache.usage(key, node);
      if (known !== undefined && isCurrent(known, pod)) return;
      this.#cache.setPod(key, usageOf(pod), node);
      // It may want less than before.
      if (known !== undefined) this.#queue.moveAll(now);
      return;
    }
    if (!isWaiting(pod)) {
      this.#queue.remove(key);
      return;
    }
    const known = this.#queue.get(key);
    // What is outside the spec, the scheduler's own marks above all, does not help the pod.
    if (known !== undefined && isCurrent(known.usage, pod)) this.#queue.refresh({ ...known, pod });
    else this.#queue.put(podInfo(pod), now);
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
      lastTransitionTime:
        old?.status === 'False' ? (old.lastTransitionTime ?? formatTime(context.now)) : formatTime(context.now),
      reason: 'Unschedulable',
      message,
    };
    if (old !== undefined && deepEqual(old, condition)) return;
    const next = clone(current);
    next.status = { ...next.status, conditions: replaced(conditions, old, condition) };
    delete next.status.nominatedNodeName;
    context.causedBy(Number(current.metadata.resourceVersion)).updateStatus('pods', next);
  }
}

function nominate(pod: Pod, node: string, client: Client): void {
  const { namespace = '', name, uid } = pod.metadata;
  const current = client.get('pods', namespace, name);
  if (current?.metadata.uid !== uid || current.status?.nominatedNodeName === node) return;
  client.updateStatus('pods', { ...current, status: { ...current.status, nominatedNodeName: node } });
}

function withVolumes(pod: PodInfo, client: Client): PodInfo {
  const { volumes: _, ...others } = pod;
  const volumes = pod.claims.length === 0 ? undefined : podVolumes(pod.pod, client);
  return volumes === undefined ? others : { ...others, volumes };
}

/** Which pods a change of a claim, a volume or a class of storage may help; undefined: none. */
function concernedByStorage({ resource, verb, namespace, name, object, old }: Change): Concerns | undefined {
  if (resource === 'persistentvolumeclaims') {
    if (verb === 'update' && deepEqual(bindingOf(object), bindingOf(old))) return undefined;
    return ({ pod, claims }) => pod.metadata.namespace === namespace && claims.includes(name);
  }
  if (resource === 'persistentvolumes') {
    const reference = (object as PersistentVolume).spec?.claimRef;
    if (reference === undefined) return verb === 'delete' ? undefined : usesClaims;
    const { namespace: claimNamespace, name: claim = '' } = reference;
    return ({ pod, claims }) => pod.metadata.namespace === claimNamespace && claims.includes(claim);
  }
  return verb === 'delete' ? undefined : usesClaims;
}

type Concerns = (pod: PodInfo) => boolean;

const usesClaims: Concerns = ({ claims }) => claims.length > 0;

function bindingOf(object: KubeObject | undefined): unknown {
  const { metadata, spec, status } = (object ?? {}) as Partial<PersistentVolumeClaim>;
  const { deletionTimestamp, annotations, ownerReferences } = metadata ?? {};
  return [deletionTimestamp, annotations, ownerReferences, spec, status?.phase];
}

/** In its place, or at the end. */
function replaced<T>(list: readonly T[], old: T | undefined, item: T): T[] {
  return old === undefined ? [...list, item] : list.map((other) => (other === old ? item : other));
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
function mayHelp(node: Node, old: Node): boolean {
  return !(
    deepEqual(node.status?.allocatable, old.status?.allocatable) &&
    deepEqual(node.spec?.taints, old.spec?.taints) &&
    node.spec?.unschedulable === old.spec?.unschedulable &&
    deepEqual(node.metadata.labels, old.metadata.labels)
  );
}
