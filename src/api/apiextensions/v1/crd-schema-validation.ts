// What the schema of a custom resource must be: structural, then what upstream allows of OpenAPI, then its rules.
// Models kubernetes staging/src/k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go
// (validateCustomResourceDefinitionOpenAPISchema).

import { append } from '../../../lib/append.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { forbidden, invalid, notSupported, required } from '../../../schema/field-error.ts';
import type { JsonSchema } from '../../../schema/openapi-schema/json-schema.ts';
import { itemsOf, propertyOf } from '../../../schema/openapi-schema/json-schema.ts';
import { patternError } from '../../../schema/openapi-schema/patterns.ts';
import { validateDefaults } from './crd-defaults-validation.ts';
import { validateRules } from './crd-rules-validation.ts';
import { validateStructural } from './crd-structural-validation.ts';
import { quotedSchema } from './internal-form.ts';

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
/** What may stand at the root beside a status that is split off. */
const AT_ROOT = new Set([
  'description',
  'type',
  'format',
  'title',
  'maximum',
  'exclusiveMaximum',
  'minimum',
  'exclusiveMinimum',
  'maxLength',
  'minLength',
  'pattern',
  'maxItems',
  'minItems',
  'uniqueItems',
  'multipleOf',
  'required',
  'enum',
  'items',
  'properties',
  'externalDocs',
  'example',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-validations',
]);
const AT_ROOT_TEXT =
  '[Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations]';

/** `status`: some version has the status subresource. */
export function validateSchema(schema: JsonSchema, path: string, status: boolean): FieldError[] {
  const errors = status ? besideStatus(schema, path) : [];
  if (schema.nullable === true) errors.push(forbidden(`${path}.nullable`, 'nullable cannot be true at the root'));
  const structural = validateStructural(schema, path);
  const defaults = structural.length > 0 ? [] : validateDefaults(schema, path);
  append(errors, structural);
  append(errors, defaults);
  const sound = structural.length + defaults.length === 0;
  const openApi = validateOpenApi(schema, path);
  append(errors, openApi);
  // Rules are compiled against a schema that holds.
  return [...errors, ...validateRules(schema, path, sound && openApi.length === 0)];
}

function besideStatus(schema: JsonSchema, path: string): FieldError[] {
  for (const [name, value] of Object.entries(schema)) {
    if (value === undefined) continue;
    if (name === 'type' && schema.type !== '' && schema.type !== 'object') {
      const why = 'only "object" is allowed as the type at the root of the schema if the status subresource is enabled';
      return [invalid(`${path}.type`, schema.type, why)];
    }
    if (!AT_ROOT.has(name)) {
      const why = `only ${AT_ROOT_TEXT} fields are allowed at the root of the schema if the status subresource is enabled`;
      return [invalid(path, quotedSchema(schema), why)];
    }
  }
  return [];
}

function validateOpenApi(schema: JsonSchema, path: string): FieldError[] {
  const errors = unsupported(schema, path);
  const { properties, items } = schema;
  if (schema.uniqueItems === true) {
    const why = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic';
    errors.push(forbidden(`${path}.uniqueItems`, why));
  }
  const additional = schema.additionalProperties;
  if (additional !== undefined) {
    if (Object.keys(properties ?? {}).length > 0 && additional !== true) {
      const why = 'additionalProperties and properties are mutual exclusive';
      errors.push(forbidden(`${path}.additionalProperties`, why));
    }
    if (typeof additional === 'object') append(errors, validateOpenApi(additional, `${path}.additionalProperties`));
  }
  const byName = (schemas: Readonly<Record<string, JsonSchema>> | undefined, name: string): void => {
    for (const key of Object.keys(schemas ?? {}).sort()) {
      const one = schemas?.[key];
      if (one !== undefined) append(errors, validateOpenApi(one, `${path}.${name}[${key}]`));
    }
  };
  byName(properties, 'properties');
  byName(schema.patternProperties, 'patternProperties');
  if (schema.not !== undefined) append(errors, validateOpenApi(schema.not, `${path}.not`));
  for (const name of ['allOf', 'oneOf', 'anyOf'] as const) {
    (schema[name] ?? []).forEach((one, index) => append(errors, validateOpenApi(one, `${path}.${name}[${index}]`)));
  }
  byName(schema.definitions, 'definitions');
  if (Array.isArray(items)) {
    (items as readonly JsonSchema[]).forEach((one, index) =>
      append(errors, validateOpenApi(one, `${path}.items[${index}]`)),
    );
  } else if (items !== undefined) append(errors, validateOpenApi(items as JsonSchema, `${path}.items`));
  const wrongPattern = schema.pattern === undefined ? undefined : patternError(schema.pattern);
  if (wrongPattern !== undefined) {
    const why = `must be a valid regular expression, but isn't: ${wrongPattern}`;
    errors.push(invalid(`${path}.pattern`, schema.pattern, why));
  }
  return [...errors, ...validateTopology(schema, path)];
}

