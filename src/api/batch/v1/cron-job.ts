// CronJob. Models kubernetes pkg/registry/batch/cronjob, pkg/apis/batch/{v1,validation} and the printer.

import { isTimeZone, scheduleError } from '../../../schema/cron.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { invalid, notSupported, required } from '../../../schema/field-error.ts';
import { byteLength } from '../../../schema/go-text.ts';
import { formatLabelSelector } from '../../../schema/label-selector.ts';
import { maxLengthText } from '../../../schema/names.ts';
import { selectorJson } from '../../apps/v1/selector.ts';
import { templateWarnings } from '../../apps/v1/workload.ts';
import { setPodTemplateDefaults } from '../../core/v1/pod-defaults.ts';
import { defineKind } from '../../kind.ts';
import {
  AGE_COLUMN,
  NAME_COLUMN,
  POD_COLUMNS,
  age,
  column,
  containerCells,
  translateTimestampSince,
} from '../../printing.ts';
import type { CronJob, CronJobSpec, JobTemplateSpec } from '../../types/batch-v1.ts';
import { validateNonnegative } from '../../validation/fields.ts';
import { validateJobSpec } from './job-spec.ts';

const POLICIES = ['Allow', 'Forbid', 'Replace'];
/** 63 less the 11 characters that a Job's name adds. */
const MAX_NAME = 52;

function setDefaults(object: CronJob): void {
  const spec = (object.spec ??= {} as CronJobSpec);
  spec.concurrencyPolicy ||= 'Allow';
  spec.suspend ??= false;
  spec.successfulJobsHistoryLimit ??= 3;
  spec.failedJobsHistoryLimit ??= 1;
  const jobTemplate = (spec.jobTemplate ??= {});
  const jobSpec = (jobTemplate.spec ??= { template: {} });
  const template = (jobSpec.template ??= {});
  template.metadata ??= {};
  setPodTemplateDefaults(template);
}

function validateSchedule(spec: CronJobSpec, old: CronJobSpec | undefined): FieldError[] {
  const field = 'spec.schedule';
  const { schedule = '', timeZone } = spec;
  if (schedule === '') return [required(field)];
  const error = scheduleError(schedule);
  const errors = error === undefined ? [] : [invalid(field, schedule, error)];
  if (!schedule.includes('TZ')) return errors;
  if (!(old?.schedule ?? '').includes('TZ')) {
    const why = 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead';
    errors.push(invalid(field, schedule, why));
  } else if (timeZone !== undefined) {
    errors.push(invalid(field, schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule'));
  }
  return errors;
}

function validateTimeZone(timeZone: string | undefined): FieldError[] {
  const field = 'spec.timeZone';
  if (timeZone === undefined) return [];
  if (timeZone === '') return [invalid(field, timeZone, 'timeZone must be nil or non-empty string')];
  if (timeZone.toLowerCase() === 'local') {
    const why = 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones';
    return [invalid(field, timeZone, why)];
  }
  return isTimeZone(timeZone) ? [] : [invalid(field, timeZone, `unknown time zone ${timeZone}`)];
}

function validateJobTemplate({ spec = { template: {} } }: JobTemplateSpec, field: string): FieldError[] {
  const errors = validateJobSpec(spec, `${field}.spec`);
  if (spec.selector !== undefined) {
    errors.push(invalid(`${field}.spec.selector`, selectorJson(spec.selector), '`selector` will be auto-generated'));
  }
  if (spec.manualSelector === true) {
    errors.push(notSupported(`${field}.spec.manualSelector`, true, ['nil', 'false']));
  }
  return errors;
}

function validateSpec(object: CronJob, old: CronJobSpec | undefined): FieldError[] {
  const spec = object.spec ?? ({} as CronJobSpec);
  const policy = spec.concurrencyPolicy ?? '';
  return [
    ...validateSchedule(spec, old),
    ...validateNonnegative(spec.startingDeadlineSeconds, 'spec.startingDeadlineSeconds'),
    ...(old !== undefined && old.timeZone === spec.timeZone ? [] : validateTimeZone(spec.timeZone)),
    ...(POLICIES.includes(policy) ? [] : [notSupported('spec.concurrencyPolicy', policy, POLICIES)]),
    ...validateJobTemplate(spec.jobTemplate ?? {}, 'spec.jobTemplate'),
    ...validateNonnegative(spec.successfulJobsHistoryLimit, 'spec.successfulJobsHistoryLimit'),
    ...validateNonnegative(spec.failedJobsHistoryLimit, 'spec.failedJobsHistoryLimit'),
  ];
}

export const cronJob = defineKind<CronJob>({
  group: 'batch',
  version: 'v1',
  kind: 'CronJob',
  resource: 'cronjobs',
  singular: 'cronjob',
  shortNames: ['cj'],
  categories: ['all'],
  namespaced: true,
  definition: 'io.k8s.api.batch.v1.CronJob',

  setDefaults,
  prepareForCreate(object) {
    object.status = {};
  },
  validate(object) {
    const { name = '' } = object.metadata;
    const errors = validateSpec(object, undefined);
    if (byteLength(name) > MAX_NAME) errors.push(invalid('metadata.name', name, maxLengthText(MAX_NAME)));
    return errors;
  },
  validateUpdate: (object, old) => validateSpec(object, old.spec),
  warnings: (object, old) =>
    templateWarnings(object, old, object.spec?.jobTemplate.spec?.template, 'spec.jobTemplate.spec.template'),

  hasGeneration: true,

  status: {
    prepare(object) {
      object.status ??= {};
    },
  },

  printer: {
    columns: [
      NAME_COLUMN,
      column('Schedule'),
      column('Timezone'),
      column('Suspend', 'boolean'),
      column('Active', 'integer'),
      column('Last Schedule'),
      AGE_COLUMN,
      ...POD_COLUMNS,
    ],
    cells: (object, now) => [
      object.metadata.name,
      object.spec.schedule,
      object.spec.timeZone ?? '<none>',
      // Text, though the column says boolean.
      object.spec.suspend === undefined ? '<unset>' : object.spec.suspend ? 'True' : 'False',
      (object.status?.active ?? []).length,
      object.status?.lastScheduleTime === undefined
        ? '<none>'
        : translateTimestampSince(object.status.lastScheduleTime, now),
      age(object, now),
      ...containerCells(object.spec.jobTemplate.spec?.template.spec?.containers),
      formatLabelSelector(object.spec.jobTemplate.spec?.selector),
    ],
  },
});
