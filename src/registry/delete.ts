// What delete means: grace, finalizers, propagation.
//
// An object's end:
//   live ──delete, grace > 0──► terminating (deletionTimestamp) ──delete with grace 0──► gone
//   live ──delete, finalizers──► terminating ──update that removes the last finalizer──► gone
//   live ──delete──► gone
// 1. deletionTimestamp, once set, is never taken back, and a grace period only shrinks.
// 2. An object with finalizers is never removed.
// 3. A terminating object whose grace is 0 and that has no finalizers is gone with the write that made it so.
//
// Models kubernetes staging/src/k8s.io/apiserver/pkg/registry/rest/delete.go and …/registry/generic/registry/store.go.

import type { Kind } from '../api/kind.ts';
import type { KubeObject } from '../api/object.ts';
import type { Result, Status } from '../api/status.ts';
import { conflict, fail, notFoundStatus, ok } from '../api/status.ts';
import { formatTime } from '../lib/clock.ts';
import { clone, deepEqual } from '../lib/json.ts';
import type { Store } from './store.ts';
import { objectText } from './text.ts';
import type { Deleted, DeleteRequest, WriteContext, Written } from './write.ts';

export const ORPHAN_FINALIZER = 'orphan';
export const FOREGROUND_FINALIZER = 'foregroundDeletion';

export function remove(
  store: Store,
  kind: Kind,
  namespace: string,
  name: string,
  request: DeleteRequest,
  write: WriteContext,
): Result<Deleted> {
  const row = store.row(kind, namespace, name);
  if (row === undefined) return fail(notFoundStatus(kind, name));
  const old = store.parse(kind, row);
  const refused = checkPreconditions(kind, old, request);
  if (refused !== undefined) return fail(refused);

  const object = clone(old);
  const now = store.clock.now();
  const terminating = old.metadata.deletionTimestamp !== undefined;
  applyPropagation(kind, object, request);

  let grace = 0;
  if (kind.deletion !== undefined) {
    // The kind keeps its objects back by its own means (a Namespace, by spec.finalizers).
    if (!terminating) {
      object.metadata.deletionTimestamp = formatTime(now);
      kind.deletion.begin(object);
      return mark(store, kind, object, old, row.rev, write);
    }
    if (kind.deletion.isHeldBack(object)) return ok({ gone: false, object: old });
  } else if (kind.gracePeriod !== undefined) {
    grace = kind.gracePeriod(object, request.gracePeriodSeconds);
    const current = old.metadata.deletionGracePeriodSeconds ?? 0;
    if (terminating && (request.gracePeriodSeconds === undefined || grace >= current)) {
      if (deepEqual(object.metadata.finalizers, old.metadata.finalizers)) return ok({ gone: false, object: old });
      return mark(store, kind, object, old, row.rev, write);
    }
    if (terminating) shorten(object, grace);
    else markDeleting(object, now, grace);
    const marked = mark(store, kind, object, old, row.rev, write);
    if (!marked.ok || grace > 0 || hasFinalizers(object)) return marked;
    const rev = write.dryRun ? row.rev : Number(marked.value.object.metadata.resourceVersion);
    return finish(store, kind, clone(marked.value.object), rev, write);
  }
  if (hasFinalizers(object)) {
    if (!terminating) markDeleting(object, now, 0);
    return mark(store, kind, object, old, row.rev, write);
  }
  return finish(store, kind, object, row.rev, write);
}

/**
 * Called by update: ends a terminating object that the update leaves without finalizers and without grace. The answer
 * is the object as updated, at its old revision; the event of its end holds the state before the update, which was
 * never stored: both as upstream gives them. Undefined: it lives on.
 */
export function removeIfDone(
  store: Store,
  kind: Kind,
  object: KubeObject,
  old: KubeObject,
  rev: number,
  write: WriteContext,
): Result<Written> | undefined {
  const meta = object.metadata;
  if (meta.deletionTimestamp === undefined || hasFinalizers(object)) return undefined;
  if (kind.deletion === undefined ? (meta.deletionGracePeriodSeconds ?? 0) > 0 : kind.deletion.isHeldBack(object)) {
    return undefined;
  }
  const gone = finish(store, kind, clone(old), rev, write);
  return gone.ok ? ok({ object, text: objectText(object, rev) }) : gone;
}

function finish(store: Store, kind: Kind, object: KubeObject, rev: number, write: WriteContext): Result<Deleted> {
  const written = store.append(kind, 'delete', object, rev, write);
  return written.ok ? ok({ gone: true, object: written.value.object }) : written;
}

function mark(
  store: Store,
  kind: Kind,
  object: KubeObject,
  old: KubeObject,
  rev: number,
  write: WriteContext,
): Result<Deleted> {
  if (deepEqual(object, old)) return ok({ gone: false, object: old });
  const written = store.append(kind, 'update', object, rev, write);
  return written.ok ? ok({ gone: false, object: written.value.object }) : written;
}

function markDeleting(object: KubeObject, now: number, grace: number): void {
  const meta = object.metadata;
  if ((meta.generation ?? 0) > 0) meta.generation = (meta.generation ?? 0) + 1;
  meta.deletionTimestamp = formatTime(now + grace * 1000);
  meta.deletionGracePeriodSeconds = grace;
}

function shorten(object: KubeObject, grace: number): void {
  const meta = object.metadata;
  const start = Date.parse(meta.deletionTimestamp ?? '') - (meta.deletionGracePeriodSeconds ?? 0) * 1000;
  meta.deletionTimestamp = formatTime(start + grace * 1000);
  meta.deletionGracePeriodSeconds = grace;
}

function hasFinalizers(object: KubeObject): boolean {
  return (object.metadata.finalizers ?? []).length > 0;
}

/** Sets or clears the garbage collector's finalizers. Models deletionFinalizersForGarbageCollection. */
function applyPropagation(kind: Kind, object: KubeObject, request: DeleteRequest): void {
  const finalizers = object.metadata.finalizers ?? [];
  const policy = request.propagationPolicy;
  const orphan =
    policy === undefined
      ? finalizers.includes(ORPHAN_FINALIZER) ||
        (kind.defaultPropagation === 'Orphan' && !finalizers.includes(FOREGROUND_FINALIZER))
      : policy === 'Orphan';
  const foreground = policy === undefined ? finalizers.includes(FOREGROUND_FINALIZER) : policy === 'Foreground';
  const next = finalizers.filter((item) => item !== ORPHAN_FINALIZER && item !== FOREGROUND_FINALIZER);
  if (orphan) next.push(ORPHAN_FINALIZER);
  if (foreground) next.push(FOREGROUND_FINALIZER);
  if (deepEqual([...next].sort(), [...finalizers].sort())) return;
  if (next.length > 0) object.metadata.finalizers = next;
  else delete object.metadata.finalizers;
}

function checkPreconditions(kind: Kind, object: KubeObject, request: DeleteRequest): Status | undefined {
  const meta = object.metadata;
  const ref = { group: kind.group, resource: kind.kind };
  if (request.uid !== undefined && request.uid !== meta.uid) {
    const why = `the UID in the precondition (${request.uid}) does not match the UID in record (${meta.uid}). The object might have been deleted and then recreated`;
    return conflict(ref, meta.name, why);
  }
  if (request.resourceVersion !== undefined && request.resourceVersion !== meta.resourceVersion) {
    const why = `the ResourceVersion in the precondition (${request.resourceVersion}) does not match the ResourceVersion in record (${meta.resourceVersion}). The object might have been modified`;
    return conflict(ref, meta.name, why);
  }
  return undefined;
}
