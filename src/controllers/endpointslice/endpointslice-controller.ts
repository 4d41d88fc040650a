// Keeps the EndpointSlices of each Service with a selector. Those of a Service that is gone are the garbage collector's.
// Models kubernetes pkg/controller/endpointslice and staging/src/k8s.io/endpointslice/reconciler.go.

import type { Client } from '../../api/client.ts';
import type { Draft } from '../../api/object.ts';
import type { Service } from '../../api/types/core-v1.ts';
import type { Endpoint, EndpointPort, EndpointSlice } from '../../api/types/discovery-v1.ts';
import { deepEqual } from '../../lib/json.ts';
import type { PodOutline } from '../common/pod-outline.ts';
import { isNamespaceTerminating } from '../common/failures.ts';
import { keysOfSlices, sliceLabels } from '../common/managed-slices.ts';
import { controllerReference, keyOf } from '../common/owners.ts';
import { isReady } from '../common/pods.ts';
import { HEADLESS_LABEL, isEndpoint, isHeadless, isServed, podsOf, servicesTouched } from '../common/service-pods.ts';
import { triggerTime, withTriggerTime } from '../common/trigger-time.ts';
import type { Context, Controller, Outcome } from '../runtime/component.ts';
import type { Family } from './endpoints-of-pods.ts';
import { endpointsOfPods, portsKey } from './endpoints-of-pods.ts';
import { place } from './placement.ts';

const SLICES = 'endpointslices.discovery.k8s.io';
const MANAGER = 'endpointslice-controller.k8s.io';
const MAX_ENDPOINTS = 100;

/** A key is `namespace/name` of a Service. */
export const endpointSliceController: Controller = {
  name: 'endpointslice-controller',
  watches: {
    services: ({ object }) => [keyOf(object)],
    pods: (change, { client }) => servicesTouched(change, client),
    [SLICES]: keysOfSlices(MANAGER),
  },
  reconcile,
};

function reconcile(key: string, { client }: Context): Outcome | undefined {
  const [namespace = '', name = ''] = key.split('/');
  const service = client.get('services', namespace, name);
  if (service === undefined || !isServed(service)) return undefined;
  const slices = slicesOf(client, service);
  const pods = podsOf(client, service);
  const plan: Plan = { create: [], update: [], remove: [] };
  const families = (service.spec?.ipFamilies ?? ['IPv4']) as Family[];
  let error: string | undefined;
  for (const family of families) {
    const existing = slices.filter(({ addressType }) => addressType === family);
    const desired = endpointsOfPods(client, service, pods, family);
    error ??= desired.error;
    addFamily(plan, service, existing, { ...desired, family });
  }
  plan.remove.push(...slices.filter(({ addressType }) => !families.includes(addressType as Family)));
  if (slices.length === 0) plan.remove.push(...leftBehind(client, service));
  const refused = carryOut(client, service, plan, () => timeOf(service, slices, pods));
  if (refused !== undefined) return { error: refused };
  return error === undefined ? undefined : { error };
}

function slicesOf(client: Client, { metadata: { name, uid } }: Service): EndpointSlice[] {
  const matchLabels = sliceLabels(name, MANAGER);
  return client.list(SLICES, { term: `owner:${uid}`, matchLabels });
}

/** Slices of an earlier Service of that name which was deleted without them. They are looked for when the new one gets its first. */
function leftBehind(client: Client, { metadata: { namespace = '', name, uid } }: Service): EndpointSlice[] {
  const slices = client.list(SLICES, { namespace, matchLabels: sliceLabels(name, MANAGER) });
  return slices.filter(({ metadata }) => metadata.ownerReferences?.every((owner) => owner.uid !== uid) ?? true);
}

interface NewSlice {
  readonly family: Family;
  readonly ports: EndpointPort[];
  readonly endpoints: Endpoint[];
}

interface Plan {
  readonly create: NewSlice[];
  readonly update: Array<NewSlice & { readonly slice: EndpointSlice }>;
  readonly remove: EndpointSlice[];
}

