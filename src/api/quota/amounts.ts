// Amounts of resources, as quotas reckon with them.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/quota/v1/resources.go.

import type { Quantity } from '../../schema/quantity.ts';
import { addQuantity, compareQuantity, formatQuantity, subtractQuantity } from '../../schema/quantity.ts';
import type { ResourceList } from '../core/v1/resource-lists.ts';
import { quantityIn } from '../core/v1/resource-lists.ts';

/** By the name of the resource: `requests.cpu`, `count/deployments.apps`. */
export type Amounts = ReadonlyMap<string, Quantity>;

export function amountsIn(list: ResourceList | undefined): Amounts {
  return new Map(Object.entries(list ?? {}).map(([name, value]) => [name, quantityIn(value)]));
}

/** In the order of names, as it is stored. */
export function listOf(amounts: Amounts): Record<string, string> {
  return Object.fromEntries(sorted(amounts).map(([name, amount]) => [name, formatQuantity(amount)]));
}

export function whole(count: number): Quantity {
  return { nano: BigInt(count) * 1_000_000_000n, format: 'DecimalSI' };
}

export function sum(a: Amounts, b: Amounts): Amounts {
  const result = new Map(a);
  for (const [name, amount] of b) {
    const before = result.get(name);
    result.set(name, before === undefined ? amount : addQuantity(before, amount));
  }
  return result;
}

/** What `a` is above `b`. Nothing is below zero. */
export function excess(a: Amounts, b: Amounts): Amounts {
  const result = new Map<string, Quantity>();
  for (const [name, amount] of a) {
    const rest = subtractQuantity(amount, b.get(name) ?? whole(0));
    result.set(name, rest.nano < 0n ? whole(0) : rest);
  }
  return result;
}

export function masked(amounts: Amounts, names: Iterable<string>): Amounts {
  const kept = new Set(names);
  return new Map([...amounts].filter(([name]) => kept.has(name)));
}

export function withoutZeros(amounts: Amounts): Amounts {
  return new Map([...amounts].filter(([, { nano }]) => nano !== 0n));
}

/** The resources of which there is more than `hard` allows. */
export function exceeded(amounts: Amounts, hard: Amounts): string[] {
  return [...amounts].flatMap(([name, amount]) => {
    const bound = hard.get(name);
    return bound !== undefined && compareQuantity(amount, bound) > 0 ? [name] : [];
  });
}

export function sameAmounts(a: Amounts, b: Amounts): boolean {
  if (a.size !== b.size) return false;
  return [...a].every(([name, { nano }]) => b.get(name)?.nano === nano);
}

/** `pods=1,requests.cpu=500m` */
export function amountsText(amounts: Amounts): string {
  return sorted(amounts)
    .map(([name, amount]) => `${name}=${formatQuantity(amount)}`)
    .join(',');
}

function sorted(amounts: Amounts): Array<[string, Quantity]> {
  return [...amounts].toSorted(([a], [b]) => (a < b ? -1 : 1));
}
