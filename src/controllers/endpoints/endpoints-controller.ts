// Keeps an Endpoints object for each Service with a selector.
// Models kubernetes pkg/controller/endpoint/endpoints_controller.go.

import type { Client } from '../../api/client.ts';
import type { Draft, KubeObject } from '../../api/object.ts';
import type { Status } from '../../api/status.ts';
import type { Endpoints, Service } from '../../api/types/core-v1.ts';
import { deepEqual } from '../../lib/json.ts';
import type { PodOutline } from '../common/pod-outline.ts';
import { isNamespaceTerminating } from '../common/failures.ts';
import { keyOf } from '../common/owners.ts';
import { isReady } from '../common/pods.ts';
import { HEADLESS_LABEL, isEndpoint, isHeadless, isServed, podsOf, servicesTouched } from '../common/service-pods.ts';
import type { Shown } from '../common/trigger-time.ts';
import { triggerTime, withTriggerTime } from '../common/trigger-time.ts';
import type { Context, Controller, Outcome } from '../runtime/component.ts';
import { subsetsOf, truncated } from './subsets.ts';

const MANAGED_BY = { 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' };
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity';

/** A key is `namespace/name` of a Service. */
export const endpointsController: Controller = {
  name: 'endpoint-controller',
  watches: {
    services: ({ object }) => [keyOf(object)],
    pods: (change, { client }) => servicesTouched(change, client),
    endpoints: ({ verb, object }) => (verb === 'delete' ? [keyOf(object)] : []),
  },
  reconcile,
};

function reconcile(key: string, { client }: Context): Outcome | undefined {
  const [namespace = '', name = ''] = key.split('/');
  const service = client.get('services', namespace, name);
  const current = client.get('endpoints', namespace, name);
  if (service === undefined) return current === undefined ? undefined : remove(client, current);
  if (!isServed(service)) return undefined;
  const pods = podsOf(client, service);
  const all = subsetsOf(service, pods);
  const cut = truncated(all);
  const subsets = cut ?? all;
  const labels = labelsOf(service);
  const isCut = current?.metadata.annotations?.[OVER_CAPACITY] !== undefined;
  if (
    current !== undefined &&
    deepEqual(current.subsets ?? [], subsets) &&
    deepEqual(current.metadata.labels ?? {}, labels) &&
    isCut === (cut !== undefined)
  )
    return undefined;
  const time = triggerTime(
    pods,
    shownBy(current),
    shownNow(service, pods),
    current === undefined ? service : undefined,
  );
  const { [OVER_CAPACITY]: _, ...others } = current?.metadata.annotations ?? {};
  const annotations = withTriggerTime(cut === undefined ? others : { ...others, [OVER_CAPACITY]: 'truncated' }, time);
  return write(client, service, current, { labels, annotations, subsets });
}

function remove(client: Client, { metadata: { namespace = '', name } }: Endpoints): Outcome | undefined {
  const deleted = client.delete('endpoints', namespace, name);
  return deleted.ok || deleted.status.reason === 'NotFound' ? undefined : { error: deleted.status.message ?? '' };
}

function labelsOf(service: Service): Record<string, string> {
  const { [HEADLESS_LABEL]: _, ...labels } = service.metadata.labels ?? {};
  return { ...labels, ...MANAGED_BY, ...(isHeadless(service) ? { [HEADLESS_LABEL]: '' } : {}) };
}

function shownBy(endpoints: Endpoints | undefined): Shown {
  const shown = new Map<string, boolean>();
  for (const { addresses = [], notReadyAddresses = [] } of endpoints?.subsets ?? []) {
    for (const { targetRef } of notReadyAddresses) shown.set(targetRef?.uid ?? '', false);
    for (const { targetRef } of addresses) shown.set(targetRef?.uid ?? '', true);
  }
  return shown;
}

function shownNow({ spec }: Service, pods: readonly PodOutline[]): Shown {
  const publish = spec?.publishNotReadyAddresses === true;
  const visible = pods.filter((pod) => isEndpoint(pod, publish));
  return new Map(visible.map((pod) => [pod.metadata.uid, publish || isReady(pod)]));
}

interface Desired {
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string> | undefined;
  readonly subsets: Endpoints['subsets'] & object;
}

function write(
  client: Client,
  service: Service,
  current: Endpoints | undefined,
  { labels, annotations, subsets }: Desired,
): Outcome | undefined {
  const { namespace = '', name } = service.metadata;
  const { annotations: _, ...kept } = current?.metadata ?? { namespace, name };
  const draft: Draft<Endpoints> = {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { ...kept, labels, ...(annotations === undefined ? {} : { annotations }) },
    ...(subsets.length === 0 ? {} : { subsets }),
  };
  if (current !== undefined) {
    const updated = client.update('endpoints', draft as Endpoints);
    if (updated.ok || updated.status.reason === 'NotFound') return undefined;
    const message = `Failed to update endpoint ${keyOf(service)}: ${updated.status.message ?? ''}`;
    return refused(client, current, 'FailedToUpdateEndpoint', message, updated.status);
  }
  const created = client.create('endpoints', draft);
  if (created.ok || isNamespaceTerminating(created.status)) return undefined;
  const message = `Failed to create endpoint for service ${keyOf(service)}: ${created.status.message ?? ''}`;
  const regarding = { ...draft, metadata: { ...draft.metadata, uid: '' } } as KubeObject;
  return refused(client, regarding, 'FailedToCreateEndpoint', message, created.status);
}

function refused(client: Client, regarding: KubeObject, reason: string, message: string, status: Status): Outcome {
  client.event({ regarding, type: 'Warning', reason, message });
  return { error: status.message ?? '' };
}
