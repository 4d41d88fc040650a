// Nodes that the pod's volumes reach, or on which they can be had. Models pkg/scheduler/framework/plugins/volumebinding.

import { canReach } from '../../api/core/v1/volume-matching.ts';
import type { FilterPlugin } from '../framework.ts';
import { unresolvable } from '../framework.ts';
import { planBinding } from '../pod-volumes.ts';

const NO_VOLUME = unresolvable('node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)');
const OUT_OF_REACH = unresolvable("node(s) didn't match PersistentVolume's node affinity");
const NONE_TO_BIND = unresolvable("node(s) didn't find available persistent volumes to bind");

export const volumeBinding: FilterPlugin = {
  name: 'VolumeBinding',

  preFilter({ volumes }) {
    return volumes?.refusal === undefined ? undefined : { ok: false, reason: volumes.refusal };
  },

  filter({ volumes }, { name, node }) {
    if (volumes === undefined) return undefined;
    const place = { name, labels: node?.metadata.labels ?? {} };
    for (const volume of volumes.bound) {
      if (volume === undefined) return NO_VOLUME;
      if (!canReach(volume, place)) return OUT_OF_REACH;
    }
    return planBinding(volumes, place) === undefined ? NONE_TO_BIND : undefined;
  },
};
