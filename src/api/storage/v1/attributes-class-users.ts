// Which VolumeAttributesClasses claims and volumes use.
// Models kubernetes pkg/controller/volume/vacprotection (getVolumeAttributesClassNames).

import type { PersistentVolume, PersistentVolumeClaim } from '../../types/core-v1.ts';

/** Index term of the claims and volumes that use a class. */
export function attributesClassTerm(name: string): string {
  return `vac:${name}`;
}

/** Names of the classes that the claim wants, has, or is on the way to. */
export function attributesClassesOfClaim({ spec, status }: PersistentVolumeClaim): string[] {
  const names = [
    spec?.volumeAttributesClassName,
    status?.currentVolumeAttributesClassName,
    status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
  ];
  return [...new Set(names)].filter((name): name is string => name !== undefined && name !== '');
}

export function attributesClassesOfVolume({ spec }: PersistentVolume): string[] {
  const name = spec?.volumeAttributesClassName ?? '';
  return name === '' ? [] : [name];
}
