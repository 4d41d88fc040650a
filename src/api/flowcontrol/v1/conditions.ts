// What both kinds of flowcontrol have in common: a status of conditions. Models kubernetes pkg/apis/flowcontrol/validation.

import type { FieldError } from '../../../schema/field-error.ts';
import { duplicate, required } from '../../../schema/field-error.ts';
import type { Kind } from '../../kind.ts';
import type { FlowSchema, PriorityLevelConfiguration } from '../../types/flowcontrol-v1.ts';

export function validateConditions(conditions: ReadonlyArray<{ readonly type?: string }> | undefined): FieldError[] {
  const seen = new Set<string>();
  return (conditions ?? []).flatMap(({ type = '' }, index) => {
    const field = `status.conditions[${index}].type`;
    const errors = seen.has(type) ? [duplicate(field, type)] : [];
    seen.add(type);
    return type === '' ? [...errors, required(field, 'must not be empty')] : errors;
  });
}

export const conditionRules: Pick<
  Kind<FlowSchema | PriorityLevelConfiguration>,
  'prepareForCreate' | 'hasGeneration' | 'status'
> = {
  prepareForCreate(object) {
    object.status = {};
  },
  hasGeneration: true,
  status: {
    prepare(object) {
      object.status ??= {};
    },
    validate: ({ status }) => validateConditions(status?.conditions),
  },
};
