// Removes the Node of a machine that the cloud has no longer, and taints one whose machine is shut down.
// Models kubernetes staging/src/k8s.io/cloud-provider/controllers/nodelifecycle/node_lifecycle_controller.go.
//
// As there the cloud is asked about a node only when it is not ready; but nothing is polled, since what the cloud knows of
// a machine stands in the Node itself.

import type { Client } from '../../api/client.ts';
import type { Node, Taint } from '../../api/types/core-v1.ts';
import type { CloudProvider } from '../cloud/cloud-provider.ts';
import { readiness, taintsOf, updateNode, withTaints } from '../common/nodes.ts';
import type { Controller, Outcome } from '../runtime/component.ts';

const SHUTDOWN_TAINT: Readonly<Taint> = { key: 'node.cloudprovider.kubernetes.io/shutdown', effect: 'NoSchedule' };

type Due = 'untaint' | 'taint' | 'delete';

export function cloudNodeLifecycleController(cloud: CloudProvider): Controller {
  return {
    name: 'cloud-node-lifecycle-controller',
    watches: {
      nodes: ({ verb, name, object }) => (verb === 'delete' || dueOf(cloud, object) === undefined ? [] : [name]),
    },
    reconcile(name, { client }) {
      const node = client.get('nodes', '', name);
      if (node === undefined) return undefined;
      const due = dueOf(cloud, node);
      if (due === undefined) return undefined;
      if (due === 'delete') return remove(client, node);
      const others = taintsOf(node).filter((taint) => !isShutdown(taint));
      const error = updateNode(client, withTaints(node, due === 'taint' ? [...others, SHUTDOWN_TAINT] : others));
      return error === undefined ? undefined : { error };
    },
  };
}

function dueOf(cloud: CloudProvider, node: Node): Due | undefined {
  const tainted = taintsOf(node).some(isShutdown);
  const instance = cloud.instance(node);
  if (instance === undefined) return undefined;
  if (readiness(node) === 'True') return tainted ? 'untaint' : undefined;
  if (instance.state === 'gone') return node.metadata.deletionTimestamp === undefined ? 'delete' : undefined;
  return instance.state === 'stopped' && !tainted ? 'taint' : undefined;
}

function isShutdown({ key, effect }: Taint): boolean {
  return key === SHUTDOWN_TAINT.key && effect === SHUTDOWN_TAINT.effect;
}

function remove(client: Client, node: Node): Outcome | undefined {
  const { name } = node.metadata;
  const message = `Deleting node ${name} because it does not exist in the cloud provider`;
  client.event({ regarding: node, type: 'Normal', reason: 'DeletingNode', message });
  const deleted = client.delete('nodes', '', name);
  if (deleted.ok || deleted.status.reason === 'NotFound') return undefined;
  const error = deleted.status.message ?? '';
  const why = `Failed deleting node ${name}: ${error}`;
  client.event({ regarding: node, type: 'Warning', reason: 'DeletingNodeFailed', message: why });
  return { error };
}
