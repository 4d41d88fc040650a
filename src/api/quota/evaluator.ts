// How the objects of one resource count towards quotas.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/quota/v1/interfaces.go and generic/evaluator.go.

import type { KubeObject } from '../object.ts';
import type { ScopedResourceSelectorRequirement } from '../types/core-v1.ts';
import type { Amounts } from './amounts.ts';

export interface Evaluator {
  /** Whether such a write is charged. */
  charges(operation: string, subresource: string): boolean;
  /** Those of the names that the objects count towards. */
  matching(names: readonly string[]): string[];
  /** Whether the object is in the scope. */
  isInScope(scope: ScopedResourceSelectorRequirement, object: KubeObject): boolean;
  /** What the object must name and does not: `must specify requests.cpu for: web`. */
  lacks?(names: readonly string[], object: KubeObject): string | undefined;
  /** `now` in milliseconds since the epoch. */
  usage(object: KubeObject, now: number): Amounts;
  /** Whether the update may have given something back. */
  releases?(object: KubeObject, old: KubeObject, now: number): boolean;
  /** When the object stops to count though nothing happens, in milliseconds since the epoch. */
  expires?(object: KubeObject): number | undefined;
}

/** Whether one of the values fits the scope's selector; an object without values is one that lacks the key of a label selector. */
export function fits({ operator, values = [] }: ScopedResourceSelectorRequirement, given: readonly string[]): boolean {
  switch (operator) {
    case 'Exists':
      return given.length > 0;
    case 'DoesNotExist':
      return given.length === 0;
    case 'In':
      return given.some((value) => values.includes(value));
    default:
      return given.length === 0 || given.some((value) => !values.includes(value));
  }
}
