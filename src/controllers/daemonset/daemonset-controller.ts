// Keeps one pod of a DaemonSet on each node that it is for, and rolls new templates out node by node.
// Models kubernetes pkg/controller/daemon/daemon_controller.go.
//
// 1. A reconcile of `namespace/name` reads the nodes, what the set owns, and nothing else: its cost grows with nodes + pods.
//    Only `namespace/name/adopt`, queued when a set appears or an object without controller may be its own, searches the
//    namespace.
// 2. A pod is for one node, by its affinity to the node's name; the scheduler binds it or leaves it Pending.
// 3. The rollout goes on only where nothing else is to be done: what was made or deleted shows first.
// 4. One reconcile makes and deletes at most BURST pods each; the events of its own writes bring the key back.
// 5. status tells of the pods as they were before this reconcile.
// 6. A set that is being deleted is left alone: its revisions may be gone before its pods.

import type { Client } from '../../api/client.ts';
import type { DaemonSet, DaemonSetStatus } from '../../api/types/apps-v1.ts';
import type { Node, Pod } from '../../api/types/core-v1.ts';
import { deepEqual } from '../../lib/json.ts';
import { labelMatcher } from '../../schema/label-selector.ts';
import { isNamespaceTerminating } from '../common/failures.ts';
import { taintsOf } from '../common/nodes.ts';
import { adoptOrphans, claimOwned, controllerOf, controllerOfKind, keyOf } from '../common/owners.ts';
import { createPod, deletePod } from '../common/pod-control.ts';
import { nextAvailability } from '../common/pods.ts';
import type { Change, Context, Controller, Outcome } from '../runtime/component.ts';
import { FailedPodBackoff } from './failed-pods.ts';
import { nodeRule } from './nodes.ts';
import { sceneOf } from './places.ts';
import type { EndedPods, Plan } from './plan.ts';
import { planPods } from './plan.ts';
import { podMaker, targetNode } from './pod.ts';
import { cleanUpRevisions, currentRevision } from './revisions.ts';
import { planUpdate } from './rolling-update.ts';
import { daemonSetStatus } from './status.ts';
import { isRolling } from './strategy.ts';

/** About what fits into a slice; upstream, which works beside its API server, takes 250. */
const BURST = 30;

/** One for each cluster: it remembers which nodes' pods have failed. */
export function daemonSetController(): Controller {
  const backoff = new FailedPodBackoff();
  return {
    name: 'daemon-set-controller',
    eventSource: 'daemonset-controller',
    watches: {
      'daemonsets.apps': ({ verb, object }) =>
        verb === 'create' ? [`${keyOf(object)}/adopt`, keyOf(object)] : [keyOf(object)],
      'controllerrevisions.apps': keysOfDependent,
      pods: keysOfDependent,
      nodes: keysOfNode,
    },
    reconcile: (key, context) => reconcile(key, context, backoff),
  };
}

/** Of a pod or a revision. */
function* keysOfDependent(change: Change, { client }: Context): Iterable<string> {
  const { object } = change;
  const owner = controllerOf(object);
  const before = change.old === undefined ? undefined : controllerOfKind(change.old, 'DaemonSet');
  if (before !== undefined && before.uid !== owner?.uid) yield `${change.namespace}/${before.name}`;
  if (owner !== undefined) {
    if (controllerOfKind(object, 'DaemonSet') !== undefined) yield `${change.namespace}/${owner.name}`;
    return;
  }
  if (change.verb === 'delete' || object.metadata.deletionTimestamp !== undefined) return;
  for (const set of client.list('daemonsets.apps', { namespace: change.namespace })) {
    if (labelMatcher(set.spec?.selector)(object.metadata.labels)) yield `${keyOf(set)}/adopt`;
  }
}

function* keysOfNode({ verb, object, old }: Change, { client }: Context): Iterable<string> {
  const node: Node = object;
  const before: Node | undefined = verb === 'update' ? old : undefined;
  if (before !== undefined && !hasMoved(node, before)) return;
  for (const set of client.list('daemonsets.apps')) {
    const rule = nodeRule(set);
    const concerned =
      verb === 'delete'
        ? isAwaited(client, set, node)
        : before === undefined
          ? verb === 'update' || rule(node).run
          : !deepEqual(rule(node), rule(before));
    if (concerned) yield keyOf(set);
  }
}

function hasMoved(node: Node, before: Node): boolean {
  return !deepEqual(node.metadata.labels, before.metadata.labels) || !deepEqual(taintsOf(node), taintsOf(before));
}

/** Whether a pod of the set still waits for that node. Those that run there go with it, and tell of themselves. */
function isAwaited(client: Client, set: DaemonSet, { metadata }: Node): boolean {
  const pods = client.list('pods', { term: `owner:${set.metadata.uid}` });
  return pods.some((pod) => (pod.spec?.nodeName ?? '') === '' && targetNode(pod) === metadata.name);
}

