// What the workloads of apps share: the selector, the template of their pods, the scale.
// Models kubernetes pkg/apis/apps/validation and pkg/registry/apps/*/storage (ScaleREST).

import { scaleSelector, selectorJson } from './selector.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { forbidden, invalid, notSupported, required } from '../../../schema/field-error.ts';
import { labelSelectorOf, matchesLabels } from '../../../schema/label-selector.ts';
import { dns1123LabelErrors } from '../../../schema/names.ts';
import { setPodTemplateDefaults } from '../../core/v1/pod-defaults.ts';
import { validatePodTemplateSpec } from '../../core/v1/pod-validation/pod-spec.ts';
import { podTemplateWarnings } from '../../core/v1/pod-warnings.ts';
import type { ScaleStrategy } from '../../kind.ts';
import type { KubeObject } from '../../object.ts';
import type { PodTemplateSpec } from '../../types/core-v1.ts';
import type { LabelSelector } from '../../types/meta-v1.ts';
import { validateImmutable, validateLabelSelector } from '../../validation/fields.ts';

interface WorkloadSpec {
  replicas?: number;
  selector: LabelSelector;
  template?: PodTemplateSpec;
}

/** The defaults of `spec.replicas` and `spec.template`. */
export function setWorkloadDefaults(spec: WorkloadSpec): void {
  spec.replicas ??= 1;
  const template = (spec.template ??= {});
  template.metadata ??= {};
  setPodTemplateDefaults(template);
}

/** A missing selector, one that selects everything, and one that does not parse. */
export function validateSelector(selector: LabelSelector | null | undefined, field: string): FieldError[] {
  if (selector === undefined || selector === null) return [required(field)];
  const errors = validateLabelSelector(selector, field);
  if (Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length === 0) {
    // The text says deployment for every workload.
    errors.push(invalid(field, {}, 'empty selector is invalid for deployment'));
  }
  if (!labelSelectorOf(selector).ok) errors.push(invalid(field, selectorJson(selector), 'invalid label selector'));
  return errors;
}

/** The template of pods, and that its labels are those that `selector` asks for. */
export function validateTemplate(
  template: PodTemplateSpec | undefined,
  selector: LabelSelector | null | undefined,
  field: string,
): FieldError[] {
  const parsed = labelSelectorOf(selector);
  if (!parsed.ok) return [];
  if (template === undefined) return [required(field)];
  const errors: FieldError[] = [];
  const labels = template.metadata?.labels;
  const matches = !parsed.nothing && matchesLabels(parsed.selector, labels);
  if (!matches) {
    errors.push(invalid(`${field}.metadata.labels`, labels, '`selector` does not match template `labels`'));
  }
  // The text says ReplicaSet for every workload.
  return [...errors, ...validateEndlessTemplate(template, 'ReplicaSet', field)];
}

/** The template of pods that run for ever; a message names `kind`. */
export function validateEndlessTemplate(template: PodTemplateSpec, kind: string, field: string): FieldError[] {
  const errors = validatePodTemplateSpec(template, field);
  const { restartPolicy = '', activeDeadlineSeconds } = template.spec ?? {};
  if (restartPolicy !== 'Always') {
    errors.push(notSupported(`${field}.spec.restartPolicy`, restartPolicy, ['Always']));
  }
  if (activeDeadlineSeconds !== undefined) {
    const why = `activeDeadlineSeconds in ${kind} is not Supported`;
    errors.push(forbidden(`${field}.spec.activeDeadlineSeconds`, why));
  }
  return errors;
}

/** A workload's pods are found by the same selector for ever. */
export function validateSameSelector(
  selector: LabelSelector | undefined,
  old: LabelSelector | undefined,
): FieldError[] {
  return validateImmutable(selectorJson(selector), selectorJson(old), 'spec.selector');
}

/** How often a name was taken already only grows. */
export function validateCollisions(count: number | undefined, old: number | undefined): FieldError[] {
  if (old === undefined || (count ?? -1) >= old) return [];
  return [invalid('status.collisionCount', count ?? 0, 'cannot be decremented')];
}

/** Warnings of a create, and of an update that changes what the generation counts. */
export function workloadWarnings<T extends KubeObject & { spec?: WorkloadSpec }>(
  object: T,
  old: T | undefined,
): string[] {
  if (old !== undefined && object.metadata.generation === old.metadata.generation) return [];
  return templateWarnings(object, old, object.spec?.template, 'spec.template');
}

/** Warnings of a kind that makes pods: of its name, once, and of the pods' template, which is at `field`. */
export function templateWarnings(
  { metadata: { name } }: KubeObject,
  old: KubeObject | undefined,
  template: PodTemplateSpec | undefined,
  field: string,
): string[] {
  const warnings: string[] = [];
  const texts = dns1123LabelErrors(name);
  if (old === undefined && texts.length > 0) {
    const why =
      'this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended';
    warnings.push(`metadata.name: ${why}: [${texts.join(' ')}]`);
  }
  return template === undefined ? warnings : [...warnings, ...podTemplateWarnings(template, field)];
}

/** `scale` of a workload: how many pods it asks for, how many there are, and how to find them. */
export function scaleOf<T extends KubeObject & { spec?: { replicas?: number }; status?: { replicas?: number } }>(
  selectorOf: (object: T) => LabelSelector | undefined,
): ScaleStrategy<T> {
  return {
    get: (object) => ({
      // Upstream's Scale leaves a zero out.
      spec: (object.spec?.replicas ?? 0) === 0 ? {} : { replicas: object.spec?.replicas ?? 0 },
      status: { replicas: object.status?.replicas ?? 0, selector: scaleSelector(selectorOf(object)) },
    }),
    set(object, replicas) {
      if (object.spec !== undefined) object.spec.replicas = replicas;
    },
  };
}
