// What create means. Models kubernetes staging/src/k8s.io/apiserver/pkg/registry/rest/create.go and
// …/registry/generic/registry/store.go (Create).

import type { Kind } from '../api/kind.ts';
import { validatedGroup } from '../api/kind.ts';
import type { Draft, KubeObject } from '../api/object.ts';
import type { ObjectMeta } from '../api/types/meta-v1.ts';
import type { Result } from '../api/status.ts';
import { alreadyExists, fail, failure, invalidStatus } from '../api/status.ts';
import { validateObjectMeta } from '../api/validation/object-meta.ts';
import { append } from '../lib/append.ts';
import { formatTime } from '../lib/clock.ts';
import { nameSuffix } from '../lib/random.ts';
import { toCanonical } from './canonical.ts';
import type { Store } from './store.ts';
import { stampType } from './store.ts';
import type { Admitted, WriteContext, Written } from './write.ts';

/** How often a generated name is drawn again when it is taken. */
const NAME_ATTEMPTS = 8;
/** A generated name is cut so that its suffix fits into 63 characters. */
const MAX_GENERATED_BASE = 58;

/**
 * Gives an object without a name the one that its generateName asks for. True: the name was drawn, and another may be.
 */
export function generateName({ random }: Pick<Store, 'random'>, meta: ObjectMeta): boolean {
  if ((meta.name ?? '') !== '' || (meta.generateName ?? '') === '') return false;
  meta.name = (meta.generateName ?? '').slice(0, MAX_GENERATED_BASE) + nameSuffix(random);
  return true;
}

export interface Creation {
  readonly draft: Draft;
  /** The draft's name was drawn: where it is taken, another is drawn. */
  readonly generated: boolean;
  /** Validating admission, which may refuse. */
  admit(object: KubeObject): Result<Admitted>;
}

/** Creates the object of a draft, which becomes the store's. */
export function create(store: Store, kind: Kind, creation: Creation, write: WriteContext): Result<Written> {
  const draft = creation.draft as KubeObject;
  const meta = draft.metadata;
  const context = store.context(write.dryRun);
  stampType(kind, draft);
  // What is no number counts as none.
  const given = /^[0-9]{1,19}$/.test(meta.resourceVersion ?? '') ? Number(meta.resourceVersion) : 0;
  // It is the storage that refuses it: a dry run does not come to it, and shows it.
  if (given > 0 && !write.dryRun) {
    return fail(failure(500, '', 'resourceVersion should not be set on objects to be created'));
  }
  delete (meta as { deletionTimestamp?: string }).deletionTimestamp;
  delete (meta as { deletionGracePeriodSeconds?: number }).deletionGracePeriodSeconds;
  delete (meta as { selfLink?: string }).selfLink;
  delete (meta as { resourceVersion?: string }).resourceVersion;
  if (kind.status !== undefined && kind.status.keptOnCreate !== true) delete (draft as { status?: unknown }).status;
  if (kind.hasGeneration === true) meta.generation = 1;
  meta.uid = context.random.uuid();
  meta.creationTimestamp = formatTime(context.now);
  const refused = kind.allocate?.(draft, undefined, context);
  if (refused !== undefined) return fail(refused);
  kind.prepareForCreate?.(draft, context);

  kind.canonicalize?.(draft);
  const object = toCanonical(kind, draft);
  const errors = validateObjectMeta(object.metadata, kind);
  append(errors, kind.validate?.(object, context) ?? []);
  if (errors.length > 0)
    return fail(invalidStatus(validatedGroup(kind), kind.kind, object.metadata.name ?? '', errors));
  kind.settle?.(object);
  const admitted = creation.admit(object);
  if (!admitted.ok) return admitted;

  for (let attempt = 1; ; attempt++) {
    // The log refuses a name that is taken; a dry run does not come to it.
    const written = store.append(kind, 'create', object, given, write);
    if (written.ok && !write.dryRun) {
      admitted.value?.();
      return written;
    }
    const { namespace = '', name } = object.metadata;
    const existing = store.row(kind, namespace, name);
    if (existing === undefined) return written;
    if (!creation.generated || attempt === NAME_ATTEMPTS) {
      const status = alreadyExists(kind, name);
      const deleting = store.parse(kind, existing).metadata.deletionTimestamp !== undefined;
      return fail(deleting ? { ...status, message: `object is being deleted: ${status.message}` } : status);
    }
    object.metadata.name = '';
    generateName(store, object.metadata);
    kind.canonicalize?.(object);
  }
}
