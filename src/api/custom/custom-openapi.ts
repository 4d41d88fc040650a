// The OpenAPI v3 schema of a custom resource: its own, with what every resource has.
// Models kubernetes staging/src/k8s.io/apiextensions-apiserver/pkg/controller/openapi/builder.

import type { JsonValue } from '../../lib/json.ts';
import type { OpenApiSchema } from '../../schema/openapi.ts';
import { SCHEMAS } from '../../schema/openapi.ts';
import type { JsonSchema } from '../../schema/openapi-schema/json-schema.ts';

const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
const API_VERSION = 'Group and version of the schema that the object is written in.';
const KIND = 'What the object is.';
const METADATA = 'What every object has: name, labels, annotations, owners and the like.';

export function customOpenApi(schema: JsonSchema): OpenApiSchema {
  const own = schema as unknown as OpenApiSchema;
  const properties = (schema.properties ?? {}) as unknown as Record<string, JsonValue>;
  return {
    ...own,
    properties: {
      ...properties,
      apiVersion: { description: API_VERSION, type: 'string' },
      kind: { description: KIND, type: 'string' },
      metadata: { description: METADATA, allOf: [{ $ref: SCHEMAS + OBJECT_META }] },
    },
  };
}
