// Counts and shares of a whole, as rollouts and disruption budgets name them.
// Models kubernetes pkg/apis/apps/validation (ValidatePositiveIntOrPercent, IsNotMoreThan100Percent).

import type { FieldError } from '../../schema/field-error.ts';
import { invalid } from '../../schema/field-error.ts';
import type { IntOrString } from '../../schema/int-or-string.ts';
import { percentErrors } from '../../schema/names.ts';
import { invalidEach, validateNonnegative } from './fields.ts';

export function validateIntOrPercent(value: IntOrString, field: string): FieldError[] {
  if (typeof value === 'number') return validateNonnegative(value, field);
  return invalidEach(field, value, percentErrors(value));
}

export function validateAtMostAll(value: IntOrString, field: string): FieldError[] {
  if (typeof value === 'number' || percentErrors(value).length > 0 || intOrPercentValue(value) <= 100) return [];
  return [invalid(field, value, 'must not be greater than 100%')];
}

/** The number of a count or of a percentage; 0 of anything else. */
export function intOrPercentValue(value: IntOrString): number {
  if (typeof value === 'number') return value;
  const digits = value.endsWith('%') ? value.slice(0, -1) : value;
  return /^[-+]?[0-9]+$/.test(digits) ? Number(digits) : 0;
}
