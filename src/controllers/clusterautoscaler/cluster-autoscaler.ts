// Orders machines for pods that find no node, and gives back those that nobody needs.
// Models kubernetes/autoscaler cluster-autoscaler/core/static_autoscaler.go.
//
// 1. Two keys: `scale-up` and `scale-down`. Upstream looks every ten seconds; here a look follows a change, by so much that
//    what changes together is looked at together. Without groups nothing is looked at and no timer runs.
// 2. What it has decided stands in the objects: the group's spec.size, and on nodes the taints of taints.ts. A crash between
//    any two steps is gone on from there.
// 3. A node goes in steps: unneeded (taint with the time), to be deleted (taint; its pods are evicted), and, when nothing that
//    must be moved is left on it, its machine is gone and its group one smaller, in one transaction.
// 4. Room that a pod waits for may be taken by others, who never waited: when pods come to nodes, or leave them, the pods that
//    still wait are looked at again.
// 5. One node with pods is moved at a time; empty ones go together.

import type { Client } from '../../api/client.ts';
import { groupOf, NODE_GROUPS } from '../../api/kubewisp/v1/node-group.ts';
import type { Node, Pod } from '../../api/types/core-v1.ts';
import { deepEqual } from '../../lib/json.ts';
import { readiness, taintsOf } from '../common/nodes.ts';
import { isTerminal } from '../common/pods.ts';
import type { Change, Context, Controller } from '../runtime/component.ts';
import type { NewPlace } from './placement.ts';
import { removeNodes } from './removal.ts';
import { planScaleUp } from './scale-up.ts';
import type { Growth, Unhelped } from './scale-up.ts';
import type { Situation } from './situation.ts';
import { isWaiting, look, machineMaker, placesOf } from './situation.ts';

const UP = 'scale-up';
const DOWN = 'scale-down';
const BUDGETS = 'poddisruptionbudgets.policy';
/** ms between a change and the look that follows it. */
const SETTLE_MS: Readonly<Record<string, number>> = { [UP]: 200, [DOWN]: 1000 };

export function clusterAutoscaler(newPlace: NewPlace): Controller {
  const told = new Map<string, string>();
  /** Whether there are any, as of the last change of one; undefined: that is to be read. */
  let groups: boolean | undefined;
  const hasGroups = ({ client }: Context): boolean => (groups ??= client.list(NODE_GROUPS).length > 0);
  return {
    name: 'cluster-autoscaler',
    watches: {
      [NODE_GROUPS]: () => {
        groups = undefined;
        return [UP, DOWN];
      },
      nodes: (change, context) => (hasGroups(context) && concernsNode(change) ? [UP, DOWN] : []),
      pods: (change, context) => (hasGroups(context) ? keysOfPod(change) : []),
      [BUDGETS]: (_, context) => (hasGroups(context) ? [DOWN] : []),
    },
    reconcile(key, context) {
      const { due, now } = context;
      const settle = SETTLE_MS[key] ?? 0;
      const wait = due === undefined ? settle : Math.min(due - now, settle);
      if (wait > 0) return { requeueAfter: wait };
      const situation = look(context.client);
      if (situation === undefined) return undefined;
      const { grown, error } = scaleUp(situation, context, newPlace, told);
      if (error !== undefined) return { error };
      // A group that has grown is a change: both keys come again.
      return key === UP || grown ? undefined : removeNodes(situation, context, newPlace);
    },
  };
}

function* keysOfPod(change: Change): Iterable<string> {
  const pod: Pod = change.object;
  const old: Pod | undefined = change.old;
  const waits = change.verb !== 'delete' && isWaiting(pod) && (old === undefined || !isWaiting(old));
  const home = (of: Pod | undefined) => (of === undefined || isTerminal(of) ? '' : (of.spec?.nodeName ?? ''));
  const moves = (change.verb === 'delete' ? '' : home(pod)) !== (change.verb === 'delete' ? home(pod) : home(old));
  if (waits) yield UP;
  if (moves) yield DOWN;
}

/** Whether pods can go to the node, and which, has changed. */
function concernsNode({ verb, object, old }: Change): boolean {
  const of = (node: Node) => [
    readiness(node),
    taintsOf(node),
    node.spec?.unschedulable === true,
    node.metadata.labels,
    node.status?.allocatable,
    groupOf(node),
    node.metadata.annotations?.['cluster-autoscaler.kubernetes.io/scale-down-disabled'],
  ];
  return verb !== 'update' || old === undefined || !deepEqual(of(object), of(old));
}

function scaleUp(
  situation: Situation,
  { client }: Context,
  newPlace: NewPlace,
  told: Map<string, string>,
): { readonly grown: boolean; readonly error?: string } {
  const { groups, waiting } = situation;
  const still = new Set(waiting.map(({ metadata }) => metadata.uid));
  for (const uid of told.keys()) if (!still.has(uid)) told.delete(uid);
  if (waiting.length === 0) return { grown: false };
  const newMachine = machineMaker(client, newPlace);
  const plan = planScaleUp(groups, waiting, placesOf(situation, newPlace, newMachine, client), newMachine);
  for (const growth of plan.growths) {
    const error = grow(client, growth);
    if (error !== undefined) return { grown: true, error };
  }
  for (const unhelped of plan.unhelped) tell(client, unhelped, told);
  return { grown: plan.growths.length > 0 };
}

/** A group may grow twice in a plan: it is read again. */
function grow(client: Client, { group, from, to, pods }: Growth): string | undefined {
  const { name } = group.metadata;
  const { maxSize } = group.spec;
  const current = client.get(NODE_GROUPS, '', name) ?? group;
  const written = client.update(NODE_GROUPS, { ...current, spec: { ...current.spec, size: to } });
  if (!written.ok) return written.status.message ?? '';
  const message = `Scale-up: group ${name} size set to ${to} instead of ${from} (max: ${maxSize})`;
  client.event({ regarding: current, type: 'Normal', reason: 'ScaledUpGroup', message });
  const why = `pod triggered scale-up: [{${name} ${from}->${to} (max: ${maxSize})}]`;
  for (const pod of pods) client.event({ regarding: pod, type: 'Normal', reason: 'TriggeredScaleUp', message: why });
  return undefined;
}

/** Once for each pod, as long as the reasons stay the same. */
function tell(client: Client, { pod, reasons }: Unhelped, told: Map<string, string>): void {
  const message = `pod didn't trigger scale-up: ${reasons.join(', ')}`;
  if (told.get(pod.metadata.uid) === message) return;
  told.set(pod.metadata.uid, message);
  client.event({ regarding: pod, type: 'Normal', reason: 'NotTriggerScaleUp', message });
}
