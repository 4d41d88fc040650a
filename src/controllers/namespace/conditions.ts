// Conditions that tell how far the deletion of a namespace has come.
// Models kubernetes pkg/controller/namespace/deletion/status_condition_utils.go.

import type { NamespaceCondition } from '../../api/types/core-v1.ts';
import { formatTime } from '../../lib/clock.ts';

/** What is left inside. */
export interface Remains {
  /** Resource, as in `pods.` or `deployments.apps`, to how many. */
  readonly resources: ReadonlyMap<string, number>;
  /** Finalizer to how many objects it holds. */
  readonly finalizers: ReadonlyMap<string, number>;
  /** Why deletions were refused. */
  readonly errors: readonly string[];
}

interface Finding {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly bad: boolean;
}

export function nextConditions(
  before: readonly NamespaceCondition[],
  remains: Remains,
  now: number,
): NamespaceCondition[] {
  const next = [...before];
  for (const { type, reason, message, bad } of findings(remains)) {
    const status = bad ? 'True' : 'False';
    const index = next.findIndex((condition) => condition.type === type);
    const current = next[index];
    if (current?.status === status && current.reason === reason && current.message === message) continue;
    const lastTransitionTime = (current?.status === status ? current.lastTransitionTime : undefined) ?? formatTime(now);
    next.splice(index < 0 ? next.length : index, 1, { type, status, lastTransitionTime, reason, message });
  }
  return next;
}

function findings({ resources, finalizers, errors }: Remains): Finding[] {
  const left = [...resources].map(([resource, count]) => `${resource} has ${count} resource instances`).toSorted();
  const held = [...finalizers].map(([finalizer, count]) => `${finalizer} in ${count} resource instances`).toSorted();
  return [
    {
      type: 'NamespaceDeletionDiscoveryFailure',
      reason: 'ResourcesDiscovered',
      message: 'All resources successfully discovered',
      bad: false,
    },
    {
      type: 'NamespaceDeletionGroupVersionParsingFailure',
      reason: 'ParsedGroupVersions',
      message: 'All legacy kube types successfully parsed',
      bad: false,
    },
    finding(
      'NamespaceDeletionContentFailure',
      ['ContentDeleted', 'All content successfully deleted, may be waiting on finalization'],
      [
        'ContentDeletionFailed',
        `Failed to delete all resource types, ${errors.length} remaining: ${errors.join(', ')}`,
      ],
      errors.length > 0,
    ),
    finding(
      'NamespaceContentRemaining',
      ['ContentRemoved', 'All content successfully removed'],
      ['SomeResourcesRemain', `Some resources are remaining: ${left.join(', ')}`],
      left.length > 0,
    ),
    finding(
      'NamespaceFinalizersRemaining',
      ['ContentHasNoFinalizers', 'All content-preserving finalizers finished'],
      ['SomeFinalizersRemain', `Some content in the namespace has finalizers remaining: ${held.join(', ')}`],
      held.length > 0,
    ),
  ];
}

type Words = readonly [reason: string, message: string];

function finding(type: string, good: Words, evil: Words, bad: boolean): Finding {
  const [reason, message] = bad ? evil : good;
  return { type, reason, message, bad };
}
