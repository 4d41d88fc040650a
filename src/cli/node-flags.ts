// How many simulated nodes a new cluster gets, and of what size.

import type { Flags, Values } from './command.ts';
import { integer, quantity } from './flag-values.ts';
import type { NewCluster } from './server/clusters.ts';

const MAX_NODES = 1000;

export const NODE_FLAGS: Flags = {
  nodes: { type: 'string', value: 'number', default: '3', help: 'simulated nodes of a new cluster' },
  'node-cpu': {
    type: 'string',
    value: 'quantity',
    help: "CPU of such a node, like 4 or 500m (the server's default if not given)",
  },
  'node-memory': {
    type: 'string',
    value: 'quantity',
    help: "memory of such a node, like 16Gi (the server's default if not given)",
  },
};

export function nodesOf(values: Values): Pick<NewCluster, 'nodes' | 'nodeShape'> {
  return {
    nodes: integer(values, 'nodes', 0, MAX_NODES),
    nodeShape: { cpu: quantity(values, 'node-cpu'), memory: quantity(values, 'node-memory') },
  };
}
