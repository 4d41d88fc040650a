// A VolumeAttributesClass that is deleted stays while a claim or a volume uses it.
// Models kubernetes pkg/controller/volume/vacprotection.

import {
  attributesClassesOfClaim,
  attributesClassesOfVolume,
  attributesClassTerm,
} from '../../api/storage/v1/attributes-class-users.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/types/core-v1.ts';
import type { Controller } from '../runtime/component.ts';
import { needsLook, settleFinalizer } from './finalizer.ts';

const FINALIZER = 'kubernetes.io/vac-protection';
const RESOURCE = 'volumeattributesclasses.storage.k8s.io';

/** A key is the name of a class. */
export const vacProtectionController: Controller = {
  name: 'volumeattributesclass-protection-controller',
  watches: {
    [RESOURCE]: ({ verb, name, object }) => (verb !== 'delete' && needsLook(object, FINALIZER) ? [name] : []),
    // What it used before, it may not use any more.
    persistentvolumeclaims: ({ verb, object, old }) =>
      attributesClassesOfClaim((verb === 'delete' ? object : (old ?? {})) as PersistentVolumeClaim),
    persistentvolumes: ({ verb, object, old }) =>
      attributesClassesOfVolume((verb === 'delete' ? object : (old ?? {})) as PersistentVolume),
  },
  reconcile(name, { client }) {
    const found = client.get(RESOURCE, '', name);
    if (found === undefined) return undefined;
    return settleFinalizer(
      client,
      RESOURCE,
      found,
      FINALIZER,
      () => client.byTerm(attributesClassTerm(name)).length > 0,
    );
  },
};
