// DaemonSet. Models kubernetes pkg/registry/apps/daemonset, pkg/apis/apps/{v1,validation} and the printer.

import { append } from '../../../lib/append.ts';
import { clone, deepEqual } from '../../../lib/json.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { invalid, notSupported, required } from '../../../schema/field-error.ts';
import { formatLabelSelector, formatLabels, labelSelectorOf, matchesLabels } from '../../../schema/label-selector.ts';
import { omitEmpty, setPodTemplateDefaults } from '../../core/v1/pod-defaults.ts';
import { defineKind } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, POD_COLUMNS, age, column, containerCells } from '../../printing.ts';
import type { DaemonSet, DaemonSetSpec, DaemonSetStatus, DaemonSetUpdateStrategy } from '../../types/apps-v1.ts';
import { validateLabelSelector, validateNonnegative } from '../../validation/fields.ts';
import { intOrPercentValue, validateAtMostAll, validateIntOrPercent } from '../../validation/int-or-percent.ts';
import { validateCollisions, validateEndlessTemplate, validateSameSelector, workloadWarnings } from './workload.ts';

/** Counts changes of the template; a field of versions that are gone. */
const GENERATION = 'deprecated.daemonset.template.generation';
const COUNTS = [
  'currentNumberScheduled',
  'numberMisscheduled',
  'desiredNumberScheduled',
  'numberReady',
  'observedGeneration',
  'updatedNumberScheduled',
  'numberAvailable',
  'numberUnavailable',
] as const;
const EMPTY_STATUS: DaemonSetStatus = {
  currentNumberScheduled: 0,
  numberMisscheduled: 0,
  desiredNumberScheduled: 0,
  numberReady: 0,
};
const EMPTY_SPEC: DaemonSetSpec = { selector: {}, template: {} };

function setDefaults(object: DaemonSet): void {
  const spec = (object.spec ??= {} as DaemonSetSpec);
  const template = (spec.template ??= {});
  template.metadata ??= {};
  setPodTemplateDefaults(template);
  const strategy = (spec.updateStrategy ??= {});
  strategy.type ||= 'RollingUpdate';
  if (strategy.type === 'RollingUpdate') {
    strategy.rollingUpdate ??= {};
    strategy.rollingUpdate.maxUnavailable ??= 1;
    strategy.rollingUpdate.maxSurge ??= 0;
  }
  spec.revisionHistoryLimit ??= 10;
  omitEmpty(spec, ['minReadySeconds']);
  // Upstream's internal form has it as a number, which is always written: whoever makes a DaemonSet owns it.
  if (object.metadata.annotations?.[GENERATION] === undefined) setTemplateGeneration(object, 0);
}

function templateGeneration({ metadata }: DaemonSet): number {
  const text = metadata.annotations?.[GENERATION] ?? '';
  return /^[0-9]+$/.test(text) ? Number(text) : 0;
}

function setTemplateGeneration(object: DaemonSet, generation: number): void {
  object.metadata.annotations = { ...object.metadata.annotations, [GENERATION]: String(generation) };
}

