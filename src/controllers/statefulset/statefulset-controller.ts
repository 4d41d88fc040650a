// Keeps the pods of StatefulSets: each with a name and claims of its own, made, replaced and taken away in order.
// Models kubernetes pkg/controller/statefulset/stateful_set.go.
//
// 1. A reconcile of `namespace/name` reads what the set owns, and nothing else. Only `namespace/name/adopt`, queued when a set
//    appears or an object without controller may be its own, searches the namespace.
// 2. The pods in the log are the truth: no expectations are needed.
// 3. status tells of the pods as they were before this reconcile.
// 4. A set that is being deleted is only reported on: its revisions go before it does, and are not made again.

import type { Client } from '../../api/client.ts';
import type { StatefulSet, StatefulSetStatus } from '../../api/types/apps-v1.ts';
import type { Pod } from '../../api/types/core-v1.ts';
import { deepEqual } from '../../lib/json.ts';
import { labelMatcher } from '../../schema/label-selector.ts';
import { adoptOrphans, claimOwned, controllerOf, controllerOfKind, keyOf } from '../common/owners.ts';
import { nextAvailability } from '../common/pods.ts';
import { failureOf, REVISIONS } from '../common/history/revisions.ts';
import type { Change, Context, Controller, Outcome } from '../runtime/component.ts';
import { isMember } from './identity.ts';
import { PodControl } from './pod-control.ts';
import { revisionsOf, truncateHistory } from './revisions.ts';
import { statefulSetStatus } from './status.ts';
import { step } from './sync.ts';

const SETS = 'statefulsets.apps';

export const statefulSetController: Controller = {
  name: 'statefulset-controller',
  watches: {
    [SETS]: ({ verb, object }) => (verb === 'create' ? [`${keyOf(object)}/adopt`, keyOf(object)] : [keyOf(object)]),
    [REVISIONS]: keysOfDependent,
    pods: keysOfDependent,
    persistentvolumeclaims: keysOfClaim,
  },
  reconcile,
};

/** Of a pod or a revision. */
function* keysOfDependent(change: Change, { client }: Context): Iterable<string> {
  const { object } = change;
  const owner = controllerOf(object);
  const before = change.old === undefined ? undefined : controllerOfKind(change.old, 'StatefulSet');
  if (before !== undefined && before.uid !== owner?.uid) yield `${change.namespace}/${before.name}`;
  if (owner !== undefined) {
    if (controllerOfKind(object, 'StatefulSet') !== undefined) yield `${change.namespace}/${owner.name}`;
    return;
  }
  if (change.verb === 'delete' || object.metadata.deletionTimestamp !== undefined) return;
  for (const set of client.list(SETS, { namespace: change.namespace })) {
    if (labelMatcher(set.spec?.selector)(object.metadata.labels)) yield `${keyOf(set)}/adopt`;
  }
}

/** A claim that has gone may be what a pod waits for; upstream finds out when it tries again. */
function* keysOfClaim({ verb, namespace, name }: Change, { client }: Context): Iterable<string> {
  if (verb !== 'delete') return;
  for (const set of client.list(SETS, { namespace })) {
    const templates = set.spec?.volumeClaimTemplates ?? [];
    if (templates.some(({ metadata }) => name.startsWith(`${metadata.name}-${set.metadata.name}-`))) yield keyOf(set);
  }
}

function reconcile(key: string, context: Context): Outcome | undefined {
  const { client } = context;
  const [namespace = '', name = '', adopt] = key.split('/');
  const set = client.get(SETS, namespace, name);
  if (set === undefined) return undefined;
  if (adopt === undefined) return sync(set, context);
  const matches = labelMatcher(set.spec?.selector);
  const error =
    adoptOrphans(client, REVISIONS, set, matches) ??
    adoptOrphans(client, 'pods', set, (labels, pod) => matches(labels) && isMember(set, pod));
  return error === undefined ? undefined : { error };
}

function sync(set: StatefulSet, { client, now }: Context): Outcome | undefined {
  const matches = labelMatcher(set.spec?.selector);
  const owned = claimOwned(client, REVISIONS, set, matches);
  const pods = claimOwned(client, 'pods', set, (labels, pod) => matches(labels) && isMember(set, pod));
  const unclaimed = owned.error ?? pods.error;
  if (unclaimed !== undefined) return { error: unclaimed };
  if (set.metadata.deletionTimestamp !== undefined) return reportOnly(set, pods.claimed, client, now);
  const found = revisionsOf(client, set, owned.claimed);
  if (!found.ok) return { error: found.error };
  const { revisions } = found;

  const control = new PodControl(client, set);
  const taken = step({ set, revisions, pods: pods.claimed, control, now });
  const names = {
    current: revisions.current.metadata.name,
    update: revisions.update.metadata.name,
    collisionCount: revisions.collisionCount,
  };
  const unwritten = writeStatus(client, set, statefulSetStatus(set, names, taken, now));
  const uncut = truncateHistory(client, set, owned.claimed, revisions, pods.claimed);
  const error = taken.error ?? unwritten ?? uncut;
  if (error !== undefined) return { error };
  const next = nextAvailability(pods.claimed, set.spec?.minReadySeconds ?? 0, now);
  return next === undefined ? undefined : { requeueAfter: next - now };
}

/** Rule 4. */
function reportOnly(set: StatefulSet, pods: readonly Pod[], client: Client, now: number): Outcome | undefined {
  const { currentRevision: current, updateRevision: update, collisionCount = 0 } = set.status ?? {};
  if (current === undefined || update === undefined) return undefined;
  const taken = { pods, replaced: 0, error: undefined };
  const error = writeStatus(client, set, statefulSetStatus(set, { current, update, collisionCount }, taken, now));
  return error === undefined ? undefined : { error };
}

function writeStatus(client: Client, set: StatefulSet, status: StatefulSetStatus): string | undefined {
  const { conditions: _, ...known } = set.status ?? { replicas: 0 };
  return deepEqual(known, status) ? undefined : failureOf(client.updateStatus(SETS, { ...set, status }));
}
