// Tells each kubelet how long it may keep the Secrets and ConfigMaps that it read: longer in larger clusters.
// Models kubernetes pkg/controller/ttl.
//
// There is one key, since what all nodes are told depends on how many there are. Upstream remembers which step it is on,
// so that a cluster at a border does not swing; here the step follows from the number alone.

import type { Client } from '../../api/client.ts';
import type { Node } from '../../api/types/core-v1.ts';
import { clone } from '../../lib/json.ts';
import type { Controller, Outcome } from '../runtime/component.ts';

const ANNOTATION = 'node.alpha.kubernetes.io/ttl';

/** Up to so many nodes, so many seconds. */
const STEPS: ReadonlyArray<readonly [nodes: number, seconds: number]> = [
  [100, 0],
  [500, 15],
  [1000, 30],
  [2000, 60],
  [10_000, 300],
];
const MOST_SECONDS = 600;

export const ttlController: Controller = {
  name: 'ttl-controller',
  watches: {
    nodes: ({ verb, object, old }) =>
      verb === 'update' && told(object) !== undefined && told(object) === told(old) ? [] : ['nodes'],
  },
  reconcile: (_key, { client }) => tell(client),
};

function told(node: Node | undefined): string | undefined {
  return node?.metadata.annotations?.[ANNOTATION];
}

function tell(client: Client): Outcome | undefined {
  const nodes = client.list('nodes');
  const seconds = STEPS.find(([most]) => nodes.length <= most)?.[1] ?? MOST_SECONDS;
  const ttl = String(seconds);
  let error: string | undefined;
  for (const node of nodes) {
    if (told(node) === ttl) continue;
    const next = clone(node);
    next.metadata.annotations = { ...next.metadata.annotations, [ANNOTATION]: ttl };
    const updated = client.update('nodes', next);
    if (!updated.ok && updated.status.reason !== 'NotFound') error ??= updated.status.message;
  }
  return error === undefined ? undefined : { error };
}
