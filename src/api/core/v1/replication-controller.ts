// ReplicationController. Models kubernetes pkg/registry/core/replicationcontroller, pkg/apis/core/{v1,validation} and the
// printer.

import type { FieldError } from '../../../schema/field-error.ts';
import { invalid, required } from '../../../schema/field-error.ts';
import { replicaRules } from '../../apps/v1/replicas.ts';
import { templateWarnings, validateEndlessTemplate } from '../../apps/v1/workload.ts';
import { defineKind } from '../../kind.ts';
import type { PodTemplateSpec, ReplicationController } from '../../types/core-v1.ts';
import { validateNonnegative } from '../../validation/fields.ts';
import { omitEmpty, setPodTemplateDefaults } from './pod-defaults.ts';

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
  return [...errors, ...validateEndlessTemplate(template, 'ReplicationController', field)];
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
  validate,
  validateUpdate: validate,
  warnings: (object, old) => templateWarnings(object, old, object.spec?.template, 'spec.template'),
  defaultPropagation: 'Orphan',

  fieldLabels: ['status.replicas'],
  fields: ({ status }) => ({ 'status.replicas': String(status?.replicas ?? 0) }),
  ...replicaRules<ReplicationController>(({ spec }) => ({ matchLabels: spec?.selector ?? {} })),
});
