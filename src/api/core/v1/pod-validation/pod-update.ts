// What of a pod may change. Models kubernetes pkg/apis/core/validation (ValidatePodUpdate).
//
// 1. Containers are never added or removed; of them only the image changes.
// 2. activeDeadlineSeconds is set once and then only lowered.
// 3. Tolerations are only added, apart from their tolerationSeconds.
// 4. Scheduling gates are only removed; while there are some, node selector and required node affinity are only narrowed.
// 5. A negative terminationGracePeriodSeconds may become 1.
// 6. Everything else stays as it was created; nodeName is set by pods/binding alone.

import { clone, deepEqual } from '../../../../lib/json.ts';
import type { FieldError } from '../../../../schema/field-error.ts';
import { forbidden, invalid, required } from '../../../../schema/field-error.ts';
import { rangeText } from '../../../../schema/names.ts';
import type { Container, NodeAffinity, NodeSelectorTerm, Pod, PodSpec } from '../../../types/core-v1.ts';
import { textDiff } from '../text-diff.ts';
import { validatePod } from './pod-create.ts';
import { validateTolerations } from './scheduling.ts';

const MAX_INT32 = 2 ** 31 - 1;
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';
const CHANGEABLE = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',');
const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';

/** False if the lists differ in length, and nothing further can be compared. */
function validateContainers(
  containers: readonly Container[],
  old: readonly Container[],
  path: string,
  errors: FieldError[],
): boolean {
  if (containers.length !== old.length) {
    errors.push(forbidden(path, 'pod updates may not add or remove containers'));
    return false;
  }
  containers.forEach(({ image = '' }, index) => {
    if (image === '') errors.push(required(`${path}[${index}].image`));
    if (image.trim() !== image) {
      errors.push(invalid(`${path}[${index}].image`, image, 'must not have leading or trailing whitespace'));
    }
  });
  return true;
}

/** False if the deadline is so wrong that nothing further is told. */
function validateDeadline(deadline: number | undefined, old: number | undefined, errors: FieldError[]): boolean {
  const field = 'spec.activeDeadlineSeconds';
  if (deadline === undefined) {
    if (old !== undefined)
      errors.push(invalid(field, undefined, 'must not update from a positive integer to nil value'));
    return true;
  }
  if (deadline < 0 || deadline > MAX_INT32) errors.push(invalid(field, deadline, rangeText(0, MAX_INT32)));
  else if (old !== undefined && old < deadline) {
    errors.push(invalid(field, deadline, 'must be less than or equal to previous value'));
  } else return true;
  return false;
}

