// Deletes pods that nobody else will: of nodes that are gone, terminating ones that were never scheduled, and the oldest
// ended ones when there are too many.
// Models kubernetes pkg/controller/podgc/gc_controller.go (without out-of-service nodes).
//
// Keys say what to look at and from when on, so that a reconcile before that time only sets the timer:
//   `node NAME TIME`    pods of a node that was found missing QUARANTINE before TIME
//   `ended TIME`        the number of ended pods, once for each PERIOD in which one ended
//   `pod NAMESPACE/NAME TIME`  a terminating pod without a node

import type { Client } from '../../api/client.ts';
import type { Pod } from '../../api/types/core-v1.ts';
import { formatTime } from '../../lib/clock.ts';
import { clone } from '../../lib/json.ts';
import { isTerminal } from '../common/pods.ts';
import type { Change, Context, Controller, Outcome } from '../runtime/component.ts';

/** How long a node must be missing. */
const QUARANTINE_MS = 40_000;
const PERIOD_MS = 20_000;
/** Ended pods kept in the cluster. */
const THRESHOLD = 12_500;
const BATCH = 100;

export const podGarbageCollector: Controller = {
  name: 'pod-garbage-collector',
  watches: {
    nodes: ({ verb, name }, { now }) => (verb === 'delete' ? [`node ${name} ${now + QUARANTINE_MS}`] : []),
    pods: keysOfPod,
  },
  reconcile,
};

function* keysOfPod({ verb, object, old }: Change, { client, now }: Context): Iterable<string> {
  if (verb === 'delete') return;
  const pod: Pod = object;
  const before: Pod | undefined = old;
  const node = pod.spec?.nodeName ?? '';
  if (node === '' && pod.metadata.deletionTimestamp !== undefined)
    yield `pod ${pod.metadata.namespace ?? ''}/${pod.metadata.name} 0`;
  const moved = node !== '' && node !== (before?.spec?.nodeName ?? '');
  if (moved && client.get('nodes', '', node) === undefined) yield `node ${node} ${now + QUARANTINE_MS}`;
  if (isTerminal(pod) && (before === undefined || !isTerminal(before))) {
    yield `ended ${Math.ceil((now + 1) / PERIOD_MS) * PERIOD_MS}`;
  }
}

function reconcile(key: string, { client, now }: Context): Outcome | undefined {
  const parts = key.split(' ');
  const time = Number(parts.at(-1));
  if (now < time) return { requeueAfter: time - now };
  switch (parts[0]) {
    case 'node':
      return collectOrphans(client, parts[1] ?? '', now);
    case 'ended':
      return collectEnded(client, now);
    default:
      return collectUnscheduled(client, parts[1] ?? '', now);
  }
}

function collectOrphans(client: Client, node: string, now: number): Outcome | undefined {
  if (client.get('nodes', '', node) !== undefined) return undefined;
  return endAll(client, client.list('pods', { term: `node:${node}` }), now, 'PodGC: node no longer exists');
}

function collectUnscheduled(client: Client, key: string, now: number): Outcome | undefined {
  const [namespace = '', name = ''] = key.split('/');
  const pod = client.get('pods', namespace, name);
  if (pod?.metadata.deletionTimestamp === undefined || (pod.spec?.nodeName ?? '') !== '') return undefined;
  return endAll(client, [pod], now, undefined);
}

/** Evicted ones first, then the oldest. */
function collectEnded(client: Client, now: number): Outcome | undefined {
  const ended = client.list('pods').filter(isTerminal);
  if (ended.length <= THRESHOLD) return undefined;
  const order = (pod: Pod): string =>
    `${pod.status?.reason === 'Evicted' ? 0 : 1} ${pod.metadata.creationTimestamp} ${pod.metadata.name}`;
  const surplus = ended.map((pod) => ({ pod, order: order(pod) })).toSorted((a, b) => (a.order < b.order ? -1 : 1));
  const victims = surplus.slice(0, ended.length - THRESHOLD).map(({ pod }) => pod);
  return endAll(client, victims, now, undefined);
}

/** Marks each pod as failed, since no kubelet will, and deletes it at once. */
function endAll(
  client: Client,
  pods: readonly Pod[],
  now: number,
  disruption: string | undefined,
): Outcome | undefined {
  let error: string | undefined;
  for (const pod of pods.slice(0, BATCH)) {
    const refused = end(client, pod, now, disruption);
    error ??= refused;
  }
  if (error !== undefined) return { error };
  return pods.length > BATCH ? { requeueAfter: 1 } : undefined;
}

function end(client: Client, pod: Pod, now: number, disruption: string | undefined): string | undefined {
  if (!isTerminal(pod)) {
    const marked = client.updateStatus('pods', failed(pod, now, disruption));
    if (!marked.ok && marked.status.reason !== 'NotFound') return marked.status.message;
  }
  const { namespace = '', name, uid } = pod.metadata;
  const deleted = client.delete('pods', namespace, name, { gracePeriodSeconds: 0, preconditions: { uid } });
  return deleted.ok || deleted.status.reason === 'NotFound' ? undefined : deleted.status.message;
}

function failed(pod: Pod, now: number, disruption: string | undefined): Pod {
  const next = clone(pod);
  const { generation } = pod.metadata;
  const observed = generation === undefined ? {} : { observedGeneration: generation };
  next.status = { ...next.status, ...observed, phase: 'Failed' };
  if (disruption !== undefined) {
    const at = formatTime(now);
    const others = (next.status.conditions ?? []).filter(({ type }) => type !== 'DisruptionTarget');
    const condition = {
      type: 'DisruptionTarget',
      status: 'True',
      lastTransitionTime: at,
      reason: 'DeletionByPodGC',
      message: disruption,
    };
    next.status.conditions = [...others, { ...condition, ...observed }];
  }
  return next;
}
