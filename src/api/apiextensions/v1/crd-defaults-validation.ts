// Defaults in the schema of a custom resource must be what the schema allows.
// Models kubernetes staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting/validation.go.

import { append } from '../../../lib/append.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { Rules } from '../../../schema/openapi-schema/cel/rules.ts';
import type { JsonSchema } from '../../../schema/openapi-schema/json-schema.ts';
import { itemsOf } from '../../../schema/openapi-schema/json-schema.ts';
import { repeatedItems } from '../../../schema/openapi-schema/list-items.ts';
import { Patterns } from '../../../schema/openapi-schema/patterns.ts';
import { validateValue } from '../../../schema/openapi-schema/validate-value.ts';

export function validateDefaults(schema: JsonSchema, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const { default: value } = schema;
  if (value !== undefined && value !== null) {
    const at = `${path}.default`;
    const found = [...validateValue(value, schema, new Patterns()), ...repeatedItems(value, schema)];
    if (found.length === 0) append(found, new Rules(schema).check(value, undefined));
    append(
      errors,
      found.map((error) => ({ ...error, field: within(at, error.field) })),
    );
  }
  const items = itemsOf(schema);
  if (items !== undefined) append(errors, validateDefaults(items, `${path}.items`));
  for (const name of Object.keys(schema.properties ?? {}).sort()) {
    const property = schema.properties?.[name];
    if (property !== undefined) append(errors, validateDefaults(property, `${path}.properties[${name}]`));
  }
  const additional = schema.additionalProperties;
  if (typeof additional === 'object') append(errors, validateDefaults(additional, `${path}.additionalProperties`));
  return errors;
}

function within(path: string, field: string): string {
  if (field === '<nil>') return path;
  return field.startsWith('[') ? `${path}${field}` : `${path}.${field}`;
}
