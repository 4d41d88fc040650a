// What a claim asks for, and the parts of it that classes and results of an allocation share.
// Models kubernetes pkg/apis/resource/{v1,validation}.

import { append } from '../../../lib/append.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { invalid, notSupported, required, tooLong } from '../../../schema/field-error.ts';
import { byteLength } from '../../../schema/go-text.ts';
import { dns1123SubdomainErrors, labelValueErrors, qualifiedNameErrors } from '../../../schema/names.ts';
import { DeviceCompiler } from '../../../schema/openapi-schema/cel/device.ts';
import type {
  DeviceClaim,
  DeviceClaimConfiguration,
  DeviceConstraint,
  DeviceRequest,
  DeviceSelector,
  DeviceSubRequest,
  DeviceTaint,
  DeviceToleration,
  ExactDeviceRequest,
  OpaqueDeviceConfiguration,
} from '../../types/resource-v1.ts';
import { invalidEach } from '../../validation/fields.ts';
import {
  validateDriverName,
  validateFullyQualifiedName,
  validateLabelName,
  validateList,
  validateRaw,
  validateSet,
} from './lists.ts';

export const RESOURCE = 'resource.k8s.io';

const MAX_REQUESTS = 32;
const MAX_CONSTRAINTS = 32;
export const MAX_CONFIGS = 32;
const MAX_SUBREQUESTS = 8;
const MAX_SELECTORS = 32;
const MAX_EXPRESSION = 10 * 1024;
const MAX_PARAMETERS = 10 * 1024;
const MODES = ['All', 'ExactCount'];
export const EFFECTS: readonly string[] = ['NoExecute', 'NoSchedule', 'None'];
const OPERATORS = ['Equal', 'Exists'];
const NO_REQUEST =
  "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";

type AnyRequest = Partial<ExactDeviceRequest>;

export function defaultRequests(claim: DeviceClaim | undefined): void {
  for (const { exactly, firstAvailable } of claim?.requests ?? []) {
    for (const request of [...(exactly === undefined ? [] : [exactly]), ...(firstAvailable ?? [])]) {
      request.allocationMode ||= 'ExactCount';
      if (request.allocationMode === 'ExactCount') request.count ||= 1;
      for (const toleration of request.tolerations ?? []) toleration.operator ||= 'Equal';
    }
  }
}

/** The names that may be referred to: `gpu`, and `nic/fast` of a request with alternatives. */
export function requestNames(claim: DeviceClaim | undefined): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { name = '', firstAvailable } of (claim?.requests ?? []) as Array<Partial<DeviceRequest>>) {
    names.add(name);
    for (const sub of firstAvailable ?? []) names.add(`${name}/${sub.name}`);
  }
  return names;
}

export function validateClaim(claim: DeviceClaim, field: string): FieldError[] {
  const names = requestNames(claim);
  return [
    ...validateSet(
      claim.requests,
      MAX_REQUESTS,
      `${field}.requests`,
      validateRequest,
      ({ name }: Partial<DeviceRequest>) => name ?? '',
    ),
    ...validateList(claim.constraints, MAX_CONSTRAINTS, `${field}.constraints`, (constraint, at) =>
      validateConstraint(constraint, names, at),
    ),
    ...validateList(claim.config, MAX_CONFIGS, `${field}.config`, (config, at) =>
      validateClaimConfiguration(config, names, at),
    ),
  ];
}

function validateRequest({ name, exactly, firstAvailable = [] }: DeviceRequest, field: string): FieldError[] {
  const errors = validateLabelName(name, `${field}.name`);
  const one = 'exactly one of `exactly` or `firstAvailable` is required';
  if (exactly === undefined && firstAvailable.length === 0) return [...errors, required(field, one)];
  if (exactly !== undefined && firstAvailable.length > 0) {
    return [...errors, invalid(field, null, `${one}, but multiple fields are set`)];
  }
  if (exactly !== undefined) return [...errors, ...validateSpecificRequest(exactly, `${field}.exactly`)];
  const sub = (request: DeviceSubRequest, at: string) => [
    ...validateLabelName(request.name, `${at}.name`),
    ...validateSpecificRequest(request, at),
  ];
  const at = `${field}.firstAvailable`;
  return [...errors, ...validateSet(firstAvailable, MAX_SUBREQUESTS, at, sub, (request) => request.name ?? '')];
}

