// Subresources, columns and selectable fields of a CustomResourceDefinition.
// Models kubernetes staging/src/k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go.

import { append } from '../../../lib/append.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { duplicate, invalid, required, tooMany } from '../../../schema/field-error.ts';
import type { JsonSchema } from '../../../schema/openapi-schema/json-schema.ts';
import { additionalOf, propertyOf } from '../../../schema/openapi-schema/json-schema.ts';
import type {
  CustomResourceColumnDefinition,
  CustomResourceSubresources,
  SelectableField,
} from '../../types/apiextensions-v1.ts';

const MAX_SELECTABLE_FIELDS = 8;
const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string'];
const COLUMN_FORMATS = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];

export function validateSubresources(subresources: CustomResourceSubresources | undefined, path: string): FieldError[] {
  const scale = subresources?.scale;
  if (scale === undefined) return [];
  const errors: FieldError[] = [];
  const under = (name: 'specReplicasPath' | 'statusReplicasPath', root: string): void => {
    const field = `${path}.scale.${name}`;
    const given = scale[name];
    if (given === '') {
      errors.push(required(field));
      return;
    }
    const wrong = simplePathErrors(given, field);
    if (wrong.length > 0) append(errors, wrong);
    else if (!given.startsWith(`${root}.`)) errors.push(invalid(field, given, `should be a json path under ${root}`));
  };
  under('specReplicasPath', '.spec');
  under('statusReplicasPath', '.status');
  const { labelSelectorPath: selector = '' } = scale;
  if (selector === '') return errors;
  const field = `${path}.scale.labelSelectorPath`;
  const wrong = simplePathErrors(selector, field);
  if (wrong.length > 0) return [...errors, ...wrong];
  if (selector.startsWith('.spec.') || selector.startsWith('.status.')) return errors;
  return [...errors, invalid(field, selector, 'should be a json path under either .spec or .status')];
}

export function validateColumns(columns: readonly CustomResourceColumnDefinition[], path: string): FieldError[] {
  return columns.flatMap(({ name, type, format = '', jsonPath }, index) => {
    const at = `${path}[${index}]`;
    const errors: FieldError[] = [];
    const types = `must be one of ${COLUMN_TYPES.join(',')}`;
    if (name === '') errors.push(required(`${at}.name`));
    if (type === '') errors.push(required(`${at}.type`, types));
    else if (!COLUMN_TYPES.includes(type)) errors.push(invalid(`${at}.type`, type, types));
    if (format !== '' && !COLUMN_FORMATS.includes(format)) {
      errors.push(invalid(`${at}.format`, format, `must be one of ${COLUMN_FORMATS.join(',')}`));
    }
    if (jsonPath === '') return [...errors, required(`${at}.JSONPath`)];
    return [...errors, ...simplePathErrors(jsonPath, `${at}.JSONPath`)];
  });
}

function simplePathErrors(path: string, field: string): FieldError[] {
  return path.startsWith('.') ? [] : [invalid(field, path, 'must be a simple json path starting with .')];
}

export function validateSelectableFields(
  fields: readonly SelectableField[],
  schema: JsonSchema,
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  if (fields.length > MAX_SELECTABLE_FIELDS) errors.push(tooMany(path, fields.length, MAX_SELECTABLE_FIELDS));
  const seen = new Set<string>();
  fields.forEach(({ jsonPath }, index) => {
    const field = `${path}[${index}].jsonPath`;
    if (jsonPath === '') {
      errors.push(required(field));
      return;
    }
    const found = fieldAt(jsonPath, schema);
    if (typeof found === 'string') {
      errors.push(invalid(field, jsonPath, `is an invalid path: ${found}`));
      return;
    }
    if (jsonPath === '.metadata' || jsonPath.startsWith('.metadata.')) {
      errors.push(invalid(field, jsonPath, 'must not point to fields in metadata'));
    }
    if (!['string', 'boolean', 'integer'].includes(found.type ?? '') || found.nullable === true) {
      const why =
        'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.';
      errors.push(invalid(field, jsonPath, why));
    }
    if (seen.has(jsonPath)) errors.push(duplicate(field, jsonPath));
    seen.add(jsonPath);
  });
  return errors;
}

/** The schema of the field at a path of names, or why there is none. Models cel.ValidFieldPath without brackets. */
export function fieldAt(path: string, schema: JsonSchema): JsonSchema | string {
  if (!path.startsWith('.')) return `expected [ or . but got: ${path.split(/[.[\]]/)[0] ?? ''}`;
  if (path.includes('[')) return 'array notation is not allowed';
  if (path.endsWith('.')) return 'unexpected end of JSON path';
  let at = schema;
  for (const name of path.slice(1).split('.')) {
    const additional = additionalOf(at);
    const next =
      at.properties !== undefined
        ? propertyOf(at, name)
        : additional === true || additional === undefined
          ? undefined
          : additional;
    if (next === undefined) return 'does not refer to a valid field';
    at = next;
  }
  return at;
}
