// What the owner references of an object come to: which owners live, which are gone, which wait for their dependents.
// Models kubernetes pkg/controller/garbagecollector/garbagecollector.go classifyReferences.

import type { Client, ResourceInfo } from '../../api/client.ts';
import type { KubeObject } from '../../api/object.ts';
import type { OwnerReference } from '../../api/types/meta-v1.ts';

export const FOREGROUND = 'foregroundDeletion';
export const ORPHAN = 'orphan';

export function hasFinalizer({ metadata }: KubeObject, finalizer: string): boolean {
  return metadata.finalizers?.includes(finalizer) ?? false;
}

/** Deletion has begun, and the object stays until its blocking dependents are gone. */
export function waitsForDependents(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined && hasFinalizer(object, FOREGROUND);
}

export type Found =
  | { readonly state: 'solid' | 'waiting'; readonly owner: KubeObject }
  | { readonly state: 'dangling'; readonly elsewhere: KubeObject | undefined }
  /** Nobody can tell: an unknown kind, or a namespaced owner of a cluster-scoped object. */
  | { readonly state: 'unresolvable'; readonly elsewhere: KubeObject | undefined };

export function resourceOf(client: Client, apiVersion: string, kind: string): ResourceInfo | undefined {
  const group = groupOf(apiVersion);
  return client.resources().find((info) => info.kind === kind && groupOf(info.apiVersion) === group);
}

function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

export function findOwner(client: Client, object: KubeObject, reference: OwnerReference): Found {
  const info = resourceOf(client, reference.apiVersion, reference.kind);
  if (info === undefined) return { state: 'unresolvable', elsewhere: undefined };
  const namespace = object.metadata.namespace ?? '';
  if (info.namespaced && namespace === '')
    return { state: 'unresolvable', elsewhere: elsewhere(client, info, reference) };
  const owner = client.get(info.resource, info.namespaced ? namespace : '', reference.name);
  if (owner?.metadata.uid !== reference.uid || owner === undefined) {
    return { state: 'dangling', elsewhere: info.namespaced ? elsewhere(client, info, reference) : undefined };
  }
  return { state: waitsForDependents(owner) ? 'waiting' : 'solid', owner };
}

/** The owner meant, in a namespace where the reference cannot reach it. */
function elsewhere(client: Client, { resource }: ResourceInfo, { uid }: OwnerReference): KubeObject | undefined {
  return client.list(resource).find(({ metadata }) => metadata.uid === uid);
}
