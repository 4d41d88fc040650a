// ResourceQuota. Models kubernetes pkg/registry/core/resourcequota, ValidateResourceQuota… of pkg/apis/core/validation
// and the printer.

import { append } from '../../../lib/append.ts';
import { own } from '../../../lib/json.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { invalid, required } from '../../../schema/field-error.ts';
import { defineKind } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, age, column } from '../../printing.ts';
import type { ResourceQuota, ResourceQuotaSpec, ScopedResourceSelectorRequirement } from '../../types/core-v1.ts';
import { isQuotaResource, validateResourceName, validateResourceValue } from './pod-validation/resources.ts';
import type { ResourceList } from './resource-lists.ts';
import { canonicalResources } from './resource-lists.ts';

const POD_RESOURCES = ['pods', 'cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory'];
const VOLUME_RESOURCES = ['persistentvolumeclaims', 'requests.storage'];
/** What each scope can be counted by. */
const SCOPES: Readonly<Record<string, readonly string[]>> = {
  Terminating: POD_RESOURCES,
  NotTerminating: POD_RESOURCES,
  BestEffort: ['pods'],
  NotBestEffort: POD_RESOURCES,
  PriorityClass: POD_RESOURCES,
  CrossNamespacePodAffinity: POD_RESOURCES,
  VolumeAttributesClass: VOLUME_RESOURCES,
};
const CONFLICTS = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
];
/** Scopes that a pod is in or not: there are no values to compare. */
const PLAIN_SCOPES = ['Terminating', 'NotTerminating', 'BestEffort', 'NotBestEffort', 'CrossNamespacePodAffinity'];
const ONLY_EXISTS =
  "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
const UNFIT = 'unsupported scope applied to resource';

function validateList(list: ResourceList | undefined, field: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [name, value] of Object.entries(list ?? {})) {
    const at = `${field}[${name}]`;
    validateResourceName(name, at, errors);
    if (!name.includes('/') && !isQuotaResource(name)) {
      errors.push(invalid(at, name, 'must be a standard resource for quota'));
    }
    validateResourceValue(name, value, at, errors);
  }
  return errors;
}

/** How many of the limited resources the scope has nothing to do with. */
function unfit(scope: string, spec: ResourceQuotaSpec): number {
  const fitting = own(SCOPES, scope);
  if (fitting === undefined) return 0;
  return Object.keys(spec.hard ?? {}).filter((name) => {
    const huge = /^(requests\.)?hugepages-/.test(name) && fitting === POD_RESOURCES;
    return isQuotaResource(name) && !fitting.includes(name) && !huge;
  }).length;
}

function conflicts(scopes: readonly string[]): boolean {
  return CONFLICTS.some((pair) => pair.every((scope) => scopes.includes(scope)));
}

function validateScopes(spec: ResourceQuotaSpec): FieldError[] {
  const scopes = spec.scopes ?? [];
  const error = (text: string) => invalid('spec.scopes', scopes, text);
  const errors: FieldError[] = [];
  for (const scope of scopes) {
    if (own(SCOPES, scope) === undefined) errors.push(error('unsupported scope'));
    for (let count = unfit(scope, spec); count > 0; count--) errors.push(error(UNFIT));
  }
  if (conflicts(scopes)) errors.push(error('conflicting scopes'));
  return errors;
}

function validateOperator({ scopeName, operator, values = [] }: ScopedResourceSelectorRequirement): FieldError[] {
  const field = 'spec.scopeSelector.matchExpressions';
  const errors: FieldError[] = [];
  const given: string = operator ?? '';
  if (PLAIN_SCOPES.includes(scopeName) && given !== 'Exists') {
    errors.push(invalid(`${field}.operator`, given, ONLY_EXISTS));
  }
  if (given === 'In' || given === 'NotIn') {
    const why = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
    if (values.length === 0) errors.push(required(`${field}.values`, why));
  } else if (given === 'Exists' || given === 'DoesNotExist') {
    const why = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
    if (values.length > 0) errors.push(invalid(`${field}.values`, values, why));
  } else errors.push(invalid(`${field}.operator`, given, 'not a valid selector operator'));
  return errors;
}

function validateScopeSelector(spec: ResourceQuotaSpec): FieldError[] {
  const expressions = spec.scopeSelector?.matchExpressions ?? [];
  const field = 'spec.scopeSelector.matchExpressions';
  const errors: FieldError[] = [];
  // With the names of upstream's internal type.
  const shown = () => ({
    MatchExpressions: expressions.map((item) => ({
      ScopeName: item.scopeName,
      Operator: item.operator,
      Values: item.values ?? null,
    })),
  });
  for (const requirement of expressions) {
    const { scopeName = '' } = requirement as Partial<ScopedResourceSelectorRequirement>;
    if (own(SCOPES, scopeName) === undefined)
      errors.push(invalid(`${field}.scopeName`, scopeName, 'unsupported scope'));
    for (let count = unfit(scopeName, spec); count > 0; count--) errors.push(invalid(field, shown(), UNFIT));
    append(errors, validateOperator(requirement));
  }
  const scopes = expressions.map(({ scopeName }) => scopeName);
  if (conflicts(scopes)) errors.push(invalid(field, scopes, 'conflicting scopes'));
  return errors;
}

function validate({ spec = {} }: ResourceQuota): FieldError[] {
  return [...validateList(spec.hard, 'spec.hard'), ...validateScopes(spec), ...validateScopeSelector(spec)];
}

/** `pods: 1/5, …`; limits stand in a column of their own. */
function usageCells({ status = {} }: ResourceQuota): [requests: string, limits: string] {
  const cells: [string[], string[]] = [[], []];
  for (const [name, hard] of Object.entries(status.hard ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))) {
    cells[name.startsWith('limits.') ? 1 : 0].push(`${name}: ${own(status.used, name) ?? '0'}/${hard}`);
  }
  return [cells[0].join(', '), cells[1].join(', ')];
}

export const resourceQuota = defineKind<ResourceQuota>({
  group: '',
  version: 'v1',
  kind: 'ResourceQuota',
  resource: 'resourcequotas',
  singular: 'resourcequota',
  shortNames: ['quota'],
  namespaced: true,
  definition: 'io.k8s.api.core.v1.ResourceQuota',

  setDefaults(object) {
    const spec = (object.spec ??= {});
    if (spec.hard !== undefined) canonicalResources(spec.hard);
    if (object.status?.hard !== undefined) canonicalResources(object.status.hard);
    if (object.status?.used !== undefined) canonicalResources(object.status.used);
  },
  prepareForCreate(object) {
    object.status = {};
  },
  validate,
  validateUpdate(object, old) {
    const scopes = object.spec?.scopes ?? [];
    const before: readonly string[] = old.spec?.scopes ?? [];
    const same = scopes.length === before.length && scopes.every((scope) => before.includes(scope));
    return [...validate(object), ...(same ? [] : [invalid('spec.scopes', scopes, 'field is immutable')])];
  },
  deleteReturnsObject: true,

  status: {
    prepare(object) {
      object.status ??= {};
    },
    validate: ({ status = {} }) => [
      ...validateList(status.hard, 'status.hard'),
      ...validateList(status.used, 'status.used'),
    ],
  },

  printer: {
    columns: [NAME_COLUMN, column('Request'), column('Limit'), AGE_COLUMN],
    cells: (object, now) => [object.metadata.name, ...usageCells(object), age(object, now)],
  },
});
