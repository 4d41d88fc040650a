// PriorityClass. Models kubernetes pkg/registry/scheduling/priorityclass, pkg/apis/scheduling and the printer.

import type { FieldError } from '../../../schema/field-error.ts';
import { forbidden, notSupported } from '../../../schema/field-error.ts';
import { defineKind } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, age, column } from '../../printing.ts';
import type { PriorityClass } from '../../types/scheduling-v1.ts';
import { validateImmutable } from '../../validation/fields.ts';

const POLICIES = ['PreemptLowerPriority', 'Never'];
const MAX_VALUE = 1_000_000_000;
/** The values of the classes that every cluster has. */
export const SYSTEM_PRIORITY_CLASSES: ReadonlyMap<string, number> = new Map([
  ['system-node-critical', 2_000_001_000],
  ['system-cluster-critical', 2_000_000_000],
]);
/** Index term of the class that is the default. */
export const DEFAULT_PRIORITY_CLASS_TERM = 'default:priorityclass';

/** Why a class with a name of the system is not the system's; undefined if it is. */
function systemError(name: string, { value = 0, globalDefault = false }: PriorityClass): string | undefined {
  const expected = SYSTEM_PRIORITY_CLASSES.get(name);
  if (expected === undefined) return `${name} is not a known system priority class`;
  if (value !== expected) return `value of ${name} PriorityClass must be ${expected}`;
  return globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}

function validate(object: PriorityClass): FieldError[] {
  const errors: FieldError[] = [];
  const { metadata, value = 0, preemptionPolicy } = object;
  const name = metadata.name ?? '';
  if (name.startsWith('system-')) {
    const error = systemError(name, object);
    if (error !== undefined) {
      const why = "priority class names with 'system-' prefix are reserved for system use only";
      errors.push(forbidden('metadata.name', `${why}. error: ${error}`));
    }
  } else if (value > MAX_VALUE) {
    errors.push(forbidden('value', `maximum allowed value of a user defined priority is ${MAX_VALUE}`));
  }
  if (preemptionPolicy !== undefined && !POLICIES.includes(preemptionPolicy)) {
    errors.push(notSupported('preemptionPolicy', preemptionPolicy, POLICIES));
  }
  return errors;
}

export const priorityClass = defineKind<PriorityClass>({
  group: 'scheduling.k8s.io',
  version: 'v1',
  kind: 'PriorityClass',
  resource: 'priorityclasses',
  singular: 'priorityclass',
  shortNames: ['pc'],
  namespaced: false,
  definition: 'io.k8s.api.scheduling.v1.PriorityClass',

  setDefaults(object) {
    object.preemptionPolicy ??= 'PreemptLowerPriority';
  },
  validate,
  validateUpdate: (object, old) => [
    ...((object.value ?? 0) === (old.value ?? 0) ? [] : [forbidden('value', 'may not be changed in an update.')]),
    ...validateImmutable(object.preemptionPolicy, old.preemptionPolicy, 'preemptionPolicy'),
  ],
  hasGeneration: true,
  terms: ({ globalDefault }) => (globalDefault === true ? [DEFAULT_PRIORITY_CLASS_TERM] : []),

  printer: {
    columns: [
      NAME_COLUMN,
      column('Value', 'integer'),
      column('Global-Default', 'boolean'),
      AGE_COLUMN,
      column('PreemptionPolicy'),
    ],
    cells: (object, now) => [
      object.metadata.name,
      object.value ?? 0,
      object.globalDefault ?? false,
      age(object, now),
      object.preemptionPolicy ?? '',
    ],
  },
});
