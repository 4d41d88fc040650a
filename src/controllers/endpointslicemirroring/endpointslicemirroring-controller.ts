// Mirrors Endpoints that someone keeps by hand, for a Service without a selector, to EndpointSlices.
// Models kubernetes pkg/controller/endpointslicemirroring.

import type { Client } from '../../api/client.ts';
import type { Draft, KubeObject } from '../../api/object.ts';
import type { Result, Status } from '../../api/status.ts';
import type { Endpoints, Service } from '../../api/types/core-v1.ts';
import type { EndpointSlice } from '../../api/types/discovery-v1.ts';
import { deepEqual } from '../../lib/json.ts';
import { isNamespaceTerminating } from '../common/failures.ts';
import { keysOfSlices, sliceLabels } from '../common/managed-slices.ts';
import { controllerReference, keyOf } from '../common/owners.ts';
import type { Context, Controller, Outcome } from '../runtime/component.ts';
import type { Mirror } from './mirrors.ts';
import { groupKey, MAX_ADDRESSES, mirrorsOf } from './mirrors.ts';

const SLICES = 'endpointslices.discovery.k8s.io';
const MANAGER = 'endpointslicemirroring-controller.k8s.io';
const SKIP = 'endpointslice.kubernetes.io/skip-mirror';
const LEADER = 'control-plane.alpha.kubernetes.io/leader';
const NOT_MIRRORED = [
  'endpoints.kubernetes.io/last-change-trigger-time',
  'kubectl.kubernetes.io/last-applied-configuration',
];

/** A key is `namespace/name` of Endpoints, and of the Service that they belong to. */
export const endpointSliceMirroringController: Controller = {
  name: 'endpointslicemirroring-controller',
  watches: {
    services: ({ object, old }) =>
      hasSelector(object) && (old === undefined || hasSelector(old)) ? [] : [keyOf(object)],
    endpoints: ({ object, old }) =>
      isMirrored(object) || (old !== undefined && isMirrored(old)) ? [keyOf(object)] : [],
    [SLICES]: keysOfSlices(MANAGER),
  },
  reconcile,
};

function hasSelector(object: KubeObject): boolean {
  return (object as Service).spec?.selector !== undefined;
}

/** Locks of leader elections are no endpoints. */
function isMirrored({ metadata: { labels, annotations } }: KubeObject): boolean {
  return labels?.[SKIP] !== 'true' && annotations?.[LEADER] === undefined;
}

function reconcile(key: string, { client }: Context): Outcome | undefined {
  const [namespace = '', name = ''] = key.split('/');
  const matchLabels = sliceLabels(name, MANAGER);
  const slices = client.list(SLICES, { namespace, matchLabels });
  const endpoints = client.get('endpoints', namespace, name);
  const service = client.get('services', namespace, name);
  const wanted =
    endpoints !== undefined && isMirrored(endpoints) && service !== undefined && service.spec?.selector === undefined;
  const refused = wanted ? mirror(client, endpoints, slices) : removeAll(client, slices);
  return refused === undefined ? undefined : { error: refused };
}

/** Why something failed, if it did. */
function mirror(client: Client, endpoints: Endpoints, slices: readonly EndpointSlice[]): string | undefined {
  const { mirrors, invalid, skipped } = mirrorsOf(endpoints);
  const warn = (reason: string, message: string): void =>
    client.event({ regarding: endpoints, type: 'Warning', reason, message });
  if (invalid > 0) warn('InvalidIPAddress', `Skipped ${invalid} invalid IP addresses when mirroring to EndpointSlices`);
  if (skipped > invalid) {
    const limit = `A max of ${MAX_ADDRESSES} addresses can be mirrored to EndpointSlices per Endpoints subset`;
    warn('TooManyAddressesToMirror', `${limit}. ${skipped} addresses were skipped`);
  }

  const metadata = metadataOf(endpoints);
  const spare = [...slices];
  const create: Mirror[] = [];
  const update: EndpointSlice[] = [];
  for (const [group, wanted] of mirrors) {
    const at = spare.findIndex((slice) => groupKey(slice.addressType, slice.ports ?? []) === group);
    const [slice] = at < 0 ? [] : spare.splice(at, 1);
    if (slice === undefined) create.push(wanted);
    else if (!shows(slice, wanted, metadata)) update.push(filled(slice, wanted, metadata));
  }
  // A slice that would go is written anew instead, unless it is of the other family: that is immutable.
  while (create.length > 0) {
    const at = spare.findIndex(({ addressType }) => addressType === create[0]?.addressType);
    const [slice] = at < 0 ? [] : spare.splice(at, 1);
    const wanted = create[0];
    if (slice === undefined || wanted === undefined) break;
    update.push(filled(slice, wanted, metadata));
    create.shift();
  }

  if (endpoints.metadata.deletionTimestamp === undefined) {
    for (const wanted of create) {
      const made = client.create(SLICES, draftOf(endpoints, wanted, metadata));
      if (!made.ok && isNamespaceTerminating(made.status)) return undefined;
      if (!made.ok) return failed('create', keyOf(endpoints), made.status);
    }
  }
  for (const slice of update) {
    const refused = failure('update', client.update(SLICES, slice), slice);
    if (refused !== undefined) return refused;
  }
  return removeAll(client, spare);
}

function removeAll(client: Client, slices: readonly EndpointSlice[]): string | undefined {
  for (const slice of slices) {
    const { namespace = '', name } = slice.metadata;
    const refused = failure('delete', client.delete(SLICES, namespace, name), slice);
    if (refused !== undefined) return refused;
  }
  return undefined;
}

function failure(verb: string, result: Result<unknown>, slice: EndpointSlice): string | undefined {
  return result.ok || result.status.reason === 'NotFound' ? undefined : failed(verb, keyOf(slice), result.status);
}

function failed(verb: string, key: string, { message = '' }: Status): string {
  return `failed to ${verb} EndpointSlice for Endpoints ${key}: ${message}`;
}

type Mirrored = Pick<EndpointSlice['metadata'], 'labels' | 'annotations'>;

function metadataOf({ metadata }: Endpoints): Mirrored {
  const kept = Object.entries(metadata.annotations ?? {}).filter(([name]) => !NOT_MIRRORED.includes(name));
  return {
    labels: { ...metadata.labels, ...sliceLabels(metadata.name, MANAGER) },
    ...(kept.length === 0 ? {} : { annotations: Object.fromEntries(kept) }),
  };
}

function shows(slice: EndpointSlice, { endpoints }: Mirror, { labels, annotations }: Mirrored): boolean {
  const shown = slice.metadata;
  return (
    deepEqual(slice.endpoints ?? [], endpoints) &&
    deepEqual(shown.labels, labels) &&
    deepEqual(shown.annotations ?? {}, annotations ?? {})
  );
}

function filled(slice: EndpointSlice, { ports, endpoints }: Mirror, metadata: Mirrored): EndpointSlice {
  const { labels: _, annotations: __, ...kept } = slice.metadata;
  return { ...slice, metadata: { ...kept, ...metadata }, ports, endpoints };
}

function draftOf(owner: Endpoints, mirrored: Mirror, metadata: Mirrored): Draft<EndpointSlice> {
  const { namespace = '', name } = owner.metadata;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { generateName: `${name}-`, namespace, ...metadata, ownerReferences: [controllerReference(owner)] },
    ...mirrored,
  };
}
