// Notices nodes that fall silent, and says so with conditions, taints and events.
// Models kubernetes pkg/controller/nodelifecycle/node_lifecycle_controller.go.
//
// Keys:
//   NAME                health, condition taints and labels of one node; comes back when its heartbeat would be too old
//   `zones`             eviction taints of all nodes, since each depends on how many others are down
//   `registered NAME`, `removed NAME UID`   one event each
//
// 1. Nothing is polled: a node's timer is set for the moment at which its last known heartbeat is too old. A standing node,
//    or one that is known to be silent, has no timer: a change of its Lease or of the Node brings the key back.
// 2. Each pass writes one thing; the event of that write brings the next one.

import type { Client } from '../../api/client.ts';
import type { Node, Pod } from '../../api/types/core-v1.ts';
import { formatTime } from '../../lib/clock.ts';
import { clone } from '../../lib/json.ts';
import { readiness, updateNode, withTaints } from '../common/nodes.ts';
import { isReady } from '../common/pods.ts';
import type { Change, Context, Controller, Outcome } from '../runtime/component.ts';
import { conditionTaints } from './condition-taints.ts';
import { concernsEviction, disruptionOf, evictionTaints } from './eviction-taints.ts';
import { isStanding, LEASE_NAMESPACE, lastHeardOf, unknownConditions } from './health.ts';

/** For a node whose kubelet has not posted anything yet. */
const STARTUP_GRACE_MS = 60_000;

/** Labels whose beta form follows the stable one. */
const LABEL_PAIRS = [
  ['kubernetes.io/os', 'beta.kubernetes.io/os'],
  ['kubernetes.io/arch', 'beta.kubernetes.io/arch'],
] as const;

export interface NodeLifecycleOptions {
  /** Silence after which a node counts as unreachable. */
  readonly gracePeriodMs: number;
}

export function nodeLifecycleController({ gracePeriodMs }: NodeLifecycleOptions): Controller {
  return {
    name: 'node-lifecycle-controller',
    eventSource: 'node-controller',
    watches: {
      nodes: keysOfNode,
      'leases.coordination.k8s.io': ({ namespace, name }) => (namespace === LEASE_NAMESPACE ? [name] : []),
    },
    reconcile(key, context) {
      const [what = '', name = '', uid = ''] = key.split(' ');
      if (what === 'zones') return taintForEviction(context);
      if (what === 'registered') return tellRegistered(context.client, name);
      if (what === 'removed') return tellRemoved(context.client, name, uid);
      return reconcileNode(what, context, gracePeriodMs);
    },
  };
}

function* keysOfNode({ verb, name, object, old }: Change): Iterable<string> {
  if (verb === 'create') yield `registered ${name}`;
  if (verb === 'delete') yield `removed ${name} ${object.metadata.uid}`;
  yield name;
  const before = old === undefined ? undefined : readiness(old);
  if (verb === 'delete' || concernsEviction(object) || before !== readiness(object)) yield 'zones';
}

function tellRegistered(client: Client, name: string): undefined {
  const node = client.get('nodes', '', name);
  if (node === undefined) return undefined;
  const message = `Node ${name} event: Registered Node ${name} in Controller`;
  client.event({ regarding: node, type: 'Normal', reason: 'RegisteredNode', message });
  return undefined;
}

function tellRemoved(client: Client, name: string, uid: string): undefined {
  const metadata = { name, uid } as Node['metadata'];
  const message = `Node ${name} event: Removing Node ${name} from Controller`;
  const regarding = { apiVersion: 'v1', kind: 'Node', metadata };
  client.event({ regarding, type: 'Normal', reason: 'RemovingNode', message });
  return undefined;
}

function reconcileNode(name: string, { client, now }: Context, gracePeriodMs: number): Outcome | undefined {
  const node = client.get('nodes', '', name);
  if (node === undefined) return undefined;
  const lease = client.get('leases.coordination.k8s.io', LEASE_NAMESPACE, name);
  const grace = readiness(node) === undefined ? STARTUP_GRACE_MS : gracePeriodMs;
  const due = lastHeardOf(node, lease) + grace;
  const silent = !isStanding(lease) && now > due;
  const error = silent ? tellSilent(client, node, now) : undefined;
  if (error !== undefined) return { error };
  // What was just written brings the key back.
  const current = client.get('nodes', '', name);
  if (current?.metadata.resourceVersion !== node.metadata.resourceVersion) return undefined;
  const refused = amend(client, node, now);
  if (refused !== undefined) return { error: refused };
  return silent || isStanding(lease) ? undefined : { requeueAfter: due - now + 1 };
}

/** Why it failed, if it did. */
function tellSilent(client: Client, node: Node, now: number): string | undefined {
  const { name } = node.metadata;
  const conditions = unknownConditions(node, now);
  if (conditions !== undefined) {
    const written = client.updateStatus('nodes', { ...node, status: { ...node.status, conditions } });
    if (!written.ok) return written.status.reason === 'NotFound' ? undefined : written.status.message;
    if (readiness(node) === 'True') {
      const message = `Node ${name} status is now: NodeNotReady`;
      client.event({ regarding: node, type: 'Normal', reason: 'NodeNotReady', message });
    }
  }
  let error: string | undefined;
  for (const pod of client.list('pods', { term: `node:${name}` })) {
    if (!isReady(pod)) continue;
    const written = client.updateStatus('pods', notReady(pod, now));
    if (written.ok)
      client.event({ regarding: pod, type: 'Warning', reason: 'NodeNotReady', message: 'Node is not ready' });
    else if (written.status.reason !== 'NotFound') error ??= written.status.message;
  }
  return error;
}

function notReady(pod: Pod, now: number): Pod {
  const next = clone(pod);
  for (const condition of next.status?.conditions ?? []) {
    if (condition.type !== 'Ready') continue;
    condition.status = 'False';
    condition.lastTransitionTime = formatTime(now);
  }
  return next;
}

/** Condition taints and beta labels, in one write. Why it failed, if it did. */
function amend(client: Client, node: Node, now: number): string | undefined {
  const taints = conditionTaints(node, now);
  const labels = betaLabels(node);
  if (taints === undefined && labels === undefined) return undefined;
  const next = taints === undefined ? clone(node) : withTaints(node, taints);
  if (labels !== undefined) next.metadata.labels = { ...next.metadata.labels, ...labels };
  return updateNode(client, next);
}

/** The labels to set; undefined where they are right. */
function betaLabels({ metadata: { labels = {} } }: Node): Record<string, string> | undefined {
  const wrong = LABEL_PAIRS.flatMap(([stable, beta]) => {
    const value = labels[stable];
    return value === undefined || labels[beta] === value ? [] : [[beta, value] as const];
  });
  return wrong.length === 0 ? undefined : Object.fromEntries(wrong);
}

function taintForEviction({ client, now }: Context): Outcome | undefined {
  const nodes = client.list('nodes');
  const disruption = disruptionOf(nodes);
  let error: string | undefined;
  for (const node of nodes) {
    const taints = evictionTaints(node, disruption, now);
    if (taints === undefined) continue;
    const refused = updateNode(client, withTaints(node, taints));
    error ??= refused;
  }
  return error === undefined ? undefined : { error };
}
