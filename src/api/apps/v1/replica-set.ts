// ReplicaSet. Models kubernetes pkg/registry/apps/replicaset, pkg/apis/apps/{v1,validation} and the printer.

import { selectorJson } from './selector.ts';
import { scaleOf, setWorkloadDefaults, validateSelector, validateTemplate, workloadWarnings } from './workload.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { invalid } from '../../../schema/field-error.ts';
import { formatLabelSelector } from '../../../schema/label-selector.ts';
import { omitEmpty } from '../../core/v1/pod-defaults.ts';
import { defineKind } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, age, column, containerCells, wide } from '../../printing.ts';
import type { ReplicaSet, ReplicaSetSpec, ReplicaSetStatus } from '../../types/apps-v1.ts';
import { validateImmutable, validateNonnegative } from '../../validation/fields.ts';

function setDefaults(object: ReplicaSet): void {
  const spec = (object.spec ??= {} as ReplicaSetSpec);
  setWorkloadDefaults(spec);
  omitEmpty(spec, ['minReadySeconds']);
}

function validate(object: ReplicaSet): FieldError[] {
  const spec: ReplicaSetSpec = object.spec ?? { selector: {} };
  const selector = spec.selector as ReplicaSetSpec['selector'] | null;
  return [
    ...validateNonnegative(spec.replicas, 'spec.replicas'),
    ...validateNonnegative(spec.minReadySeconds, 'spec.minReadySeconds'),
    ...validateSelector(selector, 'spec.selector'),
    ...validateTemplate(spec.template, selector, 'spec.template'),
  ];
}

/** Of a ReplicationController, too. */
export function validateReplicaStatus(status: ReplicaSetStatus): FieldError[] {
  const { replicas, fullyLabeledReplicas = 0, readyReplicas = 0, availableReplicas = 0 } = status;
  const counts: ReadonlyArray<keyof ReplicaSetStatus> = [
    'replicas',
    'fullyLabeledReplicas',
    'readyReplicas',
    'availableReplicas',
    'terminatingReplicas',
    'observedGeneration',
  ];
  const errors = counts.flatMap((key) => validateNonnegative(status[key] as number | undefined, `status.${key}`));
  const tooMany = 'cannot be greater than status.replicas';
  if (fullyLabeledReplicas > replicas) {
    errors.push(invalid('status.fullyLabeledReplicas', fullyLabeledReplicas, tooMany));
  }
  if (readyReplicas > replicas) errors.push(invalid('status.readyReplicas', readyReplicas, tooMany));
  if (availableReplicas > replicas) errors.push(invalid('status.availableReplicas', availableReplicas, tooMany));
  if (availableReplicas > readyReplicas) {
    errors.push(invalid('status.availableReplicas', availableReplicas, 'cannot be greater than readyReplicas'));
  }
  return errors;
}

export const replicaSet = defineKind<ReplicaSet>({
  group: 'apps',
  version: 'v1',
  kind: 'ReplicaSet',
  resource: 'replicasets',
  singular: 'replicaset',
  shortNames: ['rs'],
  categories: ['all'],
  namespaced: true,
  definition: 'io.k8s.api.apps.v1.ReplicaSet',

  setDefaults,

  prepareForCreate(object) {
    object.status = { replicas: 0 };
  },

  validate,

  validateUpdate(object, old) {
    const selector = selectorJson(object.spec?.selector);
    return [...validate(object), ...validateImmutable(selector, selectorJson(old.spec?.selector), 'spec.selector')];
  },

  warnings: workloadWarnings,
  hasGeneration: true,

  status: {
    // Metadata passes with a status.
    prepare(object) {
      object.status ??= { replicas: 0 };
      object.status.replicas ??= 0;
    },
    validate: ({ status = { replicas: 0 } }) => validateReplicaStatus(status),
  },
  scale: scaleOf<ReplicaSet>(),

  printer: {
    columns: [
      NAME_COLUMN,
      column('Desired', 'integer'),
      column('Current', 'integer'),
      column('Ready', 'integer'),
      AGE_COLUMN,
      wide('Containers'),
      wide('Images'),
      wide('Selector'),
    ],
    cells: (object, now) => [
      object.metadata.name,
      object.spec?.replicas ?? 0,
      object.status?.replicas ?? 0,
      object.status?.readyReplicas ?? 0,
      age(object, now),
      ...containerCells(object.spec?.template?.spec?.containers),
      formatLabelSelector(object.spec?.selector),
    ],
  },
});
