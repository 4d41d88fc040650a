// Who owns the claims of a pod, by the set's persistentVolumeClaimRetentionPolicy: what owns a claim takes it along when it goes.
// Models kubernetes pkg/controller/statefulset/stateful_set_utils.go (isClaimOwnerUpToDate, updateClaimOwnerRefForSetAndPod).
//
//   whenDeleted  whenScaled   owner while wanted   owner once scaled away
//   Retain       Retain       none                 none
//   Delete       Retain       the set              the set
//   Retain       Delete       none                 the pod
//   Delete       Delete       the set              the pod

import type { KubeObject } from '../../api/object.ts';
import type { StatefulSet } from '../../api/types/apps-v1.ts';
import type { PersistentVolumeClaim } from '../../api/types/core-v1.ts';
import type { OwnerReference } from '../../api/types/meta-v1.ts';
import { controllerReference } from '../common/owners.ts';

/** A pod that exists, or one that is yet to be made: then its uid is ''. */
export type Owner = Pick<KubeObject, 'apiVersion' | 'kind'> & {
  readonly metadata: { readonly name: string; readonly uid: string };
};

interface Policy {
  readonly deletesWithSet: boolean;
  readonly deletesWhenScaled: boolean;
}

function policyOf({ spec }: StatefulSet): Policy {
  const { whenDeleted, whenScaled } = spec?.persistentVolumeClaimRetentionPolicy ?? {};
  return { deletesWithSet: whenDeleted === 'Delete', deletesWhenScaled: whenScaled === 'Delete' };
}

export function deletesWhenScaled(set: StatefulSet): boolean {
  return policyOf(set).deletesWhenScaled;
}

const refersTo = ({ kind, name, apiVersion }: OwnerReference, owner: Owner): boolean =>
  kind === owner.kind && name === owner.metadata.name && apiVersion === owner.apiVersion;

const owners = ({ metadata }: PersistentVolumeClaim): readonly OwnerReference[] => metadata.ownerReferences ?? [];

/** A reference to an earlier object of that name: the claim is about to go with it. */
export function hasStaleOwner(claim: PersistentVolumeClaim, owner: Owner): boolean {
  const reference = owners(claim).find((each) => refersTo(each, owner));
  return reference !== undefined && reference.uid !== owner.metadata.uid;
}

/** Somebody else controls the claim, which the policy therefore leaves alone. */
export function hasOtherController(claim: PersistentVolumeClaim, set: StatefulSet, pod: Owner): boolean {
  const { deletesWithSet, deletesWhenScaled } = policyOf(set);
  if (!deletesWithSet && !deletesWhenScaled) return false;
  return owners(claim).some((reference) => {
    const own = [set, pod].find((owner) => refersTo(reference, owner));
    return own === undefined ? reference.controller === true : reference.uid !== own.metadata.uid;
  });
}

/** True also of what must not be touched: a claim that goes with an owner of before, or that somebody else controls. */
export function isOwnedAsWanted(claim: PersistentVolumeClaim, set: StatefulSet, pod: Owner, wanted: boolean): boolean {
  if (hasStaleOwner(claim, set) || hasStaleOwner(claim, pod)) return true;
  const owner = hasOtherController(claim, set, pod) ? undefined : ownerByPolicy(set, pod, wanted);
  return [set, pod].every((candidate) => {
    const reference = owners(claim).find(({ uid }) => uid === candidate.metadata.uid);
    return candidate === owner ? reference?.controller === true : reference === undefined;
  });
}

/** The claim's references as the policy wants them; others are kept, and none is added to those of another controller. */
export function referencesByPolicy(
  claim: PersistentVolumeClaim,
  set: StatefulSet,
  pod: Owner,
  wanted: boolean,
): OwnerReference[] {
  const others = owners(claim).filter((reference) => !refersTo(reference, set) && !refersTo(reference, pod));
  const owner = hasOtherController(claim, set, pod) ? undefined : ownerByPolicy(set, pod, wanted);
  return owner === undefined ? others : [...others, controllerReference(owner as KubeObject)];
}

function ownerByPolicy(set: StatefulSet, pod: Owner, wanted: boolean): Owner | undefined {
  const { deletesWithSet, deletesWhenScaled } = policyOf(set);
  if (!wanted && deletesWhenScaled) return pod;
  return deletesWithSet ? set : undefined;
}
