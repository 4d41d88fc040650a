// A claim grows only where it is bound and its class of storage allows it.
// Models kubernetes plugin/pkg/admission/storage/persistentvolume/resize.

import { quantityIn } from '../../api/core/v1/resource-lists.ts';
import { storageClass } from '../../api/storage/v1/storage-class.ts';
import type { PersistentVolumeClaim } from '../../api/types/core-v1.ts';
import type { StorageClass } from '../../api/types/storage-v1.ts';
import { compareQuantity } from '../../schema/quantity.ts';
import type { Store } from '../../registry/store.ts';
import type { AdmissionPlugin } from './plugin.ts';
import { refuse } from './plugin.ts';

const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';

export const persistentVolumeClaimResize: AdmissionPlugin = {
  name: 'PersistentVolumeClaimResize',
  resources: ['persistentvolumeclaims'],

  validate(object, old, attributes) {
    if (attributes.operation !== 'UPDATE' || attributes.subresource !== '') return undefined;
    const claim = object as PersistentVolumeClaim;
    const before = old as PersistentVolumeClaim;
    if (compareQuantity(sizeOf(claim), sizeOf(before)) <= 0) return undefined;
    if (before.status?.phase !== 'Bound') {
      return refuse(attributes, object, 'Only bound persistent volume claims can be expanded');
    }
    if (classOf(claim) === classOf(before) && allowsExpansion(attributes.store, classOf(claim))) return undefined;
    const why =
      'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize';
    return refuse(attributes, object, why);
  },
};

function sizeOf({ spec }: PersistentVolumeClaim) {
  return quantityIn(spec?.resources?.requests?.['storage']);
}

function classOf({ metadata, spec }: PersistentVolumeClaim): string {
  return metadata.annotations?.[CLASS_ANNOTATION] ?? spec?.storageClassName ?? '';
}

function allowsExpansion(store: Store, name: string): boolean {
  const found = name === '' ? undefined : store.get(storageClass, '', name);
  return (found as StorageClass | undefined)?.allowVolumeExpansion === true;
}
