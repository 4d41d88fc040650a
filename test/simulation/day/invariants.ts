// What must hold at every revision, checked event by event.
//
// 1. What a component writes names an older revision as its cause.
// 2. No two live pods of a StatefulSet have the same ordinal.
// 3. No index of a Job succeeds in two pods that the Job counts. (A pod on a node that is not heard of may go on after the Job
//    has given it up and let go of it.)
// 4. A pod is made only where the quotas of its namespace have room for it.

import type { Pod, ResourceQuota } from '../../../src/api/types/core-v1.ts';
import type { LogEvent } from '../../../src/eventlog/log.ts';
import { isOver } from './look.ts';

const COMPONENT = /^system:(serviceaccount:kube-system:|kube-scheduler)/;

export class Invariants {
  readonly violations: string[] = [];
  /** Live pods by uid, by namespace. */
  readonly #pods = new Map<string, Map<string, Pod>>();
  readonly #quotas = new Map<string, ResourceQuota>();
  /** The uid of the live pod of an ordinal, and of the pod in which an index succeeded. */
  readonly #ordinals = new Map<string, string>();
  readonly #succeeded = new Map<string, string>();

  take(event: LogEvent): void {
    const { rev, cause, actor } = event;
    if (COMPONENT.test(actor) && !(cause > 0 && cause < rev)) this.#violated(event, `cause ${cause} of ${actor}`);
    if (event.resource === 'resourcequotas') this.#quota(event);
    if (event.resource === 'pods') this.#pod(event, JSON.parse(event.object) as Pod);
  }

  #quota({ verb, namespace, name, object }: LogEvent): void {
    const key = `${namespace}/${name}`;
    if (verb === 'delete') this.#quotas.delete(key);
    else this.#quotas.set(key, JSON.parse(object) as ResourceQuota);
  }

  #pod(event: LogEvent, pod: Pod): void {
    const { namespace, verb, at } = event;
    const { uid } = pod.metadata;
    let pods = this.#pods.get(namespace);
    if (pods === undefined) this.#pods.set(namespace, (pods = new Map()));
    if (verb === 'delete') pods.delete(uid);
    else pods.set(uid, pod);
    if (verb === 'create') this.#room(event, [...pods.values()], at);
    this.#ordinal(event, pod);
    this.#index(event, pod);
  }

  #room(event: LogEvent, pods: readonly Pod[], at: number): void {
    for (const quota of this.#quotas.values()) {
      const hard = Number(quota.status?.hard?.['pods']);
      if (quota.metadata.namespace !== event.namespace || Number.isNaN(hard)) continue;
      const used = pods.filter((pod) => !isOver(pod) && !isPast(pod, at)).length;
      if (used > hard) this.#violated(event, `${used} pods, of ${hard} that quota ${quota.metadata.name} allows`);
    }
  }

  #ordinal(event: LogEvent, { metadata }: Pod): void {
    const owner = metadata.ownerReferences?.find(({ kind }) => kind === 'StatefulSet');
    const ordinal = metadata.labels?.['apps.kubernetes.io/pod-index'];
    if (owner === undefined || ordinal === undefined) return;
    const key = `${owner.uid} ${ordinal}`;
    const known = this.#ordinals.get(key);
    if (known !== undefined && known !== metadata.uid) this.#violated(event, `ordinal ${ordinal} is there already`);
    if (event.verb === 'delete') this.#ordinals.delete(key);
    else this.#ordinals.set(key, metadata.uid);
  }

  #index(event: LogEvent, { metadata, status }: Pod): void {
    const owner = metadata.ownerReferences?.find(({ kind }) => kind === 'Job');
    const index = metadata.annotations?.['batch.kubernetes.io/job-completion-index'];
    const counted = metadata.finalizers?.includes('batch.kubernetes.io/job-tracking') === true;
    if (owner === undefined || index === undefined || !counted || status?.phase !== 'Succeeded') return;
    const key = `${owner.uid} ${index}`;
    const known = this.#succeeded.get(key);
    if (known !== undefined && known !== metadata.uid) this.#violated(event, `index ${index} succeeded before`);
    this.#succeeded.set(key, metadata.uid);
  }

  #violated({ rev, verb, resource, namespace, name }: LogEvent, what: string): void {
    this.violations.push(`revision ${rev}, ${verb} of ${resource} ${namespace}/${name}: ${what}`);
  }
}

/** Its grace is over: it is not counted any more, whether its node says so or not. */
function isPast({ metadata }: Pod, at: number): boolean {
  return metadata.deletionTimestamp !== undefined && Date.parse(metadata.deletionTimestamp) <= at;
}
