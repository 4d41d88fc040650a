// Volumes that say by labels in which zone they are. Models pkg/scheduler/framework/plugins/volumezone.

import type { PersistentVolume } from '../../api/types/core-v1.ts';
import type { FilterPlugin } from '../framework.ts';
import { unresolvable } from '../framework.ts';

const ELSEWHERE = unresolvable('node(s) had no available volume zone');
/** Each with the name that it had before. */
const TOPOLOGY: ReadonlyArray<readonly [string, string]> = [
  ['topology.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/zone'],
  ['topology.kubernetes.io/region', 'failure-domain.beta.kubernetes.io/region'],
];

type Labels = Readonly<Record<string, string>>;

export const volumeZone: FilterPlugin = {
  name: 'VolumeZone',

  filter({ volumes }, { node }) {
    if (volumes === undefined || volumes.bound.length === 0) return undefined;
    const labels = node?.metadata.labels ?? {};
    const placed = TOPOLOGY.flat().some((key) => labels[key] !== undefined);
    if (!placed) return undefined;
    return volumes.bound.every((volume) => volume === undefined || isHere(volume, labels)) ? undefined : ELSEWHERE;
  },
};

/** A volume may be in several zones: `a__b`. */
function isHere({ metadata }: PersistentVolume, labels: Labels): boolean {
  return TOPOLOGY.every(([key, former]) =>
    [key, former].every((name) => {
      const zones = metadata.labels?.[name];
      return zones === undefined || zones.split('__').includes(labels[name] ?? labels[key] ?? labels[former] ?? '');
    }),
  );
}
