// Objects within a custom resource that are resources themselves (x-kubernetes-embedded-resource): they name their type.
// Models kubernetes staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/schema/objectmeta/validation.go.

import { append } from '../../lib/append.ts';
import type { JsonValue } from '../../lib/json.ts';
import { isObject } from '../../lib/json.ts';
import type { FieldError } from '../field-error.ts';
import { invalid, required } from '../field-error.ts';
import { dns1035LabelErrors } from '../names.ts';
import type { JsonSchema } from './json-schema.ts';
import { additionalOf, itemsOf, propertyOf } from './json-schema.ts';

export function validateEmbedded(value: JsonValue, schema: JsonSchema, path = ''): FieldError[] {
  if (Array.isArray(value)) {
    const items = itemsOf(schema);
    return items === undefined
      ? []
      : value.flatMap((item, index) => validateEmbedded(item, items, `${path}[${index}]`));
  }
  if (!isObject(value)) return [];
  const errors = schema['x-kubernetes-embedded-resource'] === true ? typeErrors(value, path) : [];
  const additional = additionalOf(schema);
  for (const name of Object.keys(value).sort()) {
    const member = propertyOf(schema, name) ?? (additional === true ? undefined : additional);
    if (member === undefined) continue;
    append(errors, validateEmbedded(value[name] ?? null, member, path === '' ? name : `${path}.${name}`));
  }
  return errors;
}

function typeErrors(value: Readonly<Record<string, JsonValue | undefined>>, path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const name of ['apiVersion', 'kind']) {
    const given = value[name];
    const at = `${path}.${name}`;
    if (given === undefined || given === '') errors.push(required(at, 'must not be empty'));
    else if (typeof given !== 'string') errors.push(invalid(at, given, 'must be a string'));
    else if (name === 'apiVersion') {
      if (given.split('/').length > 2) errors.push(invalid(at, given, `unexpected GroupVersion string: ${given}`));
    } else {
      for (const text of dns1035LabelErrors(given.toLowerCase())) {
        errors.push(invalid(at, given, `may have mixed case, but should otherwise match: ${text}`));
      }
    }
  }
  return errors;
}
