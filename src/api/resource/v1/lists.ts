// Lists, maps and names as this group validates them. Models kubernetes pkg/apis/resource/validation (validateSlice,
// validateSet, validateMap and the names).

import { append } from '../../../lib/append.ts';
import { isObject } from '../../../lib/json.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { duplicate, invalid, required, tooLong, tooMany } from '../../../schema/field-error.ts';
import { byteLength, goJson } from '../../../schema/go-text.ts';
import { cIdentifierErrors, dns1123LabelErrors, dns1123SubdomainErrors } from '../../../schema/names.ts';
import { validateCsiDriverName } from '../../core/v1/pod-validation/volume-sources.ts';
import { invalidEach } from '../../validation/fields.ts';

type Validate<T> = (item: T, field: string) => FieldError[];

/** A list that is too long is not looked into. */
export function validateList<T>(
  list: readonly T[] | null | undefined,
  max: number,
  field: string,
  validate: Validate<T>,
): FieldError[] {
  const items = list ?? [];
  if (items.length > max) return [tooMany(field, items.length, max)];
  return items.flatMap((item, index) => validate(item, `${field}[${index}]`));
}

/** A list in which no two items have the same key. */
export function validateSet<T>(
  list: readonly T[] | null | undefined,
  max: number,
  field: string,
  validate: Validate<T>,
  keyOf: (item: T) => string,
): FieldError[] {
  const items = list ?? [];
  const errors = validateList(items, max, field, validate);
  if (items.length > max) return errors;
  const seen = new Set<string>();
  items.forEach((item, index) => {
    const key = keyOf(item);
    if (seen.has(key)) errors.push(duplicate(`${field}[${index}]`, key));
    seen.add(key);
  });
  return errors;
}

/** Its keys are checked too; long ones are cut in the middle where they are part of a path. */
export function validateMap<T>(
  map: Readonly<Record<string, T>> | undefined,
  { max = Infinity, keyLength }: { readonly max?: number; readonly keyLength: number },
  field: string,
  validateKey: Validate<string>,
  validate: Validate<T>,
): FieldError[] {
  const entries = Object.entries(map ?? {});
  if (entries.length > max) return [tooMany(field, entries.length, max)];
  return entries.flatMap(([key, item]) => [
    ...validateKey(key, field),
    ...validate(item, `${field}[${cut(key, keyLength)}]`),
  ]);
}

function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  const rest = max - 3;
  return `${text.slice(0, Math.floor((rest + 1) / 2))}...${text.slice(text.length - Math.floor(rest / 2))}`;
}

export function validateDriverName(name: string | undefined, field: string): FieldError[] {
  const errors: FieldError[] = [];
  validateCsiDriverName(name, field, errors);
  return errors;
}

export function validateLabelName(name: string | undefined, field: string): FieldError[] {
  return invalidEach(field, name ?? '', dns1123LabelErrors(name ?? ''));
}

const MAX_POOL_NAME = 253;

export function validatePoolName(name: string, field: string): FieldError[] {
  if (name === '') return [required(field)];
  const errors = byteLength(name) > MAX_POOL_NAME ? [tooLong(field, MAX_POOL_NAME)] : [];
  for (const part of name.split('/')) append(errors, invalidEach(field, part, dns1123SubdomainErrors(part)));
  return errors;
}

const MAX_ID = 32;
/** Of a name with its domain. */
export const MAX_QUALIFIED_NAME: number = 63 + 1 + MAX_ID;

function validateIdentifier(id: string, field: string): FieldError[] {
  const errors = byteLength(id) > MAX_ID ? [tooLong(field, MAX_ID)] : [];
  return [...errors, ...invalidEach(field, id, cIdentifierErrors(id))];
}

/** `model` or `gpu.example.org/model`: of attributes and capacities. */
export function validateQualifiedName(name: string, field: string): FieldError[] {
  const [first = '', second, ...more] = name.split('/');
  if (more.length > 0) return [invalid(field, name, 'must not contain more than one slash')];
  if (second === undefined) return validateIdentifier(first, field);
  return [
    ...(first === '' ? [invalid(field, '', 'the domain must not be empty')] : validateDriverName(first, field)),
    ...(second === '' ? [invalid(field, '', 'the name must not be empty')] : validateIdentifier(second, field)),
  ];
}

export function validateFullyQualifiedName(name: string, field: string): FieldError[] {
  const errors = validateQualifiedName(name, field);
  if (!name.includes('/')) {
    errors.push(invalid(field, name, 'a fully qualified name must be a domain and a name separated by a slash'));
  }
  return errors;
}

/** What a driver is told, or says: any JSON object. */
export function validateRaw(value: unknown, max: number, field: string): FieldError[] {
  if (value === undefined || value === null) return [required(field)];
  if (byteLength(goJson(value)) > max) return [tooLong(field, max)];
  return isObject(value) ? [] : [invalid(field, '<value omitted>', 'must be a valid JSON object')];
}
