// What the scheduler and drivers say of a claim: what it was given, who uses it, how the devices are.
// Models kubernetes pkg/apis/resource/validation (ValidateResourceClaimStatusUpdate).

import { append } from '../../../lib/append.ts';
import { deepEqual } from '../../../lib/json.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { duplicate, forbidden, invalid, notSupported, required, tooMany } from '../../../schema/field-error.ts';
import { qualifiedNameErrors } from '../../../schema/names.ts';
import { validateNodeSelector } from '../../core/v1/pod-validation/affinity.ts';
import type {
  AllocatedDeviceStatus,
  AllocationResult,
  DeviceAllocationConfiguration,
  DeviceRequestAllocationResult,
  ResourceClaim,
  ResourceClaimConsumerReference,
} from '../../types/resource-v1.ts';
import { invalidEach, validateImmutable } from '../../validation/fields.ts';
import {
  MAX_CONFIGS,
  requestNames,
  validateOpaque,
  validateReference,
  validateReferences,
  validateTolerations,
} from './devices.ts';
import {
  validateDriverName,
  validateLabelName,
  validateList,
  validatePoolName,
  validateRaw,
  validateSet,
} from './lists.ts';

const MAX_CONSUMERS = 256;
const MAX_RESULTS = 32;
const MAX_BINDING_CONDITIONS = 4;
const MAX_CONDITIONS = 8;
const MAX_DATA = 10 * 1024;
const SOURCES = ['FromClaim', 'FromClass'];
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

interface DeviceName {
  readonly driver: string;
  readonly pool: string;
  readonly device: string;
  readonly shareID?: string;
}

export function validateClaimStatus(claim: ResourceClaim, old: ResourceClaim): FieldError[] {
  const { allocation, devices, reservedFor = [] } = claim.status ?? {};
  const before = old.status ?? {};
  const at = 'status.reservedFor';
  const errors = validateSet(reservedFor, MAX_CONSUMERS, at, validateConsumer, ({ uid }) => uid ?? '');
  const allocated = new Set((allocation?.devices?.results ?? []).map(deviceId));
  const validate = (device: AllocatedDeviceStatus, field: string) => validateDeviceStatus(device, allocated, field);
  append(errors, validateSet(devices, Infinity, 'status.devices', validate, deviceId));
  if (reservedFor.length > 0 && allocation === undefined) {
    errors.push(forbidden(at, 'may not be specified when `allocated` is not set'));
  } else if (reservedFor.length > 0 && claim.metadata.deletionTimestamp !== undefined) {
    const isNew = (one: ResourceClaimConsumerReference) =>
      !(before.reservedFor ?? []).some((other) => deepEqual(one, other));
    if (reservedFor.some(isNew)) {
      const why = 'new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set';
      errors.push(forbidden(at, why));
    }
  }
  const field = 'status.allocation';
  if (allocation === undefined) return errors;
  if (before.allocation !== undefined) return [...errors, ...validateImmutable(allocation, before.allocation, field)];
  return [...errors, ...validateAllocation(allocation, requestNames(claim.spec.devices), field)];
}

/** `driver/pool/device`, and its share where a device has several users. */
function deviceId({ driver, pool, device, shareID }: DeviceName): string {
  const id = `${driver}/${pool}/${device}`;
  return shareID === undefined ? id : `${id}/${shareID}`;
}

function validateConsumer(consumer: ResourceClaimConsumerReference, field: string): FieldError[] {
  return (['resource', 'name', 'uid'] as const).flatMap((key) => (consumer[key] ? [] : [required(`${field}.${key}`)]));
}

function validateShare(share: string | undefined, field: string): FieldError[] {
  if (share === undefined || UUID.test(share)) return [];
  const why =
    'uid must be in RFC 4122 normalized form, `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` with lowercase hexadecimal characters';
  return [invalid(field, share, why)];
}

