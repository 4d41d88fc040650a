// What the spec of a Job may be, in a Job and in the template of a CronJob, and what of it may change.
// Models kubernetes pkg/apis/batch/validation (validateJobSpec, ValidateJobSpecUpdate).

import { append } from '../../../lib/append.ts';
import { deepEqual } from '../../../lib/json.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { invalid, notSupported, required, tooLong } from '../../../schema/field-error.ts';
import { byteLength } from '../../../schema/go-text.ts';
import { internalForm } from '../../core/v1/internal-form.ts';
import { validatePodTemplateSpec } from '../../core/v1/pod-validation/pod-spec.ts';
import type { JobSpec } from '../../types/batch-v1.ts';
import { validateDomainPrefixedPath, validateImmutable, validateNonnegative } from '../../validation/fields.ts';
import { validateFailurePolicy, validateSuccessPolicy } from './failure-policy.ts';

const MODES = ['NonIndexed', 'Indexed'];
const RESTART_POLICIES = ['OnFailure', 'Never'];
const COUNTS = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
] as const;
const MAX_MANAGED_BY = 63;
const MAX_PARALLELISM = 100_000;
/** Above so many completions the limits are tighter. */
const MANY_COMPLETIONS = 100_000;
const TIGHT_LIMIT = 10_000;
const NOT_INDEXED = 'requires indexed completion mode';

