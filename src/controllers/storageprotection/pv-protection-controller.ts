// A volume that is deleted stays while it is bound to a claim.
// Models kubernetes pkg/controller/volume/pvprotection.

import type { Controller } from '../runtime/component.ts';
import { needsLook, settleFinalizer } from './finalizer.ts';

const FINALIZER = 'kubernetes.io/pv-protection';

/** A key is the name of a volume. */
export const pvProtectionController: Controller = {
  name: 'pv-protection-controller',
  watches: {
    persistentvolumes: ({ verb, name, object }) => (verb !== 'delete' && needsLook(object, FINALIZER) ? [name] : []),
  },
  reconcile(name, { client }) {
    const volume = client.get('persistentvolumes', '', name);
    if (volume === undefined) return undefined;
    return settleFinalizer(client, 'persistentvolumes', volume, FINALIZER, () => volume.status?.phase === 'Bound');
  },
};
