// Which claims to devices a pod has. Models kubernetes staging/src/k8s.io/dynamic-resource-allocation/resourceclaim.

import type { View } from '../../api/client.ts';
import type { Pod, PodResourceClaim } from '../../api/types/core-v1.ts';
import type { ResourceClaim } from '../../api/types/resource-v1.ts';
import { controllerOf } from '../common/owners.ts';
import { isTerminal } from '../common/pods.ts';

export interface ClaimRef {
  readonly claim: PodResourceClaim;
  /** Of the ResourceClaim; undefined: none was made yet; '': none is needed. */
  readonly name: string | undefined;
  /** Whether the ResourceClaim is made for the pod, out of a template. */
  readonly made: boolean;
}

export function claimRefs({ spec, status }: Pod): ClaimRef[] {
  return (spec?.resourceClaims ?? []).map((claim) => {
    if (claim.resourceClaimName !== undefined) return { claim, name: claim.resourceClaimName, made: false };
    const told = status?.resourceClaimStatuses?.find(({ name }) => name === claim.name);
    return { claim, name: told === undefined ? undefined : (told.resourceClaimName ?? ''), made: true };
  });
}

export function isForPod({ metadata }: ResourceClaim, pod: Pod): boolean {
  return controllerOf({ metadata })?.uid === pod.metadata.uid && metadata.namespace === pod.metadata.namespace;
}

export function isReservedFor({ status }: ResourceClaim, { metadata }: Pod): boolean {
  return (status?.reservedFor ?? []).some(({ uid }) => uid === metadata.uid);
}

/** It has run, or never will. */
export function isDone(pod: Pod): boolean {
  return isTerminal(pod) || (pod.metadata.deletionTimestamp !== undefined && (pod.spec?.nodeName ?? '') === '');
}

/** What a change of a claim or of a template may matter to. */
export interface PodUse {
  readonly name: string;
  /** Names of claims, and of templates. */
  readonly claims: readonly string[];
  readonly templates: readonly string[];
}

export const podUse: View<'pods', PodUse> = {
  resource: 'pods',
  of: (pod) => ({
    name: pod.metadata.name,
    claims: claimRefs(pod).flatMap(({ name }) => name ?? []),
    templates: (pod.spec?.resourceClaims ?? []).flatMap(
      ({ resourceClaimTemplateName }) => resourceClaimTemplateName ?? [],
    ),
  }),
};
