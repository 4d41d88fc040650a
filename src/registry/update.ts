// What update means, of an object and of its status. Models kubernetes
// staging/src/k8s.io/apiserver/pkg/registry/rest/update.go and …/registry/generic/registry/store.go (Update).

import type { Kind, PartStrategy } from '../api/kind.ts';
import { validatedGroup } from '../api/kind.ts';
import type { KubeObject } from '../api/object.ts';
import { preconditionFailed } from '../api/precondition.ts';
import type { Result, Status } from '../api/status.ts';
import { conflict, fail, failure, invalidStatus, notFoundStatus, OBJECT_MODIFIED, ok } from '../api/status.ts';
import { validateObjectMetaUpdate } from '../api/validation/object-meta.ts';
import { append } from '../lib/append.ts';
import { clone, deepEqual } from '../lib/json.ts';
import { invalid } from '../schema/field-error.ts';
import { toCanonical } from './canonical.ts';
import { removeIfDone } from './delete.ts';
import { sameObjects } from './managed-fields/keep-times.ts';
import type { Store } from './store.ts';
import { stampType } from './store.ts';
import type { Admitted, WriteContext, Written } from './write.ts';

/** What of an object is written: all of it but its status, its status, its finalizers, or a part of the kind's own. */
export type Part = 'main' | 'status' | 'finalize' | PartStrategy<KubeObject>;

export interface Update {
  readonly namespace: string;
  readonly name: string;
  readonly part: Part;
  /** Makes the new state from the old one (a private copy is not needed: it must not be changed). */
  transform(old: KubeObject): Result<KubeObject>;
  /** Validating admission, with the old state. */
  admit(object: KubeObject, old: KubeObject): Result<Admitted>;
  /** The object names whom it replaces: another uid is a conflict. Else a uid is a field that cannot be changed. */
  readonly replaces?: boolean;
  /** PUT of a missing name, where the kind allows it. */
  createMissing?(): Result<Written>;
}

/** An update that changes nothing writes nothing. An update that removes a deleted object's last finalizer ends it. */
export function update(store: Store, kind: Kind, request: Update, write: WriteContext): Result<Written> {
  const row = store.row(kind, request.namespace, request.name);
  if (row === undefined) {
    if (kind.allowCreateOnUpdate === true && request.createMissing !== undefined) return request.createMissing();
    return fail(notFoundStatus(kind, request.name));
  }
  const old = store.parse(kind, row);
  const transformed = request.transform(old);
  if (!transformed.ok) return transformed;
  stampType(kind, transformed.value);
  const object =
    request.part === 'status' ? withStatus(kind, transformed.value, old) : toCanonical(kind, transformed.value);

  const refused =
    (request.replaces === true ? checkUid(kind, object, old, write.dryRun) : undefined) ??
    checkVersion(kind, object, old, row.rev);
  if (refused !== undefined) return fail(refused);
  keepSystemMetadata(object, old);

  const context = store.context(write.dryRun);
  if (request.part === 'main') {
    if (kind.status !== undefined) copyMember(old, object, 'status');
    const failed = kind.allocate?.(object, old, context);
    if (failed !== undefined) return fail(failed);
    kind.prepareForUpdate?.(object, old, context);
    countChange(kind, object, old);
  } else if (typeof request.part === 'object') {
    if (request.part.writesMetadata !== true) setMetadataBack(object, old);
    request.part.prepare(object, old, context);
    countChange(kind, object, old);
  } else {
    for (const key of new Set([...Object.keys(object), ...Object.keys(old)])) {
      if (key === 'metadata' || key === 'status' || (request.part === 'finalize' && key === 'spec')) continue;
      copyMember(old, object, key);
    }
    if (request.part === 'finalize') copyMember(old, object, 'status');
    if (kind.status?.prepare === undefined) setMetadataBack(object, old);
    else kind.status.prepare(object, old, context);
    object.metadata.generation = old.metadata.generation as number;
    if (object.metadata.generation === undefined) delete (object.metadata as { generation?: number }).generation;
  }

  const errors = validateObjectMetaUpdate(object.metadata, old.metadata, kind);
  if (request.part === 'main') {
    const own = kind.validateUpdate ?? ((next: KubeObject) => kind.validate?.(next, context) ?? []);
    append(errors, own(object, old, context));
  } else if (request.part === 'status') append(errors, kind.status?.validate?.(object, old, context) ?? []);
  else if (typeof request.part === 'object') append(errors, request.part.validate(object, old));
  if (errors.length > 0) return fail(invalidStatus(validatedGroup(kind), kind.kind, request.name, errors));

  const admitted = request.admit(object, old);
  if (!admitted.ok) return admitted;
  object.metadata.resourceVersion = old.metadata.resourceVersion;
  const ended = removeIfDone(store, kind, object, old, row.rev, write);
  if (ended !== undefined) return ended;
  // What the log holds counts, not what reads show: a heartbeat that is due is written though reads show it already.
  const stored = kind.storedAs === undefined ? store.parseStored(row) : old;
  if (sameObjects(object, stored)) return ok({ object: old, text: store.served(kind, row) });
  if (!write.dryRun && store.absorbHeartbeat(row, object)) return ok({ object, text: store.served(kind, row) });
  const written = store.append(kind, 'update', object, row.rev, write);
  if (written.ok && !write.dryRun) admitted.value?.();
  return written;
}

