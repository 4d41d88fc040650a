// The structural schema of a custom resource's version, made from its OpenAPI schema: what decoding, patches and apply
// read of it. What a value must be beyond that is validated by validate-value.ts.
// Models kubernetes staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/schema (structural.go, convert.go).

import type { FieldSchema, StructSchema, ValueSchema } from '../structural.ts';
import { definition } from '../table.ts';
import type { JsonSchema } from './json-schema.ts';
import { additionalOf, itemsOf } from './json-schema.ts';

const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

/** `id` and `name` as of a type in the schema table: `com.example.stable.v1.CronTab`, `CronTab`. */
export function structOfSchema(schema: JsonSchema, id: string, name: string): StructSchema {
  return structOf(schema, id, name, true);
}

/** `resource`: it has apiVersion, kind and metadata, whether its schema says so or not. */
function structOf(schema: JsonSchema, id: string, name: string, resource: boolean): StructSchema {
  const required = schema.required ?? [];
  const fields: FieldSchema[] = resource ? [...typeFields(), metadataField()] : [];
  const given = new Set(fields.map((field) => field.name));
  for (const key of Object.keys(schema.properties ?? {}).sort()) {
    const property = schema.properties?.[key];
    if (property !== undefined && !given.has(key))
      fields.push(fieldOf(key, property, required.includes(key), `${id}.${key}`));
  }
  return {
    id,
    name,
    fields,
    byName: new Map(fields.map((field) => [field.name, field])),
    unstructured: true,
    ...(schema['x-kubernetes-preserve-unknown-fields'] === true ? { preserve: true } : {}),
    ...mapType(schema),
  };
}

function mapType(schema: JsonSchema): { mapType?: 'atomic' | 'granular' } {
  const type = schema['x-kubernetes-map-type'];
  return type === 'atomic' || type === 'granular' ? { mapType: type } : {};
}

function typeFields(): FieldSchema[] {
  return ['apiVersion', 'kind'].map((name) => ({
    name,
    value: { kind: 'string', goType: 'string' },
    required: true,
    presence: 'nonNull',
  }));
}

function metadataField(): FieldSchema {
  const struct = () => {
    const found = definition(OBJECT_META);
    if (found === undefined) throw new Error(`no definition ${OBJECT_META}`);
    return found;
  };
  return {
    name: 'metadata',
    value: { kind: 'struct', goType: 'v1.ObjectMeta', struct },
    required: false,
    presence: 'nonNull',
  };
}

function fieldOf(name: string, schema: JsonSchema, required: boolean, id: string): FieldSchema {
  const value = valueOf(schema, id);
  return {
    name,
    value,
    required,
    presence: 'nonNull',
    ...(value.kind === 'list' ? listType(schema) : {}),
    ...(value.kind === 'map' ? mapType(schema) : {}),
    ...(schema.default === undefined || schema.default === null ? {} : { default: schema.default }),
  };
}

function listType(schema: JsonSchema): Pick<FieldSchema, 'listType' | 'listKeys'> {
  const type = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  if (type !== 'atomic' && type !== 'set' && type !== 'map') return {};
  return { listType: type, ...(keys.length === 0 ? {} : { listKeys: keys }) };
}

function valueOf(schema: JsonSchema, id: string): ValueSchema {
  const value = nonNull(schema, id);
  return schema.nullable === true ? { ...value, nullable: true } : value;
}

function nonNull(schema: JsonSchema, id: string): ValueSchema {
  if (schema['x-kubernetes-int-or-string'] === true) return { kind: 'intOrString', goType: 'int-or-string' };
  switch (schema.type ?? '') {
    case 'string':
      return {
        kind: 'string',
        goType: 'string',
        ...(schema.enum === undefined ? {} : { enum: schema.enum.map(String) }),
      };
    case 'boolean':
      return { kind: 'boolean', goType: 'bool' };
    case 'integer':
      return { kind: 'int64', goType: 'int64' };
    case 'number':
      return { kind: 'double', goType: 'float64' };
    case 'array': {
      const items = itemsOf(schema);
      return {
        kind: 'list',
        goType: '[]interface {}',
        items: items === undefined ? FREE : valueOf(items, `${id}.items`),
        ...(items?.default === undefined ? {} : { itemDefault: items.default }),
      };
    }
    case 'object':
      return object(schema, id);
    default:
      // Without a type the schema says no more than that it may be anything.
      return schema.properties === undefined ? FREE : object(schema, id);
  }
}

const FREE: ValueSchema = { kind: 'any', goType: 'interface {}', deduced: true };

function object(schema: JsonSchema, id: string): ValueSchema {
  const additional = additionalOf(schema);
  if (additional === undefined) return structValue(schema, id);
  const items = additional === true ? structValue({}, `${id}.*`) : valueOf(additional, `${id}.*`);
  const itemDefault = additional === true ? undefined : additional.default;
  return {
    kind: 'map',
    goType: 'map[string]interface {}',
    items,
    ...(itemDefault === undefined ? {} : { itemDefault }),
  };
}

function structValue(schema: JsonSchema, id: string): ValueSchema {
  let struct: StructSchema | undefined;
  const resource = schema['x-kubernetes-embedded-resource'] === true;
  return {
    kind: 'struct',
    goType: 'map[string]interface {}',
    struct: () => (struct ??= structOf(schema, id, id.slice(id.lastIndexOf('.') + 1), resource)),
  };
}
