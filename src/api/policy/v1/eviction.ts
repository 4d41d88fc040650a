// pods/eviction: a delete that disruption budgets may refuse.
//
// 1. A pod that no longer (or does not yet) serve anybody is deleted whatever its budget says.
// 2. A pod with two budgets is not evicted: it is unclear which of them pays.
// 3. A ready pod is paid for: the budget's allowance is written down before the pod goes. An unready one is free while
//    the budget's healthy pods suffice, or where the budget says so.
//
// Models kubernetes pkg/registry/core/pod/storage/eviction.go.

import { formatTime } from '../../../lib/clock.ts';
import { clone, deepEqual } from '../../../lib/json.ts';
import { labelMatcher } from '../../../schema/label-selector.ts';
import type { Action, ActionPort, ActionTarget } from '../../action.ts';
import type { KubeObject } from '../../object.ts';
import type { Result, Status } from '../../status.ts';
import { badRequest, conflict, fail, failure, forbiddenStatus, notFoundStatus, ok } from '../../status.ts';
import type { Pod, PodCondition } from '../../types/core-v1.ts';
import type { Condition, DeleteOptions } from '../../types/meta-v1.ts';
import type { Eviction, PodDisruptionBudget } from '../../types/policy-v1.ts';

const BUDGETS = 'poddisruptionbudgets.policy';
const PODS = { group: '', resource: 'pods' };
const MAX_DISRUPTED_PODS = 2000;
const STILL_PROCESSED_SECONDS = 10;

