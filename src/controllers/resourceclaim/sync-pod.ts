// Makes the claims that a pod wants made, tells the pod of them, and reserves for a pod with a node what it uses.

import type { Client } from '../../api/client.ts';
import type { Result, Status } from '../../api/status.ts';
import { fail, ok } from '../../api/status.ts';
import type { Pod, PodResourceClaim, PodResourceClaimStatus } from '../../api/types/core-v1.ts';
import type { ResourceClaim } from '../../api/types/resource-v1.ts';
import { controllerReference } from '../common/owners.ts';
import { isNamespaceTerminating } from '../common/failures.ts';
import type { Outcome } from '../runtime/component.ts';
import { claimRefs, isForPod, isReservedFor } from './pod-claims.ts';

export const CLAIMS = 'resourceclaims.resource.k8s.io';
export const TEMPLATES = 'resourceclaimtemplates.resource.k8s.io';
/** On a claim that was made for a pod: which of the pod's claims it is. */
const POD_CLAIM = 'resource.kubernetes.io/pod-claim-name';
/** Leaves room for five random characters. */
const MAX_BASE = 57;
const MOST_CONSUMERS = 256;

export function syncPod(client: Client, pod: Pod): Outcome | undefined {
  const made: PodResourceClaimStatus[] = [];
  for (const { claim, name, made: fromTemplate } of claimRefs(pod)) {
    if (!fromTemplate || name === '') continue;
    const found = name === undefined ? undefined : client.get(CLAIMS, pod.metadata.namespace ?? '', name);
    if (found !== undefined && isForPod(found, pod)) continue;
    const result = makeClaim(client, pod, claim);
    if (!result.ok) return refused(client, pod, claim, result.status);
    if (result.value === undefined) return undefined;
    made.push({ name: claim.name, resourceClaimName: result.value });
  }
  if (made.length > 0) {
    const old = (pod.status?.resourceClaimStatuses ?? []).filter(({ name }) => made.every((one) => one.name !== name));
    const status = { ...pod.status, resourceClaimStatuses: [...old, ...made] };
    const updated = client.updateStatus('pods', { ...pod, status });
    // What comes of the write leads to the rest.
    return updated.ok ? undefined : { error: updated.status.message ?? '' };
  }
  return (pod.spec?.nodeName ?? '') === '' ? undefined : reserve(client, pod);
}

/** The name of the pod's own claim, found or made. Undefined: there is no template, and the pod is told. */
function makeClaim(client: Client, pod: Pod, podClaim: PodResourceClaim): Result<string | undefined> {
  const { namespace = '', uid } = pod.metadata;
  const own = client.byTerm(`owner:${uid}`).find(({ kind, metadata }) => {
    return kind === 'ResourceClaim' && metadata.annotations?.[POD_CLAIM] === podClaim.name;
  });
  if (own !== undefined) return ok(own.metadata.name);
  const templateName = podClaim.resourceClaimTemplateName ?? '';
  const template = client.get(TEMPLATES, namespace, templateName);
  if (template === undefined) {
    const why = `resource claim template "${templateName}": resourceclaimtemplate.resource.k8s.io "${templateName}" not found`;
    tell(client, pod, podClaim, why);
    return ok(undefined);
  }
  const { labels, annotations } = template.spec.metadata ?? {};
  const created = client.create(CLAIMS, {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaim',
    metadata: {
      generateName: generateName(pod.metadata.name, podClaim.name),
      namespace,
      ...(labels === undefined ? {} : { labels }),
      annotations: { ...annotations, [POD_CLAIM]: podClaim.name },
      ownerReferences: [controllerReference(pod)],
    },
    spec: template.spec.spec,
  });
  return created.ok ? ok(created.value.metadata.name) : fail(created.status);
}

/** Both names are cut, each by its share. */
function generateName(pod: string, claim: string): string {
  const whole = `${pod}-${claim}-`;
  if (whole.length <= MAX_BASE) return whole;
  const share = (name: string): string => name.slice(0, Math.floor((name.length * MAX_BASE) / whole.length));
  return `${share(pod)}-${share(claim)}`;
}

function refused(client: Client, pod: Pod, claim: PodResourceClaim, status: Status): Outcome | undefined {
  if (isNamespaceTerminating(status)) return undefined;
  const why = `create ResourceClaim : ${status.message ?? ''}`;
  tell(client, pod, claim, why);
  return { error: `PodResourceClaim ${claim.name}: ${why}` };
}

function tell(client: Client, pod: Pod, claim: PodResourceClaim, why: string): void {
  const message = `PodResourceClaim ${claim.name}: ${why}`;
  client.event({ regarding: pod, type: 'Warning', reason: 'FailedResourceClaimCreation', message });
}

/** For a pod that came to its node without the scheduler. */
function reserve(client: Client, pod: Pod): Outcome | undefined {
  const { namespace = '', name: podName, uid } = pod.metadata;
  for (const { name = '', made } of claimRefs(pod)) {
    const claim: ResourceClaim | undefined = name === '' ? undefined : client.get(CLAIMS, namespace, name);
    if (claim === undefined || (made && !isForPod(claim, pod))) continue;
    const reservedFor = claim.status?.reservedFor ?? [];
    if (claim.status?.allocation === undefined || isReservedFor(claim, pod) || reservedFor.length >= MOST_CONSUMERS) {
      continue;
    }
    const status = { ...claim.status, reservedFor: [...reservedFor, { resource: 'pods', name: podName, uid }] };
    const updated = client.updateStatus(CLAIMS, { ...claim, status });
    if (!updated.ok) return { error: updated.status.message ?? '' };
  }
  return undefined;
}
