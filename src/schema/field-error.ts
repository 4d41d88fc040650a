// Field errors: what is wrong with one field of an object, in upstream's words.
// Models kubernetes staging/src/k8s.io/apimachinery/pkg/util/validation/field/errors.go.

import { goJson, goQuote } from './go-text.ts';

export type FieldErrorType =
  | 'FieldValueNotFound'
  | 'FieldValueRequired'
  | 'FieldValueDuplicate'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'InternalError'
  | 'FieldValueTypeInvalid';

export interface FieldError {
  readonly type: FieldErrorType;
  /** Path as upstream prints it: `spec.containers[0].name`, `metadata.labels[a/b]`. */
  readonly field: string;
  /** The text behind `field: `, such as `Invalid value: "x": must be …`. It is `causes[].message`. */
  readonly message: string;
}

/** `spec.replicas: Invalid value: -1: must be greater than or equal to 0` */
export function fieldErrorText(error: FieldError): string {
  return `${error.field}: ${error.message}`;
}

/** A value as upstream quotes it in `Invalid value: …`: strings in Go's quotes, objects as JSON. */
export function quoteValue(value: unknown): string {
  if (value === undefined || value === null) return 'null';
  return typeof value === 'string' ? goQuote(value) : goJson(value);
}

export function required(field: string, detail = ''): FieldError {
  return { type: 'FieldValueRequired', field, message: detail === '' ? 'Required value' : `Required value: ${detail}` };
}

export function invalid(field: string, value: unknown, detail: string): FieldError {
  const head = `Invalid value: ${quoteValue(value)}`;
  return { type: 'FieldValueInvalid', field, message: detail === '' ? head : `${head}: ${detail}` };
}

/** The value has another type than its schema says. */
export function typeInvalid(field: string, value: unknown, detail: string): FieldError {
  return { ...invalid(field, value, detail), type: 'FieldValueTypeInvalid' };
}

/** As `invalid`, of something whose value says nothing. */
export function invalidWithoutValue(field: string, detail: string): FieldError {
  return { type: 'FieldValueInvalid', field, message: `Invalid value: ${detail}` };
}

export function notSupported(field: string, value: unknown, supported: readonly string[]): FieldError {
  const list = supported.map(goQuote).join(', ');
  const tail = supported.length === 0 ? '' : `: supported values: ${list}`;
  return { type: 'FieldValueNotSupported', field, message: `Unsupported value: ${quoteValue(value)}${tail}` };
}

export function duplicate(field: string, value: unknown): FieldError {
  return { type: 'FieldValueDuplicate', field, message: `Duplicate value: ${quoteValue(value)}` };
}

export function notFound(field: string, value: unknown): FieldError {
  return { type: 'FieldValueNotFound', field, message: `Not found: ${quoteValue(value)}` };
}

export function forbidden(field: string, detail: string): FieldError {
  return { type: 'FieldValueForbidden', field, message: `Forbidden: ${detail}` };
}

export function tooLong(field: string, max: number): FieldError {
  const detail = max >= 0 ? `may not be more than ${max} bytes` : 'value is too long';
  return { type: 'FieldValueTooLong', field, message: `Too long: ${detail}` };
}

export function tooMany(field: string, actual: number, max: number): FieldError {
  const detail = max >= 0 ? `must have at most ${max} item${max === 1 ? '' : 's'}` : 'has too many items';
  return { type: 'FieldValueTooMany', field, message: `Too many: ${actual}: ${detail}` };
}