function validateAllocation(
  { devices, nodeSelector }: AllocationResult,
  names: ReadonlySet<string>,
  field: string,
): FieldError[] {
  const errors = [
    ...validateList(devices?.results, MAX_RESULTS, `${field}.devices.results`, (result, at) =>
      validateResult(result, names, at),
    ),
    ...validateList(devices?.config, 2 * MAX_CONFIGS, `${field}.devices.config`, (config, at) =>
      validateConfig(config, names, at),
    ),
  ];
  if (nodeSelector !== undefined) validateNodeSelector(nodeSelector, `${field}.nodeSelector`, errors);
  return errors;
}

function validateResult(
  result: DeviceRequestAllocationResult,
  names: ReadonlySet<string>,
  field: string,
): FieldError[] {
  return [
    ...validateReference(result.request ?? '', names, `${field}.request`),
    ...validateDriverName(result.driver, `${field}.driver`),
    ...validatePoolName(result.pool ?? '', `${field}.pool`),
    ...validateLabelName(result.device, `${field}.device`),
    ...validateBindingConditions(result, field),
    ...validateTolerations(result.tolerations, `${field}.tolerations`),
    ...validateShare(result.shareID, `${field}.shareID`),
  ];
}

export interface BindingConditions {
  readonly bindingConditions?: readonly string[];
  readonly bindingFailureConditions?: readonly string[];
}

/** Conditions that bring a pod to its node, or keep it away: neither without the other. */
export function validateBindingConditions(
  { bindingConditions: good = [], bindingFailureConditions: bad = [] }: BindingConditions,
  field: string,
): FieldError[] {
  const names = (list: readonly string[], key: string): FieldError[] =>
    validateList(list, MAX_BINDING_CONDITIONS, `${field}.${key}`, (name, at) =>
      invalidEach(at, name, qualifiedNameErrors(name)),
    );
  const errors = [...names(good, 'bindingConditions'), ...names(bad, 'bindingFailureConditions')];
  good.forEach((name, index) => {
    if (good.indexOf(name) < index) errors.push(duplicate(`${field}.bindingConditions[${index}]`, name));
  });
  bad.forEach((name, index) => {
    const at = `${field}.bindingFailureConditions[${index}]`;
    if (bad.indexOf(name) < index) errors.push(duplicate(at, name));
    if (good.includes(name)) {
      errors.push(invalid(at, name, 'bindingFailureConditions must not overlap with bindingConditions'));
    }
  });
  const missing = (key: string, other: string): FieldError =>
    invalid(`${field}.${key}`, undefined, `${key} are required to use ${other}`);
  if (good.length === 0 && bad.length > 0) errors.push(missing('bindingConditions', 'bindingFailureConditions'));
  if (bad.length === 0 && good.length > 0) errors.push(missing('bindingFailureConditions', 'bindingConditions'));
  return errors;
}

function validateConfig(
  config: DeviceAllocationConfiguration,
  names: ReadonlySet<string>,
  field: string,
): FieldError[] {
  const { source = '' } = config as Partial<DeviceAllocationConfiguration>;
  const errors: FieldError[] = [];
  if (source === '') errors.push(required(`${field}.source`));
  else if (!SOURCES.includes(source)) errors.push(notSupported(`${field}.source`, source, SOURCES));
  return [
    ...errors,
    ...validateReferences(config.requests, names, `${field}.requests`),
    ...validateOpaque(config.opaque, field),
  ];
}

function validateDeviceStatus(
  device: AllocatedDeviceStatus,
  allocated: ReadonlySet<string>,
  field: string,
): FieldError[] {
  // Served as null where it is missing.
  const conditions = (device.conditions as AllocatedDeviceStatus['conditions'] | null) ?? [];
  const { data } = device;
  const errors = [
    ...validateDriverName(device.driver, `${field}.driver`),
    ...validatePoolName(device.pool ?? '', `${field}.pool`),
    ...validateLabelName(device.device, `${field}.device`),
    ...validateShare(device.shareID, `${field}.shareID`),
  ];
  if (!allocated.has(deviceId(device))) {
    errors.push(invalid(field, deviceId(device), 'must be an allocated device in the claim'));
  }
  if (conditions.length > MAX_CONDITIONS) {
    errors.push(tooMany(`${field}.conditions`, conditions.length, MAX_CONDITIONS));
  }
  return data === undefined ? errors : [...errors, ...validateRaw(data, MAX_DATA, `${field}.data`)];
}
