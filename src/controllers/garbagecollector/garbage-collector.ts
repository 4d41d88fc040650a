// Deletes objects whose owners are gone, and sees foreground and orphan deletions through.
// Models kubernetes pkg/controller/garbagecollector/garbagecollector.go.
//
// 1. The graph is in the log: the index term `owner:UID` gives the dependents of an object, its references the owners.
// 2. Keys: `object RESOURCE NAMESPACE NAME` looks at one object; `gone UID` at the dependents of an owner that is no more.
// 3. An object is deleted when it has references, none of its owners lives, and every one of them could be looked for.
// 4. Deletions name the uid and resourceVersion that were judged.
// 5. An owner in foreground deletion goes when no dependent with blockOwnerDeletion is left; one with the finalizer
//    `orphan`, when no dependent refers to it any more.

import type { Client } from '../../api/client.ts';
import type { KubeObject } from '../../api/object.ts';
import type { OwnerReference } from '../../api/types/meta-v1.ts';
import { clone, deepEqual } from '../../lib/json.ts';
import type { Change, Context, Controller, Notice, Outcome } from '../runtime/component.ts';
import { findOwner, FOREGROUND, hasFinalizer, ORPHAN, resourceOf, waitsForDependents } from './references.ts';

/** Dependents handled in one reconcile; the rest follow at once, in the next. */
const BATCH = 100;

export const garbageCollector: Controller = {
  name: 'generic-garbage-collector',
  eventSource: 'garbage-collector-controller',
  watches: {},
  watchesAll: { interest, keys },
  reconcile,
};

/** Events come and go by their own age, and nothing owns or is owned by them. */
function interest(notice: Notice): boolean {
  const { resource, verb, text } = notice;
  if (resource === 'events') return false;
  return (
    (verb === 'delete' && notice.isOwner()) ||
    text.includes('"ownerReferences":[') ||
    text.includes(`"${FOREGROUND}"`) ||
    text.includes(`"${ORPHAN}"`)
  );
}

function* keys({ resource, verb, object, old }: Change, { client }: Context): Iterable<string> {
  const { metadata } = object;
  const references = metadata.ownerReferences ?? [];
  if (verb === 'delete') {
    yield `gone ${metadata.uid}`;
    for (const reference of references) yield* ownerKey(client, object, reference);
    return;
  }
  const before = verb === 'create' ? undefined : old;
  const self = `object ${resource} ${metadata.namespace ?? ''} ${metadata.name}`;
  if (endsSpecially(object) && (before === undefined || !endsSpecially(before))) yield self;
  if (deepEqual(references, before?.metadata.ownerReferences ?? [])) return;
  if (references.length > 0) yield self;
  // An owner may have waited for a reference that is gone, or that blocks no longer.
  for (const reference of before?.metadata.ownerReferences ?? []) yield* ownerKey(client, object, reference);
}

function endsSpecially(object: KubeObject): boolean {
  return (
    object.metadata.deletionTimestamp !== undefined &&
    (hasFinalizer(object, FOREGROUND) || hasFinalizer(object, ORPHAN))
  );
}

/** The owner's key, if the reference held it up. */
function* ownerKey(client: Client, object: KubeObject, reference: OwnerReference): Iterable<string> {
  if (reference.blockOwnerDeletion !== true) return;
  const info = resourceOf(client, reference.apiVersion, reference.kind);
  if (info === undefined) return;
  yield `object ${info.resource} ${info.namespaced ? (object.metadata.namespace ?? '') : ''} ${reference.name}`;
}

function reconcile(key: string, { client }: Context): Outcome | undefined {
  const [kind, first = '', namespace = '', name = ''] = key.split(' ');
  if (kind === 'gone') return eachDependent(client, first, (dependent) => collect(client, dependent));
  const info = client.resources().find(({ resource }) => resource === first);
  const object = info === undefined ? undefined : client.get(info.resource, namespace, name);
  if (object === undefined) return undefined;
  if (object.metadata.deletionTimestamp === undefined) return outcome(collect(client, object));
  if (hasFinalizer(object, ORPHAN)) return orphanDependents(client, object);
  return waitsForDependents(object) ? deleteDependents(client, object) : undefined;
}

/** A step on one object: the text says why it could not be done. */
type Step = string | undefined;

function outcome(error: Step): Outcome | undefined {
  return error === undefined ? undefined : { error };
}

/** Steps through the dependents that need it, a batch at a time. */
function eachDependent(client: Client, uid: string, step: (dependent: KubeObject) => Step): Outcome | undefined {
  const dependents = client.byTerm(`owner:${uid}`).filter(isPending);
  let error: Step;
  for (const dependent of dependents.slice(0, BATCH)) {
    const refused = step(dependent);
    error ??= refused;
  }
  if (error !== undefined) return { error };
  return dependents.length > BATCH ? { requeueAfter: 1 } : undefined;
}