function validateAddedTolerations(spec: PodSpec, old: PodSpec, errors: FieldError[]): void {
  const bare = (list: PodSpec['tolerations']) =>
    (list ?? []).map((item) => ({ ...item, tolerationSeconds: undefined }));
  const now = bare(spec.tolerations);
  if (bare(old.tolerations).every((item) => now.some((other) => deepEqual(other, item)))) {
    validateTolerations(spec.tolerations ?? [], 'spec.tolerations', errors);
    return;
  }
  errors.push(forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds'));
}

function validateRemovedGates(spec: PodSpec, old: PodSpec, errors: FieldError[]): void {
  const known = new Set((old.schedulingGates ?? []).map(({ name }) => name));
  (spec.schedulingGates ?? []).forEach(({ name }, index) => {
    if (known.has(name)) return;
    const why = `only deletion is allowed, but found new scheduling gate '${name}'`;
    errors.push(forbidden(`spec.schedulingGates[${index}].name`, why));
  });
}

function onlyAdds(term: NodeSelectorTerm, old: NodeSelectorTerm): boolean {
  const empty = !old.matchExpressions?.length && !old.matchFields?.length;
  if (empty && (term.matchExpressions?.length || term.matchFields?.length)) return false;
  return (['matchExpressions', 'matchFields'] as const).every((key) => {
    const before = old[key] ?? [];
    return deepEqual((term[key] ?? []).slice(0, before.length), before);
  });
}

function validateNodeAffinity(
  affinity: NodeAffinity | undefined,
  old: NodeAffinity | undefined,
  errors: FieldError[],
): void {
  const before = old?.[REQUIRED]?.nodeSelectorTerms ?? [];
  const terms = affinity?.[REQUIRED]?.nodeSelectorTerms ?? [];
  const field = `spec.affinity.nodeAffinity.${REQUIRED}.nodeSelectorTerms`;
  if (before.length === 0) return;
  if (before.length !== terms.length) {
    errors.push(invalid(field, terms, 'no additions/deletions to non-empty NodeSelectorTerms list are allowed'));
    return;
  }
  terms.forEach((term, index) => {
    if (onlyAdds(term, before[index] ?? {})) return;
    errors.push(invalid(`${field}[${index}]`, term, 'only additions are allowed (no mutations or deletions)'));
  });
}

/** A pod that waits at a gate may still be steered to fewer nodes. Takes what is allowed out of the comparison. */
function settleGated(rest: PodSpec, old: PodSpec, errors: FieldError[]): void {
  if (!deepEqual(rest.nodeSelector, old.nodeSelector)) {
    const selector = rest.nodeSelector ?? {};
    if (Object.entries(old.nodeSelector ?? {}).some(([key, value]) => selector[key] !== value)) {
      const why = 'only additions to spec.nodeSelector are allowed (no mutations or deletions)';
      errors.push(invalid('spec.nodeSelector', selector, why));
    }
    restore(rest, old, 'nodeSelector');
  }
  const before = old.affinity?.nodeAffinity;
  if (deepEqual(rest.affinity?.nodeAffinity, before)) return;
  validateNodeAffinity(rest.affinity?.nodeAffinity, before, errors);
  const { nodeAffinity: _, ...others } = rest.affinity ?? {};
  const affinity = before === undefined ? others : { ...others, nodeAffinity: before };
  if (Object.keys(affinity).length === 0 && old.affinity === undefined) delete rest.affinity;
  else rest.affinity = affinity;
}

function restore<K extends keyof PodSpec>(spec: PodSpec, old: PodSpec, key: K): void {
  if (old[key] === undefined) delete spec[key];
  else spec[key] = old[key];
}

/** The new spec with everything that may change set back. */
function unchangeable(spec: PodSpec, old: PodSpec, errors: FieldError[]): PodSpec {
  const rest = clone(spec);
  for (const key of ['containers', 'initContainers'] as const) {
    rest[key]?.forEach((container, index) => {
      const image = old[key]?.[index]?.image;
      if (image !== undefined) container.image = image;
    });
  }
  restore(rest, old, 'activeDeadlineSeconds');
  restore(rest, old, 'schedulingGates');
  restore(rest, old, 'tolerations');
  if ((old.terminationGracePeriodSeconds ?? 0) < 0 && rest.terminationGracePeriodSeconds === 1) {
    restore(rest, old, 'terminationGracePeriodSeconds');
  }
  if (old.schedulingGates?.length) settleGated(rest, old, errors);
  return rest;
}

function validateAnnotations(pod: Pod, old: Pod, errors: FieldError[]): void {
  const mirror = 'kubernetes.io/config.mirror';
  const now = pod.metadata.annotations?.[mirror];
  const before = old.metadata.annotations?.[mirror];
  if (now === before) return;
  const field = `metadata.annotations[${mirror}]`;
  const why = now === undefined ? 'may not remove' : before === undefined ? 'may not add' : 'may not update';
  errors.push(forbidden(field, `${why} mirror pod annotation`));
}

export function validatePodUpdate(pod: Pod, old: Pod): FieldError[] {
  const spec = pod.spec ?? { containers: [] };
  const oldSpec = old.spec ?? { containers: [] };
  const sameSpec = deepEqual(spec, oldSpec);
  const sameCost = pod.metadata.annotations?.[DELETION_COST] === old.metadata.annotations?.[DELETION_COST];
  // What was let pass once stays good: only a change of the spec is looked at.
  if (sameSpec && sameCost) {
    const errors: FieldError[] = [];
    validateAnnotations(pod, old, errors);
    return errors;
  }
  const errors = validatePod(pod);
  validateAnnotations(pod, old, errors);
  for (const key of ['containers', 'initContainers'] as const) {
    if (!validateContainers(spec[key] ?? [], oldSpec[key] ?? [], `spec.${key}`, errors)) return errors;
  }
  if (!validateDeadline(spec.activeDeadlineSeconds, oldSpec.activeDeadlineSeconds, errors)) return errors;
  validateAddedTolerations(spec, oldSpec, errors);
  validateRemovedGates(spec, oldSpec, errors);
  if (sameSpec) return errors;
  const rest = unchangeable(spec, oldSpec, errors);
  if (!deepEqual(rest, oldSpec)) {
    const diff = textDiff('PodSpec', oldSpec, rest);
    errors.push(forbidden('spec', `pod updates may not change fields other than ${CHANGEABLE}\n${diff}`));
  }
  return errors;
}
