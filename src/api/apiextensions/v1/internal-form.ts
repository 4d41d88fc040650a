// A CustomResourceDefinition's spec as upstream holds it: what all versions have in common stands above them, and
// refusals name and quote it in that form.
// Models kubernetes staging/src/k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1/conversion.go.

import type { JsonValue } from '../../../lib/json.ts';
import { deepEqual } from '../../../lib/json.ts';
import type { JsonSchema, ValidationRule } from '../../../schema/openapi-schema/json-schema.ts';
import type {
  CustomResourceColumnDefinition,
  CustomResourceDefinitionSpec,
  CustomResourceDefinitionVersion,
  CustomResourceSubresources,
  SelectableField,
} from '../../types/apiextensions-v1.ts';

/** What a version may have of its own. */
export interface Parts {
  readonly schema?: JsonSchema;
  readonly subresources?: CustomResourceSubresources;
  readonly columns?: readonly CustomResourceColumnDefinition[];
  readonly selectableFields?: readonly SelectableField[];
}

export interface InternalSpec {
  /** What the versions share. */
  readonly common: Parts;
  /** What is left to each version, in their order. */
  readonly versions: readonly Parts[];
}

export function internalSpec({ versions }: CustomResourceDefinitionSpec): InternalSpec {
  const parts = versions.map(partsOf);
  const [first = {}] = parts;
  const shared = (key: keyof Parts): boolean => parts.every((part) => deepEqual(part[key], first[key]));
  const keys = (['schema', 'subresources', 'columns', 'selectableFields'] as const).filter(shared);
  const only = (part: Parts, keep: (key: keyof Parts) => boolean): Parts =>
    Object.fromEntries(Object.entries(part).filter(([key]) => keep(key as keyof Parts)));
  return {
    common: only(first, (key) => keys.includes(key)),
    versions: parts.map((part) => only(part, (key) => !keys.includes(key))),
  };
}

function partsOf(version: CustomResourceDefinitionVersion): Parts {
  const schema = version.schema?.openAPIV3Schema as JsonSchema | undefined;
  return {
    ...(schema === undefined ? {} : { schema }),
    ...(version.subresources === undefined ? {} : { subresources: version.subresources }),
    ...(version.additionalPrinterColumns === undefined ? {} : { columns: version.additionalPrinterColumns }),
    ...(version.selectableFields === undefined ? {} : { selectableFields: version.selectableFields }),
  };
}

/** The versions as refusals quote them. */
export function quotedVersions(spec: CustomResourceDefinitionSpec, { versions }: InternalSpec): JsonValue {
  return spec.versions.map((version, index) => {
    const own = versions[index] ?? {};
    return {
      Name: version.name,
      Served: version.served,
      Storage: version.storage,
      Deprecated: version.deprecated ?? false,
      DeprecationWarning: version.deprecationWarning ?? null,
      Schema: own.schema === undefined ? null : { OpenAPIV3Schema: quotedSchema(own.schema) },
      Subresources: own.subresources === undefined ? null : quotedSubresources(own.subresources),
      AdditionalPrinterColumns: own.columns?.map(quotedColumn) ?? null,
      SelectableFields: own.selectableFields?.map(({ jsonPath }) => ({ JSONPath: jsonPath })) ?? null,
    };
  });
}

function quotedSubresources({ status, scale }: CustomResourceSubresources): JsonValue {
  return {
    Status: status === undefined ? null : {},
    Scale:
      scale === undefined
        ? null
        : {
            SpecReplicasPath: scale.specReplicasPath,
            StatusReplicasPath: scale.statusReplicasPath,
            LabelSelectorPath: scale.labelSelectorPath ?? null,
          },
  };
}

function quotedColumn(column: CustomResourceColumnDefinition): JsonValue {
  return {
    Name: column.name,
    Type: column.type,
    Format: column.format ?? '',
    Description: column.description ?? '',
    Priority: column.priority ?? 0,
    JSONPath: column.jsonPath,
  };
}

