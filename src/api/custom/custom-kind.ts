// The kinds that a CustomResourceDefinition declares: one for each version, made from what is stored.
// Models kubernetes staging/src/k8s.io/apiextensions-apiserver/pkg/registry/customresource/strategy.go and
// …/apiserver/customresource_handler.go.

import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { deepEqual } from '../../lib/json.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { findValues, parseJsonPath } from '../../schema/json-path.ts';
import type { JsonSchema } from '../../schema/openapi-schema/json-schema.ts';
import { structOfSchema } from '../../schema/openapi-schema/to-struct.ts';
import type { Kind, StatusStrategy } from '../kind.ts';
import type { KubeObject } from '../object.ts';
import type { CustomResourceDefinition, CustomResourceDefinitionVersion } from '../types/apiextensions-v1.ts';
import { customOpenApi } from './custom-openapi.ts';
import { customPrinter } from './custom-printer.ts';
import { customScale, validateSpecReplicas, validateStatusReplicas } from './custom-scale.ts';
import { CustomValidator } from './custom-validator.ts';
import { compareVersions } from './version-order.ts';

export interface CustomKinds {
  /** The served versions, the most mature first. */
  readonly served: readonly Kind[];
  /** The kind in whose form the log holds the objects. It may be one that is not served. */
  readonly stored: Kind | undefined;
}

/** `since`: the first revision whose objects are written under this definition. */
export function customKinds(definition: CustomResourceDefinition, since: number): CustomKinds {
  const versions = [...definition.spec.versions].sort((a, b) => compareVersions(a.name, b.name));
  const kinds = versions.map((version) => ({ version, kind: kindOf(definition, version) }));
  const by = kinds.find(({ version }) => version.storage)?.kind;
  const changed = (definition.metadata.generation ?? 1) > 1;
  const whole = (kind: Kind): Kind => (changed && by !== undefined ? { ...kind, rereading: { since, by } } : kind);
  return {
    served: kinds.filter(({ version }) => version.served).map(({ kind }) => whole(kind)),
    stored: by && whole(by),
  };
}

/** `com.example.stable.v1.CronTab`, as OpenAPI names the type. */
function definitionId(group: string, version: string, kind: string): string {
  return [...group.split('.').reverse(), version, kind].join('.');
}

function kindOf(definition: CustomResourceDefinition, version: CustomResourceDefinitionVersion): Kind {
  const { group, scope } = definition.spec;
  const names = definition.status?.acceptedNames ?? definition.spec.names;
  const id = definitionId(group, version.name, names.kind);
  const schema = (version.schema?.openAPIV3Schema ?? {}) as unknown as JsonSchema;
  const scale = version.subresources?.scale;
  const validator = new CustomValidator(schema);
  const ownErrors = (object: KubeObject): FieldError[] =>
    scale === undefined ? [] : [...validateSpecReplicas(object, scale), ...validateStatusReplicas(object, scale)];
  const status: StatusStrategy<KubeObject> = {
    resetFields: ['metadata', 'spec'],
    validate: (object, old) =>
      validator.update(object, old, scale === undefined ? [] : validateStatusReplicas(object, scale), false),
  };
  const hasStatus = version.subresources?.status !== undefined;
  return {
    group,
    version: version.name,
    kind: names.kind,
    resource: names.plural,
    singular: names.singular ?? names.kind.toLowerCase(),
    ...(names.shortNames === undefined ? {} : { shortNames: names.shortNames }),
    ...(names.categories === undefined ? {} : { categories: names.categories }),
    namespaced: scope === 'Namespaced',
    ...(definition.metadata.deletionTimestamp === undefined ? {} : { closing: true }),
    definition: id,
    schema: structOfSchema(schema, id, names.kind),
    openApi: () => customOpenApi(schema),
    storagePath: `${group}/${names.plural}`,
    ...deprecation(definition, version),
    ...conversion(definition, version),

    plainFinalizers: true,
    prepareForCreate(object) {
      object.metadata.generation = 1;
    },
    prepareForUpdate(object, old) {
      if (!deepEqual(content(object), content(old))) object.metadata.generation = (old.metadata.generation ?? 0) + 1;
    },
    validate: (object) => validator.create(object, ownErrors(object)),
    validateUpdate: (object, old) => validator.update(object, old, ownErrors(object), true),
    allowUnconditionalUpdate: false,
    ...(hasStatus ? { status } : {}),
    ...(scale === undefined ? {} : { scale: customScale(scale) }),

    ...selectable(version),
    printer: customPrinter(version.additionalPrinterColumns),
    ...(version.additionalPrinterColumns === undefined ? {} : { columns: version.additionalPrinterColumns }),
  };
}

/** All but metadata: what the generation counts changes of. */
function content(object: KubeObject): JsonObject {
  const { metadata: _, ...rest } = object as unknown as JsonObject;
  return rest;
}

function selectable({ selectableFields = [] }: CustomResourceDefinitionVersion): Pick<Kind, 'fields' | 'fieldLabels'> {
  const fields = selectableFields.map(({ jsonPath }) => ({
    label: jsonPath.replace(/^\./, ''),
    path: parseJsonPath(jsonPath) ?? [],
  }));
  return {
    fieldLabels: fields.map(({ label }) => label),
    fields: (object) =>
      Object.fromEntries(
        fields.map(({ label, path }) => {
          const [value] = findValues(object as unknown as JsonValue, path);
          return [label, value === undefined || value === null || typeof value === 'object' ? '' : String(value)];
        }),
      ),
  };
}

function deprecation(
  { spec: { group, names, versions } }: CustomResourceDefinition,
  { name, deprecated, deprecationWarning }: CustomResourceDefinitionVersion,
): Pick<Kind, 'deprecated'> {
  if (deprecated !== true) return {};
  if (deprecationWarning !== undefined) return { deprecated: deprecationWarning };
  const better = versions
    .filter((other) => other.served && other.deprecated !== true && compareVersions(other.name, name) < 0)
    .map((other) => other.name)
    .sort(compareVersions)[0];
  const use = better === undefined ? '' : `; use ${group}/${better} ${names.kind}`;
  return { deprecated: `${group}/${name} ${names.kind} is deprecated${use}` };
}

/** Without a webhook every version is the same but for its name. */
function conversion(
  { spec: { group, names, versions, conversion: how }, status }: CustomResourceDefinition,
  { name, storage }: CustomResourceDefinitionVersion,
): Pick<Kind, 'storedAs' | 'unavailable'> {
  // Objects that were written when another version was stored still bear its name.
  if (versions.length === 1 && (status?.storedVersions ?? []).length <= 1) return {};
  if (how?.strategy === 'Webhook' && !storage) {
    const why = `conversion webhook for ${group}/${name}, Kind=${names.kind} failed: conversion webhooks are not called here`;
    return { unavailable: why };
  }
  const stored = versions.find((version) => version.storage)?.name ?? name;
  const renamed = (object: KubeObject, version: string): KubeObject => ({
    ...object,
    apiVersion: `${group}/${version}`,
  });
  return {
    storedAs: {
      kind: names.kind,
      apiVersion: `${group}/${stored}`,
      resource: `${names.plural}.${group}`,
      toStored: (object) => renamed(object, stored),
      fromStored: (object) => renamed(object, name),
    },
  };
}
