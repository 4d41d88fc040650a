// The steps that every write shares between decoding and the store: defaults, mutating admission, validation (the
// registry's), validating admission.

import type { Kind } from '../api/kind.ts';
import type { KubeObject } from '../api/object.ts';
import type { Result } from '../api/status.ts';
import { badRequest, fail, ok } from '../api/status.ts';
import type { OwnerReference } from '../api/types/meta-v1.ts';
import { create, generateName } from '../registry/create.ts';
import type { FieldScope } from '../registry/managed-fields/field-scope.ts';
import { keepTimes } from '../registry/managed-fields/keep-times.ts';
import { trackUpdate } from '../registry/managed-fields/track-update.ts';
import type { Admitted, WriteContext, Written } from '../registry/write.ts';
import type { Attributes } from './admission/plugin.ts';
import type { User } from './authentication/user.ts';
import type { Services } from './exchange.ts';

/** Who writes what, where. `name` is '' for a create. */
export interface Target {
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
  readonly user: User;
}

export function attributes(
  services: Services,
  target: Target,
  operation: Attributes['operation'],
  write: Pick<WriteContext, 'dryRun' | 'warn'>,
): Attributes {
  const { store, authorizer } = services;
  return {
    ...target,
    operation,
    dryRun: write.dryRun,
    store,
    authorizer,
    warn: (text) => write.warn?.(text),
    afterwards: [],
    loopback: () => services.loopback(store.log.head),
  };
}

/** The namespace of the path wins where the body has none, and must be the body's where it has one. */
export function settleNamespace(kind: Kind, object: KubeObject, namespace: string): Result<undefined> {
  const meta = object.metadata;
  if (!kind.namespaced) {
    delete meta.namespace;
    return ok(undefined);
  }
  if ((meta.namespace ?? '') === '') meta.namespace = namespace;
  return meta.namespace === namespace
    ? ok(undefined)
    : fail(badRequest('the namespace of the provided object does not match the namespace sent on the request'));
}

/** The object must bear the name that the path says. */
export function checkName(object: KubeObject, name: string): Result<undefined> {
  const given = (object.metadata.name as string | undefined) ?? '';
  if (given === '') {
    return fail(badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`));
  }
  if (given === name) return ok(undefined);
  return fail(badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`));
}

/** Drops owner references that say the same as an earlier one. The text of a warning, where there were any. */
export function dropRepeatedOwners(object: KubeObject): string[] {
  const references = object.metadata.ownerReferences ?? [];
  if (references.length < 2) return [];
  const kept: OwnerReference[] = [];
  const repeated: string[] = [];
  // By their texts, which are canonical: a body may hold a hundred thousand of them.
  const texts = new Set<string>();
  for (const reference of references) {
    const text = JSON.stringify(reference);
    if (texts.has(text)) repeated.push(reference.uid);
    else kept.push(reference);
    texts.add(text);
  }
  if (repeated.length === 0) return [];
  object.metadata.ownerReferences = kept;
  return [
    `.metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${repeated.join(', ')}`,
  ];
}

/** Default → owners → mutating admission → strategy and validation → validating admission → append. */
export function createObject(
  services: Services,
  target: Target,
  object: KubeObject,
  write: WriteContext,
): Result<Written> {
  const { kind, namespace } = target;
  const settled = settleNamespace(kind, object, namespace);
  if (!settled.ok) return settled;
  const generated = generateName(services.store, object.metadata);
  kind.setDefaults?.(object);
  wipeSystemMetadata(object);
  trackUpdate(scopeOf(services, target), undefined, object, write.manager, services.store.clock.now());
  return createTracked(services, target, object, generated, write);
}

/** What a client says of a new object that is the server's to say. Models rest.WipeObjectMetaSystemFields. */
function wipeSystemMetadata({ metadata }: KubeObject): void {
  const wiped: Partial<typeof metadata> = metadata;
  delete wiped.creationTimestamp;
  delete wiped.deletionTimestamp;
  delete wiped.deletionGracePeriodSeconds;
  delete wiped.uid;
  delete wiped.selfLink;
}

/** A new object that has its managedFields. `generated`: its name was drawn. */
export function createTracked(
  services: Services,
  target: Target,
  object: KubeObject,
  generated: boolean,
  write: WriteContext,
): Result<Written> {
  const { kind } = target;
  const asked = attributes(services, target, 'CREATE', write);
  // Mutating admission knows no drawn name yet.
  const named = generated ? { ...asked, name: object.metadata.generateName ?? '' } : asked;
  const refused = services.admission.mutate(object, undefined, named);
  if (refused !== undefined) return fail(refused);
  const creation = {
    draft: object,
    generated,
    admit: (made: KubeObject) => admit(services, made, undefined, asked),
  };
  return create(services.store, kind, creation, write);
}

/** Of an update's result: owners → mutating admission. In place. */
export function prepareUpdate(
  services: Services,
  target: Target,
  next: KubeObject,
  old: KubeObject,
  write: WriteContext,
): Result<KubeObject> {
  trackUpdate(scopeOf(services, target), old, next, write.manager, services.store.clock.now());
  return admitUpdate(services, target, next, old, write);
}

/** An update's result that has its managedFields: mutating admission. In place. */
export function admitUpdate(
  services: Services,
  target: Target,
  next: KubeObject,
  old: KubeObject,
  write: WriteContext,
): Result<KubeObject> {
  const refused = services.admission.mutate(next, old, attributes(services, target, 'UPDATE', write));
  if (refused !== undefined) return fail(refused);
  keepTimes(next, old);
  return ok(next);
}

export function scopeOf({ store, scheme }: Services, { kind, subresource }: Target): FieldScope {
  return store.fieldScopes.of(scheme, kind, subresource);
}

/** Validating admission. */
export function admit(
  services: Services,
  object: KubeObject,
  old: KubeObject | undefined,
  asked: Attributes,
): Result<Admitted> {
  const refused = services.admission.validate(object, old, asked);
  if (refused !== undefined) return fail(refused);
  const { afterwards } = asked;
  if (afterwards.length === 0) return ok(undefined);
  return ok(() => {
    for (const effect of afterwards) effect();
  });
}
