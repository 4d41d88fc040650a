// What classes of storage share: who provides it, and what he is told.
// Models kubernetes pkg/apis/storage/validation (validateProvisioner, validateParameters).

import type { FieldError } from '../../../schema/field-error.ts';
import { invalid, required, tooLong } from '../../../schema/field-error.ts';
import { byteLength } from '../../../schema/go-text.ts';
import { qualifiedNameErrors } from '../../../schema/names.ts';
import { invalidEach } from '../../validation/fields.ts';

const MAX_PARAMETERS = 512;
const MAX_BYTES = 256 * 1024;

/** Case does not matter; the name is told in lower case. */
export function validateProvider(name: string | undefined, field: string): FieldError[] {
  if (!name) return [required(field)];
  const lower = name.toLowerCase();
  return invalidEach(field, lower, qualifiedNameErrors(lower));
}

export function validateParameters(
  parameters: Readonly<Record<string, string>> | undefined,
  needed: boolean,
): FieldError[] {
  const field = 'parameters';
  const entries = Object.entries(parameters ?? {});
  if (entries.length > MAX_PARAMETERS) return [tooLong(field, MAX_PARAMETERS)];
  const errors: FieldError[] = [];
  let size = 0;
  for (const [key, value] of entries) {
    if (key === '') errors.push(invalid(field, key, 'field can not be empty.'));
    size += byteLength(key) + byteLength(value);
  }
  if (size > MAX_BYTES) errors.push(tooLong(field, MAX_BYTES));
  if (needed && entries.length === 0) errors.push(required(field, 'must contain at least one key/value pair'));
  return errors;
}
