// LimitRange. Models kubernetes pkg/registry/core/limitrange, pkg/apis/core/v1/defaults.go and ValidateLimitRange of
// pkg/apis/core/validation.

import { append } from '../../../lib/append.ts';
import { own } from '../../../lib/json.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { duplicate, forbidden, invalid, required } from '../../../schema/field-error.ts';
import { qualifiedNameErrors } from '../../../schema/names.ts';
import { compareQuantity, quantityMilliValue } from '../../../schema/quantity.ts';
import { defineKind } from '../../kind.ts';
import { defaultPrinter } from '../../printing.ts';
import type { LimitRange, LimitRangeItem } from '../../types/core-v1.ts';
import { invalidEach } from '../../validation/fields.ts';
import { validateContainerResourceName, validateResourceName } from './pod-validation/resources.ts';
import type { ResourceList } from './resource-lists.ts';
import { canonicalResources, isOvercommitAllowed, quantityIn } from './resource-lists.ts';

const TYPES = ['Pod', 'Container', 'PersistentVolumeClaim'];
const LISTS = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;

function setDefaults(object: LimitRange): void {
  const spec = (object.spec ??= { limits: [] });
  // Upstream stores an empty list as none, and serves null for it.
  if ((spec.limits ?? []).length === 0) spec.limits = null as unknown as LimitRangeItem[];
  for (const item of spec.limits ?? []) {
    for (const key of LISTS) if (item[key] !== undefined) canonicalResources(item[key]);
    if (item.type !== 'Container') continue;
    item.default = { ...item.max, ...item.default };
    item.defaultRequest = { ...item.min, ...item.default, ...item.defaultRequest };
  }
}

type Value = string | number;

/** Whether `a` is there, `b` is there, and `a` is the greater one. */
function exceeds(a: Value | undefined, b: Value | undefined): boolean {
  return a !== undefined && b !== undefined && compareQuantity(quantityIn(a), quantityIn(b)) > 0;
}

function validateResource(name: string, item: LimitRangeItem, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const [min, max, standard, request, ratio] = [
    own(item.min, name),
    own(item.max, name),
    own(item.default, name),
    own(item.defaultRequest, name),
    own(item.maxLimitRequestRatio, name),
  ];
  const add = (list: (typeof LISTS)[number], value: Value | undefined, text: string): void => {
    errors.push(invalid(`${field}.${list}[${name}]`, String(value), text));
  };
  if (exceeds(min, max)) add('min', min, `min value ${min} is greater than max value ${max}`);
  if (exceeds(min, request)) {
    add('defaultRequest', request, `min value ${min} is greater than default request value ${request}`);
  }
  if (exceeds(request, max)) {
    add('defaultRequest', request, `default request value ${request} is greater than max value ${max}`);
  }
  if (exceeds(request, standard)) {
    add('defaultRequest', request, `default request value ${request} is greater than default limit value ${standard}`);
  }
  // The value that is told is the one it is compared with.
  if (exceeds(min, standard)) add('default', min, `min value ${min} is greater than default value ${standard}`);
  if (exceeds(standard, max)) add('default', max, `default value ${standard} is greater than max value ${max}`);
  if (ratio !== undefined) {
    if (exceeds('1', ratio)) add('maxLimitRequestRatio', ratio, `ratio ${ratio} is less than 1`);
    if (min !== undefined && max !== undefined) {
      const most = quantityMilliValue(max) / quantityMilliValue(min);
      if (quantityMilliValue(ratio) / 1000 > most) {
        add('maxLimitRequestRatio', ratio, `ratio ${ratio} is greater than max/min = ${most.toFixed(6)}`);
      }
    }
  }
  if (!isOvercommitAllowed(name) && standard !== undefined && request !== undefined) {
    if (compareQuantity(quantityIn(standard), quantityIn(request)) !== 0) {
      add(
        'defaultRequest',
        request,
        `default value ${standard} must equal to defaultRequest value ${request} in ${name}`,
      );
    }
  }
  return errors;
}

function validateItem(item: LimitRangeItem, seen: Set<string>, field: string): FieldError[] {
  const { type = '' } = item as Partial<LimitRangeItem>;
  const errors = invalidEach(`${field}.type`, type, qualifiedNameErrors(type));
  if (errors.length > 0) return errors;
  if (!type.includes('/') && !TYPES.includes(type)) {
    return [invalid(`${field}.type`, type, 'must be a standard limit type or fully qualified')];
  }
  if (seen.has(type)) errors.push(duplicate(`${field}.type`, type));
  seen.add(type);
  const checkName = type === 'Pod' || type === 'Container' ? validateContainerResourceName : validateResourceName;
  const names = new Set<string>();
  const check = (list: (typeof LISTS)[number]): void => {
    for (const name of Object.keys(item[list] ?? {})) {
      checkName(name, `${field}.${list}[${name}]`, errors);
      names.add(name);
    }
  };
  check('max');
  check('min');
  for (const list of ['default', 'defaultRequest'] as const) {
    if (type !== 'Pod') check(list);
    else if (Object.keys(item[list] ?? {}).length > 0) {
      errors.push(forbidden(`${field}.${list}`, "may not be specified when `type` is 'Pod'"));
    }
  }
  const has = (list: ResourceList | undefined) => list?.['storage'] !== undefined;
  if (type === 'PersistentVolumeClaim' && !has(item.min) && !has(item.max)) {
    const why = 'either minimum or maximum storage value is required, but neither was provided';
    errors.push(required(`${field}.limits`, why));
  }
  check('maxLimitRequestRatio');
  for (const name of names) append(errors, validateResource(name, item, field));
  return errors;
}

function validate({ spec }: LimitRange): FieldError[] {
  const seen = new Set<string>();
  return (spec?.limits ?? []).flatMap((item, index) => validateItem(item, seen, `spec.limits[${index}]`));
}

export const limitRange = defineKind<LimitRange>({
  group: '',
  version: 'v1',
  kind: 'LimitRange',
  resource: 'limitranges',
  singular: 'limitrange',
  shortNames: ['limits'],
  namespaced: true,
  definition: 'io.k8s.api.core.v1.LimitRange',

  setDefaults,
  // The only kind that is given a name without a prefix.
  prepareForCreate({ metadata }, { random }) {
    if (!metadata.name) metadata.name = random.uuid();
  },
  validate,
  validateUpdate: validate,
  allowCreateOnUpdate: true,

  printer: defaultPrinter,
});
