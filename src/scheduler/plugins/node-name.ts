// A pod that names its node. Models pkg/scheduler/framework/plugins/nodename.

import type { FilterPlugin } from '../framework.ts';
import { unresolvable } from '../framework.ts';

const OTHER = unresolvable("node(s) didn't match the requested node name");

export const nodeName: FilterPlugin = {
  name: 'NodeName',
  filter({ pod }, node) {
    const wanted = pod.spec?.nodeName ?? '';
    return wanted === '' || wanted === node.name ? undefined : OTHER;
  },
};
