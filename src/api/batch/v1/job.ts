// Job. Models kubernetes pkg/registry/batch/job, pkg/apis/batch/{v1,validation} and the printer.
//
// A Job finds its pods by a label with its own uid unless its author asks for a selector of his own (manualSelector).

import { append } from '../../../lib/append.ts';
import { goQuote } from '../../../schema/go-text.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { invalid, required } from '../../../schema/field-error.ts';
import { formatLabelSelector, labelSelectorOf, matchesLabels } from '../../../schema/label-selector.ts';
import { dns1123LabelErrors } from '../../../schema/names.ts';
import { templateWarnings } from '../../apps/v1/workload.ts';
import { selectorJson } from '../../apps/v1/selector.ts';
import { setPodTemplateDefaults } from '../../core/v1/pod-defaults.ts';
import type { StrategyContext } from '../../kind.ts';
import { defineKind } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, POD_COLUMNS, age, column, containerCells, humanDuration } from '../../printing.ts';
import type { Job, JobSpec } from '../../types/batch-v1.ts';
import { validateLabelSelector } from '../../validation/fields.ts';
import { validateJobSpec, validateJobSpecChange } from './job-spec.ts';
import { hasCondition, validateJobStatus } from './job-status.ts';

const UID_LABEL = 'batch.kubernetes.io/controller-uid';
const NAME_LABEL = 'batch.kubernetes.io/job-name';
const OLD_UID_LABEL = 'controller-uid';
const OLD_NAME_LABEL = 'job-name';
const MAX_INT32 = 2 ** 31 - 1;
const EMPTY_SPEC: JobSpec = { template: {} };

function setDefaults(object: Job): void {
  const spec = (object.spec ??= {} as JobSpec);
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
  spec.parallelism ??= 1;
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : MAX_INT32;
  spec.completionMode ??= 'NonIndexed';
  spec.suspend ??= false;
  spec.manualSelector ??= false;
  spec.podReplacementPolicy ??= spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed';
  for (const rule of spec.podFailurePolicy?.rules ?? []) {
    for (const pattern of rule.onPodConditions ?? []) pattern.status ||= 'True';
  }
  const template = (spec.template ??= {});
  template.metadata ??= {};
  setPodTemplateDefaults(template);
  takeTemplateLabels(object);
}

/** A Job without labels has those of its pods. */
function takeTemplateLabels({ metadata, spec }: Job): void {
  const labels = spec?.template.metadata?.labels;
  if (labels !== undefined && Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = labels;
}

/** Labels that the author has set otherwise are left for validation to refuse. */
function generateSelector({ metadata, spec }: Job): void {
  const template = spec?.template;
  if (spec === undefined || template === undefined) return;
  const meta = (template.metadata ??= {});
  const labels = (meta.labels ??= {});
  const name = metadata.name ?? '';
  labels[OLD_NAME_LABEL] ??= name;
  labels[NAME_LABEL] ??= name;
  labels[OLD_UID_LABEL] ??= metadata.uid;
  labels[UID_LABEL] ??= metadata.uid;
  const selector = (spec.selector ??= {});
  selector.matchLabels ??= {};
  selector.matchLabels[UID_LABEL] ??= metadata.uid;
}

function prepareForCreate(object: Job, _context: StrategyContext): void {
  if (object.spec?.manualSelector !== true) generateSelector(object);
  object.status = {};
}

function validateGenerated({ metadata, spec = EMPTY_SPEC }: Job): FieldError[] {
  if (spec.manualSelector === true || spec.selector === undefined) return [];
  const own: Record<string, string> = {
    [OLD_UID_LABEL]: metadata.uid,
    [OLD_NAME_LABEL]: metadata.name ?? '',
    [UID_LABEL]: metadata.uid,
    [NAME_LABEL]: metadata.name ?? '',
  };
  const labels = spec.template.metadata?.labels ?? {};
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries(own)) {
    const field = 'spec.template.metadata.labels';
    const found = labels[key];
    if (found === undefined) errors.push(required(`${field}[${key}]`, `must be '${value}'`));
    else if (found !== value) errors.push(invalid(`${field}[${key}]`, labels, `must be '${value}'`));
  }
  const parsed = labelSelectorOf(spec.selector);
  if (parsed.ok && !matchesLabels(parsed.selector, own)) {
    errors.push(invalid('spec.selector', selectorJson(spec.selector), '`selector` not auto-generated'));
  }
  return errors;
}

