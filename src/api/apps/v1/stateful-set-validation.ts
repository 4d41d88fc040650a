// What a StatefulSet may be, and what of it may change. Models kubernetes pkg/apis/apps/validation.

import { append } from '../../../lib/append.ts';
import { deepEqual } from '../../../lib/json.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { forbidden, invalid, notSupported, required } from '../../../schema/field-error.ts';
import { labelSelectorOf, matchesLabels } from '../../../schema/label-selector.ts';
import { dns1123LabelErrors } from '../../../schema/names.ts';
import { validateClaimSpec } from '../../core/v1/claim-spec.ts';
import { validatePodTemplateSpec } from '../../core/v1/pod-validation/pod-spec.ts';
import type { StatefulSet, StatefulSetSpec, StatefulSetUpdateStrategy } from '../../types/apps-v1.ts';
import type { PodTemplateSpec } from '../../types/core-v1.ts';
import { invalidEach, validateEnum, validateLabelSelector, validateNonnegative } from '../../validation/fields.ts';
import { validateAtMostAll, validateIntOrPercent } from '../../validation/int-or-percent.ts';
import { selectorJson } from './selector.ts';

const MANAGEMENT = ['OrderedReady', 'Parallel'];
const RETENTION = ['Retain', 'Delete'];
const CHANGEABLE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
] as const;
const IMMUTABLE =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
const EMPTY_SPEC: StatefulSetSpec = { selector: {}, template: {} };

function validateStrategy(strategy: StatefulSetUpdateStrategy, field: string): FieldError[] {
  const { type = '', rollingUpdate: rolling } = strategy;
  if (type === '') return [required(field)];
  // With the names of upstream's internal type.
  const shown =
    rolling === undefined
      ? null
      : { Partition: rolling.partition ?? 0, MaxUnavailable: rolling.maxUnavailable ?? null };
  const at = `${field}.rollingUpdate`;
  if (type === 'OnDelete') {
    return rolling === undefined ? [] : [invalid(at, shown, "only allowed for updateStrategy 'RollingUpdate'")];
  }
  if (type !== 'RollingUpdate') {
    return [invalid(field, { Type: type, RollingUpdate: shown }, "must be 'RollingUpdate' or 'OnDelete'")];
  }
  const errors = validateNonnegative(rolling?.partition, `${at}.partition`);
  const unavailable = rolling?.maxUnavailable;
  if (unavailable === undefined) return errors;
  append(errors, validateIntOrPercent(unavailable, `${at}.maxUnavailable`));
  if (unavailable === 0 || unavailable === '0%') {
    errors.push(invalid(`${at}.maxUnavailable`, unavailable, 'cannot be 0'));
  }
  return [...errors, ...validateAtMostAll(unavailable, `${at}.maxUnavailable`)];
}

/** The template with the volumes that the claims will be. */
function withClaims(spec: StatefulSetSpec): PodTemplateSpec {
  const claims = spec.volumeClaimTemplates ?? [];
  if (claims.length === 0 || spec.template.spec === undefined) return spec.template;
  const names = [...new Set(claims.map(({ metadata }) => (metadata as { name?: string } | undefined)?.name ?? ''))];
  const volumes = [
    ...names.map((name) => ({ name, persistentVolumeClaim: { claimName: name } })),
    ...(spec.template.spec.volumes ?? []).filter(({ name }) => !names.includes(name)),
  ];
  return { ...spec.template, spec: { ...spec.template.spec, volumes } };
}

