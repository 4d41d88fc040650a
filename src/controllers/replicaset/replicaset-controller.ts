// Keeps as many pods of a ReplicaSet as it asks for.
// Models kubernetes pkg/controller/replicaset/replica_set.go.
//
// 1. A reconcile of `namespace/name` reads one list: what the ReplicaSet owns. Only `namespace/name/adopt`, queued when a
//    ReplicaSet appears or a pod without controller may be its own, searches the namespace.
// 2. The pods in the log are the truth: no expectations are needed, since nothing is cached and nothing runs beside.
// 3. One reconcile makes or deletes at most BURST pods; the events of its own writes bring the key back.
// 4. status tells of the pods as they were before this reconcile, as upstream's does.

import type { Client } from '../../api/client.ts';
import type { Draft } from '../../api/object.ts';
import type { ReplicaSet } from '../../api/types/apps-v1.ts';
import type { Pod } from '../../api/types/core-v1.ts';
import { clone, deepEqual } from '../../lib/json.ts';
import { labelMatcher } from '../../schema/label-selector.ts';
import { isNamespaceTerminating } from '../common/failures.ts';
import {
  adoptOrphans,
  claimOwned,
  controllerOf,
  controllerOfKind,
  controllerReference,
  keyOf,
} from '../common/owners.ts';
import { availableAt, isActive, isTerminating } from '../common/pods.ts';
import type { Change, Context, Controller, Outcome } from '../runtime/component.ts';
import { podsToDelete } from './ranking.ts';
import type { ReplicaFailure } from './status.ts';
import { replicaSetStatus } from './status.ts';

const BURST = 100;

export const replicaSetController: Controller = {
  name: 'replicaset-controller',
  watches: {
    'replicasets.apps': ({ verb, object }) =>
      verb === 'create' ? [`${keyOf(object)}/adopt`, keyOf(object)] : [keyOf(object)],
    pods: keysOfPod,
  },
  reconcile,
};

function* keysOfPod(change: Change, { client }: Context): Iterable<string> {
  const pod = change.object;
  const owner = controllerOf(pod);
  const before = change.old === undefined ? undefined : controllerOfKind(change.old, 'ReplicaSet');
  if (before !== undefined && before.uid !== owner?.uid) yield `${change.namespace}/${before.name}`;
  if (owner !== undefined) {
    if (controllerOfKind(pod, 'ReplicaSet') !== undefined) yield `${change.namespace}/${owner.name}`;
    return;
  }
  if (change.verb === 'delete' || pod.metadata.deletionTimestamp !== undefined) return;
  for (const set of client.list('replicasets.apps', { namespace: change.namespace })) {
    if (labelMatcher(set.spec?.selector)(pod.metadata.labels)) yield `${keyOf(set)}/adopt`;
  }
}

function reconcile(key: string, context: Context): Outcome | undefined {
  const { client, now } = context;
  const [namespace = '', name = '', adopt] = key.split('/');
  const set = client.get('replicasets.apps', namespace, name);
  if (set === undefined) return undefined;
  const matches = labelMatcher(set.spec?.selector);
  if (adopt !== undefined) {
    const error = adoptOrphans(client, 'pods', set, (labels) => matches(labels));
    return error === undefined ? undefined : { error };
  }
  const { claimed, error: releaseError } = claimOwned(client, 'pods', set, matches);
  if (releaseError !== undefined) return { error: releaseError };
  const active = claimed.filter(isActive);
  const failure = set.metadata.deletionTimestamp === undefined ? manage(client, set, active, now) : undefined;
  const terminating = claimed.filter(isTerminating).length;
  const error =
    writeStatus(client, set, replicaSetStatus(set, { active, terminating, failure, now })) ?? failure?.message;
  if (error !== undefined) return { error };
  const next = nextAvailability(active, set.spec?.minReadySeconds ?? 0, now);
  return next === undefined ? undefined : { requeueAfter: next - now };
}

