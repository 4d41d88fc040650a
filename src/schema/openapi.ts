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

const JSON_SCHEMA = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON';
const RAW_EXTENSION = 'io.k8s.apimachinery.pkg.runtime.RawExtension';
const FIELDS_V1 = 'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1';
/** A body of any of the patch formats. */
export const PATCH = 'io.k8s.apimachinery.pkg.apis.meta.v1.Patch';

/** Types whose values are free, which the table knows as `any`: by the field that has them. */
const FREE_FORM: Readonly<Record<string, string>> = {
  'ManagedFieldsEntry.fieldsV1': FIELDS_V1,
  'ControllerRevision.data': RAW_EXTENSION,
  'OpaqueDeviceConfiguration.parameters': RAW_EXTENSION,
  'AllocatedDeviceStatus.data': RAW_EXTENSION,
  'WatchEvent.object': RAW_EXTENSION,
  'JSONSchemaProps.additionalItems': `${JSON_SCHEMA}SchemaPropsOrBool`,
  'JSONSchemaProps.additionalProperties': `${JSON_SCHEMA}SchemaPropsOrBool`,
  'JSONSchemaProps.default': JSON_SCHEMA,
  'JSONSchemaProps.dependencies': `${JSON_SCHEMA}SchemaPropsOrStringArray`,
  'JSONSchemaProps.enum': JSON_SCHEMA,
  'JSONSchemaProps.example': JSON_SCHEMA,
  'JSONSchemaProps.items': `${JSON_SCHEMA}SchemaPropsOrArray`,
};

/** What is no struct of the table. */
const FREE_SCHEMAS: ReadonlyMap<string, OpenApiSchema> = new Map([
  ...[FIELDS_V1, RAW_EXTENSION, PATCH].map((id): [string, OpenApiSchema] => [id, { type: 'object' }]),
  ...['', 'SchemaPropsOrArray', 'SchemaPropsOrBool', 'SchemaPropsOrStringArray'].map(
    (name): [string, OpenApiSchema] => [JSON_SCHEMA + name, {}],
  ),
]);

/** Which field of a union goes with which value of its discriminator. */
const UNIONS: Readonly<Record<string, OpenApiSchema>> = {
  'io.k8s.api.core.v1.SeccompProfile': union('type', 'localhostProfile'),
  'io.k8s.api.core.v1.AppArmorProfile': union('type', 'localhostProfile'),
  'io.k8s.api.core.v1.PodSchedulingGroup': union(undefined, 'podGroupName'),
  'io.k8s.api.flowcontrol.v1.Subject': union('kind', 'group', 'serviceAccount', 'user'),
  'io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationSpec': union('type', 'exempt', 'limited'),
  'io.k8s.api.flowcontrol.v1.LimitResponse': union('type', 'queuing'),
};

function union(discriminator: string | undefined, ...fields: string[]): OpenApiSchema {
  const values = fields.map((field): [string, string] => [field, field.charAt(0).toUpperCase() + field.slice(1)]);
  return {
    ...(discriminator === undefined ? {} : { discriminator }),
    'fields-to-discriminateBy': Object.fromEntries(values),
  };
}

/** Fields whose zero value is declared as their default, though Go does not write it. */
const ZERO_DEFAULTS: ReadonlySet<string> = new Set([
  ...['LocalObjectReference', 'ConfigMapVolumeSource', 'ConfigMapProjection', 'ConfigMapEnvSource'].map(nameOf),
  ...['ConfigMapKeySelector', 'SecretProjection', 'SecretEnvSource', 'SecretKeySelector'].map(nameOf),
  'GRPCAction.service',
  'AzureDiskVolumeSource.readOnly',
  'FileKeySelector.optional',
  'ReplicationControllerSpec.minReadySeconds',
  'ScaleSpec.replicas',
]);

function nameOf(struct: string): string {
  return `${struct}.name`;
}

/** What a scalar is that Go holds as a value and always writes. */
const ZEROS: Readonly<Partial<Record<ValueKind, JsonValue>>> = {
  string: '',
  boolean: false,
  int32: 0,
  int64: 0,
  double: 0,
};

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
      const scalar = NAMED_SCALARS.find(([, name]) => name === id)?.[2] ?? FREE_SCHEMAS.get(id);
      const struct = definition(id);
      if (scalar !== undefined) found.set(id, scalar);
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
  const properties = Object.fromEntries(
    struct.fields.map((field) => [field.name, fieldSchema(field, `${struct.name}.${field.name}`, refer)]),
  );
  const unions = UNIONS[struct.id];
  return {
    type: 'object',
    ...(struct.fields.length === 0 ? {} : { properties }),
    ...(required.length === 0 ? {} : { required }),
    ...(struct.mapType === undefined ? {} : { 'x-kubernetes-map-type': struct.mapType }),
    ...(unions === undefined ? {} : { 'x-kubernetes-unions': [unions] }),
  };
}

/** `place`: `Pod.spec`. */
function fieldSchema(field: FieldSchema, place: string, refer: Refer): OpenApiSchema {
  const { value, listType, listKeys, mapType, patch } = field;
  const strategies = (['merge', 'replace', 'retainKeys'] as const).filter((name) => patch?.[name] === true);
  return {
    ...withDefault(valueSchema(value, refer, FREE_FORM[place]), defaultOf(field, place)),
    ...(listType === undefined ? {} : { 'x-kubernetes-list-type': listType }),
    ...(listKeys === undefined ? {} : { 'x-kubernetes-list-map-keys': [...listKeys] }),
    ...(mapType === undefined ? {} : { 'x-kubernetes-map-type': mapType }),
    ...(strategies.length === 0 ? {} : { 'x-kubernetes-patch-strategy': strategies.join(',') }),
    ...(patch?.mergeKey === undefined ? {} : { 'x-kubernetes-patch-merge-key': patch.mergeKey }),
  };
}

/** Declared defaults, and zero values where Go writes them whether they were set or not. */
function defaultOf({ value, presence, default: declared }: FieldSchema, place: string): JsonValue | undefined {
  if (declared !== undefined) return declared;
  if (value.kind === 'struct') return presence === 'always' || presence === 'nonEmpty' ? {} : undefined;
  return presence === 'always' || ZERO_DEFAULTS.has(place) ? ZEROS[value.kind] : undefined;
}

/** A reference stands alone in OpenAPI v3: what is said beside it wraps it. */
function withDefault(schema: OpenApiSchema, value: JsonValue | undefined): OpenApiSchema {
  if (value === undefined) return schema;
  return schema['$ref'] === undefined ? { ...schema, default: value } : { allOf: [schema], default: value };
}

function valueSchema({ kind, struct, items, ...value }: ValueSchema, refer: Refer, freeForm?: string): OpenApiSchema {
  if (struct !== undefined) return refer(struct().id);
  if (items !== undefined) {
    const inner = valueSchema(items, refer, freeForm);
    return kind === 'list' ? { type: 'array', items: inner } : { type: 'object', additionalProperties: inner };
  }
  if (freeForm !== undefined) return refer(freeForm);
  const named = NAMED_SCALARS.find(([scalar]) => scalar === kind);
  if (named !== undefined) return refer(named[1]);
  const plain = PLAIN_SCALARS[kind] ?? {};
  return value.enum === undefined ? plain : { ...plain, enum: [...value.enum] };
}
