// Makes the claims of volumes that live as long as their pod: `<pod>-<volume>`, owned by the pod.
// Models kubernetes pkg/controller/volume/ephemeral/controller.go.

import type { Client } from '../../api/client.ts';
import { claimTerm } from '../../api/core/v1/pod-claims.ts';
import type { Pod, Volume } from '../../api/types/core-v1.ts';
import { controllerOf, controllerReference } from '../common/owners.ts';
import type { Controller } from '../runtime/component.ts';

const CLAIMS = 'persistentvolumeclaims';

/** A key is `NAMESPACE/NAME` of a pod. */
export const ephemeralVolumeController: Controller = {
  name: 'ephemeral-volume-controller',
  eventSource: 'ephemeral_volume',
  watches: {
    pods: ({ verb, namespace, name, object }) =>
      verb === 'create' && ((object as Pod).spec?.volumes ?? []).some(({ ephemeral }) => ephemeral !== undefined)
        ? [`${namespace}/${name}`]
        : [],
    // One that is gone too early is made again; one that was in the way is not any more.
    [CLAIMS]: ({ verb, namespace, name, object }, { client }) => {
      if (verb !== 'delete') return [];
      const pod = controllerOf(object)?.name ?? podOf(client, namespace, name);
      return pod === undefined ? [] : [`${namespace}/${pod}`];
    },
  },
  reconcile(key, { client }) {
    const [namespace = '', name = ''] = key.split('/');
    const pod = client.get('pods', namespace, name);
    if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) return undefined;
    for (const volume of pod.spec?.volumes ?? []) {
      const failure = volume.ephemeral === undefined ? undefined : makeClaim(client, pod, volume);
      if (failure === undefined) continue;
      const message = `ephemeral volume ${volume.name}: ${failure}`;
      client.event({ regarding: pod, type: 'Warning', reason: 'FailedBinding', message });
      return { error: `pod ${key}, ${message}` };
    }
    return undefined;
  },
};

function podOf(client: Client, namespace: string, claim: string): string | undefined {
  return client.list('pods', { term: claimTerm(namespace, claim) })[0]?.metadata.name;
}

/** Why there is no claim of the pod's own; undefined: there is. */
function makeClaim(client: Client, pod: Pod, { name: volume, ephemeral }: Volume): string | undefined {
  const { namespace = '', name: podName, uid } = pod.metadata;
  const name = `${podName}-${volume}`;
  const found = client.get(CLAIMS, namespace, name);
  if (found !== undefined) {
    const own = controllerOf(found)?.uid === uid;
    return own
      ? undefined
      : `PVC ${namespace}/${name} was not created for pod ${namespace}/${podName} (pod is not owner)`;
  }
  const template = ephemeral?.volumeClaimTemplate;
  const { labels, annotations } = template?.metadata ?? {};
  const made = client.create(CLAIMS, {
    kind: 'PersistentVolumeClaim',
    apiVersion: 'v1',
    metadata: {
      name,
      namespace,
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: [controllerReference(pod)],
    },
    spec: template?.spec ?? {},
  });
  return made.ok ? undefined : `create PVC ${name}: ${made.status.message ?? ''}`;
}
