// One device of a slice: what it is, what it has, and for whom it is.
// Models kubernetes pkg/apis/resource/validation (validateDevice).

import { append } from '../../../lib/append.ts';
import { deepEqual } from '../../../lib/json.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { invalid, required, tooLong } from '../../../schema/field-error.ts';
import { byteLength } from '../../../schema/go-text.ts';
import { dns1123SubdomainErrors } from '../../../schema/names.ts';
import { validateNodeSelector } from '../../core/v1/pod-validation/affinity.ts';
import type { NodeSelector } from '../../types/core-v1.ts';
import type { Counter, Device, DeviceAttribute } from '../../types/resource-v1.ts';
import { invalidEach } from '../../validation/fields.ts';
import { validateCapacity } from './capacity.ts';
import { validateBindingConditions } from './claim-status.ts';
import { validateTaint } from './devices.ts';
import {
  MAX_QUALIFIED_NAME,
  validateLabelName,
  validateList,
  validateMap,
  validateQualifiedName,
  validateSet,
} from './lists.ts';

const MAX_ENTRIES = 32;
const MAX_ATTRIBUTE_VALUES = 48;
const MAX_VALUE = 64;
const MAX_TAINTS = 16;
const MAX_COUNTER_SETS = 2;
const MAX_COUNTERS = 32;

const NUMERIC = '(0|[1-9]\\d*)';
const PRE_RELEASE = '(0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)';
const BUILD = '[0-9a-zA-Z-]+';
const SEMVER = new RegExp(
  `^${NUMERIC}\\.${NUMERIC}\\.${NUMERIC}(-${PRE_RELEASE}(\\.${PRE_RELEASE})*)?(\\+${BUILD}(\\.${BUILD})*)?$`,
);

function validateText(text: string, field: string): FieldError[] {
  return byteLength(text) > MAX_VALUE ? [tooLong(field, MAX_VALUE)] : [];
}

function validateVersion(version: string, field: string): FieldError[] {
  const why = 'must be a string compatible with semver.org spec 2.0.0';
  const errors = version.length > 256 || !SEMVER.test(version) ? [invalid(field, version, why)] : [];
  return [...errors, ...validateText(version, field)];
}

function validateAttribute(attribute: DeviceAttribute, field: string): FieldError[] {
  const { string, version, strings, versions } = attribute;
  const errors: FieldError[] = [];
  if (string !== undefined) append(errors, validateText(string, `${field}.string`));
  if (version !== undefined) append(errors, validateVersion(version, `${field}.version`));
  append(errors, validateList(strings, Infinity, `${field}.strings`, validateText));
  append(errors, validateList(versions, Infinity, `${field}.versions`, validateVersion));
  const set = Object.values(attribute).filter((value) => value !== undefined).length;
  const why = 'exactly one value must be specified';
  if (set === 0) errors.push(invalid(field, '', why));
  else if (set > 1) errors.push(invalid(field, quotedAttribute(attribute), why));
  return errors;
}

/** With the names of upstream's internal type. */
function quotedAttribute({ int, bool, string, version, ints, bools, strings, versions }: DeviceAttribute): object {
  return {
    IntValue: int ?? null,
    BoolValue: bool ?? null,
    StringValue: string ?? null,
    VersionValue: version ?? null,
    IntValues: ints ?? null,
    BoolValues: bools ?? null,
    StringValues: strings ?? null,
    VersionValues: versions ?? null,
  };
}

function valueCount(attribute: DeviceAttribute): number {
  const { ints = [], bools = [], strings = [], versions = [] } = attribute;
  return Math.max(1, ints.length + bools.length + strings.length + versions.length);
}

export function validateCounters(counters: Readonly<Record<string, Counter>> | undefined, field: string): FieldError[] {
  if (Object.keys(counters ?? {}).length === 0) return [required(field)];
  return validateMap(counters, { max: MAX_COUNTERS, keyLength: 63 }, field, validateLabelName, () => []);
}

