// Deployment. Models kubernetes pkg/registry/apps/deployment, pkg/apis/apps/{v1,validation} and the printer.

import {
  scaleOf,
  setWorkloadDefaults,
  validateCollisions,
  validateSameSelector,
  validateSelector,
  validateTemplate,
  workloadWarnings,
} from './workload.ts';
import { append } from '../../../lib/append.ts';
import { deepEqual } from '../../../lib/json.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { forbidden, invalid, notSupported, required } from '../../../schema/field-error.ts';
import { formatLabelSelector } from '../../../schema/label-selector.ts';
import { omitEmpty } from '../../core/v1/pod-defaults.ts';
import { defineKind } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, POD_COLUMNS, age, column, containerCells } from '../../printing.ts';
import type { Deployment, DeploymentSpec, DeploymentStatus, DeploymentStrategy } from '../../types/apps-v1.ts';
import { validateNonnegative } from '../../validation/fields.ts';
import { intOrPercentValue, validateAtMostAll, validateIntOrPercent } from '../../validation/int-or-percent.ts';

const EMPTY_SPEC: DeploymentSpec = { selector: {}, template: {} };

function setDefaults(object: Deployment): void {
  const spec = (object.spec ??= {} as DeploymentSpec);
  setWorkloadDefaults(spec);
  const strategy = (spec.strategy ??= {});
  strategy.type ||= 'RollingUpdate';
  if (strategy.type === 'RollingUpdate') {
    strategy.rollingUpdate ??= {};
    strategy.rollingUpdate.maxUnavailable ??= '25%';
    strategy.rollingUpdate.maxSurge ??= '25%';
  }
  spec.revisionHistoryLimit ??= 10;
  spec.progressDeadlineSeconds ??= 600;
  omitEmpty(spec, ['minReadySeconds', 'paused']);
}

function validate(object: Deployment): FieldError[] {
  const spec = object.spec ?? EMPTY_SPEC;
  const selector = spec.selector as DeploymentSpec['selector'] | null;
  const errors = [
    ...validateNonnegative(spec.replicas, 'spec.replicas'),
    ...validateSelector(selector, 'spec.selector'),
    ...validateTemplate(spec.template, selector, 'spec.template'),
    ...validateStrategy(spec.strategy ?? {}, 'spec.strategy'),
    ...validateNonnegative(spec.minReadySeconds, 'spec.minReadySeconds'),
    ...validateNonnegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit'),
  ];
  const deadline = spec.progressDeadlineSeconds;
  if (deadline !== undefined) {
    append(errors, validateNonnegative(deadline, 'spec.progressDeadlineSeconds'));
    if (deadline <= (spec.minReadySeconds ?? 0)) {
      errors.push(invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds'));
    }
  }
  return errors;
}

function validateStrategy(strategy: DeploymentStrategy, field: string): FieldError[] {
  const rolling = strategy.rollingUpdate;
  switch (strategy.type) {
    case 'Recreate':
      if (rolling === undefined) return [];
      return [forbidden(`${field}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'")];
    case 'RollingUpdate':
      if (rolling === undefined)
        return [required(`${field}.rollingUpdate`, 'this should be defaulted and never be nil')];
      return validateRollingUpdate(rolling.maxUnavailable ?? 0, rolling.maxSurge ?? 0, `${field}.rollingUpdate`);
    default: {
      const shown = {
        Type: strategy.type ?? '',
        RollingUpdate:
          rolling === undefined
            ? null
            : { MaxUnavailable: rolling.maxUnavailable ?? 0, MaxSurge: rolling.maxSurge ?? 0 },
      };
      return [notSupported(field, shown, ['Recreate', 'RollingUpdate'])];
    }
  }
}

function validateRollingUpdate(unavailable: string | number, surge: string | number, field: string): FieldError[] {
  const errors = [
    ...validateIntOrPercent(unavailable, `${field}.maxUnavailable`),
    ...validateIntOrPercent(surge, `${field}.maxSurge`),
  ];
  if (intOrPercentValue(unavailable) === 0 && intOrPercentValue(surge) === 0) {
    errors.push(invalid(`${field}.maxUnavailable`, unavailable, 'may not be 0 when `maxSurge` is 0'));
  }
  return [...errors, ...validateAtMostAll(unavailable, `${field}.maxUnavailable`)];
}

function validateStatus({ status = {} }: Deployment, old: Deployment): FieldError[] {
  const { replicas = 0, updatedReplicas = 0, readyReplicas = 0, availableReplicas = 0 } = status;
  const counts: ReadonlyArray<keyof DeploymentStatus> = [
    'observedGeneration',
    'replicas',
    'updatedReplicas',
    'readyReplicas',
    'availableReplicas',
    'unavailableReplicas',
    'terminatingReplicas',
    'collisionCount',
  ];
  const errors = counts.flatMap((key) => validateNonnegative(status[key] as number | undefined, `status.${key}`));
  const tooMany = 'cannot be greater than status.replicas';
  if (updatedReplicas > replicas) errors.push(invalid('status.updatedReplicas', updatedReplicas, tooMany));
  if (readyReplicas > replicas) errors.push(invalid('status.readyReplicas', readyReplicas, tooMany));
  if (availableReplicas > replicas) errors.push(invalid('status.availableReplicas', availableReplicas, tooMany));
  if (availableReplicas > readyReplicas) {
    errors.push(invalid('status.availableReplicas', availableReplicas, 'cannot be greater than readyReplicas'));
  }
  return [...errors, ...validateCollisions(status.collisionCount, old.status?.collisionCount)];
}

export const deployment = defineKind<Deployment>({
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  resource: 'deployments',
  singular: 'deployment',
  shortNames: ['deploy'],
  categories: ['all'],
  namespaced: true,
  definition: 'io.k8s.api.apps.v1.Deployment',

  setDefaults,

  prepareForCreate(object) {
    object.status = {};
  },

  // Annotations count as a change, too: the revision of a rollout is kept in one.
  prepareForUpdate(object, old) {
    if (deepEqual(object.spec, old.spec) && deepEqual(object.metadata.annotations, old.metadata.annotations)) return;
    object.metadata.generation = (old.metadata.generation ?? 0) + 1;
  },

  validate,

  validateUpdate(object, old) {
    return [...validate(object), ...validateSameSelector(object.spec?.selector, old.spec?.selector)];
  },

  warnings: workloadWarnings,
  hasGeneration: true,

  status: {
    // Of the metadata only the labels are kept from the old object.
    prepare(object, old) {
      if (old.metadata.labels === undefined) delete object.metadata.labels;
      else object.metadata.labels = { ...old.metadata.labels };
      object.status ??= {};
    },
    validate: validateStatus,
    resetFields: ['spec', 'metadata.labels'],
  },
  scale: scaleOf<Deployment>(({ spec }) => spec?.selector),

  printer: {
    columns: [NAME_COLUMN, column('Ready'), column('Up-to-date'), column('Available'), AGE_COLUMN, ...POD_COLUMNS],
    cells: (object, now) => [
      object.metadata.name,
      `${object.status?.readyReplicas ?? 0}/${object.spec?.replicas ?? 0}`,
      object.status?.updatedReplicas ?? 0,
      object.status?.availableReplicas ?? 0,
      age(object, now),
      ...containerCells(object.spec?.template.spec?.containers),
      formatLabelSelector(object.spec?.selector),
    ],
  },
});
