// Claims for volumes, and the storage that they ask for: of all classes, and of each.
// Models kubernetes pkg/quota/v1/evaluator/core/persistent_volume_claims.go.

import { compareQuantity } from '../../schema/quantity.ts';
import { quantityIn } from '../core/v1/resource-lists.ts';
import type { KubeObject } from '../object.ts';
import { attributesClassesOfClaim } from '../storage/v1/attributes-class-users.ts';
import type { PersistentVolumeClaim } from '../types/core-v1.ts';
import type { Amounts } from './amounts.ts';
import { sameAmounts, whole } from './amounts.ts';
import type { Evaluator } from './evaluator.ts';
import { fits } from './evaluator.ts';

const COUNT = 'count/persistentvolumeclaims';
const NAMES = ['persistentvolumeclaims', 'requests.storage'];
const OF_CLASS = '.storageclass.storage.k8s.io/';
const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';

function usage(object: KubeObject): Amounts {
  const { metadata, spec, status } = object as PersistentVolumeClaim;
  const storageClass = metadata.annotations?.[CLASS_ANNOTATION] ?? spec?.storageClassName ?? '';
  const amounts = new Map([[COUNT, whole(1)]]);
  const add = (name: string, amount = whole(1)): void => {
    amounts.set(name, amount);
    if (storageClass !== '') amounts.set(`${storageClass}${OF_CLASS}${name}`, amount);
  };
  add('persistentvolumeclaims');
  const asked = spec?.resources?.requests?.['storage'];
  if (asked === undefined) return amounts;
  // What was given counts until a smaller request is settled.
  const given = quantityIn(status?.allocatedResources?.['storage']);
  const wanted = quantityIn(asked);
  add('requests.storage', compareQuantity(given, wanted) > 0 ? given : wanted);
  return amounts;
}

export const claimEvaluator: Evaluator = {
  charges: (operation, subresource) => operation !== 'DELETE' && subresource === '',
  matching: (given) =>
    given.filter((name) => name === COUNT || NAMES.some((own) => name === own || name.endsWith(`${OF_CLASS}${own}`))),
  isInScope: (scope, object) =>
    scope.scopeName === 'VolumeAttributesClass' && fits(scope, attributesClassesOfClaim(object)),
  usage,
  releases: (object, old) =>
    !sameAmounts(usage(object), usage(old)) ||
    attributesClassesOfClaim(object).join() !== attributesClassesOfClaim(old).join(),
};
