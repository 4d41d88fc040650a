// Rolls a Deployment's template out through ReplicaSets, one for each template.
// Models kubernetes pkg/controller/deployment/deployment_controller.go.
//
// 1. The current ReplicaSet is the oldest owned one with the Deployment's template (the hash label aside); all others are old.
// 2. A reconcile does one of: note a pause, scale, or one step of the rollout; the events of its writes bring it back.
// 3. A rolling update never has more than replicas + maxSurge pods, nor fewer than replicas - maxUnavailable available ones.
// 4. `namespace/name/adopt`, queued when a Deployment appears or a ReplicaSet without controller may be its own, is the only
//    key that searches the namespace.

import type { Deployment, ReplicaSet } from '../../api/types/apps-v1.ts';
import { labelMatcher } from '../../schema/label-selector.ts';
import { adoptOrphans, claimOwned, controllerOf, controllerOfKind, keyOf } from '../common/owners.ts';
import type { Change, Context, Controller, Outcome } from '../runtime/component.ts';
import { condition, find, hasDeadline, withStatusCondition } from './conditions.ts';
import { findSets } from './new-replicaset.ts';
import { isRolling } from './replicas.ts';
import { cleanUp, recreate, rollOver } from './rollout.ts';
import { isScaling, scaleAll } from './scale.ts';
import type { Sets } from './status.ts';
import { countedStatus, nextProgressCheck, rolloutStatus } from './status.ts';
import { Writer } from './writer.ts';

export const deploymentController: Controller = {
  name: 'deployment-controller',
  watches: {
    'deployments.apps': ({ verb, object }) =>
      verb === 'create' ? [`${keyOf(object)}/adopt`, keyOf(object)] : [keyOf(object)],
    'replicasets.apps': keysOfReplicaSet,
    pods: keysOfPod,
  },
  reconcile,
};

function* keysOfReplicaSet(change: Change, { client }: Context): Iterable<string> {
  const set = change.object;
  const owner = controllerOf(set);
  const before = change.old === undefined ? undefined : controllerOfKind(change.old, 'Deployment');
  if (before !== undefined && before.uid !== owner?.uid) yield `${change.namespace}/${before.name}`;
  if (owner !== undefined) {
    if (controllerOfKind(set, 'Deployment') !== undefined) yield `${change.namespace}/${owner.name}`;
    return;
  }
  if (change.verb === 'delete' || set.metadata.deletionTimestamp !== undefined) return;
  for (const deployment of client.list('deployments.apps', { namespace: change.namespace })) {
    if (labelMatcher(deployment.spec?.selector)(set.metadata.labels)) yield `${keyOf(deployment)}/adopt`;
  }
}

/** A Recreate rollout waits for the last old pod to be gone. */
function keysOfPod({ verb, namespace, object }: Change, { client }: Context): Iterable<string> {
  if (verb !== 'delete') return [];
  const set = client.get('replicasets.apps', namespace, controllerOfKind(object, 'ReplicaSet')?.name ?? '');
  const owner = set === undefined ? undefined : controllerOfKind(set, 'Deployment');
  const deployment = client.get('deployments.apps', namespace, owner?.name ?? '');
  return deployment === undefined || isRolling(deployment) ? [] : [keyOf(deployment)];
}

function reconcile(key: string, { client, now }: Context): Outcome | undefined {
  const [namespace = '', name = '', adopt] = key.split('/');
  const deployment = client.get('deployments.apps', namespace, name);
  if (deployment === undefined) return undefined;
  const writer = new Writer(client, deployment, now);
  if (selectsAll(deployment)) return adopt === undefined ? refuseToSelectAll(writer) : undefined;
  const matches = labelMatcher(deployment.spec?.selector);
  if (adopt !== undefined) {
    const error = adoptOrphans(client, 'replicasets.apps', deployment, matches);
    return error === undefined ? undefined : { error };
  }
  const { claimed, error } = claimOwned(client, 'replicasets.apps', deployment, matches);
  if (error !== undefined) return { error };
  sync(writer, claimed);
  if (writer.failure !== undefined) return { error: writer.failure };
  const next = nextProgressCheck(writer.deployment, now);
  return next === undefined ? undefined : { requeueAfter: next };
}

function sync(writer: Writer, owned: readonly ReplicaSet[]): void {
  const { deployment } = writer;
  if (deployment.metadata.deletionTimestamp !== undefined) {
    writeStatus(writer, findSets(writer, owned), countedStatus);
    return;
  }
  notePause(writer);
  const paused = deployment.spec?.paused === true;
  const sets = findSets(writer, owned);
  if (paused || isScaling(writer.deployment, sets)) {
    const scaled = scaleAll(writer, sets);
    if (paused) cleanUp(writer, scaled.old);
    writeStatus(writer, scaled, countedStatus);
    return;
  }
  const step = isRolling(deployment) ? rollOver(writer, sets) : recreate(writer, sets);
  writeStatus(writer, step, rolloutStatus);
}

function writeStatus(
  writer: Writer,
  sets: Sets,
  statusOf: (deployment: Deployment, sets: Sets, now: number) => Deployment['status'] & object,
): void {
  writer.writeStatus({ ...writer.deployment, status: statusOf(writer.deployment, sets, writer.now) });
}

/** Time spent paused does not count against the progress deadline: resuming sets the condition anew. */
function notePause(writer: Writer): void {
  const { deployment, now } = writer;
  if (!hasDeadline(deployment)) return;
  const reason = find(deployment.status?.conditions, 'Progressing')?.reason;
  if (reason === 'ProgressDeadlineExceeded') return;
  const paused = deployment.spec?.paused === true;
  if (paused === (reason === 'DeploymentPaused')) return;
  const next = paused
    ? condition('Progressing', 'Unknown', 'DeploymentPaused', 'Deployment is paused', now)
    : condition('Progressing', 'Unknown', 'DeploymentResumed', 'Deployment is resumed', now);
  writer.writeStatus(withStatusCondition(deployment, next));
}

function selectsAll(deployment: Deployment): boolean {
  const { matchLabels = {}, matchExpressions = [] } = deployment.spec?.selector ?? {};
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
}

function refuseToSelectAll(writer: Writer): Outcome | undefined {
  const { deployment } = writer;
  writer.event('Warning', 'SelectingAll', 'This deployment is selecting all pods. A non-empty selector is required.');
  const { generation } = deployment.metadata;
  if (generation !== undefined && (deployment.status?.observedGeneration ?? 0) < generation) {
    writer.writeStatus({ ...deployment, status: { ...deployment.status, observedGeneration: generation } });
  }
  return writer.failure === undefined ? undefined : { error: writer.failure };
}
