// kubectl's own record of what was applied from the client's side, and server-side apply by kubectl: what that record
// says was applied is taken over without conflict, and the record is kept up so that both ways may be used in turn.
// Models kubernetes staging/src/k8s.io/apimachinery/pkg/util/managedfields/internal/{lastappliedmanager,lastappliedupdater}.go.

import type { KubeObject } from '../../api/object.ts';
import { annotationsFit } from '../../api/validation/fields.ts';
import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { isObject } from '../../lib/json.ts';
import type { FieldSet } from '../../schema/apply/field-set.ts';
import { compare, toFieldSet, validateTyped } from '../../schema/apply/typed.ts';
import type { Conflict } from '../../schema/apply/updater.ts';
import { goJson } from '../../schema/go-text.ts';
import type { StructSchema } from '../../schema/structural.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
/** The only manager that is known to keep such a record. */
export const KUBECTL = 'kubectl';

/** The conflicts that are left when what was last applied, and is as it was applied, may be changed. */
export function conflictsLeft(
  conflicts: readonly Conflict[],
  live: KubeObject,
  apiVersion: string,
  schema: StructSchema,
): readonly Conflict[] {
  const allowed = appliedBefore(live, apiVersion, schema);
  return allowed === undefined ? conflicts : conflicts.filter(({ path }) => !allowed.has(path));
}

function appliedBefore(live: KubeObject, apiVersion: string, schema: StructSchema): FieldSet | undefined {
  const applied = parsed(live.metadata.annotations?.[LAST_APPLIED] ?? '');
  if (applied === undefined || applied['apiVersion'] !== apiVersion) return undefined;
  if (validateTyped(applied, schema).length > 0) return undefined;
  const { added, modified, removed } = compare(applied, live as unknown as JsonObject, schema);
  return toFieldSet(applied, schema).difference(modified).difference(added).difference(removed);
}

function parsed(text: string): JsonObject | undefined {
  if (text === '') return undefined;
  try {
    const value = JSON.parse(text) as JsonValue;
    return isObject(value) && typeof value['kind'] === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Writes down in the object, in place, what was applied now, if it has such a record. */
export function recordApplied(object: KubeObject, config: JsonObject): void {
  const annotations = object.metadata.annotations;
  if (annotations === undefined || (annotations[LAST_APPLIED] ?? '') === '') return;
  const next = { ...annotations, [LAST_APPLIED]: `${goJson(sorted(withoutRecord(config)))}\n` };
  if (!annotationsFit(next)) delete (next as Record<string, string>)[LAST_APPLIED];
  object.metadata.annotations = next;
}

function withoutRecord(config: JsonObject): JsonObject {
  const metadata = config['metadata'];
  const annotations = isObject(metadata) ? metadata['annotations'] : undefined;
  if (!isObject(metadata) || !isObject(annotations) || annotations[LAST_APPLIED] === undefined) return config;
  const { [LAST_APPLIED]: _, ...others } = annotations;
  return { ...config, metadata: { ...metadata, annotations: others } };
}

function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const entries = Object.keys(value)
    .toSorted()
    .map((key) => [key, sorted(value[key] ?? null)] as const);
  return Object.fromEntries(entries);
}
