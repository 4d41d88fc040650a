// Says of each machine of the cloud whether the routes to its pods are there.
// Models kubernetes staging/src/k8s.io/cloud-provider/controllers/route/route_controller.go. The routes themselves need
// nobody to make or remove them: the cloud's follow from the nodes.

import type { Node, NodeCondition } from '../../api/types/core-v1.ts';
import { formatTime } from '../../lib/clock.ts';
import type { CloudProvider } from '../cloud/cloud-provider.ts';
import { nodeCondition } from '../common/nodes.ts';
import type { Controller } from '../runtime/component.ts';

const CONDITION = 'NetworkUnavailable';

export function routeController(cloud: CloudProvider): Controller {
  return {
    name: 'route-controller',
    eventSource: 'route_controller',
    watches: {
      nodes: ({ verb, name, object }) => (verb === 'delete' || statusToSet(cloud, object) === undefined ? [] : [name]),
    },
    reconcile(name, { client, now }) {
      const node = client.get('nodes', '', name);
      const status = node === undefined ? undefined : statusToSet(cloud, node);
      if (node === undefined || status === undefined) return undefined;
      const others = (node.status?.conditions ?? []).filter(({ type }) => type !== CONDITION);
      const conditions = [...others, networkCondition(status, formatTime(now))];
      const written = client.updateStatus('nodes', { ...node, status: { ...node.status, conditions } });
      return written.ok || written.status.reason === 'NotFound' ? undefined : { error: written.status.message ?? '' };
    },
  };
}

/** Undefined: the condition is right, or not the cloud's to say. */
function statusToSet(cloud: CloudProvider, node: Node): 'True' | 'False' | undefined {
  const ranges = node.spec?.podCIDRs ?? [];
  if (ranges.length === 0 || cloud.instance(node) === undefined) return undefined;
  const routed = new Set(cloud.routes(node).map(({ destination }) => destination));
  const status = ranges.every((range) => routed.has(range)) ? 'False' : 'True';
  return nodeCondition(node, CONDITION)?.status === status ? undefined : status;
}

function networkCondition(status: 'True' | 'False', time: string): NodeCondition {
  const said =
    status === 'False'
      ? { reason: 'RouteCreated', message: 'RouteController created a route' }
      : { reason: 'NoRouteCreated', message: 'RouteController failed to create a route' };
  return { type: CONDITION, status, lastHeartbeatTime: time, lastTransitionTime: time, ...said };
}