function validateSpecificRequest(request: AnyRequest, field: string): FieldError[] {
  const { deviceClassName: name = '', allocationMode: mode = '', count = 0 } = request;
  const at = `${field}.deviceClassName`;
  const errors = name === '' ? [required(at)] : invalidEach(at, name, dns1123SubdomainErrors(name));
  append(errors, validateSelectors(request.selectors, `${field}.selectors`));
  if (mode === 'All') {
    const why = "must not be specified when allocationMode is 'All'";
    if (count !== 0) errors.push(invalid(`${field}.count`, count, why));
  } else if (mode === 'ExactCount') {
    if (count <= 0) errors.push(invalid(`${field}.count`, count, 'must be greater than zero'));
  } else errors.push(notSupported(`${field}.allocationMode`, mode, MODES));
  return [...errors, ...validateTolerations(request.tolerations, `${field}.tolerations`)];
}

export function validateSelectors(selectors: readonly DeviceSelector[] | undefined, field: string): FieldError[] {
  let compiler: DeviceCompiler | undefined;
  return validateList(selectors, MAX_SELECTORS, field, ({ cel }, at) => {
    if (cel === undefined) return [required(`${at}.cel`)];
    const expression = (cel.expression as string | undefined) ?? '';
    if (byteLength(expression) > MAX_EXPRESSION) return [tooLong(`${at}.cel.expression`, MAX_EXPRESSION)];
    const error = (compiler ??= new DeviceCompiler()).errorOf(expression);
    return error === undefined ? [] : [invalid(`${at}.cel.expression`, expression, error)];
  });
}

export function validateTolerations(tolerations: readonly DeviceToleration[] | undefined, field: string): FieldError[] {
  return validateList(tolerations, Infinity, field, ({ key = '', operator = '', value = '', effect = '' }, at) => {
    const errors = key === '' ? [] : invalidEach(`${at}.key`, key, qualifiedNameErrors(key));
    if (operator === 'Exists') {
      if (value !== '') errors.push(invalid(`${at}.value`, value, 'must be empty for operator `Exists`'));
    } else if (operator === 'Equal') append(errors, invalidEach(`${at}.value`, value, labelValueErrors(value)));
    else if (operator === '') errors.push(required(`${at}.operator`));
    else errors.push(notSupported(`${at}.operator`, operator, OPERATORS));
    if (effect !== '' && !EFFECTS.includes(effect)) errors.push(notSupported(`${at}.effect`, effect, EFFECTS));
    return errors;
  });
}

export function validateTaint(
  { key = '', value = '', effect = '' }: Partial<DeviceTaint>,
  field: string,
): FieldError[] {
  const errors = [
    ...invalidEach(`${field}.key`, key, qualifiedNameErrors(key)),
    ...invalidEach(`${field}.value`, value, labelValueErrors(value)),
  ];
  if (effect === '') errors.push(required(`${field}.effect`));
  else if (!EFFECTS.includes(effect)) errors.push(notSupported(`${field}.effect`, effect, EFFECTS));
  return errors;
}

function validateConstraint(constraint: DeviceConstraint, names: ReadonlySet<string>, field: string): FieldError[] {
  const { requests, matchAttribute: same, distinctAttribute: distinct } = constraint;
  const errors = validateReferences(requests, names, `${field}.requests`);
  if (same !== undefined) append(errors, validateFullyQualifiedName(same, `${field}.matchAttribute`));
  else if (distinct !== undefined) append(errors, validateFullyQualifiedName(distinct, `${field}.distinctAttribute`));
  else {
    const why = 'exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set';
    errors.push(required(field, why));
  }
  return errors;
}

export function validateReferences(
  list: readonly string[] | undefined,
  names: ReadonlySet<string>,
  field: string,
): FieldError[] {
  return validateSet(list, MAX_REQUESTS, field, (name, at) => validateReference(name, names, at), String);
}

export function validateReference(name: string, names: ReadonlySet<string>, field: string): FieldError[] {
  const segments = name.split('/');
  if (segments.length > 2) return [invalid(field, name, NO_REQUEST)];
  const errors = segments.flatMap((segment) => validateLabelName(segment, field));
  if (!names.has(name)) errors.push(invalid(field, name, NO_REQUEST));
  return errors;
}

function validateClaimConfiguration(
  config: DeviceClaimConfiguration,
  names: ReadonlySet<string>,
  field: string,
): FieldError[] {
  return [...validateReferences(config.requests, names, `${field}.requests`), ...validateOpaque(config.opaque, field)];
}

/** `field`: of the configuration that `opaque` is part of. */
export function validateOpaque(opaque: OpaqueDeviceConfiguration | undefined, field: string): FieldError[] {
  if (opaque === undefined) return [required(`${field}.opaque`)];
  return [
    ...validateDriverName(opaque.driver, `${field}.opaque.driver`),
    ...validateRaw(opaque.parameters, MAX_PARAMETERS, `${field}.opaque.parameters`),
  ];
}
