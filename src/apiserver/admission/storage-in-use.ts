// Volumes, claims and classes of attributes stay while they are in use: a finalizer holds them, which a controller removes.
// Models kubernetes plugin/pkg/admission/storage/storageobjectinuseprotection.

import type { AdmissionPlugin } from './plugin.ts';

const FINALIZERS: ReadonlyMap<string, string> = new Map([
  ['persistentvolumes', 'kubernetes.io/pv-protection'],
  ['persistentvolumeclaims', 'kubernetes.io/pvc-protection'],
  ['volumeattributesclasses', 'kubernetes.io/vac-protection'],
]);

export const storageObjectInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  resources: ['persistentvolumes', 'persistentvolumeclaims', 'volumeattributesclasses.storage.k8s.io'],

  mutate({ metadata }, _old, { operation, subresource, kind }) {
    const finalizer = FINALIZERS.get(kind.resource);
    if (operation !== 'CREATE' || subresource !== '' || finalizer === undefined) return undefined;
    const finalizers = metadata.finalizers ?? [];
    if (!finalizers.includes(finalizer)) metadata.finalizers = [...finalizers, finalizer];
    return undefined;
  },
};
