// Structural schemas: every value has one type, told in one place, and what is within anyOf, oneOf, allOf and not only
// narrows it.
// Models kubernetes staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/schema/{validation,complete}.go.

import { append } from '../../../lib/append.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { fieldErrorText, forbidden, invalid, required } from '../../../schema/field-error.ts';
import type { JsonSchema } from '../../../schema/openapi-schema/json-schema.ts';
import { itemsOf, propertyOf } from '../../../schema/openapi-schema/json-schema.ts';

type Level = 'root' | 'item' | 'field';

const EMPTY_TYPE: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};

export function validateStructural(schema: JsonSchema, path: string): FieldError[] {
  const errors = [...invariants(schema, 'root', path), ...completeness(schema, path)];
  return errors.sort((a, b) => (fieldErrorText(a) < fieldErrorText(b) ? -1 : 1));
}

function invariants(schema: JsonSchema, level: Level, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const items = itemsOf(schema);
  const { type = '', properties = {} } = schema;
  const preserves = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const intOrString = schema['x-kubernetes-int-or-string'] === true;
  const embedded = schema['x-kubernetes-embedded-resource'] === true;
  if (items !== undefined) append(errors, invariants(items, 'item', `${path}.items`));
  for (const [name, property] of Object.entries(properties)) {
    append(errors, invariants(property, 'field', `${path}.properties[${name}]`));
  }
  const additional = schema.additionalProperties;
  if (additional !== undefined) {
    if (level === 'root') errors.push(forbidden(`${path}.additionalProperties`, 'must not be used at the root'));
    if (typeof additional === 'object') {
      append(errors, invariants(additional, 'field', `${path}.additionalProperties`));
    }
  }
  const notWithIntOrString = 'must be false if x-kubernetes-int-or-string is true';
  if (intOrString && preserves) {
    errors.push(invalid(`${path}.x-kubernetes-preserve-unknown-fields`, true, notWithIntOrString));
  }
  if (intOrString && embedded) {
    errors.push(invalid(`${path}.x-kubernetes-embedded-resource`, true, notWithIntOrString));
  }
  append(errors, nestedInvariants(schema, path, intOrString));
  if (embedded && type !== 'object') {
    const why = 'must be object if x-kubernetes-embedded-resource is true';
    errors.push(type === '' ? required(`${path}.type`, why) : invalid(`${path}.type`, type, why));
  } else if (type === '' && !intOrString && !preserves) errors.push(required(`${path}.type`, EMPTY_TYPE[level]));
  if (embedded && additional !== undefined) {
    const why = 'must not be used if x-kubernetes-embedded-resource is set';
    errors.push(forbidden(`${path}.additionalProperties`, why));
  }
  if (level === 'root' && type !== '' && type !== 'object') {
    errors.push(invalid(`${path}.type`, type, 'must be object at the root'));
  }
  if (type === 'array' && schema.items === undefined) errors.push(required(`${path}.items`, 'must be specified'));
  if (level === 'root' || embedded) append(errors, resourceInvariants(schema, level, path));
  if (embedded && !preserves && Object.keys(properties).length === 0) {
    const why =
      'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields';
    errors.push(required(`${path}.properties`, why));
  }
  return errors;
}

/** What every resource has is as it is. */
function resourceInvariants(schema: JsonSchema, level: Level, path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const name of ['kind', 'apiVersion']) {
    const property = propertyOf(schema, name);
    if (property !== undefined && property.type !== 'string') {
      errors.push(invalid(`${path}.properties[${name}].type`, property.type ?? '', 'must be string'));
    }
  }
  const metadata = propertyOf(schema, 'metadata');
  if (metadata === undefined) return errors;
  const at = `${path}.properties[metadata]`;
  if (metadata.type !== 'object') errors.push(invalid(`${at}.type`, metadata.type ?? '', 'must be object'));
  if (level !== 'root') return errors;
  const { type: _, properties = {}, description: __, ...rest } = metadata;
  const others = Object.keys(properties).filter((name) => name !== 'name' && name !== 'generateName');
  if (Object.keys(rest).length === 0 && others.length === 0) return errors;
  const why = 'must not specify anything other than name and generateName, but metadata is implicitly specified';
  return [...errors, forbidden(at, why)];
}

const NESTED = ['allOf', 'anyOf', 'oneOf'] as const;

