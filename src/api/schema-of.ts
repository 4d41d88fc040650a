// The structural schema of a kind: its own, or the table's.

import type { StructSchema } from '../schema/structural.ts';
import { definition } from '../schema/table.ts';

export interface Described {
  /** Id in the schema table: `io.k8s.api.core.v1.Pod`. */
  readonly definition: string;
  /** Of a kind that is not in the table: a custom resource's. */
  readonly schema?: StructSchema;
}

/** Of a kind without a Go type, whose API differs in a few ways: a custom resource's. */
export function isUnstructured({ schema }: Pick<Described, 'schema'>): boolean {
  return schema?.unstructured === true;
}

export function schemaOf({ definition: id, schema }: Described): StructSchema {
  const found = schema ?? definition(id);
  if (found === undefined) throw new Error(`no definition ${id}`);
  return found;
}
