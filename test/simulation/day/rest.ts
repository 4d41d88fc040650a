// What must hold once nothing is left to do: every workload has what it wants, and nothing is left over.

import type { Client } from '../../../src/api/client.ts';
import { NODE_GROUPS, wantedSize } from '../../../src/api/kubewisp/v1/node-group.ts';
import type { KubeObject } from '../../../src/api/object.ts';
import type { LogEvent } from '../../../src/eventlog/log.ts';
import { isOver, nodeIsReady } from './look.ts';
import type { SimCluster } from './sim-cluster.ts';
import { WORKLOADS, wrongWith } from './workloads.ts';

/** What is wrong in a cluster at rest. Empty: nothing. */
export function wrongAtRest(cluster: SimCluster): string[] {
  const { reader } = cluster;
  const workloads = WORKLOADS.flatMap((workload) =>
    reader.list(workload.resource).map((object) => wrongWith(workload, object, reader)),
  ).filter((wrong) => wrong !== undefined);
  return [...workloads, ...strayPods(reader), ...sickNodes(cluster), ...orphans(reader), ...endings(reader)];
}

function strayPods(reader: Client): string[] {
  const pods = reader.list('pods').filter((pod) => !isOver(pod));
  return pods.flatMap(({ metadata, spec, status }) => {
    const name = `pod ${metadata.namespace}/${metadata.name}`;
    if (spec?.nodeName === undefined) return [`${name}: bound to no node: ${JSON.stringify(status?.conditions)}`];
    return reader.get('nodes', '', spec.nodeName) === undefined ? [`${name}: its node ${spec.nodeName} is gone`] : [];
  });
}

function sickNodes(cluster: SimCluster): string[] {
  const nodes = cluster.reader.list('nodes');
  const machines = cluster.reader.list(NODE_GROUPS).flatMap((group) => {
    const { size, machines = [] } = group.status ?? {};
    return size === wantedSize(group) && size === machines.length ? machines.map(({ name }) => name) : ['?'];
  });
  const expected = [...cluster.pools.flatMap(({ names }) => names), ...machines].sort();
  const sick = nodes.filter((node) => !nodeIsReady(node) || (node.spec?.taints ?? []).length > 0);
  const there = nodes.map(({ metadata }) => metadata.name).sort();
  const missing = there.join() === expected.join() ? [] : [`nodes ${there.join()} instead of ${expected.join()}`];
  return [...missing, ...sick.map(({ metadata, spec }) => `node ${metadata.name}: ${JSON.stringify(spec?.taints)}`)];
}

/** Objects with an owner that is not there. */
function orphans(reader: Client): string[] {
  const all = reader.resources().flatMap(({ resource }): KubeObject[] => reader.list(resource));
  const uids = new Set(all.map(({ metadata }) => metadata.uid));
  return all.flatMap(({ kind, metadata }) => {
    const lost = (metadata.ownerReferences ?? []).filter(({ uid }) => !uids.has(uid));
    return lost.map((owner) => `${kind} ${metadata.namespace}/${metadata.name}: no owner ${owner.kind} ${owner.name}`);
  });
}

/** Objects that never come to be gone. */
function endings(reader: Client): string[] {
  const all = reader.resources().flatMap(({ resource }): KubeObject[] => reader.list(resource));
  const ending = all.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
  return ending.map(({ kind, metadata }) => {
    return `${kind} ${metadata.namespace}/${metadata.name} is still there: ${metadata.finalizers?.join() ?? ''}`;
  });
}

/** What nodes say of themselves from time to time, though nothing has happened. */
export function isHeartbeat({ resource, actor }: LogEvent): boolean {
  return actor === 'system:node-pool' && (resource === 'leases.coordination.k8s.io' || resource === 'nodes');
}
