// How much of a device there is, and which shares of it may be asked for.
// Models kubernetes pkg/apis/resource/validation (validateRequestPolicy).

import type { FieldError } from '../../../schema/field-error.ts';
import { duplicate, forbidden, invalid, required, tooMany } from '../../../schema/field-error.ts';
import type { Quantity } from '../../../schema/quantity.ts';
import { addQuantity, compareQuantity, formatQuantity, quantityOf } from '../../../schema/quantity.ts';
import type { CapacityRequestPolicy, CapacityRequestPolicyRange, DeviceCapacity } from '../../types/resource-v1.ts';

const MAX_OPTIONS = 10;
const NANO = 1_000_000_000n;

/** `shared`: the device may be given to several claims. */
export function validateCapacity(
  { value, requestPolicy }: DeviceCapacity,
  shared: boolean,
  field: string,
): FieldError[] {
  if (requestPolicy === undefined) return [];
  const at = `${field}.requestPolicy`;
  if (!shared) return [forbidden(at, 'allowMultipleAllocations must be true')];
  return validatePolicy(requestPolicy, quantityOf(value), at);
}

function validatePolicy(policy: CapacityRequestPolicy, capacity: Quantity, field: string): FieldError[] {
  const { default: value, validValues = [], validRange } = policy;
  if (validValues.length > 0 && validRange !== undefined) {
    const why = 'exactly one policy can be specified, cannot specify "validValues" and "validRange" at the same time';
    return [forbidden(field, why)];
  }
  const kind = validRange !== undefined ? 'validRange' : validValues.length > 0 ? 'validValues' : undefined;
  if (kind === undefined) return [];
  // Served as null where it is missing.
  if (value === undefined || (value as string | null) === null)
    return [required(`${field}.default`, `required when ${kind} is defined`)];
  const usual = quantityOf(value);
  if (validRange !== undefined) return validateRange(usual, capacity, validRange, `${field}.validRange`);
  return validateValues(usual, capacity, validValues.map(quantityOf), `${field}.validValues`);
}

function validateValues(usual: Quantity, capacity: Quantity, values: readonly Quantity[], field: string): FieldError[] {
  const errors: FieldError[] = [];
  values.forEach((value, index) => {
    const before = values[index - 1];
    if (before !== undefined && compareQuantity(before, value) > 0) {
      const why = 'values must be sorted in ascending order';
      errors.push(invalid(`${field}[${index}]`, formatQuantity(value), why));
    }
  });
  if (values.length > MAX_OPTIONS) errors.push(tooMany(field, values.length, MAX_OPTIONS));
  else {
    values.forEach((value, index) => {
      if (compareQuantity(value, capacity) <= 0) return;
      const why = `option is larger than capacity value: ${formatQuantity(capacity)}`;
      errors.push(invalid(`${field}[${index}]`, formatQuantity(value), why));
    });
    const whole = values.map(wholeOf);
    whole.forEach((value, index) => {
      if (whole.indexOf(value) < index) errors.push(duplicate(`${field}[${index}]`, String(value)));
    });
  }
  if (values.length > MAX_OPTIONS || !values.some((value) => compareQuantity(value, usual) === 0)) {
    errors.push(invalid(field, formatQuantity(usual), 'default value is not valid according to the requestPolicy'));
  }
  return errors;
}

function validateRange(
  usual: Quantity,
  capacity: Quantity,
  { min: least, max: most, step: one }: CapacityRequestPolicyRange,
  field: string,
): FieldError[] {
  if ((least as string | undefined) === undefined)
    return [required(`${field}.min`, 'required when validRange is defined')];
  const min = quantityOf(least);
  const errors: FieldError[] = [];
  const refuse = (key: string, value: Quantity, why: string, bound: Quantity): void => {
    errors.push(invalid(`${field}.${key}`, formatQuantity(value), `${why}: ${formatQuantity(bound)}`));
  };
  if (compareQuantity(min, capacity) > 0) refuse('min', min, 'min is larger than capacity value', capacity);
  if (compareQuantity(usual, min) < 0) refuse('min', usual, 'default is less than min', min);
  const max = most === undefined ? undefined : quantityOf(most);
  if (max !== undefined) {
    if (compareQuantity(min, max) > 0) refuse('max', min, 'min is larger than max', max);
    if (compareQuantity(max, capacity) > 0) refuse('max', max, 'max is larger than capacity value', capacity);
    if (compareQuantity(usual, max) > 0) refuse('max', usual, 'default is more than max', max);
  }
  if (one === undefined) return errors;
  const step = quantityOf(one);
  const at = `${field}.step`;
  if (step.nano <= 0n) return [...errors, invalid(at, formatQuantity(step), 'must be greater than zero')];
  const added = addQuantity(min, step);
  if (compareQuantity(added, capacity) > 0) {
    const why = `one step ${formatQuantity(added)} is larger than capacity value: ${formatQuantity(capacity)}`;
    errors.push(invalid(at, formatQuantity(step), why));
  }
  for (const value of max === undefined ? [usual] : [usual, max]) {
    if ((wholeOf(value) - wholeOf(min)) % wholeOf(step) === 0n) continue;
    const why = `value is not a multiple of a given step (${formatQuantity(step)}) from (${formatQuantity(min)})`;
    errors.push(invalid(at, formatQuantity(value), why));
  }
  return errors;
}

/** Whole units, rounded up. */
function wholeOf({ nano }: Quantity): bigint {
  const whole = nano / NANO;
  return nano > 0n && nano % NANO !== 0n ? whole + 1n : whole;
}
