// What the three protection controllers share: a finalizer that goes when the object is to be deleted and nobody uses it,
// and that is put back on what lives without it.

import type { Client } from '../../api/client.ts';
import type { KubeObject } from '../../api/object.ts';
import type { ResourceMap, ResourceName } from '../../api/resources.ts';
import { clone } from '../../lib/json.ts';
import type { Outcome } from '../runtime/component.ts';

/** Whether there may be something to do for the object. */
export function needsLook({ metadata }: KubeObject, finalizer: string): boolean {
  return (metadata.deletionTimestamp !== undefined) === (metadata.finalizers ?? []).includes(finalizer);
}

export function settleFinalizer<R extends ResourceName>(
  client: Client,
  resource: R,
  object: ResourceMap[R],
  finalizer: string,
  isUsed: () => boolean,
): Outcome | undefined {
  if (!needsLook(object, finalizer)) return undefined;
  const deleting = object.metadata.deletionTimestamp !== undefined;
  if (deleting && isUsed()) return undefined;
  const next = clone(object);
  const others = (object.metadata.finalizers ?? []).filter((item) => item !== finalizer);
  next.metadata.finalizers = deleting ? others : [...others, finalizer];
  if (next.metadata.finalizers.length === 0) delete next.metadata.finalizers;
  const written = client.update(resource, next);
  return written.ok || written.status.reason === 'NotFound' ? undefined : { error: written.status.message ?? '' };
}
