// Which slice an endpoint goes to, so that few slices change and none is rewritten for tidiness.
// Models kubernetes staging/src/k8s.io/endpointslice/reconciler.go (reconcileByPortMapping).
//
// Example, with room for 3: slices [a b c] [d e]; wanted are a, c, d, e, f.
//   1. What is no longer wanted goes: [a c]* [d e]   (* changed)
//   2. New ones go into slices that change anyway, the fullest first: [a c f]* [d e]. The second slice is left alone.
//   3. Whatever is left goes into the one unchanged slice that it fills best, or else into new slices.

import type { Endpoint, EndpointSlice } from '../../api/types/discovery-v1.ts';
import { deepEqual } from '../../lib/json.ts';

export interface Placement {
  /** Endpoints of each new slice. */
  readonly create: Endpoint[][];
  readonly update: ReadonlyArray<{ readonly slice: EndpointSlice; readonly endpoints: Endpoint[] }>;
  readonly remove: EndpointSlice[];
}

interface Draft {
  readonly slice: EndpointSlice;
  readonly endpoints: Endpoint[];
  changed: boolean;
}

export interface PlacementOptions {
  /** Endpoints in a slice. */
  readonly max: number;
  /** Whether the slice must be written for another reason. */
  readonly isStale: (slice: EndpointSlice) => boolean;
}

/** `existing` and `desired` have the same ports. */
export function place(
  existing: readonly EndpointSlice[],
  desired: readonly Endpoint[],
  { max, isStale }: PlacementOptions,
): Placement {
  const wanted = new Map(desired.map((endpoint) => [identityOf(endpoint), endpoint]));
  const drafts: Draft[] = [];
  const remove: EndpointSlice[] = [];
  for (const slice of existing) {
    const before = slice.endpoints ?? [];
    const endpoints = before.flatMap((endpoint) => take(wanted, identityOf(endpoint)) ?? []);
    const differs =
      endpoints.length !== before.length || endpoints.some((endpoint, index) => !deepEqual(endpoint, before[index]));
    if (differs && endpoints.length === 0) remove.push(slice);
    else drafts.push({ slice, endpoints, changed: differs || isStale(slice) });
  }
  const left = [...wanted.values()];
  const fill = (endpoints: Endpoint[]): void => {
    endpoints.push(...left.splice(0, max - endpoints.length));
  };
  const changed = drafts.filter((draft) => draft.changed);
  for (const { endpoints } of changed.toSorted((a, b) => b.endpoints.length - a.endpoints.length)) fill(endpoints);
  const create: Endpoint[][] = [];
  while (left.length > 0) {
    const best = left.length < max ? bestFit(drafts, left.length, max) : undefined;
    if (best === undefined) {
      const endpoints: Endpoint[] = [];
      fill(endpoints);
      create.push(endpoints);
    } else {
      fill(best.endpoints);
      best.changed = true;
    }
  }
  return { create, update: drafts.filter((draft) => draft.changed), remove };
}

function take(wanted: Map<string, Endpoint>, identity: string): Endpoint | undefined {
  const endpoint = wanted.get(identity);
  wanted.delete(identity);
  return endpoint;
}

/** The unchanged slice that so many more endpoints leave least room in. */
function bestFit(drafts: readonly Draft[], count: number, max: number): Draft | undefined {
  let best: Draft | undefined;
  for (const draft of drafts) {
    const room = max - draft.endpoints.length - count;
    if (draft.changed || room < 0) continue;
    if (best === undefined || draft.endpoints.length > best.endpoints.length) best = draft;
  }
  return best;
}

/** What makes two versions of an endpoint the same one. */
function identityOf({ addresses, hostname = '', targetRef }: Endpoint): string {
  return `${addresses.join()} ${hostname} ${targetRef?.namespace ?? ''}/${targetRef?.name ?? ''}`;
}
