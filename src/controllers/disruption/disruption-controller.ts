// Counts for each PodDisruptionBudget how many of its pods may be evicted.
// Models kubernetes pkg/controller/disruption/disruption.go.
//
// 1. A key is `namespace/name` of a budget, or `pod/namespace/name` of a pod that was to be evicted.
// 2. An eviction writes down its pod in status.disruptedPods before the pod goes; the pod counts as gone until it is, or
//    until two minutes have passed.
// 3. Where the count cannot be told, nothing is allowed (condition SyncFailed).
// 4. Of several budgets of one pod the oldest is told of it.

import type { Client } from '../../api/client.ts';
import type { Pod } from '../../api/types/core-v1.ts';
import type { Condition } from '../../api/types/meta-v1.ts';
import type { PodDisruptionBudget, PodDisruptionBudgetStatus } from '../../api/types/policy-v1.ts';
import { formatTime } from '../../lib/clock.ts';
import { clone, deepEqual } from '../../lib/json.ts';
import type { Labels } from '../../schema/label-selector.ts';
import { goSelectorText, labelMatcher } from '../../schema/label-selector.ts';
import { keyOf } from '../common/owners.ts';
import { isReady } from '../common/pods.ts';
import type { Change, Context, Controller, Outcome } from '../runtime/component.ts';
import { expectedPods } from './expected-pods.ts';

const BUDGETS = 'poddisruptionbudgets.policy';
const DELETION_TIMEOUT_MS = 120_000;
const TARGET = 'DisruptionTarget';

export const disruptionController: Controller = {
  name: 'disruption-controller',
  eventSource: 'controllermanager',
  watches: {
    [BUDGETS]: ({ verb, object }) => (verb === 'delete' ? [] : [keyOf(object)]),
    pods: keysOfPod,
  },
  reconcile: (key, context) => (key.startsWith('pod/') ? reconcilePod(key, context) : reconcile(key, context)),
};

function* keysOfPod(change: Change, { client }: Context): Iterable<string> {
  const { verb, namespace } = change;
  const pod: Pod = change.object;
  const old: Pod | undefined = change.old;
  if (verb !== 'delete' && disruptionOf(pod) !== undefined) yield `pod/${keyOf(pod)}`;
  const after = verb === 'delete' ? undefined : countedAs(pod);
  const before = verb === 'delete' ? countedAs(pod) : old === undefined ? undefined : countedAs(old);
  if (deepEqual(before, after)) return;
  const budgets = client.list(BUDGETS, { namespace });
  if (budgets.length === 0) return;
  for (const labels of [before?.labels, after?.labels]) {
    const [budget, ...others] = budgetsOf(budgets, labels);
    if (budget === undefined) continue;
    if (others.length > 0 && labels === after?.labels) {
      const message = `Pod ${JSON.stringify(namespace)}/${JSON.stringify(pod.metadata.name)} matches multiple PodDisruptionBudgets.  Chose ${JSON.stringify(budget.metadata.name)} arbitrarily.`;
      client.event({ regarding: pod, type: 'Warning', reason: 'MultiplePodDisruptionBudgets', message });
    }
    yield keyOf(budget);
  }
}

/** What of a pod its budget counts by. */
function countedAs(pod: Pod): { labels: Labels; ready: boolean; going: boolean } {
  return {
    labels: pod.metadata.labels ?? {},
    ready: isReady(pod),
    going: pod.metadata.deletionTimestamp !== undefined,
  };
}

function budgetsOf(budgets: readonly PodDisruptionBudget[], labels: Labels): PodDisruptionBudget[] {
  if (labels === undefined) return [];
  const age = ({ metadata }: PodDisruptionBudget): string => metadata.creationTimestamp;
  return budgets
    .filter(({ spec }) => labelMatcher(spec?.selector)(labels))
    .toSorted((a, b) => (age(a) < age(b) ? -1 : age(a) > age(b) ? 1 : 0));
}

function reconcile(key: string, { client, now }: Context): Outcome | undefined {
  const [namespace = '', name = ''] = key.split('/');
  const budget = client.get(BUDGETS, namespace, name);
  if (budget === undefined) return undefined;
  const matches = labelMatcher(budget.spec?.selector);
  const pods = client.list('pods', { namespace }).filter(({ metadata }) => matches(metadata.labels));
  if (pods.length === 0) {
    client.event({ regarding: budget, type: 'Normal', reason: 'NoPods', message: 'No matching pods found' });
  }
  const counted = expectedPods(client, budget, pods);
  if (typeof counted === 'string') return failSafe(client, budget, counted, now);
  if (counted.unmanaged) tellUnmanaged(client, budget);

  const { disrupted, recheckAt } = stillDisrupted(client, budget, pods, now);
  const healthy = pods.filter((pod) => isHealthy(pod, disrupted)).length;
  const { expected, desiredHealthy } = counted;
  const allowed = expected <= 0 ? 0 : Math.max(healthy - desiredHealthy, 0);
  const status: PodDisruptionBudgetStatus = {
    currentHealthy: healthy,
    desiredHealthy,
    expectedPods: expected,
    disruptionsAllowed: allowed,
    ...(Object.keys(disrupted).length === 0 ? {} : { disruptedPods: disrupted }),
    observedGeneration: budget.metadata.generation ?? 0,
    conditions: withCondition(
      budget,
      allowed > 0 ? ['True', 'SufficientPods', ''] : ['False', 'InsufficientPods', ''],
      now,
    ),
  };
  const error = write(client, budget, status);
  if (error !== undefined) return { error };
  return recheckAt === undefined ? undefined : { requeueAfter: Math.max(recheckAt - now, 0) };
}

