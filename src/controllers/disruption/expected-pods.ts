// How many pods there should be, and how many of them must stay healthy.
// Models getExpectedPodCount and getExpectedScale of kubernetes pkg/controller/disruption/disruption.go.

import type { Client } from '../../api/client.ts';
import type { OwnerReference } from '../../api/types/meta-v1.ts';
import type { Pod } from '../../api/types/core-v1.ts';
import type { PodDisruptionBudget } from '../../api/types/policy-v1.ts';
import { scaledValue } from '../../schema/int-or-string.ts';
import { controllerOf } from '../common/owners.ts';

export interface Expected {
  readonly expected: number;
  readonly desiredHealthy: number;
  /** A pod has no controller, whose scale would count. */
  readonly unmanaged: boolean;
}

/** An error is a text: the budget then allows nothing. */
export function expectedPods(
  client: Client,
  { spec = {} }: PodDisruptionBudget,
  pods: readonly Pod[],
): Expected | string {
  const { minAvailable, maxUnavailable } = spec;
  if (maxUnavailable === undefined && typeof minAvailable === 'number') {
    return { expected: pods.length, desiredHealthy: minAvailable, unmanaged: false };
  }
  const bound = maxUnavailable ?? minAvailable;
  if (bound === undefined) return { expected: 0, desiredHealthy: 0, unmanaged: false };
  const scale = expectedScale(client, pods);
  if (typeof scale === 'string') return scale;
  const { expected, unmanaged } = scale;
  const scaled = scaledValue(bound, expected, 'up');
  if (!scaled.ok) return scaled.error;
  const desiredHealthy = maxUnavailable === undefined ? scaled.value : Math.max(expected - scaled.value, 0);
  return { expected, desiredHealthy, unmanaged };
}

/** The sum of what the pods' controllers want, each counted once. */
function expectedScale(client: Client, pods: readonly Pod[]): { expected: number; unmanaged: boolean } | string {
  const scales = new Map<string, number>();
  const known = new Set<string>();
  let unmanaged = false;
  for (const pod of pods) {
    const owner = controllerOf(pod);
    if (owner === undefined) {
      unmanaged = true;
      continue;
    }
    if (known.has(owner.uid)) continue;
    known.add(owner.uid);
    const found = scaleOf(client, pod.metadata.namespace ?? '', owner);
    if (typeof found === 'string') return found;
    if (found === undefined) return `found no controllers for pod ${JSON.stringify(pod.metadata.name)}`;
    scales.set(found.uid, found.replicas);
  }
  return { expected: [...scales.values()].reduce((sum, replicas) => sum + replicas, 0), unmanaged };
}

/** Of a Deployment's ReplicaSet it is the Deployment that counts. Undefined: the controller is gone. */
function scaleOf(
  client: Client,
  namespace: string,
  owner: OwnerReference,
): { uid: string; replicas: number } | string | undefined {
  switch (owner.kind) {
    case 'ReplicaSet': {
      const set = client.get('replicasets.apps', namespace, owner.name);
      if (set === undefined || set.metadata.uid !== owner.uid) return undefined;
      const parent = controllerOf(set);
      if (parent?.kind !== 'Deployment') return { uid: owner.uid, replicas: set.spec?.replicas ?? 0 };
      const deployment = client.get('deployments.apps', namespace, parent.name);
      if (deployment === undefined || deployment.metadata.uid !== parent.uid) return undefined;
      return { uid: parent.uid, replicas: deployment.spec?.replicas ?? 0 };
    }
    case 'ReplicationController': {
      const controller = client.get('replicationcontrollers', namespace, owner.name);
      if (controller?.metadata.uid !== owner.uid) return undefined;
      return { uid: owner.uid, replicas: controller.spec?.replicas ?? 0 };
    }
    case 'StatefulSet': {
      const set = client.get('statefulsets.apps', namespace, owner.name);
      if (set?.metadata.uid !== owner.uid) return undefined;
      return { uid: owner.uid, replicas: set.spec?.replicas ?? 0 };
    }
    case 'DaemonSet':
      return 'daemonsets.apps does not implement the scale subresource';
    case 'Job':
      return 'jobs.batch does not implement the scale subresource';
    default:
      return undefined;
  }
}