function nestedInvariants(schema: JsonSchema, path: string, intOrString: boolean): FieldError[] {
  const errors: FieldError[] = [];
  for (const name of NESTED) {
    (schema[name] ?? []).forEach((one, index) => {
      // The form that says int or string in plain OpenAPI.
      const types = intOrString && name === 'anyOf' && isIntOrString(schema.anyOf);
      const within = intOrString && name === 'allOf' && index === 0 && isIntOrString(one.anyOf);
      if (!types) append(errors, nested(one, `${path}.${name}[${index}]`, within));
    });
  }
  if (schema.not !== undefined) append(errors, nested(schema.not, `${path}.not`, false));
  return errors;
}

function isIntOrString(anyOf: readonly JsonSchema[] | undefined): boolean {
  return anyOf?.length === 2 && anyOf[0]?.type === 'integer' && anyOf[1]?.type === 'string';
}

const EMPTY = 'must be empty to be structural';
const UNDEFINED = 'must be undefined to be structural';
const FALSE = 'must be false to be structural';
const FORBIDDEN: ReadonlyArray<readonly [keyof JsonSchema, string]> = [
  ['type', EMPTY],
  ['additionalProperties', UNDEFINED],
  ['default', UNDEFINED],
  ['title', EMPTY],
  ['description', EMPTY],
  ['nullable', FALSE],
  ['x-kubernetes-preserve-unknown-fields', FALSE],
  ['x-kubernetes-embedded-resource', FALSE],
  ['x-kubernetes-int-or-string', FALSE],
  ['x-kubernetes-list-map-keys', EMPTY],
  ['x-kubernetes-list-type', UNDEFINED],
  ['x-kubernetes-map-type', UNDEFINED],
];

function nested(schema: JsonSchema, path: string, withTypes: boolean): FieldError[] {
  const errors: FieldError[] = withTypes ? [] : nestedInvariants(schema, path, false);
  const items = itemsOf(schema);
  if (items !== undefined) append(errors, nested(items, `${path}.items`, false));
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    append(errors, nested(property, `${path}.properties[${name}]`, false));
  }
  for (const [name, why] of FORBIDDEN) {
    const value = schema[name];
    if (value !== undefined && value !== '' && value !== false) errors.push(forbidden(`${path}.${name}`, why));
  }
  if (propertyOf(schema, 'metadata') !== undefined) {
    errors.push(forbidden(`${path}.properties[metadata]`, 'must not be specified in a nested context'));
  }
  return errors;
}

/** Whatever is narrowed must be specified outside too. */
function completeness(schema: JsonSchema, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const visit = (given: JsonSchema, at: string): void => {
    for (const name of NESTED) {
      (given[name] ?? []).forEach((one, index) =>
        append(errors, missing(schema, one, path, `${at}.${name}[${index}]`)),
      );
    }
    if (given.not !== undefined) append(errors, missing(schema, given.not, path, `${at}.not`));
  };
  visit(schema, path);
  const items = itemsOf(schema);
  if (items !== undefined) append(errors, completeness(items, `${path}.items`));
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    append(errors, completeness(property, `${path}.properties[${name}]`));
  }
  const additional = schema.additionalProperties;
  if (typeof additional === 'object') append(errors, completeness(additional, `${path}.additionalProperties`));
  return errors;
}

function missing(outer: JsonSchema | undefined, inner: JsonSchema, path: string, at: string): FieldError[] {
  if (outer === undefined) return [required(path, `because it is defined in ${at}`)];
  const errors: FieldError[] = [];
  const items = itemsOf(inner);
  if (items !== undefined) append(errors, missing(itemsOf(outer), items, `${path}.items`, `${at}.items`));
  for (const [name, property] of Object.entries(inner.properties ?? {})) {
    const additional = outer.additionalProperties;
    const place = `properties[${name}]`;
    if (propertyOf(outer, name) === undefined && typeof additional === 'object') {
      append(errors, missing(additional, property, `${path}.additionalProperties`, `${at}.${place}`));
    } else append(errors, missing(propertyOf(outer, name), property, `${path}.${place}`, `${at}.${place}`));
  }
  for (const name of NESTED) {
    (inner[name] ?? []).forEach((one, index) => append(errors, missing(outer, one, path, `${at}.${name}[${index}]`)));
  }
  if (inner.not !== undefined) append(errors, missing(outer, inner.not, path, `${at}.not`));
  return errors;
}