function tooManyRequests(cause: string, retryAfterSeconds?: number): Status {
  const message = "Cannot evict pod as it would violate the pod's disruption budget.";
  return failure(429, 'TooManyRequests', message, {
    causes: [{ reason: 'DisruptionBudget', message: cause }],
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}

/** The delete's options; the dry run of the query and theirs must not differ. */
function deleteOptions({ deleteOptions: given }: Eviction, dryRun: readonly string[]): Result<DeleteOptions> {
  const own = given?.dryRun ?? [];
  if (own.length === 0) return ok({ ...given, dryRun: [...dryRun] });
  if (dryRun.length > 0 && !deepEqual(own, dryRun)) {
    const which = `[${dryRun.join(' ')}] and [${own.join(' ')}]`;
    return fail(failure(500, '', `Non-matching dry-run options in request and content: ${which}`));
  }
  return ok({ ...given });
}

function isBeyondBudgets({ metadata, status }: Pod): boolean {
  const phase = status?.phase ?? '';
  return ['Succeeded', 'Failed', 'Pending'].includes(phase) || metadata.deletionTimestamp !== undefined;
}

function isReady({ status }: Pod): boolean {
  return (status?.conditions ?? []).some(({ type, status: value }) => type === 'Ready' && value === 'True');
}

function budgetsOf(pod: Pod, port: ActionPort): PodDisruptionBudget[] {
  const budgets = port.list(BUDGETS, pod.metadata.namespace ?? '') as readonly PodDisruptionBudget[];
  return budgets.filter(({ spec }) => labelMatcher(spec?.selector)(pod.metadata.labels));
}

/** Whether an unready pod goes without being counted. */
function isFree(pod: Pod, { spec, status }: PodDisruptionBudget): boolean {
  if (isReady(pod)) return false;
  if (spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  const { currentHealthy = 0, desiredHealthy = 0 } = status ?? {};
  return currentHealthy >= desiredHealthy && desiredHealthy > 0;
}

/** The budget after one more disruption, or why there is none left. */
function spend(budget: PodDisruptionBudget, pod: string, now: number): Result<PodDisruptionBudget> {
  const { name, generation = 0 } = budget.metadata;
  const next = clone(budget);
  const status = next.status;
  if (status === undefined || (status.observedGeneration ?? 0) < generation) {
    const why = `The disruption budget ${name} is still being processed by the server.`;
    return fail(tooManyRequests(why, STILL_PROCESSED_SECONDS));
  }
  const ref = { group: 'policy', resource: 'poddisruptionbudget' };
  const { disruptionsAllowed: allowed = 0 } = status;
  if (allowed < 0) {
    return fail(forbiddenStatus(ref, name, 'pdb disruptions allowed is negative'));
  }
  if (Object.keys(status.disruptedPods ?? {}).length > MAX_DISRUPTED_PODS) {
    const why = 'DisruptedPods map too big - too many evictions not confirmed by PDB controller';
    return fail(forbiddenStatus(ref, name, why));
  }
  if (allowed === 0) return fail(tooManyRequests(noneLeft(budget)));
  status.disruptionsAllowed = allowed - 1;
  if (allowed === 1) status.conditions = withNoneAllowed(budget, now);
  status.disruptedPods = { ...status.disruptedPods, [pod]: formatTime(now) };
  return ok(next);
}

function noneLeft({ metadata: { name }, status }: PodDisruptionBudget): string {
  const { desiredHealthy = 0, currentHealthy = 0, conditions = [] } = status ?? {};
  const allowed = conditions.find(({ type }) => type === 'DisruptionAllowed');
  if (allowed?.status === 'False' && allowed.reason === 'SyncFailed') {
    return `The disruption budget ${name} does not allow evicting pods currently because it failed sync: ${allowed.message}`;
  }
  return `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
}

/** The condition DisruptionAllowed, now that nothing more is allowed. */
function withNoneAllowed({ metadata, status }: PodDisruptionBudget, now: number): Condition[] {
  const conditions = status?.conditions ?? [];
  const before = conditions.find(({ type }) => type === 'DisruptionAllowed');
  const condition: Condition = {
    type: 'DisruptionAllowed',
    status: 'False',
    ...(metadata.generation === undefined ? {} : { observedGeneration: metadata.generation }),
    lastTransitionTime: before?.status === 'False' ? before.lastTransitionTime : formatTime(now),
    reason: 'InsufficientPods',
    message: '',
  };
  if (before === undefined) return [...conditions, condition];
  return conditions.map((item) => (item === before ? condition : item));
}

function checkPreconditions({ metadata }: Pod, { preconditions }: DeleteOptions): Status | undefined {
  const ref = { group: '', resource: 'Pod' };
  const { uid, resourceVersion } = preconditions ?? {};
  if (uid !== undefined && uid !== '' && uid !== metadata.uid) {
    const why = `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`;
    return conflict(ref, metadata.name, why);
  }
  if (resourceVersion !== undefined && resourceVersion !== '' && resourceVersion !== metadata.resourceVersion) {
    const why = `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`;
    return conflict(ref, metadata.name, why);
  }
  return undefined;
}

/** The pod says why it goes. */
function withReason(pod: Pod, now: number): Pod {
  const next = clone(pod);
  const conditions = next.status?.conditions ?? [];
  const before = conditions.find(({ type }) => type === 'DisruptionTarget');
  const condition: PodCondition = {
    type: 'DisruptionTarget',
    status: 'True',
    lastTransitionTime: before?.status === 'True' ? (before.lastTransitionTime ?? formatTime(now)) : formatTime(now),
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
  };
  const others =
    before === undefined ? [...conditions, condition] : conditions.map((item) => (item === before ? condition : item));
  next.status = { ...next.status, conditions: others };
  return next;
}

function markAndDelete(pod: Pod, target: ActionTarget, options: DeleteOptions, port: ActionPort): Result<undefined> {
  if ((options.dryRun ?? []).length > 0) return port.delete('pods', target, options);
  const marked = port.writeStatus('pods', withReason(pod, port.now));
  if (!marked.ok) return marked;
  const { uid, resourceVersion } = options.preconditions ?? {};
  if (resourceVersion === undefined) return port.delete('pods', target, options);
  // It was met before the mark, which is of our own making.
  const preconditions = {
    ...(uid === undefined ? {} : { uid }),
    resourceVersion: marked.value.metadata.resourceVersion,
  };
  return port.delete('pods', target, { ...options, preconditions });
}

/** What a budget has to say: the budget to write down, or nothing to write. */
function payFor(pod: Pod, port: ActionPort): Result<PodDisruptionBudget | undefined> {
  if (isBeyondBudgets(pod)) return ok(undefined);
  const [budget, another] = budgetsOf(pod, port);
  if (budget === undefined) return ok(undefined);
  if (another !== undefined) {
    const why = 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';
    return fail(failure(500, '', why));
  }
  return isFree(pod, budget) ? ok(undefined) : spend(budget, pod.metadata.name, port.now);
}

export const podEviction: Action<KubeObject> = {
  bodyDefinition: 'io.k8s.api.policy.v1.Eviction',
  bodyKind: 'Eviction',
  bodyApiVersion: 'policy/v1',
  bodyVersions: ['v1beta1'],

  run(body, target, port) {
    const { namespace, name } = target;
    if (body.metadata.name !== name) return fail(badRequest('name in URL does not match name in Eviction object'));
    const options = deleteOptions(body, port.dryRun);
    if (!options.ok) return options;
    const pod = port.get('pods', namespace, name);
    if (pod === undefined) return fail(notFoundStatus(PODS, name));
    const paid = payFor(pod, port);
    if (!paid.ok) return paid;
    // From here on there are writes: what can be refused is refused before.
    const refused = checkPreconditions(pod, options.value) ?? port.refuseDelete(options.value);
    if (refused !== undefined) return fail(refused);
    const dryRun = (options.value.dryRun ?? []).length > 0;
    if (paid.value !== undefined && !dryRun) {
      const written = port.writeStatus(BUDGETS, paid.value);
      if (!written.ok) return written;
    }
    return markAndDelete(pod, target, options.value, port);
  },
};