function reconcile(key: string, context: Context, backoff: FailedPodBackoff): Outcome | undefined {
  const { client } = context;
  const [namespace = '', name = '', adopt] = key.split('/');
  const set = client.get('daemonsets.apps', namespace, name);
  if (set === undefined || set.metadata.deletionTimestamp !== undefined) return undefined;
  const matches = labelMatcher(set.spec?.selector);
  if (adopt === undefined) return sync(set, context, backoff);
  const error =
    adoptOrphans(client, 'controllerrevisions.apps', set, matches) ?? adoptOrphans(client, 'pods', set, matches);
  return error === undefined ? undefined : { error };
}

function sync(set: DaemonSet, { client, now }: Context, backoff: FailedPodBackoff): Outcome | undefined {
  const matches = labelMatcher(set.spec?.selector);
  const revisions = claimOwned(client, 'controllerrevisions.apps', set, matches);
  const pods = claimOwned(client, 'pods', set, matches);
  const unclaimed = revisions.error ?? pods.error;
  if (unclaimed !== undefined) return { error: unclaimed };
  const revision = currentRevision(client, set, revisions.claimed, pods.claimed);
  if (!revision.ok) return { error: revision.error };

  const scene = sceneOf({ set, nodes: client.list('nodes'), pods: pods.claimed, hash: revision.hash, now });
  const ended = new Ended(client, set, backoff, now);
  let plan = planPods(scene, ended);
  if (isEmpty(plan) && isRolling(set)) plan = planUpdate(scene);
  const error = carryOut(client, set, revision.hash, plan) ?? cleanUpRevisions(client, set, revision.old, pods.claimed);
  const unwritten = writeStatus(client, set, daemonSetStatus(scene));
  if (error !== undefined || unwritten !== undefined) return { error: error ?? unwritten ?? '' };

  const available = nextAvailability(pods.claimed, set.spec?.minReadySeconds ?? 0, now);
  const waits = [ended.wait, available === undefined ? undefined : available - now].filter((ms) => ms !== undefined);
  return waits.length === 0 ? undefined : { requeueAfter: Math.min(...waits) };
}

/** Decides on pods that have ended, and tells of those that go. */
class Ended implements EndedPods {
  /** Milliseconds until the first pod that is left for now may go. */
  wait: number | undefined;
  readonly #client: Client;
  readonly #set: DaemonSet;
  readonly #backoff: FailedPodBackoff;
  readonly #now: number;

  constructor(client: Client, set: DaemonSet, backoff: FailedPodBackoff, now: number) {
    this.#client = client;
    this.#set = set;
    this.#backoff = backoff;
    this.#now = now;
  }

  failed(pod: Pod, node: string): boolean {
    const key = `${this.#set.metadata.uid}/${this.#set.status?.observedGeneration ?? 0}/${node}`;
    const remaining = this.#backoff.remaining(key, this.#now);
    if (remaining > 0) {
      this.wait = Math.min(this.wait ?? remaining, remaining);
      return false;
    }
    this.#backoff.replaced(key, this.#now);
    this.#event(
      'Warning',
      'FailedDaemonPod',
      `Found failed daemon pod ${keyOf(pod)} on node ${node}, will try to kill it`,
    );
    return true;
  }

  succeeded(pod: Pod, node: string): boolean {
    const message = `Found succeeded daemon pod ${keyOf(pod)} on node ${node}, will try to delete it`;
    this.#event('Normal', 'SucceededDaemonPod', message);
    return true;
  }

  #event(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#client.event({ regarding: this.#set, type, reason, message });
  }
}

function isEmpty({ create, remove }: Plan): boolean {
  return create.length === 0 && remove.length === 0;
}

/** Rule 4. Answers what could not be done. */
function carryOut(client: Client, set: DaemonSet, hash: string, { create, remove }: Plan): string | undefined {
  const error = createPods(client, set, hash, create.slice(0, BURST));
  return remove
    .slice(0, BURST)
    .map((pod) => deletePod(client, set, pod)?.message)
    .reduce((first, message) => first ?? message, error);
}

function createPods(client: Client, set: DaemonSet, hash: string, nodes: readonly string[]): string | undefined {
  if (nodes.length === 0) return undefined;
  const draftFor = podMaker(set, hash);
  for (const node of nodes) {
    const refused = createPod(client, set, draftFor(node));
    if (refused !== undefined) return isNamespaceTerminating(refused) ? undefined : (refused.message ?? 'refused');
  }
  return undefined;
}

function writeStatus(client: Client, set: DaemonSet, status: DaemonSetStatus): string | undefined {
  if (deepEqual(set.status, status)) return undefined;
  const written = client.updateStatus('daemonsets.apps', { ...set, status });
  return written.ok || written.status.reason === 'NotFound' ? undefined : written.status.message;
}