function manage(client: Client, set: ReplicaSet, active: readonly Pod[], now: number): ReplicaFailure | undefined {
  const surplus = active.length - (set.spec?.replicas ?? 1);
  if (surplus < 0) return createPods(client, set, Math.min(-surplus, BURST));
  if (surplus > 0) return deletePods(client, set, active, Math.min(surplus, BURST), now);
  return undefined;
}

function createPods(client: Client, set: ReplicaSet, count: number): ReplicaFailure | undefined {
  const draft = podOf(set);
  for (let i = 0; i < count; i++) {
    const created = client.create('pods', draft);
    if (!created.ok) {
      if (isNamespaceTerminating(created.status)) return undefined;
      const message = created.status.message ?? '';
      client.event({ regarding: set, type: 'Warning', reason: 'FailedCreate', message: `Error creating: ${message}` });
      return { reason: 'FailedCreate', message };
    }
    const message = `Created pod: ${created.value.metadata.name}`;
    client.event({ regarding: set, type: 'Normal', reason: 'SuccessfulCreate', message });
  }
  return undefined;
}

/** Models controller.GetPodFromTemplate. */
function podOf(set: ReplicaSet): Draft<Pod> {
  const { metadata, spec } = set.spec?.template ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...(set.metadata.namespace === undefined ? {} : { namespace: set.metadata.namespace }),
      generateName: `${set.metadata.name}-`,
      ...(metadata?.labels === undefined ? {} : { labels: clone(metadata.labels) }),
      ...(metadata?.annotations === undefined ? {} : { annotations: clone(metadata.annotations) }),
      ...(metadata?.finalizers === undefined ? {} : { finalizers: [...metadata.finalizers] }),
      ownerReferences: [controllerReference(set)],
    },
    ...(spec === undefined ? {} : { spec: clone(spec) }),
  };
}

function deletePods(
  client: Client,
  set: ReplicaSet,
  active: readonly Pod[],
  count: number,
  now: number,
): ReplicaFailure | undefined {
  let failure: ReplicaFailure | undefined;
  for (const pod of podsToDelete(active, relatedPods(client, set), count, now)) {
    const { name, namespace = '', uid } = pod.metadata;
    const deleted = client.delete('pods', namespace, name, { preconditions: { uid } });
    if (deleted.ok)
      client.event({ regarding: set, type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${name}` });
    else if (deleted.status.reason !== 'NotFound') {
      const message = deleted.status.message ?? '';
      client.event({ regarding: set, type: 'Warning', reason: 'FailedDelete', message: `Error deleting: ${message}` });
      failure ??= { reason: 'FailedDelete', message };
    }
  }
  return failure;
}

/** Active pods of all ReplicaSets with the same controller: during a rollout they share the nodes. None for a set without one. */
function relatedPods(client: Client, set: ReplicaSet): Pod[] {
  const owner = controllerOf(set);
  if (owner === undefined) return [];
  return client
    .list('replicasets.apps', { term: `owner:${owner.uid}` })
    .flatMap((related) => client.list('pods', { term: `owner:${related.metadata.uid}` }))
    .filter(isActive);
}

function writeStatus(client: Client, set: ReplicaSet, status: ReplicaSet['status'] & object): string | undefined {
  if (deepEqual(set.status, status)) return undefined;
  const written = client.updateStatus('replicasets.apps', { ...set, status });
  return written.ok || written.status.reason === 'NotFound' ? undefined : written.status.message;
}

/** When the next ready pod becomes available by mere waiting, in milliseconds since the epoch. */
function nextAvailability(active: readonly Pod[], minReadySeconds: number, now: number): number | undefined {
  if (minReadySeconds === 0) return undefined;
  let next: number | undefined;
  for (const pod of active) {
    const at = availableAt(pod, minReadySeconds);
    if (at !== undefined && at > now) next = Math.min(next ?? at, at);
  }
  return next;
}
