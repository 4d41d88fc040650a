// Pods of a StatefulSet as they are made, mended and deleted, with their claims and the Events that tell of it.
// Models kubernetes pkg/controller/statefulset/stateful_pod_control.go.

import type { Client } from '../../api/client.ts';
import type { Draft } from '../../api/object.ts';
import type { StatefulSet } from '../../api/types/apps-v1.ts';
import type { PersistentVolumeClaim, Pod } from '../../api/types/core-v1.ts';
import { clone } from '../../lib/json.ts';
import { isNamespaceTerminating } from '../common/failures.ts';
import { textOf } from '../common/history/revisions.ts';
import { asItself, claimsOf, hasItsVolumes, isInRange, isItself, ordinalOf } from './identity.ts';
import type { Owner } from './retention.ts';
import {
  deletesWhenScaled,
  hasOtherController,
  hasStaleOwner,
  isOwnedAsWanted,
  referencesByPolicy,
} from './retention.ts';

const CLAIMS = 'persistentvolumeclaims';

/** Why something could not be done; undefined: it was. */
type Failure = string | undefined;

export class PodControl {
  readonly #client: Client;
  readonly #set: StatefulSet;

  constructor(client: Client, set: StatefulSet) {
    this.#client = client;
    this.#set = set;
  }

  /** Claims first. */
  create(draft: Draft<Pod>): Failure {
    const { name = '' } = draft.metadata;
    const without = this.createClaims({ metadata: { name } });
    if (without !== undefined) return this.#told('create', name, without);
    const created = this.#client.create('pods', draft);
    const error = created.ok ? undefined : textOf(created.status);
    // That it is there already is seen in a moment.
    if (!created.ok && created.status.reason === 'AlreadyExists') return error;
    const uid = created.ok ? created.value.metadata.uid : '';
    const unowned = this.fixClaims({ metadata: { name, uid } });
    if (unowned !== undefined) return this.#told('update', name, unowned);
    // That the namespace ends is no news.
    return !created.ok && isNamespaceTerminating(created.status) ? error : this.#told('create', name, error);
  }

