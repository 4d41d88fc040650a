// The priority classes of what the cluster itself needs.
// Models kubernetes pkg/registry/scheduling/rest (AddSystemPriorityClasses) and pkg/apis/scheduling/v1/helpers.go.

import type { Client } from '../api/client.ts';
import type { Draft } from '../api/object.ts';
import { SYSTEM_PRIORITY_CLASSES } from '../api/scheduling/v1/priority-class.ts';
import type { PriorityClass } from '../api/types/scheduling-v1.ts';

const DESCRIPTIONS: ReadonlyMap<string, string> = new Map([
  ['system-node-critical', 'Used for system critical pods that must not be moved from their current node.'],
  [
    'system-cluster-critical',
    'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  ],
]);

/** Makes those that are missing. Answers what could not be done, and why. */
export function ensureSystemPriorityClasses(client: Client): string[] {
  return [...SYSTEM_PRIORITY_CLASSES].flatMap(([name, value]) => {
    const made = client.create('priorityclasses.scheduling.k8s.io', classOf(name, value));
    if (made.ok || made.status.reason === 'AlreadyExists') return [];
    return [`PriorityClass ${name}: ${made.status.message ?? ''}`];
  });
}

function classOf(name: string, value: number): Draft<PriorityClass> {
  return {
    kind: 'PriorityClass',
    apiVersion: 'scheduling.k8s.io/v1',
    metadata: { name },
    value,
    description: DESCRIPTIONS.get(name) ?? '',
    preemptionPolicy: 'PreemptLowerPriority',
  };
}
