// Owner references: who controls an object, and how objects are adopted and released.
// Models kubernetes pkg/controller/controller_ref_manager.go.

import type { Client } from '../../api/client.ts';
import type { KubeObject } from '../../api/object.ts';
import type { ResourceMap, ResourceName } from '../../api/resources.ts';
import type { OwnerReference } from '../../api/types/meta-v1.ts';
import type { Labels } from '../../schema/label-selector.ts';
import { clone } from '../../lib/json.ts';
import type { PodOutline } from './pod-outline.ts';
import { podOutline } from './pod-outline.ts';

/** `namespace/name`: how controllers name an object in their queues. */
export function keyOf(object: KubeObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

/** Anything that may name owners. */
interface Controlled {
  readonly metadata: Pick<KubeObject['metadata'], 'ownerReferences'>;
}

export function controllerOf(object: Controlled): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((reference) => reference.controller === true);
}

/** The controller of `object`, if it is of this kind; the group of `v1` is the empty one. */
export function controllerOfKind(object: KubeObject, kind: string, group = 'apps'): OwnerReference | undefined {
  const owner = controllerOf(object);
  if (owner?.kind !== kind) return undefined;
  const slash = owner.apiVersion.indexOf('/');
  return owner.apiVersion.slice(0, Math.max(0, slash)) === group ? owner : undefined;
}

export function controllerReference(owner: KubeObject): OwnerReference {
  const { apiVersion, kind, metadata } = owner;
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true, blockOwnerDeletion: true };
}

export interface Claims<T> {
  /** Under the owner's control, labels matching. */
  readonly claimed: T[];
  /** Why something could not be released; try again. */
  readonly error: string | undefined;
}

/**
 * The objects that `owner` controls, less those whose labels no longer match: these are released, and lose the finalizer
 * that its own bear.
 */
export function claimOwned<R extends ResourceName>(
  client: Client,
  resource: R,
  owner: KubeObject,
  matches: (labels: Labels, object: ResourceMap[R]) => boolean,
  finalizer?: string,
): Claims<ResourceMap[R]> {
  const owned = client.list(resource, { term: `owner:${owner.metadata.uid}` });
  return claim(client, resource, owner, owned, matches, finalizer);
}

/** The same for the pods of an owner that may have thousands. */
export function claimPods(client: Client, owner: KubeObject, matches: (labels: Labels) => boolean): Claims<PodOutline> {
  const owned = client.view(podOutline, { term: `owner:${owner.metadata.uid}` });
  return claim(client, 'pods', owner, owned, matches, undefined);
}

interface Owned {
  readonly metadata: Pick<KubeObject['metadata'], 'name' | 'namespace' | 'labels' | 'ownerReferences'>;
}

function claim<R extends ResourceName, T extends Owned>(
  client: Client,
  resource: R,
  owner: KubeObject,
  owned: readonly T[],
  matches: (labels: Labels, object: T) => boolean,
  finalizer: string | undefined,
): Claims<T> {
  const claimed: T[] = [];
  let error: string | undefined;
  for (const object of owned) {
    if (controllerOf(object)?.uid !== owner.metadata.uid) continue;
    const { name, namespace = '', labels } = object.metadata;
    if (matches(labels, object)) claimed.push(object);
    else if (owner.metadata.deletionTimestamp === undefined) {
      const whole = client.get(resource, namespace, name);
      if (whole !== undefined) error ??= release(client, resource, owner, whole, finalizer);
    }
  }
  return { claimed, error };
}

/**
 * Takes control of every object of the owner's namespace that matches and has no controller, and gives it the finalizer
 * that its own bear. Answers why one could not be adopted.
 */
export function adoptOrphans<R extends ResourceName>(
  client: Client,
  resource: R,
  owner: KubeObject,
  matches: (labels: Labels, object: ResourceMap[R]) => boolean,
  finalizer?: string,
): string | undefined {
  if (owner.metadata.deletionTimestamp !== undefined) return undefined;
  let error: string | undefined;
  for (const object of client.list(resource, { namespace: owner.metadata.namespace ?? '' })) {
    if (controllerOf(object) !== undefined || object.metadata.deletionTimestamp !== undefined) continue;
    if (!matches(object.metadata.labels, object)) continue;
    const next = clone(object);
    next.metadata.ownerReferences = [...(next.metadata.ownerReferences ?? []), controllerReference(owner)];
    if (finalizer !== undefined) {
      next.metadata.finalizers = [...new Set([...(next.metadata.finalizers ?? []), finalizer])];
    }
    const result = client.update(resource, next);
    if (!result.ok && result.status.reason !== 'NotFound') error ??= result.status.message;
  }
  return error;
}

function release<R extends ResourceName>(
  client: Client,
  resource: R,
  owner: KubeObject,
  object: ResourceMap[R],
  finalizer: string | undefined,
): string | undefined {
  const next = finalizer === undefined ? clone(object) : withoutFinalizer(object, finalizer);
  const left = (next.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner.metadata.uid);
  if (left.length > 0) next.metadata.ownerReferences = left;
  else delete next.metadata.ownerReferences;
  const result = client.update(resource, next);
  return result.ok || result.status.reason === 'NotFound' ? undefined : result.status.message;
}

/** A copy of the object that does not bear the finalizer. */
export function withoutFinalizer<T extends KubeObject>(object: T, finalizer: string): T {
  const next = clone(object);
  const left = (next.metadata.finalizers ?? []).filter((name) => name !== finalizer);
  if (left.length > 0) next.metadata.finalizers = left;
  else delete next.metadata.finalizers;
  return next;
}
