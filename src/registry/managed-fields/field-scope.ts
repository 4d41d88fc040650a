// What tracking owners needs to know of a kind and a subresource: the form of its objects, in all versions, and which
// of the fields that a write names it does not write.
// Models kubernetes' rest.ResetFieldsStrategy, and how apiserver pkg/endpoints/installer.go makes its field managers.

import type { Kind } from '../../api/kind.ts';
import { apiVersionOf } from '../../api/kind.ts';
import type { KubeObject } from '../../api/object.ts';
import { schemaOf } from '../../api/schema-of.ts';
import type { Scheme } from '../../api/scheme.ts';
import type { JsonObject } from '../../lib/json.ts';
import { FieldSet } from '../../schema/apply/field-set.ts';
import type { FieldFilters, Versions } from '../../schema/apply/updater.ts';
import { structured } from '../../schema/decode/canonical.ts';
import type { StructSchema } from '../../schema/structural.ts';
import { definition } from '../../schema/table.ts';
import { AlikeSets } from './alike.ts';

export interface FieldScope {
  readonly apiVersion: string;
  readonly kind: string;
  /** '' for the object itself. */
  readonly subresource: string;
  readonly schema: StructSchema;
  readonly versions: Versions;
  readonly filters: FieldFilters;
  /** What an object is that sets nothing. */
  readonly zero: JsonObject;
  /** Shared by all scopes of a store. */
  readonly alike?: AlikeSets;
  setDefaults?(object: KubeObject): void;
}

/** The scopes of a scheme's kinds, made when they are first asked for. */
export class FieldScopes {
  readonly #known = new WeakMap<Kind, Map<string, FieldScope>>();
  readonly #alike = new AlikeSets();

  /** `subresource`: '' for the object itself. Not of `scale`, which is a kind of its own. */
  of(scheme: Scheme, kind: Kind, subresource: string): FieldScope {
    let scopes = this.#known.get(kind);
    if (scopes === undefined) this.#known.set(kind, (scopes = new Map<string, FieldScope>()));
    let scope = scopes.get(subresource);
    if (scope === undefined) scopes.set(subresource, (scope = newScope(scheme, kind, subresource, this.#alike)));
    return scope;
  }
}

function newScope(scheme: Scheme, kind: Kind, subresource: string, alike: AlikeSets): FieldScope {
  const schema = schemaOf(kind);
  return {
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    subresource,
    schema,
    versions: versionsOf(scheme, kind),
    filters: new Map(
      versionKinds(scheme, kind).map((version) => [apiVersionOf(version), filterOf(version, subresource)]),
    ),
    zero: schema.unstructured === true ? {} : structured({}, schema).object,
    alike,
    ...(kind.setDefaults === undefined ? {} : { setDefaults: (object) => kind.setDefaults?.(object) }),
  };
}

/** The kind in all the versions in which its objects are served. */
export function versionKinds(scheme: Scheme, kind: Kind): Kind[] {
  const home = storedIn(kind);
  return scheme.kinds.filter((other) => other === kind || (other.kind === kind.kind && storedIn(other) === home));
}

/** The log resource and so the identity of what both versions of a kind show. */
function storedIn({ storedAs, group, resource }: Kind): string {
  return storedAs?.resource ?? (group === '' ? resource : `${resource}.${group}`);
}

function versionsOf(scheme: Scheme, kind: Kind): Versions {
  const byVersion = new Map(versionKinds(scheme, kind).map((version) => [apiVersionOf(version), version]));
  return {
    schema: (apiVersion) => {
      const version = byVersion.get(apiVersion);
      return version && schemaOf(version);
    },
    convert(object, from, to) {
      const [source, target] = [byVersion.get(from), byVersion.get(to)];
      if (source === undefined || target === undefined) return undefined;
      // Parts of objects are converted too: what of them is not there must not matter to a conversion.
      const whole = { ...object, metadata: object['metadata'] ?? {} } as unknown as KubeObject;
      const stored = source.storedAs === undefined ? whole : source.storedAs.toStored(whole);
      const result = target.storedAs === undefined ? stored : target.storedAs.fromStored(stored);
      return result as unknown as JsonObject;
    },
    schemasChange: kind.schema !== undefined,
  };
}

function filterOf(kind: Kind, subresource: string): (set: FieldSet) => FieldSet {
  const reset = FieldSet.fromPaths(resetFields(kind, subresource).map(elements));
  return (set) => set.recursiveDifference(reset);
}

function resetFields(kind: Kind, subresource: string): readonly string[] {
  if (subresource === 'status') return kind.status?.resetFields ?? ['spec'];
  const part = kind.parts?.[subresource];
  if (part !== undefined) return part.resetFields ?? [];
  return kind.resetFields ?? (kind.status === undefined ? [] : ['status']);
}

/** `metadata.labels` */
function elements(path: string): string[] {
  return path.split('.').map((name) => `f:${name}`);
}

/** Of a subresource whose bodies are of a kind of their own, in one version. */
export function bodyScope(body: BodyKind, subresource: string): FieldScope {
  const schema = definition(body.definition);
  if (schema === undefined) throw new Error(`no definition ${body.definition}`);
  const { apiVersion, kind } = body;
  return {
    apiVersion,
    kind,
    subresource,
    schema,
    versions: { schema: (version) => (version === apiVersion ? schema : undefined), convert: () => undefined },
    filters: new Map(),
    zero: structured({}, schema).object,
  };
}

export interface BodyKind {
  readonly apiVersion: string;
  readonly kind: string;
  /** Id in the schema table. */
  readonly definition: string;
}

export const SCALE_VERSION = 'autoscaling/v1';

/** Of the Scale that stands for an object: its owners are those of the object's replicas. */
export function scaleScope(): FieldScope {
  const definition = 'io.k8s.api.autoscaling.v1.Scale';
  return bodyScope({ apiVersion: SCALE_VERSION, kind: 'Scale', definition }, 'scale');
}
