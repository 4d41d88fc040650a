// Deletes pods that do not, or no longer, tolerate a NoExecute taint of their node.
// Models kubernetes pkg/controller/tainteviction/taint_eviction.go.
//
// A key is `namespace/name/uid` of a pod. Its timer is the planned deletion: it stays as it was first set while some taint
// is there that the pod tolerates for a while, whatever else changes.

import type { Client } from '../../api/client.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Pod, PodCondition, Toleration } from '../../api/types/core-v1.ts';
import { formatTime } from '../../lib/clock.ts';
import { clone, deepEqual } from '../../lib/json.ts';
import { noExecuteTaints } from '../common/nodes.ts';
import { podCondition } from '../common/pods.ts';
import { matchingTolerations } from '../common/tolerations.ts';
import type { Change, Context, Controller, Outcome } from '../runtime/component.ts';

export const taintEvictionController: Controller = {
  name: 'taint-eviction-controller',
  watches: { nodes: keysOfNode, pods: keysOfPod },
  reconcile,
};

function keysOfNode({ verb, name, object, old }: Change, { client }: Context): string[] {
  const taints = verb === 'delete' ? [] : noExecuteTaints(object);
  if (deepEqual(taints, old === undefined ? [] : noExecuteTaints(old))) return [];
  return client.list('pods', { term: `node:${name}` }).map(keyOf);
}

function keysOfPod(change: Change, { client }: Context): string[] {
  const pod: Pod = change.object;
  const nodeName = pod.spec?.nodeName ?? '';
  const node = nodeName === '' ? undefined : client.get('nodes', '', nodeName);
  if (node === undefined || noExecuteTaints(node).length === 0) return [];
  if (change.verb !== 'update') return [keyOf(pod)];
  const before: Pod | undefined = change.old;
  const same =
    before?.spec?.nodeName === nodeName && deepEqual(before.spec.tolerations ?? [], pod.spec?.tolerations ?? []);
  return same ? [] : [keyOf(pod)];
}

function keyOf({ metadata: { namespace = '', name, uid } }: Pod): string {
  return `${namespace}/${name}/${uid}`;
}

function reconcile(key: string, { client, now, due }: Context): Outcome | undefined {
  const [namespace = '', name = '', uid = ''] = key.split('/');
  const pod = client.get('pods', namespace, name);
  const planned = due !== undefined && due > now;
  if (pod === undefined || pod.metadata.uid !== uid) {
    if (planned) tellCancelled(client, podRef(namespace, name, uid));
    return undefined;
  }
  if (pod.metadata.deletionTimestamp !== undefined) return undefined;
  const node = client.get('nodes', '', pod.spec?.nodeName ?? '');
  const taints = node === undefined ? [] : noExecuteTaints(node);
  const used = matchingTolerations(taints, pod.spec?.tolerations ?? []);
  const seconds = used === undefined ? 0 : shortest(used);
  if (planned && (used === undefined || seconds === undefined)) tellCancelled(client, pod);
  if (seconds === undefined) return undefined;
  if (seconds <= 0 || (due !== undefined && !planned)) return evict(client, pod, now);
  return { requeueAfter: planned ? due - now : seconds * 1000 };
}

/** Seconds until the first of these tolerations ends; undefined: none ever does. */
function shortest(tolerations: readonly Toleration[]): number | undefined {
  const seconds = tolerations.flatMap(({ tolerationSeconds }) => tolerationSeconds ?? []);
  return seconds.length === 0 ? undefined : Math.min(...seconds);
}

function tellCancelled(client: Client, pod: KubeObject): void {
  const { namespace = '', name } = pod.metadata;
  const message = `Cancelling deletion of Pod ${namespace}/${name}`;
  client.event({ regarding: pod, type: 'Normal', reason: 'TaintManagerEviction', message });
}

function podRef(namespace: string, name: string, uid: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name, uid } as KubeObject['metadata'] };
}

function evict(client: Client, pod: Pod, now: number): Outcome | undefined {
  const { namespace = '', name, uid } = pod.metadata;
  const message = `Marking for deletion Pod ${namespace}/${name}`;
  client.event({ regarding: pod, type: 'Normal', reason: 'TaintManagerEviction', message });
  const marked = client.updateStatus('pods', disrupted(pod, now));
  if (!marked.ok) return marked.status.reason === 'NotFound' ? undefined : { error: marked.status.message ?? '' };
  const deleted = client.delete('pods', namespace, name, { preconditions: { uid } });
  if (deleted.ok || deleted.status.reason === 'NotFound') return undefined;
  return { error: deleted.status.message ?? '' };
}

function disrupted(pod: Pod, now: number): Pod {
  const { generation } = pod.metadata;
  const before = podCondition(pod, 'DisruptionTarget');
  const condition: PodCondition = {
    type: 'DisruptionTarget',
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    status: 'True',
    lastTransitionTime: before?.status === 'True' ? (before.lastTransitionTime ?? formatTime(now)) : formatTime(now),
    reason: 'DeletionByTaintManager',
    message: 'Taint manager: deleting due to NoExecute taint',
  };
  const next = clone(pod);
  const others = (next.status?.conditions ?? []).filter(({ type }) => type !== 'DisruptionTarget');
  next.status = { ...next.status, conditions: [...others, condition] };
  return next;
}