  /** Gives the pod the identity, the volumes and the owners of its claims that it should have. */
  mend(pod: Pod): Failure {
    const { name } = pod.metadata;
    const itself = isItself(this.#set, pod);
    if (itself && this.claimsAreOwnedAsWanted(pod)) return undefined;
    let error = hasItsVolumes(this.#set, pod) ? undefined : this.createClaims(pod);
    error ??= this.claimsAreOwnedAsWanted(pod) ? undefined : this.fixClaims(pod);
    if (error === undefined && !itself) {
      const updated = this.#client.update('pods', asItself(this.#set, pod));
      if (!updated.ok) error = textOf(updated.status);
    }
    return this.#told('update', name, error);
  }

  delete({ metadata }: Pod): Failure {
    const { name, namespace = '', uid } = metadata;
    const deleted = this.#client.delete('pods', namespace, name, { preconditions: { uid } });
    if (!deleted.ok && deleted.status.reason === 'NotFound') return undefined;
    return this.#told('delete', name, deleted.ok ? undefined : textOf(deleted.status));
  }

  /** Makes the claims that a pod waits for. */
  createMissingClaims(pod: Pod): Failure {
    const missing = this.createClaims(pod);
    if (missing !== undefined) return missing;
    const unowned = this.claimsAreOwnedAsWanted(pod) ? undefined : this.fixClaims(pod);
    return unowned === undefined ? undefined : this.#told('update', pod.metadata.name, unowned);
  }

  /** Makes the claims of a pod that are not there. */
  createClaims(pod: Pick<Pod, 'metadata'> | { readonly metadata: { readonly name: string } }): Failure {
    const errors: string[] = [];
    for (const { claim } of claimsOf(this.#set, ordinalOf(pod as Pod))) {
      const there = this.#claim(claim.metadata.name);
      if (there?.metadata.deletionTimestamp !== undefined) {
        errors.push(`pvc ${there.metadata.name} is being deleted`);
        continue;
      }
      if (there !== undefined) continue;
      const created = this.#client.create(CLAIMS, claim);
      const error = created.ok ? undefined : textOf(created.status);
      if (error !== undefined) errors.push(`failed to create PVC ${claim.metadata.name}: ${error}`);
      if (created.ok || created.status.reason !== 'AlreadyExists')
        this.#claimEvent(claim.metadata.name, pod.metadata.name, error);
    }
    return errors.length === 0 ? undefined : joined(errors);
  }

  /** Whether a claim of a pod that is yet to be made belongs to the pod before it, and goes with that. */
  isClaimStale(name: string): boolean {
    if (!deletesWhenScaled(this.#set)) return false;
    return this.#claims(name).some((claim) => hasStaleOwner(claim, ownerOf({ name, uid: '' })));
  }

  claimsAreOwnedAsWanted({ metadata }: Pod): boolean {
    const pod = ownerOf(metadata);
    const wanted = isInRange(this.#set, { metadata });
    return this.#claims(metadata.name).every((claim) => isOwnedAsWanted(claim, this.#set, pod, wanted));
  }

  /** Gives the claims of the pod the owners that the retention policy wants. `uid` is '' of a pod that could not be made. */
  fixClaims({ metadata }: { readonly metadata: { readonly name: string; readonly uid: string } }): Failure {
    const pod = ownerOf(metadata);
    const wanted = isInRange(this.#set, { metadata } as Pod);
    let error: Failure;
    for (const claim of this.#claims(metadata.name)) {
      if (hasOtherController(claim, this.#set, pod)) {
        const message = `PersistentVolumeClaim ${claim.metadata.name} has a conflicting OwnerReference that acts as a managing controller, the retention policy is ignored for this claim`;
        this.#client.event({ regarding: this.#set, type: 'Warning', reason: 'ConflictingController', message });
      }
      if (isOwnedAsWanted(claim, this.#set, pod, wanted)) continue;
      const next = clone(claim);
      const references = referencesByPolicy(claim, this.#set, pod, wanted);
      if (references.length > 0) next.metadata.ownerReferences = references;
      else delete next.metadata.ownerReferences;
      const updated = this.#client.update(CLAIMS, next);
      if (!updated.ok && updated.status.reason !== 'NotFound')
        error ??= `could not update claim ${claim.metadata.name} for delete policy ownerRefs: ${textOf(updated.status)}`;
    }
    return error;
  }

  #claim(name: string): PersistentVolumeClaim | undefined {
    return this.#client.get(CLAIMS, this.#set.metadata.namespace ?? '', name);
  }

  /** Those of the pod of this name that are there. */
  #claims(name: string): PersistentVolumeClaim[] {
    return claimsOf(this.#set, ordinalOf({ metadata: { name } } as Pod)).flatMap(
      ({ claim }) => this.#claim(claim.metadata.name) ?? [],
    );
  }

  #claimEvent(claim: string, pod: string, error: Failure): void {
    const set = this.#set.metadata.name;
    this.#event(
      'Create',
      error,
      error === undefined
        ? `create Claim ${claim} Pod ${pod} in StatefulSet ${set} success`
        : `create Claim ${claim} for Pod ${pod} in StatefulSet ${set} failed error: ${error}`,
    );
  }

  /** Records what came of it, and answers that. */
  #told(verb: 'create' | 'update' | 'delete', pod: string, error: Failure): Failure {
    const outcome = error === undefined ? 'successful' : `failed error: ${error}`;
    const title = verb.slice(0, 1).toUpperCase() + verb.slice(1);
    this.#event(title, error, `${verb} Pod ${pod} in StatefulSet ${this.#set.metadata.name} ${outcome}`);
    return error;
  }

  #event(verb: string, error: Failure, message: string): void {
    const [type, outcome] =
      error === undefined ? (['Normal', 'Successful'] as const) : (['Warning', 'Failed'] as const);
    this.#client.event({ regarding: this.#set, type, reason: `${outcome}${verb}`, message });
  }
}

function ownerOf({ name, uid }: { readonly name: string; readonly uid: string }): Owner {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, uid } };
}

/** As upstream's aggregate of errors prints. */
function joined(errors: readonly string[]): string {
  return errors.length === 1 ? (errors[0] ?? '') : `[${errors.join(', ')}]`;
}
