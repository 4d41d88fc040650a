// Kinds whose objects are worked out when they are asked for: the log holds none of them.

import type { Measurements } from './metrics/v1beta1/measurement.ts';
import type { KubeObject } from './object.ts';
import type { ListOptions } from './client.ts';
import type { ResourceMap, ResourceName } from './resources.ts';
import type { Result } from './status.ts';

export interface ComputeContext {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** What nodes have measured. */
  readonly measurements: Measurements;
  get<R extends ResourceName>(resource: R, namespace: string, name: string): ResourceMap[R] | undefined;
  /** In key order. */
  list<R extends ResourceName>(resource: R, options?: ListOptions): ReadonlyArray<ResourceMap[R]>;
}

export interface ComputedStrategy<T extends KubeObject> {
  get(namespace: string, name: string, context: ComputeContext): Result<T>;
  /** In key order. All namespaces where it is undefined. */
  list(namespace: string | undefined, context: ComputeContext): T[];
}
