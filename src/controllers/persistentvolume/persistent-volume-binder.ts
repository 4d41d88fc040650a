// Finds a volume for every claim, and says what becomes of either.
// Models kubernetes pkg/controller/volume/persistentvolume.
//
// 1. A claim and a volume are linked by both sides: `claimRef` with the claim's uid, and `volumeName`. The volume's side is
//    written first: whoever finds only that completes the link.
// 2. Only a link that was complete once (`bind-completed`) can be lost.
// 3. Upstream looks at everything every 15 seconds. Here a claim that waits is looked at when a volume turns up that suits
//    it, or its class does: what else happens cannot help it.

import type { Reader } from '../../api/client.ts';
import {
  claimedTerm,
  classOfVolume,
  namesClass,
  openStorageTerm,
  volumeTerm,
  waitsForConsumer,
} from '../../api/core/v1/volume-binding.ts';
import { bestVolume } from '../../api/core/v1/volume-matching.ts';
import { isDefaultStorageClass } from '../../api/storage/v1/storage-class.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/types/core-v1.ts';
import type { StorageClass } from '../../api/types/storage-v1.ts';
import type { Controller } from '../runtime/component.ts';
import { syncClaim } from './claims.ts';
import { CLAIMS, VOLUMES } from './link.ts';
import { syncVolume } from './volumes.ts';

const CLASSES = 'storageclasses.storage.k8s.io';

/** A key is `volume/NAME` or `claim/NAMESPACE/NAME`. */
export const persistentVolumeBinder: Controller = {
  name: 'persistent-volume-binder',
  eventSource: 'persistentvolume-controller',
  watches: {
    [VOLUMES]: ({ verb, name, object, old }, { client }) => {
      const keys = new Set<string>(verb === 'delete' ? [] : [`volume/${name}`]);
      for (const volume of [object, old] as Array<PersistentVolume | undefined>) {
        const { namespace = '', name: claim = '' } = volume?.spec?.claimRef ?? {};
        if (claim !== '') keys.add(`claim/${namespace}/${claim}`);
      }
      for (const claim of client.list(CLAIMS, { term: volumeTerm(name) })) keys.add(keyOf(claim));
      if (verb !== 'delete') for (const claim of helped(object, client)) keys.add(keyOf(claim));
      return keys;
    },
    [CLAIMS]: ({ verb, namespace, name, object, old }, { client }) => {
      const [volume, before] = [volumeNameOf(object), volumeNameOf(old)];
      const keys = verb === 'delete' ? [] : [`claim/${namespace}/${name}`];
      if (verb !== 'delete' && volume === before) return keys;
      const held = client.list(VOLUMES, { term: claimedTerm(namespace, name) });
      const names = new Set([volume, ...held.map(({ metadata }) => metadata.name)]);
      names.delete('');
      return [...keys, ...[...names].map((item) => `volume/${item}`)];
    },
    [CLASSES]: ({ verb, name, object, old }, { client }) => {
      if (verb === 'delete') return [];
      const waiting = verb === 'create' ? client.list(CLAIMS, { term: openStorageTerm(name) }) : [];
      const isNew =
        isDefaultStorageClass(object as StorageClass) &&
        !(old !== undefined && isDefaultStorageClass(old as StorageClass));
      const classless = isNew ? client.list(CLAIMS, { term: openStorageTerm('') }) : [];
      return [...waiting, ...classless.filter((claim) => !namesClass(claim))].map(keyOf);
    },
  },
  reconcile(key, { client }) {
    const [kind, first = '', second = ''] = key.split('/');
    let failure: string | undefined;
    if (kind === 'volume') {
      const volume = client.get(VOLUMES, '', first);
      if (volume !== undefined) failure = syncVolume(client, volume);
    } else {
      const claim = client.get(CLAIMS, first, second);
      if (claim !== undefined) failure = syncClaim(client, claim);
    }
    return failure === undefined ? undefined : { error: failure };
  },
};

/** Claims that the free volume suits. Those that wait for a pod are the scheduler's. */
function helped(volume: PersistentVolume, client: Reader): PersistentVolumeClaim[] {
  if (volume.spec?.claimRef !== undefined || volume.status?.phase !== 'Available') return [];
  const className = classOfVolume(volume);
  const waiting = client.list(CLAIMS, { term: openStorageTerm(className) });
  if (waiting.length === 0) return [];
  const delayed = className !== '' && waitsForConsumer(client.get(CLASSES, '', className));
  return waiting.filter((claim) => bestVolume(claim, [volume], { delayed }) !== undefined);
}

function volumeNameOf(claim: PersistentVolumeClaim | undefined): string {
  return claim?.spec?.volumeName ?? '';
}

function keyOf({ metadata }: PersistentVolumeClaim): string {
  return `claim/${metadata.namespace ?? ''}/${metadata.name}`;
}