/** Rule 2. */
function stillDisrupted(
  client: Client,
  { metadata, status }: PodDisruptionBudget,
  pods: readonly Pod[],
  now: number,
): { disrupted: Record<string, string>; recheckAt: number | undefined } {
  const disrupted: Record<string, string> = {};
  const known = status?.disruptedPods ?? {};
  let recheckAt: number | undefined;
  for (const pod of pods) {
    const { name, deletionTimestamp } = pod.metadata;
    const time = Object.hasOwn(known, name) ? known[name] : undefined;
    if (time === undefined || deletionTimestamp !== undefined) continue;
    const until = Date.parse(time) + DELETION_TIMEOUT_MS;
    if (until < now) {
      const message = `Pod was expected by PDB ${metadata.namespace ?? ''}/${metadata.name} to be deleted but it wasn't`;
      client.event({ regarding: pod, type: 'Warning', reason: 'NotDeleted', message });
      continue;
    }
    disrupted[name] = time;
    recheckAt = Math.min(recheckAt ?? until, until);
  }
  return { disrupted, recheckAt };
}

function isHealthy(pod: Pod, disrupted: Readonly<Record<string, string>>): boolean {
  if (pod.metadata.deletionTimestamp !== undefined || Object.hasOwn(disrupted, pod.metadata.name)) return false;
  return isReady(pod);
}

/** Rule 3. It is not tried again (upstream tries for ever) until a pod or the budget changes. */
function failSafe(client: Client, budget: PodDisruptionBudget, why: string, now: number): Outcome | undefined {
  const message = `Failed to calculate the number of expected pods: ${why}`;
  client.event({ regarding: budget, type: 'Warning', reason: 'CalculateExpectedPodCountFailed', message });
  const status = { ...budget.status, disruptionsAllowed: 0 } as PodDisruptionBudgetStatus;
  status.conditions = withCondition(budget, ['False', 'SyncFailed', why], now);
  const error = write(client, budget, status);
  return error === undefined ? undefined : { error };
}

function tellUnmanaged(client: Client, budget: PodDisruptionBudget): void {
  const selector = goSelectorText(budget.spec?.selector ?? {});
  const message = `Pods selected by this PodDisruptionBudget (selector: ${selector}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`;
  client.event({ regarding: budget, type: 'Warning', reason: 'UnmanagedPods', message });
}

function withCondition(
  { metadata, status }: PodDisruptionBudget,
  [value, reason, message]: readonly ['True' | 'False', string, string],
  now: number,
): Condition[] {
  const conditions = status?.conditions ?? [];
  const before = conditions.find(({ type }) => type === 'DisruptionAllowed');
  const condition: Condition = {
    type: 'DisruptionAllowed',
    status: value,
    observedGeneration: metadata.generation ?? 0,
    lastTransitionTime: before?.status === value ? before.lastTransitionTime : formatTime(now),
    reason,
    message,
  };
  if (before === undefined) return [...conditions, condition];
  return conditions.map((item) => (item === before ? condition : item));
}

function write(client: Client, budget: PodDisruptionBudget, status: PodDisruptionBudgetStatus): string | undefined {
  if (deepEqual(budget.status, status)) return undefined;
  const written = client.updateStatus(BUDGETS, { ...budget, status });
  return written.ok || written.status.reason === 'NotFound' ? undefined : (written.status.message ?? 'refused');
}

/** When a pod that is still there was said to go; undefined: it was not, or it goes. */
function disruptionOf({ metadata, status }: Pod): number | undefined {
  if (metadata.deletionTimestamp !== undefined || status?.phase === 'Succeeded' || status?.phase === 'Failed') {
    return undefined;
  }
  const said = status?.conditions?.find(({ type, status: value }) => type === TARGET && value === 'True');
  return said === undefined ? undefined : Date.parse(said.lastTransitionTime ?? '') || 0;
}

/** A pod that was to go and stays does not say so for ever. */
function reconcilePod(key: string, { client, now }: Context): Outcome | undefined {
  const [, namespace = '', name = ''] = key.split('/');
  const pod = client.get('pods', namespace, name);
  const said = pod === undefined ? undefined : disruptionOf(pod);
  if (pod === undefined || said === undefined) return undefined;
  const wait = said + DELETION_TIMEOUT_MS - now;
  if (wait > 0) return { requeueAfter: wait };
  const next = clone(pod);
  for (const condition of next.status?.conditions ?? []) {
    if (condition.type !== TARGET) continue;
    condition.status = 'False';
    condition.lastTransitionTime = formatTime(now);
  }
  const written = client.updateStatus('pods', next);
  return written.ok || written.status.reason === 'NotFound'
    ? undefined
    : { error: written.status.message ?? 'refused' };
}
