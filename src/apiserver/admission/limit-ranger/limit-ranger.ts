// Pods and claims keep to the LimitRanges of their namespace.
// Models kubernetes plugin/pkg/admission/limitranger.

import { aggregateContainers } from '../../../api/core/v1/resource-lists.ts';
import type { KubeObject } from '../../../api/object.ts';
import type { LimitRange, LimitRangeItem, PersistentVolumeClaim, Pod, PodSpec } from '../../../api/types/core-v1.ts';
import type { AdmissionPlugin, Attributes } from '../plugin.ts';
import { refuse } from '../plugin.ts';
import type { Amounts, Use } from './constraints.ts';
import { aboveMaximum, aboveRatio, amountsIn, belowMinimum, requestsAboveMaximum } from './constraints.ts';
import { defaultContainers } from './container-defaults.ts';

export const limitRanger: AdmissionPlugin = {
  name: 'LimitRanger',
  resources: ['pods', 'persistentvolumeclaims'],

  mutate(object, old, attributes) {
    if (attributes.kind.resource !== 'pods') return undefined;
    for (const range of rangesFor(old, attributes)) defaultContainers(object, range);
    return undefined;
  },

  validate(object, old, attributes) {
    for (const { spec } of rangesFor(old, attributes)) {
      const limits = spec?.limits ?? [];
      const errors =
        attributes.kind.resource === 'pods'
          ? limits.flatMap((item) => podErrors(item, object as Pod))
          : limits.flatMap((item) => claimErrors(item, object as PersistentVolumeClaim));
      const distinct = [...new Set(errors)];
      if (distinct.length === 0) continue;
      return refuse(attributes, object, distinct.length === 1 ? (distinct[0] ?? '') : `[${distinct.join(', ')}]`);
    }
    return undefined;
  },
};

/** Those that the write must keep to: none where it cannot change what they limit. */
function rangesFor(old: KubeObject | undefined, { operation, kind, subresource, namespace, store }: Attributes) {
  const isPod = kind.resource === 'pods';
  const resizes = isPod && subresource === 'resize' && operation === 'UPDATE';
  const writes = subresource === '' && (operation === 'CREATE' || (operation === 'UPDATE' && !isPod));
  if ((!resizes && !writes) || old?.metadata.deletionTimestamp !== undefined) return [];
  return store.log.list({ resource: 'limitranges', namespace }).map((row) => store.parseStored(row) as LimitRange);
}

function podErrors(item: LimitRangeItem, { spec }: Pod): string[] {
  if (spec === undefined) return [];
  if (item.type === 'Pod')
    return errorsOf(item, { requests: podAmounts(spec, 'requests'), limits: podAmounts(spec, 'limits') });
  if (item.type !== 'Container') return [];
  return [...(spec.containers ?? []), ...(spec.initContainers ?? [])].flatMap(({ resources }) =>
    errorsOf(item, { requests: amountsIn(resources?.requests), limits: amountsIn(resources?.limits) }),
  );
}

function errorsOf(item: LimitRangeItem, use: Use): string[] {
  return [
    ...belowMinimum(item.type, item.min, use),
    ...aboveMaximum(item.type, item.max, use),
    ...aboveRatio(item.type, item.maxLimitRequestRatio, use),
  ];
}

/** What a pod names for all its containers together counts for more than what they name. */
function podAmounts(spec: PodSpec, which: 'requests' | 'limits'): Amounts {
  return new Map([...aggregateContainers(spec, which), ...amountsIn(spec.resources?.[which])]);
}

/** Limits of a claim mean nothing. */
function claimErrors(item: LimitRangeItem, { spec }: PersistentVolumeClaim): string[] {
  if (item.type !== 'PersistentVolumeClaim') return [];
  const requests = amountsIn(spec?.resources?.requests);
  return [
    ...belowMinimum(item.type, item.min, { requests, limits: new Map() }),
    ...requestsAboveMaximum(item.type, item.max, requests),
  ];
}
