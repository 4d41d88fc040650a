// Gives each node a range of pod addresses of its own.
// Models kubernetes pkg/controller/nodeipam/ipam/range_allocator.go, for one IPv4 cluster range.
//
// There is one key, since all nodes draw from one range: a reconcile serves every node that lacks addresses. One that
// finds no range left waits until a node goes.

import type { Client } from '../../api/client.ts';
import type { Node } from '../../api/types/core-v1.ts';
import { clone } from '../../lib/json.ts';
import type { Controller, Outcome } from '../runtime/component.ts';

/** Ranges are 10.244.N.0/24. */
const CLUSTER_PREFIX = [10, 244] as const;
const RANGES = 256;
const RANGE_BITS = 24;

export const nodeIpamController: Controller = {
  name: 'node-ipam-controller',
  eventSource: 'cidrAllocator',
  watches: {
    nodes: ({ verb, object }) => (verb === 'delete' || lacksRange(object) ? ['nodes'] : []),
  },
  reconcile: (_key, { client }) => allocate(client),
};

function lacksRange(node: Node): boolean {
  return node.metadata.deletionTimestamp === undefined && rangesOf(node).length === 0;
}

function allocate(client: Client): Outcome | undefined {
  const nodes = client.list('nodes');
  const waiting = nodes.filter(lacksRange);
  if (waiting.length === 0) return undefined;
  const taken = new Set(nodes.flatMap((node) => rangesOf(node).flatMap(slotsOf)));
  let error: string | undefined;
  let slot = 0;
  for (const node of waiting) {
    while (taken.has(slot)) slot += 1;
    if (slot >= RANGES) {
      const message = `Node ${node.metadata.name} status is now: CIDRNotAvailable`;
      client.event({ regarding: node, type: 'Normal', reason: 'CIDRNotAvailable', message });
      continue;
    }
    const updated = client.update('nodes', withRange(node, `${CLUSTER_PREFIX.join('.')}.${slot}.0/${RANGE_BITS}`));
    if (updated.ok) taken.add(slot);
    else if (updated.status.reason !== 'NotFound') {
      error ??= updated.status.message;
      const message = `Node ${node.metadata.name} status is now: CIDRAssignmentFailed`;
      client.event({ regarding: node, type: 'Normal', reason: 'CIDRAssignmentFailed', message });
    }
  }
  return error === undefined ? undefined : { error };
}

function withRange(node: Node, range: string): Node {
  const next = clone(node);
  next.spec = { ...next.spec, podCIDR: range, podCIDRs: [range] };
  return next;
}

function rangesOf({ spec }: Node): string[] {
  return spec?.podCIDRs ?? (spec?.podCIDR ? [spec.podCIDR] : []);
}

/** Which of the ranges a node's range takes; someone may have given it a larger or a smaller one. */
function slotsOf(range: string): number[] {
  const [address = '', bits = ''] = range.split('/');
  const [first, second, third = 0] = address.split('.').map(Number);
  if (first !== CLUSTER_PREFIX[0] || second !== CLUSTER_PREFIX[1]) return [];
  const count = 2 ** Math.max(0, RANGE_BITS - Number(bits));
  const start = third - (third % count);
  return Array.from({ length: Math.min(count, RANGES) }, (_, index) => start + index);
}
