// Claims that one pod alone may use. Models pkg/scheduler/framework/plugins/volumerestrictions (ReadWriteOncePod).

import type { FilterPlugin } from '../framework.ts';
import { unschedulable } from '../framework.ts';

const IN_USE = unschedulable(
  'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod',
);

export const volumeRestrictions: FilterPlugin = {
  name: 'VolumeRestrictions',
  filter: ({ volumes }) => (volumes?.occupied === true ? IN_USE : undefined),
};
