// Evicts a pod, and sees to it that its disruption budget had room for it, by a count of its own.

import type { Pod } from '../../../src/api/types/core-v1.ts';
import type { PodDisruptionBudget } from '../../../src/api/types/policy-v1.ts';
import { isWell, labelled } from './look.ts';
import type { SimCluster } from './sim-cluster.ts';

/** Answers the pod and the status code. Throws where a budget was violated. */
export function evict(cluster: SimCluster, pod: Pod): string {
  const { namespace = '', name } = pod.metadata;
  const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } };
  const budgets = cluster.reader.list('poddisruptionbudgets.policy', { namespace }).filter(({ spec }) => {
    const labels = Object.entries(spec?.selector?.matchLabels ?? {});
    return labels.every(([key, value]) => pod.metadata.labels?.[key] === value);
  });
  const counted = isWell(cluster.reader.get('pods', namespace, name) ?? pod);
  const { status } = cluster.send('POST', `/api/v1/namespaces/${namespace}/pods/${name}/eviction`, body);
  if (status === 201 && counted) for (const budget of budgets) check(cluster, budget, name);
  return `${namespace}/${name}=${status}`;
}

/** How many pods there should be is what the budget's controller last counted: a scale alone does not tell it, as upstream. */
function check(cluster: SimCluster, { metadata, spec, status }: PodDisruptionBudget, evicted: string): void {
  const { namespace = '', name } = metadata;
  const left = labelled(cluster.reader, namespace, spec?.selector?.matchLabels ?? {}).filter(isWell).length;
  const { minAvailable, maxUnavailable } = spec ?? {};
  const needed = Number(minAvailable ?? (status?.expectedPods ?? 0) - Number(maxUnavailable));
  if (left < needed) {
    throw new Error(`eviction of ${evicted} leaves ${left} of ${needed} that budget ${namespace}/${name} needs`);
  }
}
