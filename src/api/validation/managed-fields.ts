// What names of field managers and entries of managedFields may be.
// Models kubernetes staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/validation/validation.go.

import { append } from '../../lib/append.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { invalid, tooLong } from '../../schema/field-error.ts';
import { byteLength } from '../../schema/go-text.ts';
import type { ManagedFieldsEntry } from '../types/meta-v1.ts';

const MAX_MANAGER_BYTES = 128;
const MAX_SUBRESOURCE_BYTES = 256;
const NOT_PRINTABLE = /[\p{C}\p{Z}]/u;

export function validateFieldManager(manager: string, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (byteLength(manager) > MAX_MANAGER_BYTES) errors.push(tooLong(field, MAX_MANAGER_BYTES));
  let position = 0;
  for (const char of manager) {
    if (char !== ' ' && NOT_PRINTABLE.test(char)) {
      const hex = (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
      errors.push(invalid(field, manager, `invalid character U+${hex} (at position ${position})`));
    }
    position += byteLength(char);
  }
  return errors;
}

export function validateManagedFields(entries: readonly ManagedFieldsEntry[] | undefined, field: string): FieldError[] {
  return (entries ?? []).flatMap((entry, index) => {
    const { operation = '', fieldsType = '', manager = '', subresource = '' } = entry;
    const at = `${field}[${index}]`;
    const errors: FieldError[] = [];
    if (operation !== 'Apply' && operation !== 'Update') {
      errors.push(invalid(`${at}.operation`, operation, 'must be `Apply` or `Update`'));
    }
    if (fieldsType !== '' && fieldsType !== 'FieldsV1') {
      errors.push(invalid(`${at}.fieldsType`, fieldsType, 'must be `FieldsV1`'));
    }
    append(errors, validateFieldManager(manager, `${at}.manager`));
    if (byteLength(subresource) > MAX_SUBRESOURCE_BYTES)
      errors.push(tooLong(`${at}.subresource`, MAX_SUBRESOURCE_BYTES));
    return errors;
  });
}
