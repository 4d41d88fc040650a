// Server-side apply: what it makes of the live object, and who owns what then.
// Models kubernetes staging/src/k8s.io/apimachinery/pkg/util/managedfields/fieldmanager.go and its chain of managers.
//
// 1. What has been written without tracking belongs to `before-first-apply` from the first apply on.
// 2. An applier has the time of the last apply by it that changed the object.
// 3. kubectl takes over without conflict what it applied from the client's side (last-applied.ts).

import type { KubeObject } from '../../api/object.ts';
import type { Result, Status } from '../../api/status.ts';
import { badRequest, fail, failure, ok } from '../../api/status.ts';
import { formatTime } from '../../lib/clock.ts';
import type { JsonObject } from '../../lib/json.ts';
import { clone, isObject } from '../../lib/json.ts';
import { validateTyped } from '../../schema/apply/typed.ts';
import type { Applied } from '../../schema/apply/updater.ts';
import { apply } from '../../schema/apply/updater.ts';
import { canonical } from '../../schema/decode/canonical.ts';
import { conflictStatus } from './conflict.ts';
import type { Managed } from './entries.ts';
import { decodeEntries, encodeEntries } from './entries.ts';
import type { FieldScope } from './field-scope.ts';
import { KUBECTL, conflictsLeft, recordApplied } from './last-applied.ts';
import { managerId } from './manager.ts';
import { ownersAfter, stripped, withoutEntries } from './track-update.ts';

const BEFORE_FIRST_APPLY = 'before-first-apply';

export interface ApplyOptions {
  readonly manager: string;
  readonly force: boolean;
  /** Milliseconds. */
  readonly now: number;
  /** Why the result cannot be had in the object's own version (the Scale of a custom resource). */
  readonly unfit?: string;
}

/**
 * The object that is to be stored, defaulted, with its managedFields; a private copy. `live`: undefined where there is
 * none. Fails with 400 and 500 for a configuration that cannot be applied, and with 409 for conflicts.
 */
export function trackApply(
  scope: FieldScope,
  live: KubeObject | undefined,
  config: JsonObject,
  options: ApplyOptions,
): Result<KubeObject> {
  const decoded = decodeEntries(live?.metadata.managedFields);
  if (!decoded.ok) return fail(failure(500, '', `failed to decode managed fields: ${decoded.error}`));
  const { manager, force, now } = options;
  const before = live === undefined ? scope.zero : withoutEntries(live);
  let { managed } = decoded;
  if (managed.owners.size === 0) managed = ownersAfter(scope, scope.zero, before, managed, BEFORE_FIRST_APPLY, now);
  const refused = refuse(scope, before, config);
  if (refused !== undefined) return fail(refused);

  const id = managerId({ manager, operation: 'Apply', apiVersion: '', subresource: scope.subresource });
  const run = (forced: boolean) =>
    apply(before, config, scope.apiVersion, managed.owners, id, forced, scope.versions, scope.filters);
  let applied = run(force);
  if (!applied.ok) {
    const conflicts =
      manager === KUBECTL && live !== undefined
        ? conflictsLeft(applied.conflicts, live, scope.apiVersion, scope.schema)
        : applied.conflicts;
    if (conflicts.length > 0) return fail(conflictStatus(conflicts));
    applied = run(true);
    if (!applied.ok) throw new Error('an apply by force has no conflicts');
  }
  const object = finish(scope, before, config, applied, options);
  if (!object.ok) return object;
  if (manager === KUBECTL && scope.subresource === '') recordApplied(object.value, config);
  const entries = encodeEntries(managedAfter(applied, id, managed, now));
  if (entries !== undefined) object.value.metadata.managedFields = entries;
  return object;
}

function refuse(scope: FieldScope, live: JsonObject, config: JsonObject): Status | undefined {
  const type = typeOf(config);
  if (type.apiVersion !== scope.apiVersion || type.kind !== scope.kind) {
    return badRequest(`invalid object type: ${typeText(type)}`);
  }
  const metadata = isObject(config['metadata']) ? config['metadata'] : {};
  if (Array.isArray(metadata['managedFields'])) return badRequest('metadata.managedFields must be nil');
  const problems = validateTyped(config, scope.schema);
  if (problems.length > 0) return untyped('patch', config, problems);
  // Only of kinds whose schemas change could the live object have another form.
  if (scope.versions.schemasChange !== true) return undefined;
  const unfit = validateTyped(live, scope.schema, { allowDuplicates: true });
  return unfit.length > 0 ? untyped('live', live, unfit) : undefined;
}

function untyped(which: 'patch' | 'live', object: JsonObject, problems: readonly string[]): Status {
  const why = problems.length === 1 ? problems[0] : `errors:\n${problems.map((text) => `  ${text}`).join('\n')}`;
  return failure(500, '', `failed to create typed ${which} object (${objectText(object)}): ${why}`);
}

interface TypeName {
  readonly apiVersion: string;
  readonly kind: string;
}

function typeOf(object: JsonObject): TypeName {
  const { apiVersion, kind } = object;
  return { apiVersion: typeof apiVersion === 'string' ? apiVersion : '', kind: typeof kind === 'string' ? kind : '' };
}

/** `apps/v1, Kind=Deployment`; of the core group `/v1, Kind=Pod`. */
function typeText({ apiVersion, kind }: TypeName): string {
  const parts = apiVersion.split('/');
  if (parts.length > 2) return '/, Kind=';
  return `${parts.length === 2 ? apiVersion : `/${apiVersion}`}, Kind=${kind}`;
}

/** `default/web; apps/v1, Kind=Deployment` */
function objectText(object: JsonObject): string {
  const metadata = isObject(object['metadata']) ? object['metadata'] : {};
  const text = (name: string) => (typeof metadata[name] === 'string' ? metadata[name] : '');
  return `${text('namespace')}/${text('name')}; ${typeText(typeOf(object))}`;
}

/** The result as a body of its kind would be decoded. */
function finish(
  scope: FieldScope,
  before: JsonObject,
  config: JsonObject,
  applied: Applied & { readonly ok: true },
  { unfit }: ApplyOptions,
): Result<KubeObject> {
  if (applied.object === undefined) return ok(clone(before) as unknown as KubeObject);
  if (unfit !== undefined) {
    return fail(failure(500, '', `failed to convert new object (${objectText(config)}) to proper version: ${unfit}`));
  }
  const { object: made, invalid } = canonical(applied.object, scope.schema);
  if (invalid) {
    const why = 'a value does not have the form of its type';
    return fail(failure(500, '', `failed to convert new typed object (${objectText(config)}) to object: ${why}`));
  }
  const object = made as unknown as KubeObject;
  object.metadata ??= {} as KubeObject['metadata'];
  scope.setDefaults?.(object);
  return ok(object);
}

function managedAfter(applied: Applied & { readonly ok: true }, id: string, before: Managed, now: number): Managed {
  const owners = new Map(applied.managers);
  const own = owners.get(id);
  if (own !== undefined) {
    const set = stripped(own.set);
    const known = before.owners.get(id)?.set;
    if (set.isEmpty) owners.delete(id);
    // As it was: its JSON is known.
    else owners.set(id, { ...own, set: known !== undefined && known.equals(set) ? known : set });
  }
  const times = new Map(before.times);
  if (applied.object !== undefined) times.set(id, formatTime(now));
  return { owners, times };
}