/** The spec, and that its selector selects the pods that it makes. */
function validateSpec({ spec = EMPTY_SPEC }: Job): FieldError[] {
  const errors = validateJobSpec(spec, 'spec');
  if (spec.selector === undefined) errors.push(required('spec.selector'));
  else append(errors, validateLabelSelector(spec.selector, 'spec.selector'));
  const parsed = labelSelectorOf(spec.selector);
  const labels = spec.template?.metadata?.labels;
  if (parsed.ok && (parsed.nothing || !matchesLabels(parsed.selector, labels))) {
    errors.push(invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'));
  }
  return errors;
}

function validate(object: Job): FieldError[] {
  const { completionMode, completions = 0 } = object.spec ?? EMPTY_SPEC;
  const errors = [...validateGenerated(object), ...validateSpec(object)];
  if (completionMode !== 'Indexed' || completions <= 0) return errors;
  const { name } = object.metadata;
  const last = `${name}-${completions - 1}`;
  if (dns1123LabelErrors(last).length > 0) {
    errors.push(invalid('metadata.name', name, `will not able to create pod with invalid DNS label: ${last}`));
  }
  return errors;
}

function statusCell(object: Job): string {
  if (hasCondition(object.status, 'Complete')) return 'Complete';
  if (hasCondition(object.status, 'Failed')) return 'Failed';
  if (object.metadata.deletionTimestamp !== undefined) return 'Terminating';
  for (const [type, text] of [
    ['Suspended', 'Suspended'],
    ['FailureTarget', 'FailureTarget'],
    ['SuccessCriteriaMet', 'SuccessCriteriaMet'],
  ] as const) {
    if (hasCondition(object.status, type)) return text;
  }
  return 'Running';
}

function completionsCell({ spec = EMPTY_SPEC, status }: Job): string {
  const done = status?.succeeded ?? 0;
  if (spec.completions !== undefined) return `${done}/${spec.completions}`;
  const parallelism = spec.parallelism ?? 0;
  return parallelism > 1 ? `${done}/1 of ${parallelism}` : `${done}/1`;
}

function durationCell({ status }: Job, now: number): string {
  if (status?.startTime === undefined) return '';
  const end = status.completionTime === undefined ? now : Date.parse(status.completionTime);
  return humanDuration(end - Date.parse(status.startTime));
}

export const job = defineKind<Job>({
  group: 'batch',
  version: 'v1',
  kind: 'Job',
  resource: 'jobs',
  singular: 'job',
  categories: ['all'],
  namespaced: true,
  definition: 'io.k8s.api.batch.v1.Job',

  setDefaults,
  prepareForCreate,
  // The labels of pods come from generateSelector; a Job without labels of its own is served with them.
  settle: takeTemplateLabels,
  validate,
  validateUpdate(object, old) {
    const change = validateJobSpecChange(
      object.spec ?? EMPTY_SPEC,
      old.spec ?? EMPTY_SPEC,
      old.status?.startTime !== undefined,
    );
    return [...validate(object), ...validateSpec(object), ...change];
  },
  warnings: (object, old) => templateWarnings(object, old, object.spec?.template, 'spec.template'),
  hasGeneration: true,
  defaultPropagation: 'Orphan',
  orphanWarning:
    'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning',

  status: {
    prepare(object) {
      object.status ??= {};
    },
    validate: validateJobStatus,
  },

  fieldLabels: ['status.successful'],
  unknownFieldLabel: (label) => `field label ${goQuote(label)} not supported for Job`,
  fields: ({ status }) => ({ 'status.successful': String(status?.succeeded ?? 0) }),

  printer: {
    columns: [NAME_COLUMN, column('Status'), column('Completions'), column('Duration'), AGE_COLUMN, ...POD_COLUMNS],
    cells: (object, now) => [
      object.metadata.name,
      statusCell(object),
      completionsCell(object),
      durationCell(object, now),
      age(object, now),
      ...containerCells(object.spec?.template.spec?.containers),
      formatLabelSelector(object.spec?.selector),
    ],
  },
});
