// What create means. Models kubernetes staging/src/k8s.io/apiserver/pkg/registry/rest/create.go and
// …/registry/generic/registry/store.go (Create).

import type { Kind } from '../api/kind.ts';
import type { Draft, KubeObject } from '../api/object.ts';
import type { Result } from '../api/status.ts';
import { alreadyExists, fail, failure, invalidStatus } from '../api/status.ts';
import { validateObjectMeta } from '../api/validation/object-meta.ts';
import { formatTime } from '../lib/clock.ts';
import { nameSuffix } from '../lib/random.ts';
import type { Store } from './store.ts';
import { stampType } from './store.ts';
import type { WriteContext, Written } from './write.ts';

/** How often a generated name is drawn again when it is taken. */
const NAME_ATTEMPTS = 8;
/** A generated name is cut so that its suffix fits into 63 characters. */
const MAX_GENERATED_BASE = 58;

/**
 * Creates the object of a draft, which becomes the store's. `admit` runs after validation and may refuse (validating
 * admission).
 */
export function create(
  store: Store,
  kind: Kind,
  draft: Draft,
  write: WriteContext,
  admit: (object: KubeObject) => Result<undefined>,
): Result<Written> {
  const object = draft as KubeObject;
  const meta = object.metadata;
  const context = store.context(write.dryRun);
  stampType(kind, object);
  if (Number(meta.resourceVersion) > 0) {
    return fail(failure(500, '', 'resourceVersion should not be set on objects to be created'));
  }
  delete (meta as { deletionTimestamp?: string }).deletionTimestamp;
  delete (meta as { deletionGracePeriodSeconds?: number }).deletionGracePeriodSeconds;
  delete (meta as { selfLink?: string }).selfLink;
  delete (meta as { managedFields?: unknown }).managedFields;
  delete (meta as { resourceVersion?: string }).resourceVersion;
  if (kind.status !== undefined && kind.status.keptOnCreate !== true) delete (object as { status?: unknown }).status;
  if (kind.hasGeneration === true) meta.generation = 1;
  meta.uid = context.random.uuid();
  meta.creationTimestamp = formatTime(context.now);
  kind.prepareForCreate?.(object, context);

  const generated = (meta.name ?? '') === '' && (meta.generateName ?? '') !== '';
  for (let attempt = 1; ; attempt++) {
    if (generated) {
      meta.name = (meta.generateName ?? '').slice(0, MAX_GENERATED_BASE) + nameSuffix(context.random);
    }
    kind.canonicalize?.(object);
    if (attempt === 1) {
      const errors = validateObjectMeta(meta, kind);
      errors.push(...(kind.validate?.(object, context) ?? []));
      if (errors.length > 0) return fail(invalidStatus(kind.group, kind.kind, meta.name ?? '', errors));
      const admitted = admit(object);
      if (!admitted.ok) return admitted;
    }
    kind.canonicalize?.(object);
    const existing = store.row(kind, meta.namespace ?? '', meta.name);
    if (existing === undefined) return store.append(kind, 'create', object, 0, write);
    if (!generated || attempt === NAME_ATTEMPTS) {
      const status = alreadyExists(kind, meta.name);
      const deleting = store.parse(kind, existing).metadata.deletionTimestamp !== undefined;
      return fail(deleting ? { ...status, message: `object is being deleted: ${status.message}` } : status);
    }
  }
}
