// The options in a request's query: parsed and checked as upstream does, before the body is read.
// Models kubernetes staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/validation and …/internalversion/validation.

import type { Result, Status } from '../api/status.ts';
import { badRequest, fail, invalidStatus, ok } from '../api/status.ts';
import { validateFieldManager } from '../api/validation/managed-fields.ts';
import { append } from '../lib/append.ts';
import type { FieldError } from '../schema/field-error.ts';
import { forbidden, notSupported, required } from '../schema/field-error.ts';
import type { PatchType } from './patching.ts';
import type { Query } from './request-info.ts';

export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

export interface WriteOptions {
  readonly dryRun: boolean;
  readonly fieldManager: string;
  readonly fieldValidation: FieldValidation;
  readonly force: boolean;
}

export interface ListOptions {
  readonly labelSelector: string;
  readonly fieldSelector: string;
  /** 0: no bound. */
  readonly limit: number;
  readonly continue: string;
  /** '' for none. */
  readonly resourceVersion: string;
  readonly resourceVersionMatch: string;
  /** Seconds; undefined where absent. */
  readonly timeoutSeconds: number | undefined;
  readonly watch: boolean;
  readonly allowWatchBookmarks: boolean;
  readonly sendInitialEvents: boolean | undefined;
}

function invalidOptions(kind: string, errors: readonly FieldError[]): Status {
  return invalidStatus('meta.k8s.io', kind, '', errors);
}

/** Go's strconv.ParseInt(text, 10, 64), as far as a double holds. */
export function parseInt64(text: string): Result<number> {
  if (!/^[+-]?[0-9]+$/.test(text))
    return fail(badRequest(`strconv.ParseInt: parsing ${goQuote(text)}: invalid syntax`));
  const value = BigInt(text);
  if (value > 9223372036854775807n || value < -9223372036854775808n) {
    return fail(badRequest(`strconv.ParseInt: parsing ${goQuote(text)}: value out of range`));
  }
  return ok(Number(value));
}

export function goQuote(text: string): string {
  return JSON.stringify(text);
}

export function writeOptions(
  query: Query,
  kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions',
  patch?: PatchType,
): Result<WriteOptions> {
  const errors: FieldError[] = [];
  const fieldManager = query.get('fieldManager');
  if (patch === 'apply' && fieldManager === '') errors.push(required('fieldManager', 'is required for apply patch'));
  if (patch !== undefined && patch !== 'apply' && query.has('force')) {
    errors.push(forbidden('force', 'may not be specified for non-apply patch'));
  }
  const dryRun = query.all('dryRun');
  append(errors, dryRunErrors(dryRun));
  append(errors, validateFieldManager(fieldManager, 'fieldManager'));
  const validation = query.get('fieldValidation');
  if (!['', 'Ignore', 'Strict', 'Warn'].includes(validation)) {
    errors.push(notSupported('fieldValidation', validation, ['', 'Ignore', 'Strict', 'Warn']));
  }
  if (errors.length > 0) return fail(invalidOptions(kind, errors));
  return ok({
    dryRun: dryRun.length > 0,
    fieldManager,
    fieldValidation: validation === '' ? 'Warn' : (validation as FieldValidation),
    force: query.bool('force'),
  });
}

export function dryRunErrors(values: readonly string[]): FieldError[] {
  return values.every((value) => value === 'All') ? [] : [notSupported('dryRun', values, ['All'])];
}

export function listOptions(query: Query, watchPath: boolean): Result<ListOptions> {
  let limit = 0;
  if (query.has('limit')) {
    const parsed = parseInt64(query.get('limit'));
    if (!parsed.ok) return parsed;
    limit = parsed.value;
  }
  let timeoutSeconds: number | undefined;
  if (query.has('timeoutSeconds')) {
    const parsed = parseInt64(query.get('timeoutSeconds'));
    if (!parsed.ok) return parsed;
    timeoutSeconds = parsed.value;
  }
  const options: ListOptions = {
    labelSelector: query.get('labelSelector'),
    fieldSelector: query.get('fieldSelector'),
    limit,
    continue: query.get('continue'),
    resourceVersion: query.get('resourceVersion'),
    resourceVersionMatch: query.get('resourceVersionMatch'),
    timeoutSeconds,
    watch: watchPath || query.bool('watch'),
    allowWatchBookmarks: query.bool('allowWatchBookmarks'),
    sendInitialEvents: query.has('sendInitialEvents') ? query.bool('sendInitialEvents') : undefined,
  };
  const errors = options.watch ? watchErrors(options) : listErrors(options);
  return errors.length > 0 ? fail(invalidOptions('ListOptions', errors)) : ok(options);
}

function listErrors(options: ListOptions): FieldError[] {
  const errors: FieldError[] = [];
  const match = options.resourceVersionMatch;
  if (match !== '') {
    if (options.resourceVersion === '') {
      errors.push(
        forbidden('resourceVersionMatch', 'resourceVersionMatch is forbidden unless resourceVersion is provided'),
      );
    }
    if (options.continue !== '') {
      errors.push(forbidden('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided'));
    }
    if (match !== 'Exact' && match !== 'NotOlderThan') {
      errors.push(notSupported('resourceVersionMatch', match, ['Exact', 'NotOlderThan', '']));
    }
    if (match === 'Exact' && options.resourceVersion === '0') {
      errors.push(
        forbidden('resourceVersionMatch', 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'),
      );
    }
  }
  if (options.sendInitialEvents !== undefined) {
    errors.push(forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  }
  return errors;
}

function watchErrors(options: ListOptions): FieldError[] {
  const errors: FieldError[] = [];
  const match = options.resourceVersionMatch;
  const initial = options.sendInitialEvents;
  if (initial === undefined && match !== '') {
    const why = 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided';
    errors.push(forbidden('resourceVersionMatch', why));
  }
  if (initial !== undefined && match !== 'NotOlderThan') {
    const why = 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan';
    errors.push(forbidden('resourceVersionMatch', why));
  }
  if (match !== '' && match !== 'NotOlderThan') {
    errors.push(notSupported('resourceVersionMatch', match, ['NotOlderThan']));
  }
  if (options.continue !== '') {
    errors.push(forbidden('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided'));
  }
  return errors;
}
