// Checks of single values that many kinds share.
// Models kubernetes staging/src/k8s.io/apimachinery/pkg/api/validation and pkg/apis/meta/v1/validation.

import { append } from '../../lib/append.ts';
import { deepEqual } from '../../lib/json.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { forbidden, invalid, notSupported, required, tooLong } from '../../schema/field-error.ts';
import { byteLength } from '../../schema/go-text.ts';
import { dns1123SubdomainErrors, httpPathErrors, labelValueErrors, qualifiedNameErrors } from '../../schema/names.ts';
import type { LabelSelector } from '../types/meta-v1.ts';

/** An error with `value` for each text of a name check. */
export function invalidEach(field: string, value: unknown, texts: readonly string[]): FieldError[] {
  return texts.map((text) => invalid(field, value, text));
}

export function validateNonnegative(value: number | undefined, field: string): FieldError[] {
  return (value ?? 0) < 0 ? [invalid(field, value, 'must be greater than or equal to 0')] : [];
}

export function validateImmutable(value: unknown, old: unknown, field: string): FieldError[] {
  return deepEqual(value, old) ? [] : [invalid(field, value, 'field is immutable')];
}

export function validateEnum(value: string | undefined, supported: readonly string[], field: string): FieldError[] {
  return supported.includes(value ?? '') ? [] : [notSupported(field, value ?? '', supported)];
}

/** Bytes that base64 text stands for; undefined if it is not base64. */
export function base64Bytes(text: string): number | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return (text.length / 4) * 3 - padding;
}

export function validateLabels(labels: Readonly<Record<string, string>> | undefined, field: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries(labels ?? {})) {
    append(errors, invalidEach(field, key, qualifiedNameErrors(key)));
    append(errors, invalidEach(field, value, labelValueErrors(value)));
  }
  return errors;
}

/** 256 KiB: names and values of all annotations of an object together. */
const MAX_ANNOTATION_BYTES = 256 * 1024;

export function validateAnnotations(
  annotations: Readonly<Record<string, string>> | undefined,
  field: string,
): FieldError[] {
  const errors: FieldError[] = [];
  for (const key of Object.keys(annotations ?? {})) {
    // Case does not matter in annotation keys.
    append(errors, invalidEach(field, key, qualifiedNameErrors(key.toLowerCase())));
  }
  if (!annotationsFit(annotations ?? {})) errors.push(tooLong(field, MAX_ANNOTATION_BYTES));
  return errors;
}

export function annotationsFit(annotations: Readonly<Record<string, string>>): boolean {
  let size = 0;
  for (const [key, value] of Object.entries(annotations)) size += byteLength(key) + byteLength(value);
  return size <= MAX_ANNOTATION_BYTES;
}

/** `acme.io/foo`: a domain and a path. Models apimachinery pkg/util/validation (IsDomainPrefixedPath). */
export function validateDomainPrefixedPath(value: string, field: string): FieldError[] {
  if (value === '') return [required(field)];
  const slash = value.indexOf('/');
  const domain = value.slice(0, slash);
  const path = value.slice(slash + 1);
  if (slash < 0 || domain === '' || path === '') {
    return [invalid(field, value, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  }
  const errors = invalidEach(field, domain, dns1123SubdomainErrors(domain));
  return errors.length > 0 ? errors : invalidEach(field, path, httpPathErrors(path));
}

/** Models meta/v1/validation.ValidateLabelSelector. */
export function validateLabelSelector(selector: LabelSelector | undefined, field: string): FieldError[] {
  if (selector === undefined) return [];
  const errors = validateLabels(selector.matchLabels, `${field}.matchLabels`);
  (selector.matchExpressions ?? []).forEach((requirement, index) => {
    const at = `${field}.matchExpressions[${index}]`;
    const values = requirement.values ?? [];
    switch (requirement.operator) {
      case 'In':
      case 'NotIn':
        if (values.length === 0) {
          errors.push(required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
        }
        break;
      case 'Exists':
      case 'DoesNotExist':
        if (values.length > 0) {
          errors.push(forbidden(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
        }
        break;
      default:
        errors.push(invalid(`${at}.operator`, requirement.operator ?? '', 'not a valid selector operator'));
    }
    const key = requirement.key ?? '';
    append(errors, invalidEach(`${at}.key`, key, qualifiedNameErrors(key)));
    values.forEach((value, valueIndex) => {
      append(errors, invalidEach(`${at}.values[${valueIndex}]`, value, labelValueErrors(value)));
    });
  });
  return errors;
}
