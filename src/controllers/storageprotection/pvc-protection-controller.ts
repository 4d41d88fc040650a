// A claim that is deleted stays until no pod on a node uses it.
// Models kubernetes pkg/controller/volume/pvcprotection.

import { claimsOf, claimTerm } from '../../api/core/v1/pod-claims.ts';
import type { PersistentVolumeClaim, Pod } from '../../api/types/core-v1.ts';
import type { Controller } from '../runtime/component.ts';
import { needsLook, settleFinalizer } from './finalizer.ts';

const FINALIZER = 'kubernetes.io/pvc-protection';

/** A key is `NAMESPACE/NAME` of a claim. */
export const pvcProtectionController: Controller = {
  name: 'pvc-protection-controller',
  watches: {
    persistentvolumeclaims: ({ verb, namespace, name, object }) =>
      verb !== 'delete' && needsLook(object, FINALIZER) ? [`${namespace}/${name}`] : [],
    pods: ({ verb, namespace, object }) =>
      verb === 'delete' || isShutDown(object) ? claimsOf(object as Pod).map((name) => `${namespace}/${name}`) : [],
  },
  reconcile(key, { client }) {
    const [namespace = '', name = ''] = key.split('/');
    const claim = client.get('persistentvolumeclaims', namespace, name);
    if (claim === undefined) return undefined;
    const isUsed = () => client.list('pods', { term: claimTerm(namespace, name) }).some((pod) => usesClaim(pod, claim));
    return settleFinalizer(client, 'persistentvolumeclaims', claim, FINALIZER, isUsed);
  },
};

/** A pod without a node will not start with a claim that is being deleted. */
function usesClaim(pod: Pod, { metadata }: PersistentVolumeClaim): boolean {
  if (!pod.spec?.nodeName) return false;
  const { name, ownerReferences = [] } = metadata;
  return (pod.spec.volumes ?? []).some((volume) => {
    if (volume.persistentVolumeClaim !== undefined) return volume.persistentVolumeClaim.claimName === name;
    const made = volume.ephemeral !== undefined && `${pod.metadata.name}-${volume.name}` === name;
    const owned = ownerReferences.some(({ uid, controller }) => controller === true && uid === pod.metadata.uid);
    // Else a pod whose end waits for its claim would wait for ever.
    return made && owned && !isShutDown(pod);
  });
}

function isShutDown({ metadata }: Pick<Pod, 'metadata'>): boolean {
  return metadata.deletionTimestamp !== undefined && metadata.deletionGracePeriodSeconds === 0;
}
