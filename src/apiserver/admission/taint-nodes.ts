// A new node takes no pods until the node lifecycle controller has seen it ready.
// Models kubernetes plugin/pkg/admission/nodetaint.

import type { Node } from '../../api/types/core-v1.ts';
import type { AdmissionPlugin } from './plugin.ts';

const NOT_READY = 'node.kubernetes.io/not-ready';

export const taintNodesByCondition: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  resources: ['nodes'],

  mutate(object, _old, { operation, subresource }) {
    if (operation !== 'CREATE' || subresource !== '') return undefined;
    const node = object as Node;
    const taints = node.spec?.taints ?? [];
    if (taints.some((taint) => taint.key === NOT_READY && taint.effect === 'NoSchedule')) return undefined;
    node.spec = { ...node.spec, taints: [...taints, { key: NOT_READY, effect: 'NoSchedule' }] };
    return undefined;
  },
};
