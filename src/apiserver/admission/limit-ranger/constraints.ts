// What one limit says of requests and limits: the least, the most, and how far apart they may be.
// Models minConstraint, maxConstraint and limitRequestRatioConstraint of kubernetes plugin/pkg/admission/limitranger.

import type { ResourceList } from '../../../api/core/v1/resource-lists.ts';
import { quantityIn } from '../../../api/core/v1/resource-lists.ts';
import type { Quantity } from '../../../schema/quantity.ts';
import { compareQuantity, formatQuantity } from '../../../schema/quantity.ts';

/** By the name of the resource. */
export type Amounts = ReadonlyMap<string, Quantity>;

export interface Use {
  readonly requests: Amounts;
  readonly limits: Amounts;
}

export function amountsIn(list: ResourceList | undefined): Amounts {
  return new Map(Object.entries(list ?? {}).map(([name, value]) => [name, quantityIn(value)]));
}

/** In the order of names, which upstream leaves to chance. */
function entries(list: ResourceList | undefined): Array<[string, Quantity]> {
  return [...amountsIn(list)].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

export function belowMinimum(type: string, min: ResourceList | undefined, { requests, limits }: Use): string[] {
  return entries(min).flatMap(([name, least]) => {
    const bound = `minimum ${name} usage per ${type} is ${formatQuantity(least)}`;
    const request = requests.get(name);
    const limit = limits.get(name);
    if (request === undefined) return [`${bound}.  No request is specified`];
    if (compareQuantity(request, least) < 0) return [`${bound}, but request is ${formatQuantity(request)}`];
    if (limit === undefined || compareQuantity(limit, least) >= 0) return [];
    return [`${bound}, but limit is ${formatQuantity(limit)}`];
  });
}

export function aboveMaximum(type: string, max: ResourceList | undefined, { requests, limits }: Use): string[] {
  return entries(max).flatMap(([name, most]) => {
    const bound = `maximum ${name} usage per ${type} is ${formatQuantity(most)}`;
    const request = requests.get(name);
    const limit = limits.get(name);
    if (limit === undefined) return [`${bound}.  No limit is specified`];
    if (compareQuantity(limit, most) > 0) return [`${bound}, but limit is ${formatQuantity(limit)}`];
    if (request === undefined || compareQuantity(request, most) <= 0) return [];
    return [`${bound}, but request is ${formatQuantity(request)}`];
  });
}

/** Of what has requests alone. */
export function requestsAboveMaximum(type: string, max: ResourceList | undefined, requests: Amounts): string[] {
  return entries(max).flatMap(([name, most]) => {
    const bound = `maximum ${name} usage per ${type} is ${formatQuantity(most)}`;
    const request = requests.get(name);
    if (request === undefined) return [`${bound}.  No request is specified`];
    return compareQuantity(request, most) > 0 ? [`${bound}, but request is ${formatQuantity(request)}`] : [];
  });
}

export function aboveRatio(type: string, ratios: ResourceList | undefined, { requests, limits }: Use): string[] {
  return entries(ratios).flatMap(([name, most]) => {
    const bound = `${name} max limit to request ratio per ${type} is ${formatQuantity(most)}`;
    const request = requests.get(name)?.nano ?? 0n;
    const limit = limits.get(name)?.nano ?? 0n;
    if (request === 0n) return [`${bound}, but no request is specified or request is 0`];
    if (limit === 0n) return [`${bound}, but no limit is specified or limit is 0`];
    const ratio = Number(limit) / Number(request);
    return ratio > Number(most.nano) / 1e9 ? [`${bound}, but provided ratio is ${ratio.toFixed(6)}`] : [];
  });
}