/** Deletion, once begun, goes its own way. */
function isPending({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp === undefined;
}

/** Rule 3. */
function collect(client: Client, object: KubeObject): Step {
  const references = object.metadata.ownerReferences ?? [];
  if (references.length === 0 || !isPending(object)) return undefined;
  let solid = false;
  let waiting = false;
  const gone = new Set<string>();
  for (const reference of references) {
    const found = findOwner(client, object, reference);
    if ('elsewhere' in found && found.elsewhere !== undefined) reportNamespace(client, object, reference);
    if (found.state === 'unresolvable') return undefined;
    if (found.state === 'solid') solid = true;
    else gone.add(reference.uid);
    if (found.state === 'waiting') waiting = true;
  }
  if (solid) return gone.size === 0 ? undefined : dropReferences(client, object, gone);
  return deleteObject(client, waiting ? unblockCycle(client, object) : { object, hasDependents: false });
}

interface Target {
  readonly object: KubeObject;
  readonly hasDependents: boolean;
}

/** Of two that own each other, neither may wait for the other. */
function unblockCycle(client: Client, object: KubeObject): Target {
  const dependents = client.byTerm(`owner:${object.metadata.uid}`);
  const target = { object, hasDependents: dependents.length > 0 };
  if (!dependents.some(waitsForDependents)) return target;
  const next = clone(object);
  for (const reference of next.metadata.ownerReferences ?? []) delete reference.blockOwnerDeletion;
  const updated = update(client, next);
  return typeof updated === 'string' ? target : { ...target, object: updated };
}

function deleteObject(client: Client, { object, hasDependents }: Target): Step {
  const info = resourceOf(client, object.apiVersion, object.kind);
  if (info === undefined) return undefined;
  const { namespace = '', name, uid, resourceVersion } = object.metadata;
  let propagationPolicy: 'Foreground' | 'Background' | 'Orphan' = 'Background';
  if (hasFinalizer(object, ORPHAN)) propagationPolicy = 'Orphan';
  if (hasDependents || hasFinalizer(object, FOREGROUND)) propagationPolicy = 'Foreground';
  const deleted = client.delete(info.resource, namespace, name, {
    propagationPolicy,
    preconditions: { uid, resourceVersion },
  });
  return deleted.ok || deleted.status.reason === 'NotFound' ? undefined : deleted.status.message;
}

function orphanDependents(client: Client, owner: KubeObject): Outcome | undefined {
  const uids = new Set([owner.metadata.uid]);
  const dependents = client.byTerm(`owner:${owner.metadata.uid}`);
  let error: Step;
  for (const dependent of dependents.slice(0, BATCH)) {
    const refused = dropReferences(client, dependent, uids);
    error ??= refused;
  }
  if (error !== undefined) return { error };
  return dependents.length > BATCH ? { requeueAfter: 1 } : outcome(removeFinalizer(client, owner, ORPHAN));
}

function deleteDependents(client: Client, owner: KubeObject): Outcome | undefined {
  const begun = eachDependent(client, owner.metadata.uid, (dependent) => collect(client, dependent));
  if (begun !== undefined) return begun;
  const blocked = client
    .byTerm(`owner:${owner.metadata.uid}`)
    .some(({ metadata }) =>
      metadata.ownerReferences?.some(
        ({ uid, blockOwnerDeletion }) => uid === owner.metadata.uid && blockOwnerDeletion === true,
      ),
    );
  return blocked ? undefined : outcome(removeFinalizer(client, owner, FOREGROUND));
}

function removeFinalizer(client: Client, object: KubeObject, finalizer: string): Step {
  const next = clone(object);
  next.metadata.finalizers = (next.metadata.finalizers ?? []).filter((name) => name !== finalizer);
  const updated = update(client, next);
  return typeof updated === 'string' ? updated : undefined;
}

function dropReferences(client: Client, object: KubeObject, uids: ReadonlySet<string>): Step {
  const next = clone(object);
  const left = (next.metadata.ownerReferences ?? []).filter(({ uid }) => !uids.has(uid));
  if (left.length > 0) next.metadata.ownerReferences = left;
  else delete next.metadata.ownerReferences;
  const updated = update(client, next);
  return typeof updated === 'string' ? updated : undefined;
}

/** The object as updated, or why it could not be; one that is gone by now needs nothing more. */
function update(client: Client, next: KubeObject): KubeObject | string {
  const info = resourceOf(client, next.apiVersion, next.kind);
  if (info === undefined) return next;
  const updated = client.update(info.resource, next);
  if (updated.ok || updated.status.reason === 'NotFound') return updated.ok ? updated.value : next;
  return updated.status.message ?? 'refused';
}

function reportNamespace(client: Client, regarding: KubeObject, { apiVersion, kind, name, uid }: OwnerReference): void {
  const namespace = regarding.metadata.namespace ?? '';
  const reference = `[${apiVersion}/${kind}, namespace: ${namespace}, name: ${name}, uid: ${uid}]`;
  const message = `ownerRef ${reference} does not exist in namespace ${JSON.stringify(namespace)}`;
  client.event({ regarding, type: 'Warning', reason: 'OwnerRefInvalidNamespace', message });
}
