// Cordoned nodes take no pods but those that tolerate it. Models pkg/scheduler/framework/plugins/nodeunschedulable.

import type { FilterPlugin } from '../framework.ts';
import { unresolvable } from '../framework.ts';
import { tolerates } from './tolerations.ts';

const TAINT = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

const CORDONED = unresolvable('node(s) were unschedulable');

export const nodeUnschedulable: FilterPlugin = {
  name: 'NodeUnschedulable',
  filter({ pod }, { node }) {
    if (node?.spec?.unschedulable !== true) return undefined;
    return (pod.spec?.tolerations ?? []).some((item) => tolerates(item, TAINT)) ? undefined : CORDONED;
  },
};
