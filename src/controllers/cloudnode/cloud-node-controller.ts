// Tells new nodes what the cloud knows of their machines, and keeps their addresses.
// Models kubernetes staging/src/k8s.io/cloud-provider/controllers/node/node_controller.go.
//
// A node that is no machine of the cloud is left as it is, tainted or not: somebody made it by hand, or it runs outside.
// Upstream asks its cloud for each node's addresses every five minutes; here every change of a node is looked at.

import type { Client } from '../../api/client.ts';
import { UNINITIALIZED_TAINT } from '../../api/core/v1/machine.ts';
import type { Node, NodeAddress, Taint } from '../../api/types/core-v1.ts';
import { clone, deepEqual } from '../../lib/json.ts';
import type { CloudProvider, Instance } from '../cloud/cloud-provider.ts';
import { taintsOf } from '../common/nodes.ts';
import type { Controller, Outcome } from '../runtime/component.ts';

/** The second label follows the first, once the node has that. */
const LABEL_PAIRS = [
  ['failure-domain.beta.kubernetes.io/zone', 'topology.kubernetes.io/zone'],
  ['failure-domain.beta.kubernetes.io/region', 'topology.kubernetes.io/region'],
  ['beta.kubernetes.io/instance-type', 'node.kubernetes.io/instance-type'],
] as const;

export function cloudNodeController(cloud: CloudProvider): Controller {
  return {
    name: 'cloud-node-controller',
    watches: {
      nodes: ({ verb, name, object }) => {
        const instance = verb === 'delete' ? undefined : cloud.instance(object);
        return instance === undefined || isSound(object, instance) ? [] : [name];
      },
    },
    reconcile(name, { client }) {
      const node = client.get('nodes', '', name);
      const instance = node === undefined ? undefined : cloud.instance(node);
      if (node === undefined || instance === undefined) return undefined;
      return taintsOf(node).some(isCloudTaint)
        ? initialize(client, node, instance)
        : reconcileNode(client, node, instance);
    },
  };
}

function isSound(node: Node, instance: Instance): boolean {
  if (taintsOf(node).some(isCloudTaint)) return false;
  return labelsToFollow(node) === undefined && addressesToSet(node, instance) === undefined;
}

function isCloudTaint({ key }: Taint): boolean {
  return key === UNINITIALIZED_TAINT.key;
}

function initialize(client: Client, node: Node, instance: Instance): Outcome | undefined {
  const next = clone(node);
  const { taints: _, ...spec } = next.spec ?? {};
  const taints = taintsOf(next).filter((taint) => !isCloudTaint(taint));
  next.spec = { ...spec, ...(taints.length === 0 ? {} : { taints }) };
  if ((next.spec.providerID ?? '') === '') next.spec.providerID = instance.providerId;
  next.metadata.labels = { ...next.metadata.labels, ...labelsOf(instance) };
  const updated = client.update('nodes', next);
  if (!updated.ok) return failed(updated.status);
  const outcome = setAddresses(client, updated.value, instance);
  if (outcome !== undefined) return outcome;
  client.event({ regarding: node, type: 'Normal', reason: 'Synced', message: 'Node synced successfully' });
  return undefined;
}

/** What the cloud does not know is not set. */
function labelsOf({ zone, region, instanceType }: Instance): Record<string, string> {
  const values = [zone, region, instanceType];
  const labels = LABEL_PAIRS.flatMap((keys, index) => keys.map((key) => [key, values[index] ?? ''] as const));
  return Object.fromEntries(labels.filter(([, value]) => value !== ''));
}

function reconcileNode(client: Client, node: Node, instance: Instance): Outcome | undefined {
  const labels = labelsToFollow(node);
  if (labels === undefined) return setAddresses(client, node, instance);
  const next = clone(node);
  next.metadata.labels = { ...next.metadata.labels, ...labels };
  const updated = client.update('nodes', next);
  return updated.ok ? setAddresses(client, updated.value, instance) : failed(updated.status);
}

function labelsToFollow({ metadata: { labels = {} } }: Node): Record<string, string> | undefined {
  const wrong = LABEL_PAIRS.flatMap(([first, second]) => {
    const value = labels[first];
    return value === undefined || labels[second] === value ? [] : [[second, value] as const];
  });
  return wrong.length === 0 ? undefined : Object.fromEntries(wrong);
}

function setAddresses(client: Client, node: Node, instance: Instance): Outcome | undefined {
  const addresses = addressesToSet(node, instance);
  if (addresses === undefined) return undefined;
  const written = client.updateStatus('nodes', { ...node, status: { ...node.status, addresses } });
  return written.ok ? undefined : failed(written.status);
}

/** Undefined: they are right. A host name that only the kubelet knows stays; the order does not matter. */
function addressesToSet({ status }: Node, instance: Instance): NodeAddress[] | undefined {
  const had = status?.addresses ?? [];
  if (instance.addresses.length === 0) return undefined;
  const named = instance.addresses.some(({ type }) => type === 'Hostname');
  const wanted = [...instance.addresses, ...(named ? [] : had.filter(({ type }) => type === 'Hostname'))];
  const same = had.length === wanted.length && wanted.every((item) => had.some((other) => deepEqual(item, other)));
  return same ? undefined : wanted;
}

function failed({
  reason,
  message = '',
}: {
  readonly reason?: string;
  readonly message?: string;
}): Outcome | undefined {
  return reason === 'NotFound' ? undefined : { error: message };
}
