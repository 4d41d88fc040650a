// The EndpointSlices that a controller keeps for a Service: found by their labels.

import type { Change } from '../runtime/component.ts';

const SERVICE_NAME = 'kubernetes.io/service-name';
const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';

/** Labels of the slices that `manager` keeps for this Service. */
export function sliceLabels(service: string, manager: string): Record<string, string> {
  return { [SERVICE_NAME]: service, [MANAGED_BY]: manager };
}

/** Keys of the Services whose slices a change of a slice touches: someone else's changes are undone. The manager's own bring the key back, too, and find nothing to do. */
export function keysOfSlices(manager: string): (change: Change) => string[] {
  return ({ verb, namespace, object, old }) => {
    if (verb === 'create') return [];
    const names = [object, old].flatMap((slice) => {
      const labels = slice?.metadata.labels;
      return labels?.[MANAGED_BY] === manager ? (labels[SERVICE_NAME] ?? []) : [];
    });
    return names.map((name) => `${namespace}/${name}`);
  };
}