/** A rule as refusals quote it. */
export function quotedRule(rule: ValidationRule): JsonValue {
  return {
    Rule: rule.rule,
    Message: rule.message ?? '',
    MessageExpression: rule.messageExpression ?? '',
    Reason: rule.reason ?? null,
    FieldPath: rule.fieldPath ?? '',
    OptionalOldSelf: rule.optionalOldSelf ?? null,
  };
}

/** A schema as refusals quote it: every member of upstream's struct, set or not. */
export function quotedSchema(schema: JsonSchema): JsonValue {
  const plain = (value: unknown, none: JsonValue = null): JsonValue => (value ?? none) as JsonValue;
  const list = (schemas: readonly JsonSchema[] | undefined): JsonValue => schemas?.map(quotedSchema) ?? null;
  const byName = (schemas: Readonly<Record<string, JsonSchema>> | undefined): JsonValue =>
    schemas === undefined
      ? null
      : Object.fromEntries(
          Object.entries(schemas)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([name, one]): [string, JsonValue] => [name, quotedSchema(one)]),
        );
  const orBool = (value: JsonSchema | boolean | undefined): JsonValue => {
    if (value === undefined) return null;
    return typeof value === 'boolean' ? { Allows: value, Schema: null } : { Allows: true, Schema: quotedSchema(value) };
  };
  const items = schema.items;
  return {
    ID: plain(schema.id, ''),
    Schema: plain(schema.$schema, ''),
    Ref: plain(schema.$ref),
    Description: plain(schema.description, ''),
    Type: plain(schema.type, ''),
    Nullable: plain(schema.nullable, false),
    Format: plain(schema.format, ''),
    Title: plain(schema.title, ''),
    Default: plain(schema.default),
    Maximum: plain(schema.maximum),
    ExclusiveMaximum: plain(schema.exclusiveMaximum, false),
    Minimum: plain(schema.minimum),
    ExclusiveMinimum: plain(schema.exclusiveMinimum, false),
    MaxLength: plain(schema.maxLength),
    MinLength: plain(schema.minLength),
    Pattern: plain(schema.pattern, ''),
    MaxItems: plain(schema.maxItems),
    MinItems: plain(schema.minItems),
    UniqueItems: plain(schema.uniqueItems, false),
    MultipleOf: plain(schema.multipleOf),
    Enum: plain(schema.enum),
    MaxProperties: plain(schema.maxProperties),
    MinProperties: plain(schema.minProperties),
    Required: plain(schema.required),
    Items:
      items === undefined
        ? null
        : Array.isArray(items)
          ? { Schema: null, JSONSchemas: list(items as readonly JsonSchema[]) }
          : { Schema: quotedSchema(items as JsonSchema), JSONSchemas: null },
    AllOf: list(schema.allOf),
    OneOf: list(schema.oneOf),
    AnyOf: list(schema.anyOf),
    Not: schema.not === undefined ? null : quotedSchema(schema.not),
    Properties: byName(schema.properties),
    AdditionalProperties: orBool(schema.additionalProperties),
    PatternProperties: byName(schema.patternProperties),
    Dependencies: plain(schema.dependencies),
    AdditionalItems: orBool(schema.additionalItems),
    Definitions: byName(schema.definitions),
    ExternalDocs: plain(schema.externalDocs),
    Example: plain(schema.example),
    XPreserveUnknownFields: plain(schema['x-kubernetes-preserve-unknown-fields']),
    XEmbeddedResource: plain(schema['x-kubernetes-embedded-resource'], false),
    XIntOrString: plain(schema['x-kubernetes-int-or-string'], false),
    XListMapKeys: plain(schema['x-kubernetes-list-map-keys']),
    XListType: plain(schema['x-kubernetes-list-type']),
    XMapType: plain(schema['x-kubernetes-map-type']),
    XValidations: schema['x-kubernetes-validations']?.map(quotedRule) ?? null,
  };
}