function validateStrategy(strategy: DaemonSetUpdateStrategy, field: string): FieldError[] {
  const { type = '', rollingUpdate: rolling } = strategy;
  if (type === 'OnDelete') return [];
  if (type !== 'RollingUpdate') {
    const { maxUnavailable = 0, maxSurge = 0 } = rolling ?? {};
    const shown = {
      Type: type,
      RollingUpdate: rolling === undefined ? null : { MaxUnavailable: maxUnavailable, MaxSurge: maxSurge },
    };
    return [notSupported(field, shown, ['RollingUpdate', 'OnDelete'])];
  }
  const at = `${field}.rollingUpdate`;
  if (rolling === undefined) return [required(at)];
  const { maxUnavailable = 0, maxSurge = 0 } = rolling;
  const errors = [
    ...validateIntOrPercent(maxUnavailable, `${at}.maxUnavailable`),
    ...validateIntOrPercent(maxSurge, `${at}.maxSurge`),
    ...validateAtMostAll(maxUnavailable, `${at}.maxUnavailable`),
    ...validateAtMostAll(maxSurge, `${at}.maxSurge`),
  ];
  const unavailable = intOrPercentValue(maxUnavailable) !== 0;
  const surge = intOrPercentValue(maxSurge) !== 0;
  if (unavailable && surge) {
    errors.push(invalid(`${at}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero'));
  }
  if (!unavailable && !surge) errors.push(required(`${at}.maxUnavailable`, 'cannot be 0 when maxSurge is 0'));
  return errors;
}

function validate(object: DaemonSet): FieldError[] {
  const spec = object.spec ?? EMPTY_SPEC;
  const template = spec.template as DaemonSetSpec['template'] | undefined;
  // Served as null where it is missing.
  const selector = (spec.selector as DaemonSetSpec['selector'] | null | undefined) ?? undefined;
  const errors = validateLabelSelector(selector, 'spec.selector');
  const labels = template?.metadata?.labels;
  const parsed = labelSelectorOf(selector);
  if (parsed.ok && (parsed.nothing || !matchesLabels(parsed.selector, labels))) {
    errors.push(invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'));
  }
  const all = Object.keys(selector?.matchLabels ?? {}).length + (selector?.matchExpressions ?? []).length === 0;
  if (selector !== undefined && all) {
    errors.push(invalid('spec.selector', {}, 'empty selector is invalid for daemonset'));
  }
  append(errors, validateEndlessTemplate(template ?? {}, 'DaemonSet', 'spec.template'));
  return [
    ...errors,
    ...validateNonnegative(spec.minReadySeconds, 'spec.minReadySeconds'),
    ...validateStrategy(spec.updateStrategy ?? {}, 'spec.updateStrategy'),
    ...validateNonnegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit'),
  ];
}

function validateStatus({ status = EMPTY_STATUS }: DaemonSet, old: DaemonSet): FieldError[] {
  return [
    ...COUNTS.flatMap((key) => validateNonnegative(status[key], `status.${key}`)),
    ...validateCollisions(status.collisionCount, old.status?.collisionCount),
  ];
}

export const daemonSet = defineKind<DaemonSet>({
  group: 'apps',
  version: 'v1',
  kind: 'DaemonSet',
  resource: 'daemonsets',
  singular: 'daemonset',
  shortNames: ['ds'],
  categories: ['all'],
  namespaced: true,
  definition: 'io.k8s.api.apps.v1.DaemonSet',

  setDefaults,
  prepareForCreate(object) {
    object.status = { ...EMPTY_STATUS };
    setTemplateGeneration(object, Math.max(1, templateGeneration(object)));
  },
  prepareForUpdate(object, old) {
    const changed = !deepEqual(object.spec?.template, old.spec?.template);
    setTemplateGeneration(object, templateGeneration(old) + (changed ? 1 : 0));
  },
  validate,
  validateUpdate(object, old) {
    return [...validate(object), ...validateSameSelector(object.spec?.selector, old.spec?.selector)];
  },
  warnings: workloadWarnings,
  hasGeneration: true,

  status: {
    prepare(object, old) {
      object.status = { ...EMPTY_STATUS, ...object.status };
      object.metadata = { ...object.metadata };
      if (old.metadata.annotations?.[GENERATION] !== undefined) setTemplateGeneration(object, templateGeneration(old));
      object.spec = clone(old.spec) as DaemonSetSpec;
    },
    validate: validateStatus,
  },

  printer: {
    columns: [
      NAME_COLUMN,
      column('Desired', 'integer'),
      column('Current', 'integer'),
      column('Ready', 'integer'),
      column('Up-to-date', 'integer'),
      column('Available', 'integer'),
      column('Node Selector'),
      AGE_COLUMN,
      ...POD_COLUMNS,
    ],
    cells: (object, now) => [
      object.metadata.name,
      object.status?.desiredNumberScheduled ?? 0,
      object.status?.currentNumberScheduled ?? 0,
      object.status?.numberReady ?? 0,
      object.status?.updatedNumberScheduled ?? 0,
      object.status?.numberAvailable ?? 0,
      formatLabels(object.spec?.template.spec?.nodeSelector),
      age(object, now),
      ...containerCells(object.spec?.template.spec?.containers),
      formatLabelSelector(object.spec?.selector),
    ],
  },
});
