// OpenAPI v3: a document for each group version, what kubectl reads before it validates, applies and explains. Those of
// built-in groups are the same for every cluster and are made when the project is built; a cluster makes those of its
// custom resources alone (served.ts).
// Models kubernetes staging/src/k8s.io/kube-openapi/pkg/builder3.

import type { Kind } from '../../api/kind.ts';
import type { Scheme } from '../../api/scheme.ts';
import type { JsonValue } from '../../lib/json.ts';
import { GIT_VERSION } from '../../lib/version.ts';
import type { OpenApiSchema } from '../../schema/openapi.ts';
import { openApiSchemas, SCHEMAS } from '../../schema/openapi.ts';
import { discoveryPaths, resourcesPath } from './discovery-operations.ts';
import type { Paths } from './operations.ts';
import { DELETE_OPTIONS, pathsOf, referredIn, STATUS, WATCH_EVENT } from './operations.ts';

export interface OpenApiDocument {
  readonly openapi: '3.0.0';
  readonly info: { readonly title: string; readonly version: string };
  readonly components: {
    readonly schemas: Record<string, OpenApiSchema>;
    readonly securitySchemes: typeof SECURITY_SCHEMES;
  };
  readonly paths: Record<string, JsonValue>;
}

export const BEARER_TOKEN = 'BearerToken';
/** How clients prove who they are. */
export const SECURITY_SCHEMES = {
  [BEARER_TOKEN]: { type: 'apiKey', description: 'Bearer Token authentication', name: 'authorization', in: 'header' },
};

interface GroupVersion {
  readonly group: string;
  readonly version: string;
}

const SCALE = 'io.k8s.api.autoscaling.v1.Scale';
const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
const LIST_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta';

/** What documents of custom resources refer to; their own schemas aside. */
export function sharedSchemas(): Map<string, OpenApiSchema> {
  const schemas = openApiSchemas([OBJECT_META, LIST_META, SCALE, DELETE_OPTIONS, STATUS, WATCH_EVENT]);
  nameScale(schemas);
  return schemas;
}

/** The group versions that are served, in the order of discovery, each with the path of its document: `api/v1`, `apis/apps/v1`. */
export function groupVersions(scheme: Scheme): Map<string, GroupVersion> {
  return new Map(
    scheme
      .groups()
      .flatMap(({ group, versions }) => versions.map((version) => ({ group, version })))
      .map(({ group, version }) => [group === '' ? `api/${version}` : `apis/${group}/${version}`, { group, version }]),
  );
}

/** The documents of all that is built in, whole, by their names: those of group versions, and of what leads to them. */
export function builtInDocuments(scheme: Scheme): Map<string, OpenApiDocument> {
  const leading = [...discoveryPaths(scheme)].map(([name, paths]): [string, OpenApiDocument] => [
    name,
    document(paths, openApiSchemas(referredIn(paths))),
  ]);
  const versions = [...groupVersions(scheme)].map(([name, { group, version }]): [string, OpenApiDocument] => {
    const kinds = scheme.kindsOf(group, version);
    const paths = [...resourcesPath(name, { group, version }), ...kinds.flatMap((kind) => pathsOf(name, kind))];
    const schemas = openApiSchemas(referredIn(paths));
    for (const kind of kinds) nameKind(schemas, kind);
    nameScale(schemas);
    return [name, document(paths, schemas)];
  });
  return new Map([...leading, ...versions]);
}

/** That of custom kinds, without the schemas that it shares with others. */
export function customDocument(path: string, kinds: readonly Kind[]): OpenApiDocument {
  const schemas = new Map<string, OpenApiSchema>();
  for (const kind of kinds) {
    addOwn(schemas, kind);
    nameKind(schemas, kind);
  }
  return document(
    kinds.flatMap((kind) => pathsOf(path, kind)),
    schemas,
  );
}

function document(paths: Paths, schemas: ReadonlyMap<string, OpenApiSchema>): OpenApiDocument {
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: GIT_VERSION },
    components: {
      schemas: Object.fromEntries([...schemas].sort(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: SECURITY_SCHEMES,
    },
    paths: Object.fromEntries(paths),
  };
}

/** A kind's schema of its own, and that of its lists. */
function addOwn(schemas: Map<string, OpenApiSchema>, { definition, openApi }: Kind): void {
  if (openApi === undefined) return;
  schemas.set(definition, openApi());
  schemas.set(`${definition}List`, {
    type: 'object',
    required: ['items'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { allOf: [{ $ref: SCHEMAS + LIST_META }] },
      items: { type: 'array', items: { $ref: SCHEMAS + definition } },
    },
  });
}

function nameKind(schemas: ReadonlyMap<string, OpenApiSchema>, kind: Kind): void {
  name(schemas, kind.definition, kind, kind.kind);
  name(schemas, `${kind.definition}List`, kind, `${kind.kind}List`);
  for (const action of Object.values(kind.actions ?? {})) {
    const [version = '', group = ''] = action.bodyApiVersion.split('/').reverse();
    name(schemas, action.bodyDefinition, { group, version }, action.bodyKind);
  }
}

function nameScale(schemas: ReadonlyMap<string, OpenApiSchema>): void {
  name(schemas, SCALE, { group: 'autoscaling', version: 'v1' }, 'Scale');
  name(schemas, STATUS, { group: '', version: 'v1' }, 'Status');
}

function name(schemas: ReadonlyMap<string, OpenApiSchema>, id: string, of: GroupVersion, kind: string): void {
  const schema = schemas.get(id);
  if (schema === undefined) return;
  schema['x-kubernetes-group-version-kind'] = [{ group: of.group, kind, version: of.version }];
}
