// The table of PersistentVolumes. Models kubernetes pkg/printers/internalversion (printPersistentVolume).

import type { Printer } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, age, column, wide } from '../../printing.ts';
import type { PersistentVolume } from '../../types/core-v1.ts';

const SHORT: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

/** `RWO,ROX`, each once, in a fixed order. */
export function accessModesCell(modes: readonly string[] | undefined): string {
  return Object.entries(SHORT)
    .flatMap(([mode, short]) => (modes?.includes(mode) === true ? [short] : []))
    .join(',');
}

export const persistentVolumePrinter: Printer<PersistentVolume> = {
  columns: [
    NAME_COLUMN,
    column('Capacity'),
    column('Access Modes'),
    column('Reclaim Policy'),
    column('Status'),
    column('Claim'),
    column('StorageClass'),
    column('VolumeAttributesClass'),
    column('Reason'),
    AGE_COLUMN,
    wide('VolumeMode'),
  ],
  cells: ({ metadata, spec = {}, status = {} }, now) => {
    const { claimRef } = spec;
    // A claim that has been named but does not hold the volume yet shows only once it does.
    const claim = claimRef === undefined ? '' : `${claimRef.namespace ?? ''}/${claimRef.name ?? ''}`;
    return [
      metadata.name,
      String(spec.capacity?.['storage'] ?? '0'),
      accessModesCell(spec.accessModes),
      spec.persistentVolumeReclaimPolicy ?? '',
      metadata.deletionTimestamp === undefined ? (status.phase ?? '') : 'Terminating',
      claim,
      metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? spec.storageClassName ?? '',
      spec.volumeAttributesClassName ?? '<unset>',
      status.reason ?? '',
      age({ metadata }, now),
      spec.volumeMode ?? '<unset>',
    ];
  },
};
