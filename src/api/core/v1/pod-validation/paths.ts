// Paths inside volumes and containers. Models kubernetes pkg/apis/core/validation (validateLocalDescendingPath, …).

import type { FieldError } from '../../../../schema/field-error.ts';
import { invalid } from '../../../../schema/field-error.ts';

export function hasBackstep(path: string): boolean {
  return path.includes('..') && path.split('/').includes('..');
}

export function validateNoBackstep(path: string, field: string, errors: FieldError[]): void {
  if (hasBackstep(path)) errors.push(invalid(field, path, "must not contain '..'"));
}

/** A path that stays below the directory it is relative to. */
export function validateDescendingPath(path: string, field: string, errors: FieldError[]): void {
  if (path.startsWith('/')) errors.push(invalid(field, path, 'must be a relative path'));
  validateNoBackstep(path, field, errors);
}

/** As above; names that start with two dots are kept for the kubelet. */
export function validateVolumePath(path: string, field: string, errors: FieldError[]): void {
  validateDescendingPath(path, field, errors);
  if (path.startsWith('..') && !hasBackstep(path)) errors.push(invalid(field, path, "must not start with '..'"));
}

export function validateFileMode(mode: number | undefined, field: string, errors: FieldError[]): void {
  if (mode === undefined || (mode >= 0 && mode <= 0o777)) return;
  errors.push(invalid(field, mode, 'must be a number between 0 and 0777 (octal), both inclusive'));
}
