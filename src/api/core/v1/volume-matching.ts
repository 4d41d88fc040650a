// Which volume suits a claim: of those that are large enough the smallest, unless one is kept for this very claim.
// Models kubernetes staging/src/k8s.io/component-helpers/storage/volume (FindMatchingVolume) and
// pkg/controller/volume/persistentvolume/index.go.

import { labelMatcher } from '../../../schema/label-selector.ts';
import { compareQuantity } from '../../../schema/quantity.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../types/core-v1.ts';
import { matchesNodeTerm } from './node-selector.ts';
import { quantityIn } from './resource-lists.ts';
import { classOfClaim, classOfVolume, isVolumeOfClaim } from './volume-binding.ts';

export interface MatchOptions {
  /** The node that the claim's pod is to run on. */
  readonly node?: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  /** Names of volumes that are out of the question. */
  readonly taken?: ReadonlySet<string>;
  /** The claim waits for its first pod, so that only a volume that is kept for it counts unless the node is known. */
  readonly delayed: boolean;
}

/** The volume that suits the claim best, from any that may. */
export function bestVolume(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
  options: MatchOptions,
): PersistentVolume | undefined {
  const suits = labelMatcher(claim.spec?.selector ?? {});
  let best: PersistentVolume | undefined;
  for (const volume of volumes) {
    const { metadata, spec } = volume;
    if (options.taken?.has(metadata.name) === true || metadata.deletionTimestamp !== undefined) continue;
    const own = isVolumeOfClaim(volume, claim);
    if (spec?.claimRef !== undefined && !own) continue;
    if (mismatch(volume, claim, ['size', 'volumeMode', 'attributes']) !== undefined) continue;
    const reachable = options.node === undefined || canReach(volume, options.node);
    if (own) {
      if (options.node === undefined && mismatch(volume, claim, ['accessModes']) !== undefined) continue;
      return reachable ? volume : undefined;
    }
    if (options.node === undefined && options.delayed) continue;
    if (volume.status?.phase !== 'Available' || !suits(metadata.labels ?? {}) || !reachable) continue;
    if (mismatch(volume, claim, ['class', 'accessModes']) !== undefined) continue;
    if (best === undefined || isBetter(volume, best)) best = volume;
  }
  return best;
}

/** Whether a pod on the node can use the volume. */
export function canReach(
  { spec }: PersistentVolume,
  { name, labels }: { readonly name: string; readonly labels: Readonly<Record<string, string>> },
): boolean {
  const required = spec?.nodeAffinity?.required;
  return required === undefined || required.nodeSelectorTerms.some((term) => matchesNodeTerm(term, name, labels));
}

type Aspect = 'size' | 'class' | 'volumeMode' | 'accessModes' | 'attributes';

const ASPECTS: readonly Aspect[] = ['size', 'class', 'volumeMode', 'accessModes', 'attributes'];

/** Why the volume does not give what the claim asks for, as upstream words it. */
export function mismatch(
  volume: PersistentVolume,
  claim: PersistentVolumeClaim,
  aspects: readonly Aspect[] = ASPECTS,
): string | undefined {
  const { spec: offered = {} } = volume;
  const { spec: asked = {} } = claim;
  for (const aspect of aspects) {
    switch (aspect) {
      case 'size':
        if (compareQuantity(sizeOf(volume), quantityIn(asked.resources?.requests?.['storage'])) < 0)
          return 'requested PV is too small';
        break;
      case 'class':
        if (classOfVolume(volume) !== classOfClaim(claim)) return 'storageClassName does not match';
        break;
      case 'volumeMode':
        if ((offered.volumeMode ?? 'Filesystem') !== (asked.volumeMode ?? 'Filesystem'))
          return 'incompatible volumeMode';
        break;
      case 'accessModes':
        if (!(asked.accessModes ?? []).every((mode) => (offered.accessModes ?? []).includes(mode)))
          return 'incompatible accessMode';
        break;
      case 'attributes':
        if ((offered.volumeAttributesClassName ?? '') !== (asked.volumeAttributesClassName ?? ''))
          return 'volumeAttributesClassName does not match';
        break;
    }
  }
  return undefined;
}

function sizeOf({ spec }: PersistentVolume) {
  return quantityIn(spec?.capacity?.['storage']);
}

/** With fewer access modes, or as many and smaller. */
function isBetter(volume: PersistentVolume, than: PersistentVolume): boolean {
  const modes = (volume.spec?.accessModes ?? []).length - (than.spec?.accessModes ?? []).length;
  return modes < 0 || (modes === 0 && compareQuantity(sizeOf(volume), sizeOf(than)) < 0);
}
