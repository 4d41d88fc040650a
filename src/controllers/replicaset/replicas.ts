// Keeps as many pods of a ReplicaSet or a ReplicationController (here: a set) as it asks for.
// Models kubernetes pkg/controller/replicaset/replica_set.go, which serves both kinds too.
//
// 1. A reconcile of `namespace/name` reads one list: what the set owns. Only `namespace/name/adopt`, queued when a set
//    appears or a pod without controller may be its own, searches the namespace.
// 2. The pods in the log are the truth: no expectations are needed, since nothing is cached and nothing runs beside.
// 3. One reconcile makes or deletes at most BURST pods; the events of its own writes bring the key back.
// 4. status tells of the pods as they were before this reconcile, as upstream's does.

import type { Client } from '../../api/client.ts';
import type { ResourceMap } from '../../api/resources.ts';
import type { ReplicaSetStatus } from '../../api/types/apps-v1.ts';
import { deepEqual } from '../../lib/json.ts';
import type { Labels } from '../../schema/label-selector.ts';
import { isNamespaceTerminating } from '../common/failures.ts';
import { adoptOrphans, claimPods, controllerOf, controllerOfKind, keyOf } from '../common/owners.ts';
import { createPod, deletePod, podFromTemplate } from '../common/pod-control.ts';
import type { PodOutline } from '../common/pod-outline.ts';
import { podOutline } from '../common/pod-outline.ts';
import { isActive, isTerminating, nextAvailability } from '../common/pods.ts';
import type { Change, Context, Controller, Outcome } from '../runtime/component.ts';
import { podsToDelete } from './ranking.ts';
import type { ReplicaFailure } from './status.ts';
import { replicaStatus } from './status.ts';

const BURST = 30;

type SetResource = 'replicasets.apps' | 'replicationcontrollers';

/** What tells one kind of set from the other. */
export interface SetKind<R extends SetResource> {
  readonly resource: R;
  readonly kind: string;
  readonly group: string;
  matcher(set: ResourceMap[R]): (labels: Labels) => boolean;
  /** Whether its status counts terminating pods. */
  readonly countsTerminating: boolean;
}

type AnySet = ResourceMap[SetResource];

export function replicasController<R extends SetResource>(name: string, kind: SetKind<R>): Controller {
  return {
    name,
    watches: {
      [kind.resource]: ({ verb, object }: Change) =>
        verb === 'create' ? [`${keyOf(object)}/adopt`, keyOf(object)] : [keyOf(object)],
      pods: (change, context) => keysOfPod(kind, change, context),
    },
    reconcile: (key, context) => reconcile(kind, key, context),
  };
}

function* keysOfPod<R extends SetResource>(kind: SetKind<R>, change: Change, { client }: Context): Iterable<string> {
  const pod = change.object;
  const owner = controllerOf(pod);
  const before = change.old === undefined ? undefined : controllerOfKind(change.old, kind.kind, kind.group);
  if (before !== undefined && before.uid !== owner?.uid) yield `${change.namespace}/${before.name}`;
  if (owner !== undefined) {
    if (controllerOfKind(pod, kind.kind, kind.group) !== undefined) yield `${change.namespace}/${owner.name}`;
    return;
  }
  if (change.verb === 'delete' || pod.metadata.deletionTimestamp !== undefined) return;
  for (const set of client.list(kind.resource, { namespace: change.namespace })) {
    if (kind.matcher(set)(pod.metadata.labels)) yield `${keyOf(set)}/adopt`;
  }
}

function reconcile<R extends SetResource>(kind: SetKind<R>, key: string, context: Context): Outcome | undefined {
  const { client, now } = context;
  const [namespace = '', name = '', adopt] = key.split('/');
  const set = client.get(kind.resource, namespace, name);
  if (set === undefined) return undefined;
  const matches = kind.matcher(set);
  if (adopt !== undefined) {
    const error = adoptOrphans(client, 'pods', set, (labels) => matches(labels));
    return error === undefined ? undefined : { error };
  }
  const { claimed, error: releaseError } = claimPods(client, set, matches);
  if (releaseError !== undefined) return { error: releaseError };
  const active = claimed.filter(isActive);
  const failure =
    set.metadata.deletionTimestamp === undefined ? manage(client, kind.resource, set, active, now) : undefined;
  const terminating = kind.countsTerminating ? claimed.filter(isTerminating).length : undefined;
  const status = replicaStatus(set, { active, terminating, failure, now });
  const error = writeStatus(client, kind.resource, set, status) ?? failure?.message;
  if (error !== undefined) return { error };
  const next = nextAvailability(active, set.spec?.minReadySeconds ?? 0, now);
  return next === undefined ? undefined : { requeueAfter: next - now };
}

function manage(
  client: Client,
  resource: SetResource,
  set: AnySet,
  active: readonly PodOutline[],
  now: number,
): ReplicaFailure | undefined {
  const surplus = active.length - (set.spec?.replicas ?? 1);
  if (surplus < 0) return createPods(client, set, Math.min(-surplus, BURST));
  if (surplus > 0) {
    const victims = podsToDelete(active, relatedPods(client, resource, set), Math.min(surplus, BURST), now);
    return deletePods(client, set, victims);
  }
  return undefined;
}

function createPods(client: Client, set: AnySet, count: number): ReplicaFailure | undefined {
  const draft = podFromTemplate(set, set.spec?.template);
  for (let i = 0; i < count; i++) {
    const refused = createPod(client, set, draft);
    if (refused === undefined) continue;
    return isNamespaceTerminating(refused) ? undefined : { reason: 'FailedCreate', message: refused.message ?? '' };
  }
  return undefined;
}

function deletePods(client: Client, set: AnySet, victims: readonly PodOutline[]): ReplicaFailure | undefined {
  let failure: ReplicaFailure | undefined;
  for (const pod of victims) {
    const refused = deletePod(client, set, pod);
    if (refused !== undefined) failure ??= { reason: 'FailedDelete', message: refused.message ?? '' };
  }
  return failure;
}

/** Active pods of all sets with the same controller: during a rollout they share the nodes. None for a set without one. */
function relatedPods(client: Client, resource: SetResource, set: AnySet): PodOutline[] {
  const owner = controllerOf(set);
  if (owner === undefined) return [];
  return client
    .list(resource, { term: `owner:${owner.uid}` })
    .flatMap((related) => client.view(podOutline, { term: `owner:${related.metadata.uid}` }))
    .filter(isActive);
}

function writeStatus<R extends SetResource>(
  client: Client,
  resource: R,
  set: ResourceMap[R],
  status: ReplicaSetStatus,
): string | undefined {
  if (deepEqual(set.status, status)) return undefined;
  const written = client.updateStatus(resource, { ...set, status });
  return written.ok || written.status.reason === 'NotFound' ? undefined : written.status.message;
}
