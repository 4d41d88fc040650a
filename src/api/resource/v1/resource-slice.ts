// ResourceSlice. Models kubernetes pkg/registry/resource/resourceslice and pkg/apis/resource/validation.

import { append } from '../../../lib/append.ts';
import { formatTime } from '../../../lib/clock.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { invalid, required } from '../../../schema/field-error.ts';
import { defineKind } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, age, column } from '../../printing.ts';
import type { CounterSet, Device, ResourcePool, ResourceSlice, ResourceSliceSpec } from '../../types/resource-v1.ts';
import { validateImmutable } from '../../validation/fields.ts';
import { nodeChoices, validateCounters, validateDevice } from './device.ts';
import { RESOURCE } from './devices.ts';
import { validateDriverName, validateLabelName, validatePoolName, validateSet } from './lists.ts';

const MAX_DEVICES = 128;
/** Where a device has taints, counters, or lists of values. */
const MAX_RICH_DEVICES = 64;
const MAX_COUNTER_SETS = 8;
const ONE_CHOICE = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';

function isRich({ taints = [], consumesCounters = [], attributes = {} }: Device): boolean {
  const lists = Object.values(attributes).some((attribute) => Object.values(attribute).some(Array.isArray));
  return taints.length > 0 || consumesCounters.length > 0 || lists;
}

function validatePool(pool: Partial<ResourcePool>): FieldError[] {
  const field = 'spec.pool';
  const { name = '', generation = 0, resourceSliceCount: count = 0 } = pool;
  const errors = validatePoolName(name, `${field}.name`);
  if (count <= 0) errors.push(invalid(`${field}.resourceSliceCount`, count, 'must be greater than zero'));
  if (generation < 0) {
    errors.push(invalid(`${field}.generation`, generation, 'must be greater than or equal to zero'));
  }
  return errors;
}

function validateNodes(spec: Partial<ResourceSliceSpec>): FieldError[] {
  const errors: FieldError[] = [];
  const set = nodeChoices(spec, 'must be either unset or set to a non-empty string', 'spec', errors);
  const terms = spec.nodeSelector?.nodeSelectorTerms;
  if (spec.nodeSelector !== undefined && terms?.length !== 1) {
    errors.push(invalid('spec.nodeSelector.nodeSelectorTerms', terms, 'must have exactly one node selector term'));
  }
  const { perDeviceNodeSelection: perDevice } = spec;
  if (perDevice === true) set.push('`perDeviceNodeSelection`');
  if (perDevice === false) {
    errors.push(invalid('spec.perDeviceNodeSelection', false, 'must be either unset or set to true'));
  }
  if (set.length === 0) errors.push(required('spec', ONE_CHOICE));
  if (set.length > 1) {
    errors.push(invalid('spec', `{${set.join(', ')}}`, `${ONE_CHOICE}, but multiple fields are set`));
  }
  return errors;
}

function validateCounterSet({ name = '', counters }: Partial<CounterSet>, field: string): FieldError[] {
  return [
    ...(name === '' ? [required(`${field}.name`)] : validateLabelName(name, `${field}.name`)),
    ...validateCounters(counters, `${field}.counters`),
  ];
}

function specOf(object: ResourceSlice): Partial<ResourceSliceSpec> {
  return (object as Partial<ResourceSlice>).spec ?? {};
}

function validate(object: ResourceSlice, old?: ResourceSlice): FieldError[] {
  const spec = specOf(object);
  const {
    driver,
    pool = {} as Partial<ResourcePool>,
    devices,
    sharedCounters,
    perDeviceNodeSelection: perDevice,
  } = spec;
  const errors = [...validateDriverName(driver, 'spec.driver'), ...validatePool(pool)];
  if (old !== undefined) {
    append(errors, validateImmutable(pool.name, old.spec.pool.name, 'spec.pool.name'));
    append(errors, validateImmutable(driver, old.spec.driver, 'spec.driver'));
    append(errors, validateImmutable(spec.nodeName, old.spec.nodeName, 'spec.nodeName'));
  }
  append(errors, validateNodes(spec));
  if (sharedCounters !== undefined && devices !== undefined) {
    errors.push(invalid('spec', '', 'only one of `sharedCounters` or `devices` is allowed'));
  }
  const before = new Map((old?.spec.devices ?? []).map((device) => [device.name, device]));
  const max = (devices ?? []).some(isRich) ? MAX_RICH_DEVICES : MAX_DEVICES;
  return [
    ...errors,
    ...validateSet(
      devices,
      max,
      'spec.devices',
      (device, field) => validateDevice(device, before.get(device.name), perDevice === true, field),
      ({ name }: Partial<Device>) => name ?? '',
    ),
    ...validateSet(sharedCounters, MAX_COUNTER_SETS, 'spec.sharedCounters', validateCounterSet, ({ name }) => name),
  ];
}

/** A taint is from now on where it does not say. */
function dateTaints(object: ResourceSlice, now: number): void {
  for (const { taints } of specOf(object).devices ?? []) {
    for (const taint of taints ?? []) taint.timeAdded ??= formatTime(now);
  }
}

/** What a feature gate has to be opened for. */
function dropGated(object: ResourceSlice): void {
  for (const device of specOf(object).devices ?? []) {
    delete device.nodeAllocatableResourceMappings;
    for (const attribute of Object.values(device.attributes ?? {})) {
      for (const list of ['ints', 'bools', 'strings', 'versions'] as const) delete attribute[list];
    }
  }
}

function prepare(object: ResourceSlice, now: number): void {
  dropGated(object);
  dateTaints(object, now);
}

export const resourceSlice = defineKind<ResourceSlice>({
  group: RESOURCE,
  version: 'v1',
  kind: 'ResourceSlice',
  resource: 'resourceslices',
  singular: 'resourceslice',
  namespaced: false,
  definition: 'io.k8s.api.resource.v1.ResourceSlice',

  prepareForCreate: (object, { now }) => prepare(object, now),
  prepareForUpdate: (object, _old, { now }) => prepare(object, now),
  validate: (object) => validate(object),
  validateUpdate: (object, old) => validate(object, old),
  hasGeneration: true,
  deleteReturnsObject: true,

  fieldLabels: ['spec.nodeName', 'spec.driver'],
  unknownFieldLabel: (label) => `field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: ${label}`,
  fields: (object) => ({ 'spec.nodeName': specOf(object).nodeName ?? '', 'spec.driver': specOf(object).driver ?? '' }),
  terms(object) {
    const { nodeName = '' } = specOf(object);
    return nodeName === '' ? [] : [`node:${nodeName}`];
  },

  printer: {
    columns: [NAME_COLUMN, column('Node'), column('Driver'), column('Pool'), AGE_COLUMN],
    cells: (object, now) => [
      object.metadata.name,
      object.spec.nodeName ?? '',
      object.spec.driver,
      object.spec.pool.name,
      age(object, now),
    ],
  },
});
