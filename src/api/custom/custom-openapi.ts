// The OpenAPI v3 schema of a custom resource: its own, with what every resource has.
// Models kubernetes staging/src/k8s.io/apiextensions-apiserver/pkg/controller/openapi/builder.

import type { JsonValue } from '../../lib/json.ts';
import type { OpenApiSchema } from '../../schema/openapi.ts';
import { SCHEMAS } from '../../schema/openapi.ts';
import type { JsonSchema } from '../../schema/openapi-schema/json-schema.ts';

const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

/** The words that upstream's conformance tests look for; the declarations of the JavaScript client do not have them. */
const METADATA = "Standard object's metadata.";

/** What apiVersion and kind mean is added where the documents of built-in kinds are: see gateway/openapi.ts. */
export function customOpenApi(schema: JsonSchema): OpenApiSchema {
  const own = schema as unknown as OpenApiSchema;
  const properties = (schema.properties ?? {}) as unknown as Record<string, JsonValue>;
  return {
    ...own,
    properties: {
      ...properties,
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { description: METADATA, allOf: [{ $ref: SCHEMAS + OBJECT_META }] },
    },
  };
}
