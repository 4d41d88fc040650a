// ReplicaSet. Models kubernetes pkg/registry/apps/replicaset, pkg/apis/apps/{v1,validation} and the printer.

import { replicaRules } from './replicas.ts';
import {
  setWorkloadDefaults,
  validateSameSelector,
  validateSelector,
  validateTemplate,
  workloadWarnings,
} from './workload.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { omitEmpty } from '../../core/v1/pod-defaults.ts';
import { defineKind } from '../../kind.ts';
import type { ReplicaSet, ReplicaSetSpec } from '../../types/apps-v1.ts';
import { validateNonnegative } from '../../validation/fields.ts';

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

  validate,

  validateUpdate(object, old) {
    return [...validate(object), ...validateSameSelector(object.spec?.selector, old.spec?.selector)];
  },

  warnings: workloadWarnings,

  ...replicaRules<ReplicaSet>(({ spec }) => spec?.selector),
});
