// Which changes an autoscaler depends on: its own spec, its target, the pods of its namespace that the target selects, and
// whether there are metrics at all.

import { METRICS_API_SERVICE } from '../../api/metrics/v1beta1/group.ts';
import type { KubeObject } from '../../api/object.ts';
import type { HorizontalPodAutoscaler } from '../../api/types/autoscaling-v2.ts';
import { deepEqual } from '../../lib/json.ts';
import { matchesLabels, parseLabelSelector } from '../../schema/label-selector.ts';
import { keyOf } from '../common/owners.ts';
import type { Change, Context, Notice } from '../runtime/component.ts';
import { scaledPodOf } from './scaled-pod.ts';

export const AUTOSCALERS = 'horizontalpodautoscalers.autoscaling';
const API_SERVICES = 'apiservices.apiregistration.k8s.io';

/** What happens most and is never a target. */
const NEVER: ReadonlySet<string> = new Set(['events', 'leases.coordination.k8s.io', 'endpointslices.discovery.k8s.io']);

export function interest(notice: Notice): boolean {
  if (notice.resource === AUTOSCALERS || notice.resource === API_SERVICES) return true;
  return !NEVER.has(notice.resource) && notice.namespaceHolds(AUTOSCALERS);
}

export function keys(change: Change, { client }: Context): Iterable<string> {
  const { resource, namespace, object, old } = change;
  // One that comes or goes may have contended with others for their pods.
  if (resource === AUTOSCALERS)
    return specChanged(change) ? [keyOf(object), ...client.list(AUTOSCALERS, { namespace }).map(keyOf)] : [];
  if (resource === API_SERVICES) {
    return change.name === METRICS_API_SERVICE ? client.list(AUTOSCALERS).map(keyOf) : [];
  }
  const autoscalers = client.list(AUTOSCALERS, { namespace });
  if (resource === 'pods') {
    if (old !== undefined && change.verb === 'update' && sameUse(object, old)) return [];
    const labels = [object, ...(old === undefined ? [] : [old])].map(({ metadata }) => metadata.labels ?? {});
    return autoscalers
      .filter(({ spec }) => {
        const scale = client.scale(namespace, spec.scaleTargetRef);
        const parsed = parseLabelSelector((scale.ok && scale.value.status?.selector) || '');
        return parsed.ok && parsed.selector.length > 0 && labels.some((set) => matchesLabels(parsed.selector, set));
      })
      .map(keyOf);
  }
  return autoscalers.filter((autoscaler) => isTarget(autoscaler, object) && scaleChanged(change)).map(keyOf);
}

/** Its status, and what it remembers, it has written itself. */
function specChanged({ verb, object, old }: Change): boolean {
  if (verb !== 'update' || old === undefined) return true;
  return !deepEqual((object as HorizontalPodAutoscaler).spec, (old as HorizontalPodAutoscaler).spec);
}

/** Of a target everything may be part of its scale but what is said about it. */
function scaleChanged({ verb, object, old }: Change): boolean {
  if (verb !== 'update' || old === undefined) return true;
  const { metadata: _, ...next } = object;
  const { metadata: __, ...before } = old;
  return !deepEqual(next, before);
}

/** By group and kind: the version does not matter. */
function isTarget({ spec }: HorizontalPodAutoscaler, { apiVersion, kind, metadata }: KubeObject): boolean {
  const { scaleTargetRef: target } = spec;
  return (
    target.kind === kind && target.name === metadata.name && groupOf(target.apiVersion ?? '') === groupOf(apiVersion)
  );
}

export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

function sameUse(pod: KubeObject, old: KubeObject): boolean {
  return deepEqual(scaledPodOf(pod), scaledPodOf(old));
}