function validateTemplate(spec: StatefulSetSpec): FieldError[] {
  const { selector } = spec as Partial<StatefulSetSpec>;
  const parsed = labelSelectorOf(selector);
  if (!parsed.ok) return [invalid('spec.selector', selectorJson(selector), '')];
  const errors: FieldError[] = [];
  const template = (spec.template as PodTemplateSpec | undefined) ?? {};
  const labels = template.metadata?.labels;
  if (parsed.nothing || !matchesLabels(parsed.selector, labels)) {
    errors.push(invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'));
  }
  return [...errors, ...validatePodTemplateSpec(withClaims({ ...spec, template }), 'spec.template')];
}

export function validateStatefulSet(object: StatefulSet): FieldError[] {
  const spec = object.spec ?? EMPTY_SPEC;
  const { podManagementPolicy: management = '', persistentVolumeClaimRetentionPolicy: retention } = spec;
  // Served as null where it is missing.
  const selector = (spec.selector as StatefulSetSpec['selector'] | null | undefined) ?? undefined;
  const errors: FieldError[] = [];
  if (!MANAGEMENT.includes(management)) {
    errors.push(invalid('spec.podManagementPolicy', management, "must be 'OrderedReady' or 'Parallel'"));
  }
  append(errors, validateStrategy(spec.updateStrategy ?? {}, 'spec.updateStrategy'));
  for (const key of ['whenDeleted', 'whenScaled'] as const) {
    const field = `spec.persistentVolumeClaimRetentionPolicy.${key}`;
    if (retention !== undefined) append(errors, validateEnum(retention[key], RETENTION, field));
  }
  append(errors, validateNonnegative(spec.replicas, 'spec.replicas'));
  append(errors, validateNonnegative(spec.minReadySeconds, 'spec.minReadySeconds'));
  append(errors, validateNonnegative(spec.ordinals?.start, 'spec.ordinals.start'));
  if (spec.serviceName) {
    append(errors, invalidEach('spec.serviceName', spec.serviceName, dns1123LabelErrors(spec.serviceName)));
  }
  (spec.volumeClaimTemplates ?? []).forEach((claim, index) => {
    append(errors, validateClaimSpec(claim.spec ?? {}, `spec.volumeClaimTemplates[${index}].spec`));
  });
  if (selector === undefined) errors.push(required('spec.selector'));
  else {
    append(errors, validateLabelSelector(selector, 'spec.selector'));
    if (Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length === 0) {
      errors.push(invalid('spec.selector', {}, 'empty selector is invalid for statefulset'));
    }
  }
  append(errors, validateTemplate(spec));
  const { restartPolicy = '', activeDeadlineSeconds } = spec.template?.spec ?? {};
  if (restartPolicy !== 'Always') {
    errors.push(notSupported('spec.template.spec.restartPolicy', restartPolicy, ['Always']));
  }
  if (activeDeadlineSeconds !== undefined) {
    const why = 'activeDeadlineSeconds in StatefulSet is not Supported';
    errors.push(forbidden('spec.template.spec.activeDeadlineSeconds', why));
  }
  return errors;
}

export function validateStatefulSetChange(
  spec: StatefulSetSpec = EMPTY_SPEC,
  old: StatefulSetSpec = EMPTY_SPEC,
): FieldError[] {
  const rest: Record<string, unknown> = { ...spec };
  const before: Record<string, unknown> = { ...old };
  for (const key of CHANGEABLE) {
    delete rest[key];
    delete before[key];
  }
  return deepEqual(rest, before) ? [] : [forbidden('spec', IMMUTABLE)];
}

export function validateStatefulSetStatus({ status }: StatefulSet, old: StatefulSet): FieldError[] {
  const { replicas = 0, readyReplicas = 0, collisionCount } = status ?? {};
  const parts = ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'] as const;
  const errors = (['replicas', ...parts, 'observedGeneration', 'collisionCount'] as const).flatMap((key) =>
    validateNonnegative(status?.[key], `status.${key}`),
  );
  for (const key of parts) {
    const value = status?.[key] ?? 0;
    if (value > replicas) errors.push(invalid(`status.${key}`, value, 'cannot be greater than status.replicas'));
  }
  const available = status?.availableReplicas ?? 0;
  if (available > readyReplicas) {
    errors.push(invalid('status.availableReplicas', available, 'cannot be greater than status.readyReplicas'));
  }
  const collisions = old.status?.collisionCount;
  if (collisions !== undefined && (collisionCount ?? -1) < collisions) {
    errors.push(invalid('status.collisionCount', collisionCount ?? 0, 'cannot be decremented'));
  }
  return errors;
}
