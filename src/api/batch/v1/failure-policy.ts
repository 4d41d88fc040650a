// When a Job's failed pods end it, and when its successful ones do.
// Models kubernetes pkg/apis/batch/validation (validatePodFailurePolicy, validateSuccessPolicy).

import { append } from '../../../lib/append.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import {
  duplicate,
  invalid,
  invalidWithoutValue,
  notSupported,
  required,
  tooLong,
  tooMany,
} from '../../../schema/field-error.ts';
import { goQuote } from '../../../schema/go-text.ts';
import { qualifiedNameErrors } from '../../../schema/names.ts';
import type { JobSpec, PodFailurePolicyOnExitCodesRequirement, PodFailurePolicyRule } from '../../types/batch-v1.ts';
import { invalidEach, validateNonnegative } from '../../validation/fields.ts';

const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const OPERATORS = ['In', 'NotIn'];
const STATUSES = ['False', 'True', 'Unknown'];
const MAX_RULES = 20;
const MAX_PATTERNS = 20;
const MAX_EXIT_CODES = 255;
const MAX_INDEXES_BYTES = 64 * 1024;

function validateChoice(value: string, choices: readonly string[], field: string): FieldError[] {
  if (value === '') return [required(field, `valid values: [${choices.map(goQuote).join(' ')}]`)];
  return choices.includes(value) ? [] : [notSupported(field, value, choices)];
}

export function validateFailurePolicy(spec: JobSpec, field: string): FieldError[] {
  const rules = spec.podFailurePolicy?.rules ?? [];
  if (rules.length > MAX_RULES) return [tooMany(`${field}.rules`, rules.length, MAX_RULES)];
  const { containers, initContainers } = spec.template?.spec ?? {};
  const names = [...(containers ?? []), ...(initContainers ?? [])].map(({ name }) => name);
  return rules.flatMap((rule, index) => validateRule(rule, spec, names, `${field}.rules[${index}]`));
}

function validateRule(
  rule: PodFailurePolicyRule,
  spec: JobSpec,
  containers: readonly string[],
  field: string,
): FieldError[] {
  const { action = '', onExitCodes, onPodConditions = [] } = rule as Partial<PodFailurePolicyRule>;
  const errors: FieldError[] = [];
  if (action === 'FailIndex' && spec.backoffLimitPerIndex === undefined) {
    errors.push(invalid(`${field}.action`, action, 'requires the backoffLimitPerIndex to be set'));
  } else append(errors, validateChoice(action, ACTIONS, `${field}.action`));
  if (onExitCodes !== undefined) append(errors, validateExitCodes(onExitCodes, containers, `${field}.onExitCodes`));
  const conditions = `${field}.onPodConditions`;
  if (onPodConditions.length > MAX_PATTERNS) {
    errors.push(tooMany(conditions, onPodConditions.length, MAX_PATTERNS));
  } else {
    onPodConditions.forEach(({ type = '', status = '' }, index) => {
      const at = `${conditions}[${index}]`;
      append(errors, invalidEach(`${at}.type`, type, qualifiedNameErrors(type)));
      append(errors, validateChoice(status, STATUSES, `${at}.status`));
    });
  }
  const both = onExitCodes !== undefined && onPodConditions.length > 0;
  if (both) {
    errors.push(invalidWithoutValue(field, 'specifying both OnExitCodes and OnPodConditions is not supported'));
  }
  if (onExitCodes === undefined && onPodConditions.length === 0) {
    errors.push(invalidWithoutValue(field, 'specifying one of OnExitCodes and OnPodConditions is required'));
  }
  return errors;
}

function validateExitCodes(
  requirement: PodFailurePolicyOnExitCodesRequirement,
  containers: readonly string[],
  field: string,
): FieldError[] {
  const { containerName, operator = '' } = requirement as Partial<PodFailurePolicyOnExitCodesRequirement>;
  const values = requirement.values ?? [];
  const errors = validateChoice(operator, OPERATORS, `${field}.operator`);
  if (containerName !== undefined && !containers.includes(containerName)) {
    const why = 'must be one of the container or initContainer names in the pod template';
    errors.push(invalid(`${field}.containerName`, containerName, why));
  }
  const at = `${field}.values`;
  if (values.length === 0) errors.push(invalid(at, values, 'at least one value is required'));
  else if (values.length > MAX_EXIT_CODES) errors.push(tooMany(at, values.length, MAX_EXIT_CODES));
  const seen = new Set<number>();
  values.forEach((code, index) => {
    if (code === 0 && operator === 'In') {
      errors.push(invalid(`${at}[${index}]`, code, 'must not be 0 for the In operator'));
    }
    if (seen.has(code)) errors.push(duplicate(`${at}[${index}]`, code));
    seen.add(code);
  });
  if (values.some((code, index) => index > 0 && code < (values[index - 1] ?? code))) {
    errors.push(invalid(at, values, 'must be ordered'));
  }
  return errors;
}

export function validateSuccessPolicy(spec: JobSpec, field: string): FieldError[] {
  const rules = spec.successPolicy?.rules ?? [];
  const at = `${field}.rules`;
  const errors: FieldError[] = [];
  if (rules.length === 0) {
    errors.push(required(at, 'at least one rules must be specified when the successPolicy is specified'));
  }
  if (rules.length > MAX_RULES) errors.push(tooMany(at, rules.length, MAX_RULES));
  rules.forEach(({ succeededCount: count, succeededIndexes: indexes }, index) => {
    const rule = `${at}[${index}]`;
    if (count === undefined && indexes === undefined) {
      errors.push(required(rule, 'at least one of succeededCount or succeededIndexes must be specified'));
    }
    let total = 0;
    if (indexes !== undefined) {
      if (indexes.length > MAX_INDEXES_BYTES) errors.push(tooLong(`${rule}.succeededIndexes`, MAX_INDEXES_BYTES));
      const counted = countIndexes(indexes, spec.completions ?? 0);
      if (typeof counted === 'number') total = counted;
      else errors.push(invalid(`${rule}.succeededIndexes`, indexes, `error parsing succeededIndexes: ${counted}`));
    }
    if (count === undefined) return;
    const most = (limit: number, of: string): FieldError =>
      invalid(`${rule}.succeededCount`, count, `must be less than or equal to ${limit} (${of})`);
    append(errors, validateNonnegative(count, `${rule}.succeededCount`));
    if (spec.completions !== undefined && count > spec.completions) {
      errors.push(most(spec.completions, 'the number of specified completions'));
    }
    if (indexes !== undefined && count > total) {
      errors.push(most(total, 'the number of indexes in the specified succeededIndexes field'));
    }
  });
  return errors;
}

/** How many indexes a text such as `0-2,5` names, all below `completions` and rising; a text says what is wrong. */
function countIndexes(text: string, completions: number): number | string {
  if (text === '') return 0;
  let last = -1;
  let total = 0;
  for (const interval of text.split(',')) {
    const limits = interval.split('-');
    if (limits.length > 2) {
      return `the fragment ${goQuote(interval)} violates the requirement that an index interval can have at most two parts separated by '-'`;
    }
    const before = total;
    let first = 0;
    for (const [index, limit] of limits.entries()) {
      if (!/^[-+]?\d+$/.test(limit)) return `cannot convert string to integer for index: ${goQuote(limit)}`;
      const value = Number(limit);
      if (value >= completions) return `too large index: ${goQuote(limit)}`;
      if (last >= value) return `non-increasing order, previous: ${last}, current: ${value}`;
      if (index === 0) first = value;
      total = before + value - first + 1;
      last = value;
    }
  }
  return total;
}
