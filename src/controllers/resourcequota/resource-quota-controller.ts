// Takes over what a quota wants, and counts again what its namespace uses when something of it is released.
// Models kubernetes pkg/controller/resourcequota.
//
// What is made is charged by admission, with the write itself: such writes are no matter here.

import type { Client } from '../../api/client.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Amounts } from '../../api/quota/amounts.ts';
import { amountsIn, listOf, masked, sameAmounts } from '../../api/quota/amounts.ts';
import type { Evaluator } from '../../api/quota/evaluator.ts';
import { evaluatorOf } from '../../api/quota/evaluators.ts';
import { usageOf } from '../../api/quota/quota.ts';
import type { ResourceQuota } from '../../api/types/core-v1.ts';
import type { Quantity } from '../../schema/quantity.ts';
import type { Change, Context, Controller, Notice, Outcome } from '../runtime/component.ts';

const QUOTAS = 'resourcequotas';

/** A key is `NAMESPACE/NAME` of a quota. */
export const resourceQuotaController: Controller = {
  name: 'resourcequota-controller',
  watches: {},
  watchesAll: { interest, keys },
  reconcile,
};

function interest(notice: Notice): boolean {
  const { resource, verb, text } = notice;
  if (resource === QUOTAS && verb !== 'delete') return wantsOther(JSON.parse(text) as ResourceQuota);
  const evaluator = evaluatorOf(resource);
  const mayRelease =
    verb === 'delete' ? evaluator !== undefined : verb === 'update' && evaluator?.releases !== undefined;
  return mayRelease && notice.namespaceHolds(QUOTAS);
}

function* keys({ resource, verb, namespace, name, object, old }: Change, { client, now }: Context): Iterable<string> {
  if (resource === QUOTAS && verb !== 'delete') {
    if (wantsOther(object)) yield `${namespace}/${name}`;
    return;
  }
  const evaluator = evaluatorOf(resource);
  if (evaluator === undefined || verb === 'create') return;
  if (verb === 'update' && (old === undefined || evaluator.releases?.(object, old, now) !== true)) return;
  for (const quota of client.list(QUOTAS, { namespace })) {
    const counted = evaluator.matching(Object.keys(quota.spec?.hard ?? {}));
    if (counted.length > 0) yield `${namespace}/${quota.metadata.name}`;
  }
}

/** Its status is not of its spec, or not there yet. */
function wantsOther({ spec, status }: ResourceQuota): boolean {
  return (
    status?.hard === undefined ||
    status.used === undefined ||
    !sameAmounts(amountsIn(spec?.hard), amountsIn(status.hard))
  );
}

function reconcile(key: string, { client, now }: Context): Outcome | undefined {
  const [namespace = '', name = ''] = key.split('/');
  const quota = client.get(QUOTAS, namespace, name);
  if (quota === undefined) return undefined;
  const hard = amountsIn(quota.spec?.hard);
  const { used: counted, next } = count(client, quota, [...hard.keys()], now);
  // What nobody counts stays as it was.
  const used = masked(new Map([...amountsIn(quota.status?.used), ...counted]), hard.keys());
  const again = next === undefined ? undefined : { requeueAfter: next - now + 1 };
  if (!wantsOther(quota) && sameAmounts(used, amountsIn(quota.status?.used))) return again;
  const written = client.updateStatus(QUOTAS, { ...quota, status: { hard: listOf(hard), used: listOf(used) } });
  return written.ok || written.status.reason === 'NotFound' ? again : { error: written.status.message ?? '' };
}

/** `next`: when an object that counts now will stop to. */
function count(
  client: Client,
  quota: ResourceQuota,
  names: readonly string[],
  now: number,
): { used: Amounts; next: number | undefined } {
  const used = new Map<string, Quantity>();
  let next: number | undefined;
  for (const { resource, namespaced } of client.resources()) {
    const evaluator = namespaced ? evaluatorOf(resource) : undefined;
    const own = evaluator?.matching(names) ?? [];
    if (evaluator === undefined || own.length === 0) continue;
    const objects = client.list(resource, { namespace: quota.metadata.namespace ?? '' });
    for (const [name, amount] of usageOf(quota, evaluator, objects, own, now)) used.set(name, amount);
    next = earliest(evaluator, objects, now, next);
  }
  return { used, next };
}

function earliest(
  { expires }: Evaluator,
  objects: readonly KubeObject[],
  now: number,
  known: number | undefined,
): number | undefined {
  if (expires === undefined) return known;
  const times = objects.flatMap((object) => expires(object) ?? []).filter((time) => time >= now);
  return times.reduce((least: number | undefined, time) => Math.min(least ?? time, time), known);
}