/** Of a status's write nothing but metadata and status counts: of large objects it is the smallest part. */
function withStatus(kind: Kind, next: KubeObject, old: KubeObject): KubeObject {
  // Where the status is new its place among the members is to be found.
  if (!('status' in old)) return toCanonical(kind, next);
  const { apiVersion, metadata, status } = next as KubeObject & { status?: unknown };
  const part = { kind: next.kind, apiVersion, metadata, ...(status === undefined ? {} : { status }) };
  const written: KubeObject & { status?: unknown } = toCanonical(kind, part);
  const object = { ...old, metadata: written.metadata, status: written.status };
  if (written.status === undefined) delete object.status;
  return object;
}

function checkUid(kind: Kind, object: KubeObject, old: KubeObject, dryRun: boolean): Status | undefined {
  const { uid } = object.metadata;
  if (uid === undefined || uid === '' || uid === old.metadata.uid) return undefined;
  return preconditionFailed(kind, old, 'UID', uid, dryRun);
}

/** Optimistic concurrency. */
function checkVersion(kind: Kind, object: KubeObject, old: KubeObject, rev: number): Status | undefined {
  const { resourceVersion: version = '', name } = object.metadata;
  if (version === '' || version === '0') {
    if (kind.allowUnconditionalUpdate !== false) return undefined;
    const error = invalid('metadata.resourceVersion', 0, 'must be specified for an update');
    return invalidStatus(kind.group, kind.resource, old.metadata.name, [error]);
  }
  if (!/^[0-9]+$/.test(version)) {
    return failure(500, '', `strconv.ParseUint: parsing ${JSON.stringify(version)}: invalid syntax`);
  }
  return Number(version) === rev ? undefined : conflict(kind, name, OBJECT_MODIFIED);
}

/** What a client may leave out of an update, and what it cannot set. */
function keepSystemMetadata(object: KubeObject, old: KubeObject): void {
  const meta = object.metadata;
  const before = old.metadata;
  if ((meta.uid as string | undefined) === undefined || meta.uid === '') meta.uid = before.uid;
  meta.creationTimestamp = before.creationTimestamp;
  delete (meta as { selfLink?: string }).selfLink;
  if (before.generation === undefined) delete meta.generation;
  else meta.generation = before.generation;
  // What a client sets of these where they are not set, or otherwise, is refused by validation.
  if (before.deletionTimestamp !== undefined) meta.deletionTimestamp = before.deletionTimestamp;
  if (before.deletionGracePeriodSeconds !== undefined)
    meta.deletionGracePeriodSeconds ??= before.deletionGracePeriodSeconds;
}

/** A write of a part leaves metadata alone, but for the record of who wrote what. */
function setMetadataBack(object: KubeObject, old: KubeObject): void {
  const { managedFields } = object.metadata;
  const { managedFields: _, ...metadata } = old.metadata;
  object.metadata = { ...clone(metadata), ...(managedFields === undefined ? {} : { managedFields }) };
}

/** generation counts the changes of spec. */
function countChange(kind: Kind, object: KubeObject, old: KubeObject): void {
  const { generation } = old.metadata;
  if (kind.hasGeneration !== true || object.metadata.generation !== generation || !specChanged(object, old)) return;
  object.metadata.generation = (generation ?? 0) + 1;
}

function copyMember(from: KubeObject, to: KubeObject, key: string): void {
  const source = from as unknown as Record<string, unknown>;
  const target = to as unknown as Record<string, unknown>;
  if (source[key] === undefined) delete target[key];
  else target[key] = source[key];
}

function specChanged(object: KubeObject, old: KubeObject): boolean {
  return !deepEqual((object as { spec?: unknown }).spec, (old as { spec?: unknown }).spec);
}
