// Host ports are taken once a node. Models pkg/scheduler/framework/plugins/nodeports.

import type { FilterPlugin } from '../framework.ts';
import { unschedulable } from '../framework.ts';

const TAKEN = unschedulable("node(s) didn't have free ports for the requested pod ports");

export const nodePorts: FilterPlugin = {
  name: 'NodePorts',
  filter({ usage }, node) {
    return usage.hostPorts.some((port) => node.usesPort(port)) ? TAKEN : undefined;
  },
};
