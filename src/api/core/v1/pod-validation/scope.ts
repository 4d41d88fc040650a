// What the checks of one pod spec share.

import type { FieldError } from '../../../../schema/field-error.ts';
import { invalid } from '../../../../schema/field-error.ts';
import type { PodSpec, Volume } from '../../../types/core-v1.ts';

export interface Scope {
  readonly spec: PodSpec;
  /** False for the template of a workload, which is checked less strictly. */
  readonly isPod: boolean;
  /** The well-formed volumes, by name. */
  readonly volumes: ReadonlyMap<string, Volume>;
  readonly claimNames: ReadonlySet<string>;
  /** False for a pod with a user namespace of its own. */
  readonly hostUsers: boolean;
  /** Every check adds what it finds here: a valid pod costs no lists. */
  readonly errors: FieldError[];
}

/** Adds an error with `value` for each text of a name check. */
export function addEach(errors: FieldError[], field: string, value: unknown, texts: readonly string[]): void {
  for (const text of texts) errors.push(invalid(field, value, text));
}

/** Calls back for every container that starts with the pod or after it, with its path. */
export function eachContainer(
  spec: PodSpec,
  path: string,
  visit: (container: NonNullable<PodSpec['containers']>[number], path: string) => void,
): void {
  for (const key of ['initContainers', 'containers', 'ephemeralContainers'] as const) {
    (spec[key] ?? []).forEach((container, index) => visit(container, `${path}.${key}[${index}]`));
  }
}
