// What a quota says of an object, and what it has used.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/admission/plugin/resourcequota/controller.go (CheckRequest) and
// pkg/quota/v1/resources.go (CalculateUsage).

import type { KubeObject } from '../object.ts';
import type { ResourceQuota, ScopedResourceSelectorRequirement } from '../types/core-v1.ts';
import type { Amounts } from './amounts.ts';
import { amountsIn, amountsText, exceeded, excess, listOf, masked, sum, whole, withoutZeros } from './amounts.ts';
import type { Evaluator } from './evaluator.ts';

/** An object that is written; `old` is undefined for a create. */
export interface Charge {
  readonly evaluator: Evaluator;
  readonly object: KubeObject;
  readonly old: KubeObject | undefined;
  readonly now: number;
}

export type Charged =
  | { readonly ok: false; readonly why: string }
  /** The quotas whose use changes, with their new `status.used`. */
  | { readonly ok: true; readonly used: ReadonlyArray<readonly [quota: ResourceQuota, used: Record<string, string>]> };

/** Whether the quotas of a namespace have room for the object. What they enforce is their status, not yet what they want. */
export function charge(quotas: readonly ResourceQuota[], { evaluator, object, old, now }: Charge): Charged {
  const concerned: ResourceQuota[] = [];
  for (const quota of quotas) {
    const names = evaluator.matching(Object.keys(quota.status?.hard ?? {}));
    if (names.length === 0 || !isInScopes(quota, evaluator, object)) continue;
    const { name } = quota.metadata;
    const lacking = evaluator.lacks?.(names, object);
    if (lacking !== undefined) return { ok: false, why: `failed quota: ${name}: ${lacking}` };
    const used = quota.status?.used ?? {};
    if (!names.every((resource) => Object.hasOwn(used, resource))) {
      return { ok: false, why: `status unknown for quota: ${name}, resources: ${names.toSorted().join(',')}` };
    }
    concerned.push(quota);
  }
  if (concerned.length === 0) return { ok: true, used: [] };

  const usage = evaluator.usage(object, now);
  const negative = [...usage].flatMap(([name, { nano }]) => (nano < 0n ? [name] : []));
  if (negative.length > 0) {
    return { ok: false, why: `quota usage is negative for resource(s): ${negative.toSorted().join(',')}` };
  }
  const delta = withoutZeros(old === undefined ? usage : excess(usage, evaluator.usage(old, now)));
  const changed: Array<readonly [ResourceQuota, Record<string, string>]> = [];
  for (const quota of concerned) {
    const hard = amountsIn(quota.status?.hard);
    const used = amountsIn(quota.status?.used);
    const requested = masked(delta, hard.keys());
    if (requested.size === 0) continue;
    const next = sum(used, requested);
    const beyond = exceeded(masked(next, requested.keys()), hard);
    if (beyond.length > 0) {
      const texts = [requested, used, hard].map((amounts) => amountsText(masked(amounts, beyond)));
      const why = `exceeded quota: ${quota.metadata.name}, requested: ${texts[0]}, used: ${texts[1]}, limited: ${texts[2]}`;
      return { ok: false, why };
    }
    changed.push([quota, listOf(next)]);
  }
  return { ok: true, used: changed };
}

export function isInScopes(quota: ResourceQuota, evaluator: Evaluator, object: KubeObject): boolean {
  return scopesOf(quota).every((scope) => evaluator.isInScope(scope, object));
}

function scopesOf({ spec }: ResourceQuota): ScopedResourceSelectorRequirement[] {
  const plain = (spec?.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists' }));
  return [...plain, ...(spec?.scopeSelector?.matchExpressions ?? [])];
}

/** What these objects, all those of the evaluator's resource in the namespace, use of the named resources. */
export function usageOf(
  quota: ResourceQuota,
  evaluator: Evaluator,
  objects: readonly KubeObject[],
  names: readonly string[],
  now: number,
): Amounts {
  let total: Amounts = new Map(names.map((name) => [name, whole(0)]));
  for (const object of objects) {
    if (isInScopes(quota, evaluator, object)) total = sum(total, masked(evaluator.usage(object, now), names));
  }
  return total;
}