/** What there is to do for one address family. */
function addFamily(
  plan: Plan,
  service: Service,
  existing: readonly EndpointSlice[],
  { family, groups }: { family: Family; groups: ReturnType<typeof endpointsOfPods>['groups'] },
): void {
  const labels = labelsOf(service);
  const isStale = (slice: EndpointSlice): boolean => !deepEqual(slice.metadata.labels, labels);
  const create: NewSlice[] = [];
  const remove = existing.filter((slice) => !groups.has(portsKey(slice.ports ?? [])));
  for (const [key, { ports, endpoints }] of groups) {
    const same = existing.filter((slice) => portsKey(slice.ports ?? []) === key);
    const placed = place(same, endpoints, { max: MAX_ENDPOINTS, isStale });
    create.push(...placed.create.map((list) => ({ family, ports, endpoints: list })));
    plan.update.push(...placed.update.map((update) => ({ ...update, family, ports: update.slice.ports ?? [] })));
    remove.push(...placed.remove);
  }
  // A Service always has a slice, be it empty.
  if (remove.length === existing.length && create.length === 0) {
    const [only] = remove;
    if (remove.length === 1 && only !== undefined && isEmpty(only) && !isStale(only)) return;
    create.push({ family, ports: [], endpoints: [] });
  }
  // A slice that would go is written anew instead.
  for (const slice of remove) {
    const next = create.pop();
    if (next === undefined) plan.remove.push(slice);
    else plan.update.push({ ...next, slice });
  }
  plan.create.push(...create);
}

function isEmpty({ endpoints, ports }: EndpointSlice): boolean {
  return (endpoints ?? []).length === 0 && (ports ?? []).length === 0;
}

function labelsOf(service: Service): Record<string, string> {
  const { [HEADLESS_LABEL]: _, ...labels } = service.metadata.labels ?? {};
  const headless = isHeadless(service) ? { [HEADLESS_LABEL]: '' } : {};
  return { ...labels, ...headless, ...sliceLabels(service.metadata.name, MANAGER) };
}

function timeOf(service: Service, slices: readonly EndpointSlice[], pods: readonly PodOutline[]): string | undefined {
  const before = new Map<string, boolean>();
  for (const { endpoints } of slices) {
    for (const { targetRef, conditions } of endpoints ?? [])
      before.set(targetRef?.uid ?? '', conditions?.serving === true);
  }
  const visible = pods.filter((pod) => isEndpoint(pod, true));
  const after = new Map(visible.map((pod) => [pod.metadata.uid, isReady(pod)]));
  return triggerTime(pods, before, after, slices.length === 0 ? service : undefined);
}

/** Why something failed, if it did. */
function carryOut(client: Client, service: Service, plan: Plan, time: () => string | undefined): string | undefined {
  if (plan.create.length + plan.update.length + plan.remove.length === 0) return undefined;
  const labels = labelsOf(service);
  const trigger = time();
  const creates = service.metadata.deletionTimestamp === undefined ? plan.create : [];
  for (const slice of creates) {
    const created = client.create(SLICES, draftOf(service, slice, { labels, trigger }));
    if (created.ok) continue;
    if (isNamespaceTerminating(created.status)) return undefined;
    return `failed to create EndpointSlice for Service ${keyOf(service)}: ${created.status.message ?? ''}`;
  }
  for (const { slice, ports, endpoints } of plan.update) {
    const { annotations: before, ...kept } = slice.metadata;
    const annotations = withTriggerTime(before, trigger);
    const metadata = { ...kept, labels, ...(annotations === undefined ? {} : { annotations }) };
    const updated = client.update(SLICES, { ...slice, metadata, ports, endpoints });
    if (!updated.ok && updated.status.reason !== 'NotFound') {
      const why = updated.status.message ?? '';
      return `failed to update ${slice.metadata.name} EndpointSlice for Service ${keyOf(service)}: ${why}`;
    }
  }
  for (const { metadata } of plan.remove) {
    const deleted = client.delete(SLICES, metadata.namespace ?? '', metadata.name);
    if (!deleted.ok && deleted.status.reason !== 'NotFound') {
      const why = deleted.status.message ?? '';
      return `failed to delete ${metadata.name} EndpointSlice for Service ${keyOf(service)}: ${why}`;
    }
  }
  return undefined;
}

function draftOf(
  service: Service,
  { family, ports, endpoints }: NewSlice,
  { labels, trigger }: { labels: Record<string, string>; trigger: string | undefined },
): Draft<EndpointSlice> {
  const { namespace = '', name } = service.metadata;
  const annotations = withTriggerTime(undefined, trigger);
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: `${name}-`,
      namespace,
      labels,
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: [controllerReference(service)],
    },
    addressType: family,
    endpoints,
    ports,
  };
}
