// References to objects of any kind. Models kubernetes pkg/apis/networking/validation.

import { append } from '../../../lib/append.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { required } from '../../../schema/field-error.ts';
import { dns1123SubdomainErrors, pathSegmentNameErrors } from '../../../schema/names.ts';
import { invalidEach } from '../../validation/fields.ts';

/** A name that must be there and fit into a path. */
export function validateSegment(value: string | undefined, field: string): FieldError[] {
  return value ? invalidEach(field, value, pathSegmentNameErrors(value)) : [required(field)];
}

export function validateObjectReference(
  reference: { readonly apiGroup?: string | null; readonly kind?: string; readonly name?: string },
  field: string,
): FieldError[] {
  const { apiGroup, kind, name } = reference;
  const errors: FieldError[] = [];
  if (apiGroup !== undefined && apiGroup !== null) {
    append(errors, invalidEach(`${field}.apiGroup`, apiGroup, dns1123SubdomainErrors(apiGroup)));
  }
  return [...errors, ...validateSegment(kind, `${field}.kind`), ...validateSegment(name, `${field}.name`)];
}
