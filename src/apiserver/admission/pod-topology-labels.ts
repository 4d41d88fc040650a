// A pod bears the zone and the region of the node that it is bound to.
// Models kubernetes plugin/pkg/admission/podtopologylabels.

import { node as nodeKind } from '../../api/core/v1/node.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Binding, Pod } from '../../api/types/core-v1.ts';
import type { Store } from '../../registry/store.ts';
import type { AdmissionPlugin } from './plugin.ts';

const LABELS = ['topology.kubernetes.io/region', 'topology.kubernetes.io/zone'];

export const podTopologyLabels: AdmissionPlugin = {
  name: 'PodTopologyLabels',
  resources: ['pods'],

  mutate(object, _old, { operation, subresource, store }) {
    if (operation !== 'CREATE') return undefined;
    if (subresource === '') copyLabels(object, (object as Pod).spec?.nodeName, store);
    if (subresource === 'binding') {
      const { target } = object as Binding;
      if (target?.kind === 'Node') copyLabels(object, target.name, store);
    }
    return undefined;
  },
};

/** Labels that the object has stay. */
function copyLabels({ metadata }: KubeObject, name: string | undefined, store: Store): void {
  const node = name === undefined || name === '' ? undefined : store.get(nodeKind, '', name);
  for (const label of LABELS) {
    const value = node?.metadata.labels?.[label];
    if (value !== undefined && metadata.labels?.[label] === undefined) (metadata.labels ??= {})[label] = value;
  }
}
