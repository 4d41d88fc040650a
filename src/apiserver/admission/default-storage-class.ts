// A claim that names no class of storage gets the default one, where there is one.
// Models kubernetes plugin/pkg/admission/storage/storageclass/setdefault.

import { DEFAULT_STORAGE_CLASS_TERM } from '../../api/storage/v1/storage-class.ts';
import type { PersistentVolumeClaim } from '../../api/types/core-v1.ts';
import { newestWithTerm } from './defaults.ts';
import type { AdmissionPlugin } from './plugin.ts';

const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';

export const defaultStorageClass: AdmissionPlugin = {
  name: 'DefaultStorageClass',
  resources: ['persistentvolumeclaims'],

  mutate(object, _old, { operation, subresource, store }) {
    if (operation !== 'CREATE' || subresource !== '') return undefined;
    const claim = object as PersistentVolumeClaim;
    const named = claim.metadata.annotations?.[CLASS_ANNOTATION] ?? claim.spec?.storageClassName;
    if (named !== undefined) return undefined;
    const found = newestWithTerm(store, DEFAULT_STORAGE_CLASS_TERM, 'storageclasses.storage.k8s.io');
    if (found !== undefined) (claim.spec ??= {}).storageClassName = found.metadata.name;
    return undefined;
  },
};
