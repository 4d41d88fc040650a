// The simulated storage of a cluster: one CSI driver, and the class through which claims get volumes of it.

import type { Draft } from '../../object.ts';
import type { StorageClass } from '../../types/storage-v1.ts';

/** Name of the driver, as provisioner of a class, in volumes and in attachments. */
export const SIMULATED_DRIVER = 'csi.kubewisp.dev';

/** As users of small clusters know it: the default, made where the first pod goes, growable, gone with its claim. */
export function standardStorageClass(): Draft<StorageClass> {
  return {
    kind: 'StorageClass',
    apiVersion: 'storage.k8s.io/v1',
    metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: SIMULATED_DRIVER,
    reclaimPolicy: 'Delete',
    allowVolumeExpansion: true,
    volumeBindingMode: 'WaitForFirstConsumer',
  };
}
