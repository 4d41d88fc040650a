// What controllers ask of a node, and how they write its taints.
// Models kubernetes pkg/controller/util/node and pkg/util/taints.

import type { Client } from '../../api/client.ts';
import type { Node, NodeCondition, Taint } from '../../api/types/core-v1.ts';
import { clone } from '../../lib/json.ts';

export function nodeCondition(node: Node, type: string): NodeCondition | undefined {
  return node.status?.conditions?.find((condition) => condition.type === type);
}

/** Status of the condition `Ready`; undefined where nobody has posted one. */
export function readiness(node: Node): string | undefined {
  return nodeCondition(node, 'Ready')?.status;
}

export function taintsOf(node: Node): readonly Taint[] {
  return node.spec?.taints ?? [];
}

export function noExecuteTaints(node: Node): Taint[] {
  return taintsOf(node).filter(({ effect }) => effect === 'NoExecute');
}

export function withTaints(node: Node, taints: readonly Taint[]): Node {
  const next = clone(node);
  const { taints: _, ...spec } = next.spec ?? {};
  next.spec = taints.length === 0 ? spec : { ...spec, taints: [...taints] };
  return next;
}

/** Why it failed, if it did. A node that is gone is no failure. */
export function updateNode(client: Client, node: Node): string | undefined {
  const updated = client.update('nodes', node);
  return updated.ok || updated.status.reason === 'NotFound' ? undefined : updated.status.message;
}
