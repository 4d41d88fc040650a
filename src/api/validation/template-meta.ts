// The metadata of an object that is yet to be made from a template: labels and annotations alone.
// Models kubernetes pkg/apis/core/validation (ValidateTemplateObjectMeta).

import type { FieldError } from '../../schema/field-error.ts';
import { forbidden } from '../../schema/field-error.ts';
import type { ObjectMeta } from '../types/meta-v1.ts';
import { validateAnnotations, validateLabels } from './fields.ts';

export function validateTemplateMeta(meta: ObjectMeta | undefined, field: string): FieldError[] {
  const errors = [
    ...validateAnnotations(meta?.annotations, `${field}.annotations`),
    ...validateLabels(meta?.labels, `${field}.labels`),
  ];
  for (const [key, value] of Object.entries(meta ?? {})) {
    if (key === 'labels' || key === 'annotations' || value === '' || value === null) continue;
    errors.push(forbidden(`${field}.${key}`, 'cannot be set'));
  }
  return errors;
}
