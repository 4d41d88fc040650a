// What validating and mutating admission policies share.
// Models kubernetes pkg/apis/admissionregistration/validation and pkg/printers/internalversion.

import { append } from '../../../lib/append.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { invalid, required } from '../../../schema/field-error.ts';
import type { AdmissionCompiler, ResultType } from '../../../schema/openapi-schema/cel/admission.ts';
import { dns1035LabelErrors, dns1123SubdomainErrors } from '../../../schema/names.ts';
import type { ParamKind, Variable } from '../../types/admissionregistration-v1.ts';

const IDENTIFIER = /^[_a-zA-Z][_a-zA-Z0-9]*$/;
const RESERVED = [
  'as',
  'break',
  'const',
  'continue',
  'else',
  'false',
  'for',
  'function',
  'if',
  'import',
  'in',
  'let',
  'loop',
  'namespace',
  'null',
  'package',
  'return',
  'true',
  'var',
  'void',
  'while',
];

export function validateParamKind(kind: ParamKind | undefined): FieldError[] {
  if (kind === undefined) return [];
  const field = 'spec.paramKind';
  const { apiVersion = '', kind: name = '' } = kind;
  const errors: FieldError[] = [];
  const at = `${field}.apiVersion`;
  const parts = apiVersion.split('/');
  if (apiVersion === '') errors.push(required(at));
  else if (parts.length > 2) {
    errors.push(invalid(at, apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
  } else {
    const [version = '', group] = [...parts].reverse();
    if (group !== undefined) append(errors, joined(at, group, dns1123SubdomainErrors(group)));
    append(errors, joined(at, version, dns1035LabelErrors(version)));
  }
  if (name === '') errors.push(required(`${field}.kind`));
  else append(errors, joined(`${field}.kind`, name, dns1035LabelErrors(name.toLowerCase())));
  return errors;
}

function joined(field: string, value: string, texts: readonly string[]): FieldError[] {
  return texts.length === 0 ? [] : [invalid(field, value, texts.join(', '))];
}

/** An expression that must be there, and must come to one of `types`. */
export function validateExpression(
  expression: string | undefined,
  field: string,
  { compiler, types, name = 'expression' }: Expected,
): FieldError[] {
  const text = expression ?? '';
  if (text.trim() === '') return [required(field, `${name} is not specified`)];
  const error = compiler.errorOf(text, types);
  return error === undefined ? [] : [invalid(field, text, error)];
}

export interface Expected {
  readonly compiler: AdmissionCompiler;
  readonly types: readonly ResultType[];
  /** How the error of a missing one calls it. Default `expression`. */
  readonly name?: string;
}

/** Those that are good are known to the compiler from then on. */
export function validateVariables(
  variables: readonly Variable[] | undefined,
  compiler: AdmissionCompiler,
): FieldError[] {
  return (variables ?? []).flatMap(({ name = '', expression = '' }, index) => {
    const field = `spec.variables[${index}]`;
    const errors: FieldError[] = [];
    if (name.trim() === '') errors.push(required(`${field}.name`, 'name is not specified'));
    else if (!IDENTIFIER.test(name) || RESERVED.includes(name)) {
      errors.push(invalid(`${field}.name`, name, 'must be a valid CEL identifier'));
    }
    if (expression.trim() === '') return [...errors, required(`${field}.expression`, 'expression is not specified')];
    if (errors.length > 0) return errors;
    const error = compiler.addVariable(name, expression);
    return error === undefined ? [] : [invalid(`${field}.expression`, expression, error)];
  });
}

/** `v1/ConfigMap` */
export function paramKindCell(kind: ParamKind | undefined): string {
  return kind === undefined ? '<unset>' : `${kind.apiVersion ?? ''}/${kind.kind ?? ''}`;
}
