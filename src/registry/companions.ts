// Objects that live with another (the IPAddress of a Service's address): made and removed in the transaction of its write.

import type { Client } from '../api/client.ts';
import type { Companion, Kind } from '../api/kind.ts';
import type { KubeObject } from '../api/object.ts';

/**
 * After a write of an object from `before` to `after` (undefined: there was none, it is gone). One that someone has made
 * or removed meanwhile stays as it is. Throws where admission refuses one: the write of its object is undone with it.
 */
export function accompany(
  client: Client,
  kind: Kind,
  before: KubeObject | undefined,
  after: KubeObject | undefined,
): void {
  const had = before === undefined ? [] : (kind.companions?.(before) ?? []);
  const has = after === undefined ? [] : (kind.companions?.(after) ?? []);
  for (const companion of lacking(had, has)) {
    const created = client.create(companion.resource, companion.object);
    if (!created.ok && created.status.reason !== 'AlreadyExists') throw refusal(companion, created.status.message);
  }
  for (const companion of lacking(has, had)) {
    const { namespace = '', name = '' } = companion.object.metadata;
    const deleted = client.delete(companion.resource, namespace, name);
    if (!deleted.ok && deleted.status.reason !== 'NotFound') throw refusal(companion, deleted.status.message);
  }
}

/** Those of `wanted` that `known` has not. */
function lacking(known: readonly Companion[], wanted: readonly Companion[]): Companion[] {
  return wanted.filter((companion) => !known.some((other) => isSame(other, companion)));
}

function isSame(left: Companion, right: Companion): boolean {
  const { namespace, name } = left.object.metadata;
  return (
    left.resource === right.resource &&
    namespace === right.object.metadata.namespace &&
    name === right.object.metadata.name
  );
}

function refusal({ resource, object }: Companion, why = ''): Error {
  return new Error(`${resource} ${object.metadata.name ?? ''}: ${why}`);
}
