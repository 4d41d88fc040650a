// OpenAPI v3 schemas of the table's types, without descriptions.
// Models kubernetes' generated OpenAPI (staging/src/k8s.io/kube-openapi).

import type { JsonValue } from '../lib/json.ts';
import type { FieldSchema, StructSchema, ValueKind, ValueSchema } from './structural.ts';
import { definition } from './table.ts';

export type OpenApiSchema = Record<string, JsonValue>;

export const SCHEMAS = '#/components/schemas/';

/** Types that are one scalar each: the kinds of value, the definition's id, its schema. */
const NAMED_SCALARS: readonly (readonly [ValueKind, string, OpenApiSchema])[] = [
  ['time', 'io.k8s.apimachinery.pkg.apis.meta.v1.Time', { type: 'string', format: 'date-time' }],
  ['microTime', 'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime', { type: 'string', format: 'date-time' }],
  ['quantity', 'io.k8s.apimachinery.pkg.api.resource.Quantity', { oneOf: [{ type: 'string' }, { type: 'number' }] }],
  [
    'intOrString',
    'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
    { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] },
  ],
];

const PLAIN_SCALARS: Readonly<Partial<Record<ValueKind, OpenApiSchema>>> = {
  string: { type: 'string' },
  boolean: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  double: { type: 'number', format: 'double' },
  bytes: { type: 'string', format: 'byte' },
  // The table does not tell objects of any form from JSON of any form.
  any: { type: 'object' },
};

/** The schemas of these definitions and of all that they refer to, by id. */
export function openApiSchemas(ids: Iterable<string>): Map<string, OpenApiSchema> {
  const found = new Map<string, OpenApiSchema>();
  const refer = (id: string): OpenApiSchema => {
    if (!found.has(id)) {
      const scalar = NAMED_SCALARS.find(([, name]) => name === id);
      const struct = definition(id);
      if (scalar !== undefined) found.set(id, scalar[2]);
      else if (struct !== undefined) {
        const schema: OpenApiSchema = {};
        // Before its fields: types refer to themselves.
        found.set(id, schema);
        Object.assign(schema, structSchema(struct, refer));
      }
    }
    return { $ref: SCHEMAS + id };
  };
  for (const id of ids) refer(id);
  return found;
}

type Refer = (id: string) => OpenApiSchema;

function structSchema(struct: StructSchema, refer: Refer): OpenApiSchema {
  const required = struct.fields.filter((field) => field.required).map(({ name }) => name);
  const properties = Object.fromEntries(struct.fields.map((field) => [field.name, fieldSchema(field, refer)]));
  return {
    type: 'object',
    ...(struct.fields.length === 0 ? {} : { properties }),
    ...(required.length === 0 ? {} : { required }),
    ...(struct.mapType === undefined ? {} : { 'x-kubernetes-map-type': struct.mapType }),
  };
}

function fieldSchema(
  { value, listType, listKeys, mapType, patch, ...field }: FieldSchema,
  refer: Refer,
): OpenApiSchema {
  const strategies = (['merge', 'replace', 'retainKeys'] as const).filter((name) => patch?.[name] === true);
  return {
    ...valueSchema(value, refer),
    ...(field.default === undefined ? {} : { default: field.default }),
    ...(listType === undefined ? {} : { 'x-kubernetes-list-type': listType }),
    ...(listKeys === undefined ? {} : { 'x-kubernetes-list-map-keys': [...listKeys] }),
    ...(mapType === undefined ? {} : { 'x-kubernetes-map-type': mapType }),
    ...(strategies.length === 0 ? {} : { 'x-kubernetes-patch-strategy': strategies.join(',') }),
    ...(patch?.mergeKey === undefined ? {} : { 'x-kubernetes-patch-merge-key': patch.mergeKey }),
  };
}

function valueSchema({ kind, struct, items, ...value }: ValueSchema, refer: Refer): OpenApiSchema {
  if (struct !== undefined) return refer(struct().id);
  if (items !== undefined) {
    const inner = valueSchema(items, refer);
    return kind === 'list' ? { type: 'array', items: inner } : { type: 'object', additionalProperties: inner };
  }
  const named = NAMED_SCALARS.find(([scalar]) => scalar === kind);
  if (named !== undefined) return refer(named[1]);
  const plain = PLAIN_SCALARS[kind] ?? {};
  return value.enum === undefined ? plain : { ...plain, enum: [...value.enum] };
}
