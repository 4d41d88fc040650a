// What the status of a Job may be. Models kubernetes pkg/apis/batch/validation (ValidateJobStatus, ValidateJobUpdateStatus).

import { append } from '../../../lib/append.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { invalid, invalidWithoutValue, required } from '../../../schema/field-error.ts';
import type { Job, JobStatus } from '../../types/batch-v1.ts';
import { validateNonnegative } from '../../validation/fields.ts';

export function hasCondition(status: JobStatus | undefined, type: string): boolean {
  return (status?.conditions ?? []).some((item) => item.type === type && item.status === 'True');
}

export function validateJobStatus({ status = {} }: Job, old: Job): FieldError[] {
  const errors = (['active', 'succeeded', 'failed', 'ready', 'terminating'] as const).flatMap((key) =>
    validateNonnegative(status[key], `status.${key}`),
  );
  append(errors, validateEnd(status));
  const { active = 0, ready } = status;
  if (ready !== undefined && ready > active) {
    errors.push(invalid('status.ready', ready, 'cannot set more ready pods than active'));
  }
  for (const key of ['succeeded', 'failed'] as const) {
    const value = status[key] ?? 0;
    if (value < (old.status?.[key] ?? 0)) {
      errors.push(invalid(`status.${key}`, value, `cannot decrease the ${key} counter`));
    }
  }
  for (const type of ['Complete', 'Failed', 'FailureTarget', 'SuccessCriteriaMet']) {
    if (hasCondition(old.status, type) && !hasCondition(status, type)) {
      const why = `cannot disable the terminal ${type}=True condition`;
      errors.push(invalidWithoutValue('status.conditions', why));
    }
  }
  return errors;
}

/** How a Job ends: completed or failed, announced before, with nothing left running. */
function validateEnd(status: JobStatus): FieldError[] {
  const complete = hasCondition(status, 'Complete');
  const failed = hasCondition(status, 'Failed');
  const errors: FieldError[] = [];
  const conflict = (text: string): void => {
    errors.push(invalidWithoutValue('status.conditions', text));
  };
  if (complete && failed) conflict('cannot set Complete=True and Failed=true conditions');
  if (complete && hasCondition(status, 'FailureTarget')) {
    conflict('cannot set Complete=True and FailureTarget=true conditions');
  }
  const { completionTime, startTime, active = 0, terminating = 0 } = status;
  const field = 'status.completionTime';
  if (completionTime !== undefined && !complete) {
    errors.push(invalid(field, completionTime, 'cannot set completionTime when there is no Complete=True condition'));
  }
  if (completionTime === undefined && complete) {
    errors.push(required(field, 'completionTime is required for Complete jobs'));
  }
  if (completionTime !== undefined && startTime !== undefined && completionTime < startTime) {
    errors.push(invalid(field, completionTime, 'completionTime cannot be set before startTime'));
  }
  if (failed && !hasCondition(status, 'FailureTarget')) {
    conflict('cannot set Failed=True condition without the FailureTarget=true condition');
  }
  if (complete && !hasCondition(status, 'SuccessCriteriaMet')) {
    conflict('cannot set Complete=True condition without the SuccessCriteriaMet=true condition');
  }
  if (!complete && !failed) return errors;
  if (active > 0) errors.push(invalid('status.active', active, 'active>0 is invalid for finished job'));
  if (terminating > 0) {
    errors.push(invalid('status.terminating', terminating, 'terminating>0 is invalid for finished job'));
  }
  if (startTime === undefined) {
    errors.push(required('status.startTime', 'startTime is required for finished job'));
  }
  return errors;
}
