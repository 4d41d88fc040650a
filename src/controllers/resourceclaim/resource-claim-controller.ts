// Claims to devices: those of pods are made out of templates and go with their pods; reservations of pods that are done end.
// Models kubernetes pkg/controller/resourceclaim/controller.go.

import type { Client } from '../../api/client.ts';
import type { Pod } from '../../api/types/core-v1.ts';
import type { ResourceClaim } from '../../api/types/resource-v1.ts';
import { controllerOfKind } from '../common/owners.ts';
import type { Change, Controller } from '../runtime/component.ts';
import { claimRefs, isDone, podUse } from './pod-claims.ts';
import { syncClaim } from './sync-claim.ts';
import { CLAIMS, syncPod, TEMPLATES } from './sync-pod.ts';

/** A key is `pod:NAMESPACE/NAME` or `claim:NAMESPACE/NAME`. */
export const resourceClaimController: Controller = {
  name: 'resource-claim-controller',
  eventSource: 'resource_claim',
  watches: {
    [CLAIMS]: ({ verb, namespace, name, object }, { client }) => [
      ...(verb === 'delete' ? [] : [`claim:${namespace}/${name}`]),
      ...podsOfClaim(client, object as ResourceClaim),
    ],
    [TEMPLATES]: ({ verb, namespace, name }, { client }) =>
      verb === 'create'
        ? client
            .view(podUse, { namespace })
            .filter(({ templates }) => templates.includes(name))
            .map((pod) => `pod:${namespace}/${pod.name}`)
        : [],
  },
  // Not of every pod: few have claims.
  watchesAll: {
    interest: ({ resource, text }) => resource === 'pods' && text.includes('"resourceClaims":['),
    keys: (change) => (change.resource === 'pods' ? keysOfPod(change, change.object) : []),
  },
  reconcile(key, { client }) {
    const [what, namespace = '', name = ''] = key.split(/[:/]/);
    if (what === 'claim') {
      const claim = client.get(CLAIMS, namespace, name);
      return claim === undefined ? undefined : syncClaim(client, claim);
    }
    const pod = client.get('pods', namespace, name);
    // What was made for a pod that is done has gone, and is not made again.
    const needsNone = pod === undefined || pod.metadata.deletionTimestamp !== undefined || isDone(pod);
    return needsNone ? undefined : syncPod(client, pod);
  },
};

/** The pod that a claim was made for, and those that have named it. */
function podsOfClaim(client: Client, claim: ResourceClaim): string[] {
  const { namespace = '', name } = claim.metadata;
  const owner = controllerOfKind(claim, 'Pod', '')?.name;
  const users = client.view(podUse, { namespace }).filter(({ claims }) => claims.includes(name));
  const names = new Set([...(owner === undefined ? [] : [owner]), ...users.map((pod) => pod.name)]);
  return [...names].map((pod) => `pod:${namespace}/${pod}`);
}

function keysOfPod({ verb, namespace, name }: Change, pod: Pod): string[] {
  const refs = claimRefs(pod);
  if (refs.length === 0) return [];
  const released = verb === 'delete' || isDone(pod) ? refs.flatMap((ref) => ref.name || []) : [];
  return [
    ...released.map((claim) => `claim:${namespace}/${claim}`),
    ...(verb === 'delete' ? [] : [`pod:${namespace}/${name}`]),
  ];
}
