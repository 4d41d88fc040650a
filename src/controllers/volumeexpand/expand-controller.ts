// Says of a claim that asks for more than its volume has who is to see to it: no volume is made larger here.
// Models kubernetes pkg/controller/volume/expand/expand_controller.go, of a cluster without plugins in its tree.

import { quantityIn } from '../../api/core/v1/resource-lists.ts';
import type { PersistentVolumeClaim } from '../../api/types/core-v1.ts';
import { compareQuantity } from '../../schema/quantity.ts';
import type { Controller } from '../runtime/component.ts';

const CLAIMS = 'persistentvolumeclaims';

/** A key is `NAMESPACE/NAME` of a claim. */
export const expandController: Controller = {
  name: 'expand-controller',
  eventSource: 'volume_expand',
  watches: {
    [CLAIMS]: ({ verb, namespace, name, object, old }) =>
      verb === 'update' && compareQuantity(asked(object), asked(old ?? object)) > 0 ? [`${namespace}/${name}`] : [],
  },
  reconcile(key, { client }) {
    const [namespace = '', name = ''] = key.split('/');
    const claim = client.get(CLAIMS, namespace, name);
    if (claim?.status?.phase !== 'Bound') return undefined;
    if (client.get('persistentvolumes', '', claim.spec?.volumeName ?? '') === undefined) return undefined;
    const message = 'waiting for an external controller to expand this PVC';
    client.event({ regarding: claim, type: 'Normal', reason: 'ExternalExpanding', message });
    return undefined;
  },
};

function asked(claim: Pick<PersistentVolumeClaim, 'metadata' | 'spec'>) {
  return quantityIn(claim.spec?.resources?.requests?.['storage']);
}
