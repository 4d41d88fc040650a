// One requirement of a label selector: a key, an operator and values, and what makes them valid.
// Models kubernetes staging/src/k8s.io/apimachinery/pkg/labels/selector.go.

import { fieldErrorText, invalid, notSupported } from './field-error.ts';
import type { FieldError } from './field-error.ts';
import { labelValueErrors, qualifiedNameErrors } from './names.ts';

export type LabelOperator = 'in' | 'notin' | '=' | '==' | '!=' | 'gt' | 'lt' | 'exists' | '!';

export interface Requirement {
  readonly key: string;
  readonly operator: LabelOperator;
  /** Sorted, without repeats. */
  readonly values: readonly string[];
}

/** All requirements must hold; none matches everything. Sorted by key. */
export type LabelSelector = readonly Requirement[];

export type Labels = Readonly<Record<string, string>> | undefined;

export function byKey(a: Requirement, b: Requirement): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

export type MadeRequirement =
  | { readonly ok: true; readonly requirement: Requirement }
  | { readonly ok: false; readonly error: string };

/** Models labels.NewRequirement. */
export function requirement(key: string, operator: LabelOperator, values: readonly string[]): MadeRequirement {
  const errors: FieldError[] = [];
  const keyError = labelKeyError('key', key);
  if (keyError !== undefined) errors.push(keyError);
  switch (operator) {
    case 'in':
    case 'notin':
      if (values.length === 0) {
        errors.push(invalid('values', [], "for 'in', 'notin' operators, values set can't be empty"));
      }
      break;
    case '=':
    case '==':
    case '!=':
      if (values.length !== 1) {
        errors.push(invalid('values', values, 'exact-match compatibility requires one single value'));
      }
      break;
    case 'exists':
    case '!':
      if (values.length !== 0) {
        errors.push(invalid('values', values, 'values set must be empty for exists and does not exist'));
      }
      break;
    case 'gt':
    case 'lt':
      if (values.length !== 1) {
        errors.push(invalid('values', values, "for 'Gt', 'Lt' operators, exactly one value is required"));
      }
      values.forEach((value, index) => {
        if (parseInteger(value) !== undefined) return;
        errors.push(invalid(`values[${index}]`, value, "for 'Gt', 'Lt' operators, the value must be an integer"));
      });
      break;
    default:
      errors.push(notSupported('operator', operator, ['in', 'notin', '=', '==', '!=', 'gt', 'lt', 'exists', '!']));
  }
  values.forEach((value, index) => {
    const texts = labelValueErrors(value);
    if (texts.length > 0) errors.push(invalid(`values[${index}][${key}]`, value, texts.join('; ')));
  });
  if (errors.length > 0) {
    const texts = errors.map(fieldErrorText);
    return { ok: false, error: texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]` };
  }
  return { ok: true, requirement: { key, operator, values: [...new Set(values)].sort() } };
}

export function labelKeyError(path: string, key: string): FieldError | undefined {
  const texts = qualifiedNameErrors(key);
  return texts.length === 0 ? undefined : invalid(path, key, texts.join('; '));
}

/** A 64-bit integer in decimal. */
export function parseInteger(text: string): bigint | undefined {
  if (!/^[-+]?[0-9]{1,19}$/.test(text)) return undefined;
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}
