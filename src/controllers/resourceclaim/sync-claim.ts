// Takes back what pods have reserved that will not use it any more; frees a claim that nobody uses; deletes one whose pod is
// done.

import type { Client } from '../../api/client.ts';
import type { Result } from '../../api/status.ts';
import type { Pod } from '../../api/types/core-v1.ts';
import type { ResourceClaim, ResourceClaimConsumerReference } from '../../api/types/resource-v1.ts';
import { controllerOfKind } from '../common/owners.ts';
import type { Outcome } from '../runtime/component.ts';
import { isDone } from './pod-claims.ts';
import { CLAIMS } from './sync-pod.ts';

/** On claims that the scheduler has allocated. */
const FINALIZER = 'resource.kubernetes.io/delete-protection';

export function syncClaim(client: Client, claim: ResourceClaim): Outcome | undefined {
  const { metadata, status = {} } = claim;
  const { namespace = '', name, uid, finalizers = [] } = metadata;
  const reservedFor = status.reservedFor ?? [];
  const foreign = reservedFor.find(({ apiGroup = '', resource }) => apiGroup !== '' || resource !== 'pods');
  if (foreign !== undefined) return { error: `unsupported ReservedFor entry: ${foreign.resource} ${foreign.name}` };
  const valid = reservedFor.filter((consumer) => stillUses(client, namespace, consumer));
  const builtIn = finalizers.includes(FINALIZER);
  const unused = valid.length < reservedFor.length || (builtIn && metadata.deletionTimestamp !== undefined);
  if (unused) {
    const { allocation, reservedFor: _, ...rest } = status;
    const frees = valid.length === 0 && builtIn;
    const next = {
      ...rest,
      ...(allocation === undefined || frees ? {} : { allocation }),
      ...(valid.length === 0 ? {} : { reservedFor: valid }),
    };
    const updated = client.updateStatus(CLAIMS, { ...claim, status: next });
    if (!updated.ok) return failed(updated);
    if (frees) {
      const { finalizers: old = [], ...others } = updated.value.metadata;
      const kept = old.filter((finalizer) => finalizer !== FINALIZER);
      const freed = kept.length === 0 ? others : { ...others, finalizers: kept };
      const released = client.update(CLAIMS, { ...updated.value, metadata: freed });
      if (!released.ok) return failed(released);
    }
  }
  if (valid.length > 0 || metadata.deletionTimestamp !== undefined) return undefined;
  const owner = controllerOfKind(claim, 'Pod', '');
  // A pod that is gone altogether is the garbage collector's.
  const pod = owner === undefined ? undefined : client.get('pods', namespace, owner.name);
  if (owner === undefined || pod === undefined || (pod.metadata.uid === owner.uid && !isDone(pod))) return undefined;
  return failed(client.delete(CLAIMS, namespace, name, { preconditions: { uid } }));
}

function stillUses(client: Client, namespace: string, { name, uid }: ResourceClaimConsumerReference): boolean {
  const pod: Pod | undefined = client.get('pods', namespace, name);
  return pod !== undefined && pod.metadata.uid === uid && !isDone(pod);
}

function failed(result: Result<unknown>): Outcome | undefined {
  return result.ok || result.status.reason === 'NotFound' ? undefined : { error: result.status.message ?? '' };
}