/** Parts of OpenAPI that mean nothing here. */
function unsupported(schema: JsonSchema, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const { type = '' } = schema;
  if (type !== '' && !TYPES.includes(type)) errors.push(notSupported(`${path}.type`, type, TYPES));
  const refuse = (name: keyof JsonSchema, why = `${name} is not supported`) => {
    if (schema[name] !== undefined && schema[name] !== '') errors.push(forbidden(`${path}.${name}`, why));
  };
  refuse('id');
  refuse('additionalItems');
  refuse('patternProperties');
  refuse('definitions');
  refuse('dependencies');
  refuse('$ref');
  if (type === 'null') {
    errors.push(forbidden(`${path}.type`, 'type cannot be set to null, use nullable as an alternative'));
  }
  if (Array.isArray(schema.items)) {
    errors.push(forbidden(`${path}.items`, 'items must be a schema object and not an array'));
  }
  return errors;
}

/** How lists and maps merge. */
function validateTopology(schema: JsonSchema, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const { type = '' } = schema;
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    errors.push(invalid(`${path}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined'));
  }
  const mustBe = (wanted: string, extension: string): void => {
    const why = `must be ${wanted} if ${extension} is specified`;
    errors.push(type === '' ? required(`${path}.type`, why) : invalid(`${path}.type`, type, why));
  };
  const mapType = schema['x-kubernetes-map-type'];
  if (mapType !== undefined && type !== 'object') mustBe('object', 'x-kubernetes-map-type');
  if (mapType !== undefined && mapType !== 'atomic' && mapType !== 'granular') {
    errors.push(notSupported(`${path}.x-kubernetes-map-type`, mapType, ['atomic', 'granular']));
  }
  const listType = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const field = `${path}.x-kubernetes-list-type`;
  if (listType !== undefined && type !== 'array') mustBe('array', 'x-kubernetes-list-type');
  else if (listType === 'set') append(errors, validateSetItems(itemsOf(schema), `${path}.items`));
  if (listType !== undefined && !['atomic', 'set', 'map'].includes(listType)) {
    errors.push(notSupported(field, listType, ['atomic', 'set', 'map']));
  }
  if (keys.length > 0 && listType !== 'map') {
    const why = 'must be map if x-kubernetes-list-map-keys is non-empty';
    errors.push(listType === undefined ? required(field, why) : invalid(field, listType, why));
  }
  return listType === 'map' ? [...errors, ...validateMapList(schema, keys, path)] : errors;
}

function validateSetItems(items: JsonSchema | undefined, path: string): FieldError[] {
  const why = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  const errors: FieldError[] = [];
  const listType = items?.['x-kubernetes-list-type'];
  if (items?.type === 'array' && listType !== undefined && listType !== 'atomic') {
    errors.push(forbidden(`${path}.x-kubernetes-list-type`, why));
  }
  if (items?.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic') {
    errors.push(forbidden(`${path}.x-kubernetes-map-type`, why));
  }
  if (items?.nullable === true) {
    errors.push(forbidden(`${path}.nullable`, 'cannot be nullable when x-kubernetes-list-type is set'));
  }
  return errors;
}

function validateMapList(schema: JsonSchema, keys: readonly string[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  const field = `${path}.x-kubernetes-list-map-keys`;
  if (keys.length === 0) errors.push(required(field, 'must not be empty if x-kubernetes-list-type is map'));
  const items = itemsOf(schema);
  const at = `${path}.items`;
  if (items === undefined) {
    const why = 'must have a schema if x-kubernetes-list-type is map';
    return Array.isArray(schema.items) ? errors : [...errors, required(at, why)];
  }
  if (items.type !== 'object') {
    const why = "must be object if parent array's x-kubernetes-list-type is map";
    errors.push(invalid(`${at}.type`, items.type ?? '', why));
  }
  if (items.nullable === true) {
    errors.push(forbidden(`${at}.nullable`, 'cannot be nullable when x-kubernetes-list-type is map'));
  }
  keys.forEach((key, index) => {
    const property = propertyOf(items, key);
    const inside = `${at}.properties[${key}]`;
    if (property === undefined) {
      errors.push(invalid(`${field}[${index}]`, key, 'entries must all be names of item properties'));
      return;
    }
    if (property.type === 'array' || property.type === 'object') {
      const why = "must be a scalar type if parent array's x-kubernetes-list-type is map";
      errors.push(invalid(`${inside}.type`, property.type, why));
    }
    if (keys.indexOf(key) < index)
      errors.push(invalid(`${field}[${index}]`, key, 'must not contain duplicate entries'));
    const noDefault = property.default === undefined || property.default === null;
    if (noDefault && !(items.required ?? []).includes(key)) {
      const why = 'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property';
      errors.push(required(`${inside}.default`, why));
    }
    if (property.nullable === true) {
      const why = 'this property is in x-kubernetes-list-map-keys, so it cannot be nullable';
      errors.push(forbidden(`${inside}.nullable`, why));
    }
  });
  return errors;
}