/** Of the spec itself; its selector is not looked at. */
export function validateJobSpec(spec: JobSpec, field: string): FieldError[] {
  const errors = COUNTS.flatMap((key) => validateNonnegative(spec[key], `${field}.${key}`));
  const { maxFailedIndexes, backoffLimitPerIndex, managedBy } = spec;
  if (maxFailedIndexes !== undefined) {
    append(errors, validateNonnegative(maxFailedIndexes, `${field}.maxFailedIndexes`));
    if (backoffLimitPerIndex === undefined) {
      errors.push(required(`${field}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified'));
    }
  }
  if (managedBy !== undefined) {
    append(errors, validateDomainPrefixedPath(managedBy, `${field}.managedBy`));
    if (byteLength(managedBy) > MAX_MANAGED_BY) errors.push(tooLong(`${field}.managedBy`, MAX_MANAGED_BY));
  }
  append(errors, validateMode(spec, field));
  if (spec.podFailurePolicy !== undefined) append(errors, validateFailurePolicy(spec, `${field}.podFailurePolicy`));
  if (spec.successPolicy !== undefined) {
    if (spec.completionMode === 'Indexed') append(errors, validateSuccessPolicy(spec, `${field}.successPolicy`));
    else errors.push(invalid(`${field}.successPolicy`, successPolicyJson(spec), NOT_INDEXED));
  }
  const { podReplacementPolicy: replacement } = spec;
  const replacements = spec.podFailurePolicy === undefined ? ['Failed', 'TerminatingOrFailed'] : ['Failed'];
  if (replacement !== undefined && !replacements.includes(replacement)) {
    errors.push(notSupported(`${field}.podReplacementPolicy`, replacement, replacements));
  }
  append(errors, validatePodTemplateSpec(spec.template ?? {}, `${field}.template`));
  return [...errors, ...validateRestartPolicy(spec, `${field}.template.spec.restartPolicy`)];
}

function validateMode(spec: JobSpec, field: string): FieldError[] {
  const { completionMode, completions, parallelism = 0, maxFailedIndexes, backoffLimitPerIndex } = spec;
  const errors: FieldError[] = [];
  if (completionMode !== undefined && !MODES.includes(completionMode)) {
    errors.push(notSupported(`${field}.completionMode`, completionMode, MODES));
  }
  if (completionMode !== 'Indexed') {
    if (completionMode !== undefined && completionMode !== 'NonIndexed') return errors;
    for (const key of ['backoffLimitPerIndex', 'maxFailedIndexes'] as const) {
      if (spec[key] !== undefined) errors.push(invalid(`${field}.${key}`, spec[key], NOT_INDEXED));
    }
    return errors;
  }
  const tooLarge = (key: 'parallelism' | 'maxFailedIndexes', limit: string): void => {
    errors.push(invalid(`${field}.${key}`, spec[key], `must be less than or equal to ${limit}`));
  };
  if (completions === undefined) errors.push(required(`${field}.completions`, 'when completion mode is Indexed'));
  if (parallelism > MAX_PARALLELISM) {
    tooLarge('parallelism', `${MAX_PARALLELISM} when completion mode is Indexed`);
  }
  if (completions !== undefined && (maxFailedIndexes ?? 0) > completions) tooLarge('maxFailedIndexes', 'completions');
  if ((maxFailedIndexes ?? 0) > MANY_COMPLETIONS) tooLarge('maxFailedIndexes', `${MANY_COMPLETIONS}`);
  if ((completions ?? 0) > MANY_COMPLETIONS && backoffLimitPerIndex !== undefined) {
    const tight = `${TIGHT_LIMIT} when completions are above ${MANY_COMPLETIONS} and used with backoff limit per index`;
    if (maxFailedIndexes === undefined) {
      const why = `must be specified when completions is above ${MANY_COMPLETIONS}`;
      errors.push(required(`${field}.maxFailedIndexes`, why));
    }
    if (parallelism > TIGHT_LIMIT) tooLarge('parallelism', tight);
    if ((maxFailedIndexes ?? 0) > TIGHT_LIMIT) tooLarge('maxFailedIndexes', tight);
  }
  return errors;
}

function validateRestartPolicy(spec: JobSpec, field: string): FieldError[] {
  const policy = spec.template?.spec?.restartPolicy ?? '';
  if (policy === '' || policy === 'Always') return [required(field, 'valid values: "OnFailure", "Never"')];
  if (!RESTART_POLICIES.includes(policy)) return [notSupported(field, policy, RESTART_POLICIES)];
  if (policy === 'Never' || spec.podFailurePolicy === undefined) return [];
  return [invalid(field, policy, 'only "Never" is supported when podFailurePolicy is specified')];
}

/** With the names of upstream's internal type. */
function successPolicyJson({ successPolicy }: JobSpec): unknown {
  return {
    Rules: (successPolicy?.rules ?? []).map(({ succeededIndexes, succeededCount }) => ({
      SucceededIndexes: succeededIndexes ?? null,
      SucceededCount: succeededCount ?? null,
    })),
  };
}

function failurePolicyJson({ podFailurePolicy }: JobSpec): unknown {
  if (podFailurePolicy === undefined) return undefined;
  return {
    Rules: podFailurePolicy.rules.map(({ action, onExitCodes, onPodConditions }) => ({
      Action: action,
      OnExitCodes:
        onExitCodes === undefined
          ? null
          : {
              ContainerName: onExitCodes.containerName ?? null,
              Operator: onExitCodes.operator,
              Values: onExitCodes.values,
            },
      OnPodConditions: onPodConditions?.map(({ type, status }) => ({ Type: type, Status: status })) ?? null,
    })),
  };
}

/** While a Job is suspended and has not begun, its pods may still be steered elsewhere and be given more or less. */
const STEERING = ['affinity', 'nodeSelector', 'schedulingGates', 'tolerations'] as const;

export function validateJobSpecChange(spec: JobSpec, old: JobSpec, begun: boolean): FieldError[] {
  const errors = validateCompletionsChange(spec, old);
  // Selectors are printed as they are served.
  append(errors, validateImmutable(spec.selector, old.selector, 'spec.selector'));
  append(errors, validateTemplateChange(spec, old, begun));
  append(errors, validateImmutable(spec.completionMode, old.completionMode, 'spec.completionMode'));
  append(errors, validateImmutable(failurePolicyJson(spec), failurePolicyJson(old), 'spec.podFailurePolicy'));
  append(errors, validateImmutable(spec.backoffLimitPerIndex, old.backoffLimitPerIndex, 'spec.backoffLimitPerIndex'));
  append(errors, validateImmutable(spec.managedBy, old.managedBy, 'spec.managedBy'));
  append(
    errors,
    deepEqual(spec.successPolicy, old.successPolicy)
      ? []
      : [
          invalid(
            'spec.successPolicy',
            spec.successPolicy === undefined ? undefined : successPolicyJson(spec),
            'field is immutable',
          ),
        ],
  );
  return errors;
}

function validateCompletionsChange(spec: JobSpec, old: JobSpec): FieldError[] {
  const { completions } = spec;
  if (spec.completionMode !== 'Indexed' || completions === undefined || old.completions === undefined) {
    return validateImmutable(completions, old.completions, 'spec.completions');
  }
  if (completions === old.completions || completions === spec.parallelism) return [];
  return [invalid('spec.completions', completions, 'can only be modified in tandem with spec.parallelism')];
}

function validateTemplateChange(spec: JobSpec, old: JobSpec, begun: boolean): FieldError[] {
  const steerable = old.suspend === true && !begun;
  const { labels, annotations, ...meta } = spec.template?.metadata ?? {};
  const { labels: oldLabels, annotations: oldAnnotations, ...oldMeta } = old.template?.metadata ?? {};
  const rest: Record<string, unknown> = { ...spec.template?.spec };
  const before: Record<string, unknown> = { ...old.template?.spec };
  if (steerable) {
    for (const key of STEERING) {
      delete rest[key];
      delete before[key];
    }
    for (const key of ['containers', 'initContainers'] as const) {
      rest[key] = spec.template?.spec?.[key]?.map((container) => ({ ...container, resources: {} }));
      before[key] = old.template?.spec?.[key]?.map((container) => ({ ...container, resources: {} }));
    }
  }
  const sameMeta =
    deepEqual(meta, oldMeta) && (steerable || (deepEqual(labels, oldLabels) && deepEqual(annotations, oldAnnotations)));
  const shown = () => internalForm('PodSpec', spec.template?.spec);
  return [
    ...(sameMeta ? [] : [invalid('spec.template.metadata', spec.template?.metadata, 'field is immutable')]),
    ...(deepEqual(rest, before) ? [] : [invalid('spec.template.spec', shown(), 'field is immutable')]),
  ];
}
