// ReplicationController. Models kubernetes pkg/registry/core/replicationcontroller, pkg/apis/core/{v1,validation} and the
// printer.

import { append } from '../../../lib/append.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { forbidden, invalid, notSupported, required } from '../../../schema/field-error.ts';
import { formatLabels } from '../../../schema/label-selector.ts';
import { validateReplicaStatus } from '../../apps/v1/replica-set.ts';
import { scaleSelector } from '../../apps/v1/selector.ts';
import { templateWarnings } from '../../apps/v1/workload.ts';
import { defineKind } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, age, column, containerCells, wide } from '../../printing.ts';
import type { PodTemplateSpec, ReplicationController } from '../../types/core-v1.ts';
import { validateNonnegative } from '../../validation/fields.ts';
import { omitEmpty, setPodTemplateDefaults } from './pod-defaults.ts';
import { validatePodTemplateSpec } from './pod-validation/pod-spec.ts';

type Labels = Record<string, string>;

function isEmpty(labels: Labels | undefined): boolean {
  return Object.keys(labels ?? {}).length === 0;
}

function setDefaults(object: ReplicationController): void {
  const spec = (object.spec ??= {});
  spec.replicas ??= 1;
  if (spec.template !== undefined) {
    spec.template.metadata ??= {};
    const labels = spec.template.metadata.labels;
    if (labels !== undefined && !isEmpty(labels)) {
      if (isEmpty(spec.selector)) spec.selector = { ...labels };
      if (isEmpty(object.metadata.labels)) object.metadata.labels = { ...labels };
    }
    setPodTemplateDefaults(spec.template);
  }
  omitEmpty(spec, ['minReadySeconds']);
}

function validateTemplate(template: PodTemplateSpec | undefined, selector: Labels, field: string): FieldError[] {
  if (template === undefined) return [required(field)];
  const errors: FieldError[] = [];
  const labels = template.metadata?.labels;
  if (Object.entries(selector).some(([key, value]) => labels?.[key] !== value)) {
    errors.push(invalid(`${field}.metadata.labels`, labels, '`selector` does not match template `labels`'));
  }
  append(errors, validatePodTemplateSpec(template, field));
  const { restartPolicy = '', activeDeadlineSeconds } = template.spec ?? {};
  if (restartPolicy !== 'Always') {
    errors.push(notSupported(`${field}.spec.restartPolicy`, restartPolicy, ['Always']));
  }
  if (activeDeadlineSeconds !== undefined) {
    const why = 'activeDeadlineSeconds in ReplicationController is not Supported';
    errors.push(forbidden(`${field}.spec.activeDeadlineSeconds`, why));
  }
  return errors;
}

function validate({ spec = {} }: ReplicationController): FieldError[] {
  return [
    ...validateNonnegative(spec.minReadySeconds, 'spec.minReadySeconds'),
    ...(isEmpty(spec.selector) ? [required('spec.selector')] : []),
    ...validateNonnegative(spec.replicas, 'spec.replicas'),
    ...validateTemplate(spec.template, spec.selector ?? {}, 'spec.template'),
  ];
}

export const replicationController = defineKind<ReplicationController>({
  group: '',
  version: 'v1',
  kind: 'ReplicationController',
  resource: 'replicationcontrollers',
  singular: 'replicationcontroller',
  shortNames: ['rc'],
  categories: ['all'],
  namespaced: true,
  definition: 'io.k8s.api.core.v1.ReplicationController',
  storagePath: 'controllers',

  setDefaults,
  prepareForCreate(object) {
    object.status = { replicas: 0 };
  },
  validate,
  validateUpdate: validate,
  warnings: (object, old) => templateWarnings(object, old, object.spec?.template, 'spec.template'),
  hasGeneration: true,
  defaultPropagation: 'Orphan',

  status: {
    prepare(object) {
      object.status ??= { replicas: 0 };
      object.status.replicas ??= 0;
    },
    validate: ({ status = { replicas: 0 } }) => validateReplicaStatus(status),
  },
  scale: {
    get: ({ spec, status }) => ({
      // Upstream's Scale leaves a zero out.
      spec: (spec?.replicas ?? 0) === 0 ? {} : { replicas: spec?.replicas ?? 0 },
      status: { replicas: status?.replicas ?? 0, selector: scaleSelector({ matchLabels: spec?.selector ?? {} }) },
    }),
    set(object, replicas) {
      if (object.spec !== undefined) object.spec.replicas = replicas;
    },
  },

  fieldLabels: ['status.replicas'],
  fields: ({ status }) => ({ 'status.replicas': String(status?.replicas ?? 0) }),

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
      formatLabels(object.spec?.selector),
    ],
  },
});