/** `perDevice`: every device of the slice says itself on which nodes it is. */
export function validateDevice(
  device: Device,
  old: Device | undefined,
  perDevice: boolean,
  field: string,
): FieldError[] {
  const { attributes = {}, capacity = {}, taints } = device;
  const errors = validateLabelName(device.name, `${field}.name`);
  const entries = Object.keys(attributes).length + Object.keys(capacity).length;
  if (entries > MAX_ENTRIES) {
    const why = `the total number of attributes and capacities must not exceed ${MAX_ENTRIES}`;
    errors.push(invalid(field, entries, why));
  }
  const values = Object.values(attributes).reduce((sum, attribute) => sum + valueCount(attribute), 0);
  if (values > MAX_ATTRIBUTE_VALUES) {
    const why = `the total number of attribute values must not exceed ${MAX_ATTRIBUTE_VALUES}`;
    errors.push(invalid(field, values, why));
  }
  const limits = { keyLength: MAX_QUALIFIED_NAME };
  append(errors, validateMap(attributes, limits, `${field}.attributes`, validateQualifiedName, validateAttribute));
  // What is stored already was valid when it came.
  if (old === undefined || !deepEqual(old.capacity, device.capacity)) {
    const shared = device.allowMultipleAllocations === true;
    const validate = (one: (typeof capacity)[string], at: string) => validateCapacity(one, shared, at);
    append(errors, validateMap(capacity, limits, `${field}.capacity`, validateQualifiedName, validate));
  }
  if (old === undefined || !deepEqual(old.taints, taints)) {
    append(errors, validateList(taints, MAX_TAINTS, `${field}.taints`, validateTaint));
  }
  const consumption = (
    { counterSet = '', counters }: { counterSet?: string; counters?: Record<string, Counter> },
    at: string,
  ) => [
    ...(counterSet === '' ? [required(`${at}.counterSet`)] : validateLabelName(counterSet, `${at}.counterSet`)),
    ...validateCounters(counters, `${at}.counters`),
  ];
  const at = `${field}.consumesCounters`;
  append(
    errors,
    validateSet(device.consumesCounters, MAX_COUNTER_SETS, at, consumption, ({ counterSet }) => counterSet),
  );
  append(errors, validateDeviceNodes(device, perDevice, field));
  return [...errors, ...validateBindingConditions(device, field)];
}

export interface NodeChoice {
  readonly nodeName?: string;
  readonly nodeSelector?: NodeSelector;
  readonly allNodes?: boolean;
}

/** Which of the ways to name nodes are taken, in backquotes; their own errors go to `errors`. */
export function nodeChoices(choice: NodeChoice, empty: string, field: string, errors: FieldError[]): string[] {
  const { nodeName, nodeSelector, allNodes } = choice;
  const set: string[] = [];
  if (nodeName === '') errors.push(invalid(`${field}.nodeName`, '', empty));
  else if (nodeName !== undefined) {
    set.push('`nodeName`');
    append(errors, invalidEach(`${field}.nodeName`, nodeName, dns1123SubdomainErrors(nodeName)));
  }
  if (nodeSelector !== undefined) {
    set.push('`nodeSelector`');
    validateNodeSelector(nodeSelector, `${field}.nodeSelector`, errors);
  }
  if (allNodes === true) set.push('`allNodes`');
  if (allNodes === false) errors.push(invalid(`${field}.allNodes`, false, 'must be either unset or set to true'));
  return set;
}

function validateDeviceNodes(device: Device, perDevice: boolean, field: string): FieldError[] {
  if (!perDevice) {
    const { nodeName, nodeSelector, allNodes } = device;
    if (nodeName === undefined && nodeSelector === undefined && allNodes === undefined) return [];
    const why =
      '`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec';
    return [invalid(field, null, why)];
  }
  const errors: FieldError[] = [];
  const set = nodeChoices(device, 'must not be empty', field, errors);
  const why =
    'exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec';
  if (set.length === 0) errors.push(required(field, why));
  if (set.length > 1) errors.push(invalid(field, `{${set.join(', ')}}`, why));
  return errors;
}
