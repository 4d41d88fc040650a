// Evicts a pod, and sees to it that its disruption budget had room for it, by a count of its own.

import type { Deployment, ReplicaSet, StatefulSet } from '../../../src/api/types/apps-v1.ts';
import type { Pod } from '../../../src/api/types/core-v1.ts';
import type { PodDisruptionBudget } from '../../../src/api/types/policy-v1.ts';
import { isWell, labelled } from './look.ts';
import type { SimCluster } from './sim-cluster.ts';

/** Answers the pod and the status code. Throws where a budget was violated. */
export function evict(cluster: SimCluster, pod: Pod): string {
  const { namespace = '', name } = pod.metadata;
  const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } };
  const budgets = cluster.reader.list('poddisruptionbudgets.policy', { namespace }).filter((budget) => {
    return Object.entries(labelsOf(budget)).every(([key, value]) => pod.metadata.labels?.[key] === value);
  });
  const counted = isWell(cluster.reader.get('pods', namespace, name) ?? pod);
  const { status } = cluster.send('POST', `/api/v1/namespaces/${namespace}/pods/${name}/eviction`, body);
  if (status === 201 && counted) for (const budget of budgets) check(cluster, budget, name);
  return `${namespace}/${name}=${status}`;
}

function labelsOf({ spec }: PodDisruptionBudget): Readonly<Record<string, string>> {
  return spec?.selector?.matchLabels ?? {};
}

function check(cluster: SimCluster, budget: PodDisruptionBudget, evicted: string): void {
  const { namespace = '', name } = budget.metadata;
  const pods = labelled(cluster.reader, namespace, labelsOf(budget));
  const left = pods.filter((pod) => isWell(pod)).length;
  const { minAvailable, maxUnavailable } = budget.spec ?? {};
  const expected = wantedPods(cluster, pods);
  const needed = minAvailable === undefined ? expected - Number(maxUnavailable) : Number(minAvailable);
  if (left < needed) {
    throw new Error(`eviction of ${evicted} leaves ${left} of ${needed} that budget ${namespace}/${name} needs`);
  }
}

/** The replicas of all who control these pods. */
function wantedPods(cluster: SimCluster, pods: readonly Pod[]): number {
  const owners = new Map<string, number>();
  for (const { metadata } of pods) {
    const namespace = metadata.namespace ?? '';
    const reference = metadata.ownerReferences?.find(({ controller }) => controller === true);
    if (reference === undefined) continue;
    const { reader } = cluster;
    let owner: ReplicaSet | StatefulSet | Deployment | undefined =
      reference.kind === 'StatefulSet'
        ? reader.get('statefulsets.apps', namespace, reference.name)
        : reader.get('replicasets.apps', namespace, reference.name);
    const above = owner?.metadata.ownerReferences?.find(({ controller }) => controller === true);
    if (above?.kind === 'Deployment') owner = reader.get('deployments.apps', namespace, above.name);
    if (owner !== undefined) owners.set(owner.metadata.uid, owner.spec?.replicas ?? 1);
  }
  return [...owners.values()].reduce((sum, count) => sum + count, 0);
}
