// Conditions of both kinds of flowcontrol. Models kubernetes pkg/apis/flowcontrol/validation.

import type { FieldError } from '../../../schema/field-error.ts';
import { duplicate, required } from '../../../schema/field-error.ts';

export function validateConditions(conditions: ReadonlyArray<{ readonly type?: string }> | undefined): FieldError[] {
  const seen = new Set<string>();
  return (conditions ?? []).flatMap(({ type = '' }, index) => {
    const field = `status.conditions[${index}].type`;
    const errors = seen.has(type) ? [duplicate(field, type)] : [];
    seen.add(type);
    return type === '' ? [...errors, required(field, 'must not be empty')] : errors;
  });
}
