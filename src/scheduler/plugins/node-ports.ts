// Host ports are taken once a node. Models pkg/scheduler/framework/plugins/nodeports.

import type { FilterPlugin } from '../framework.ts';
import { unschedulable } from '../framework.ts';

export const nodePorts: FilterPlugin = {
  name: 'NodePorts',
  filter({ hostPorts }, node) {
    return hostPorts.some((port) => node.usesPort(port))
      ? unschedulable("node(s) didn't have free ports for the requested pod ports")
      : undefined;
  },
};
