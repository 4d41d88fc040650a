// PersistentVolume. Models kubernetes pkg/registry/core/persistentvolume and pkg/apis/core/v1/defaults.go.

import { formatTime } from '../../../lib/clock.ts';
import { defineKind } from '../../kind.ts';
import { attributesClassesOfVolume, attributesClassTerm } from '../../storage/v1/attributes-class-users.ts';
import type { PersistentVolume, Volume } from '../../types/core-v1.ts';
import { validateObjectMeta } from '../../validation/object-meta.ts';
import { persistentVolumePrinter } from './persistent-volume-printer.ts';
import { validatePersistentVolume, validatePersistentVolumeUpdate } from './persistent-volume-validation.ts';
import { canonicalResources } from './resource-lists.ts';
import { bindingTermsOfVolume } from './volume-binding.ts';
import { setVolumeSourceDefaults } from './volume-defaults.ts';
import { deprecatedVolumeWarnings } from './volume-warnings.ts';

const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';
const OPTIONS_ANNOTATION = 'volume.beta.kubernetes.io/mount-options';

function warnings({ metadata, spec = {} }: PersistentVolume): string[] {
  const texts: string[] = [];
  const annotations = metadata.annotations ?? {};
  if (annotations[CLASS_ANNOTATION] !== undefined) {
    const what = 'deprecated since v1.8; use "storageClassName" attribute instead';
    texts.push(`metadata.annotations[${CLASS_ANNOTATION}]: ${what}`);
  }
  if (annotations[OPTIONS_ANNOTATION] !== undefined) {
    const what = 'deprecated since v1.31; use "mountOptions" attribute instead';
    texts.push(`metadata.annotations[${OPTIONS_ANNOTATION}]: ${what}`);
  }
  if (spec.persistentVolumeReclaimPolicy === 'Recycle') {
    const what =
      'The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.';
    texts.push(`spec.persistentVolumeReclaimPolicy: ${what}`);
  }
  return [...texts, ...deprecatedVolumeWarnings(spec as unknown as Volume, 'spec')];
}

export const persistentVolume = defineKind<PersistentVolume>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolume',
  resource: 'persistentvolumes',
  singular: 'persistentvolume',
  shortNames: ['pv'],
  namespaced: false,
  definition: 'io.k8s.api.core.v1.PersistentVolume',

  setDefaults(object) {
    const spec = (object.spec ??= {});
    if (spec.capacity !== undefined) canonicalResources(spec.capacity);
    spec.persistentVolumeReclaimPolicy ||= 'Retain';
    spec.volumeMode ??= 'Filesystem';
    // The sources that pods' volumes have too.
    setVolumeSourceDefaults(spec as unknown as Volume);
    const status = (object.status ??= {});
    status.phase ||= 'Pending';
  },
  prepareForCreate(object, context) {
    object.status = { phase: 'Pending', lastPhaseTransitionTime: formatTime(context.now) };
  },
  validate: validatePersistentVolume,
  validateUpdate: (object, old) => [
    ...validateObjectMeta(object.metadata, { namespaced: false }),
    ...validatePersistentVolumeUpdate(object, old),
  ],
  warnings,
  deleteReturnsObject: true,
  terms: (object) => [...attributesClassesOfVolume(object).map(attributesClassTerm), ...bindingTermsOfVolume(object)],

  status: {
    prepare(object, old, context) {
      const status = (object.status ??= {});
      if (status.phase === old.status?.phase) return;
      if (status.lastPhaseTransitionTime === old.status?.lastPhaseTransitionTime) {
        status.lastPhaseTransitionTime = formatTime(context.now);
      }
    },
  },

  printer: persistentVolumePrinter,
});
