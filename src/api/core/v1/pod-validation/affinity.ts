// Affinity to nodes and to other pods. Models kubernetes pkg/apis/core/validation (validateAffinity, …).

import { append } from '../../../../lib/append.ts';
import type { FieldError } from '../../../../schema/field-error.ts';
import { forbidden, invalid, required } from '../../../../schema/field-error.ts';
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  labelValueErrors,
  qualifiedNameErrors,
} from '../../../../schema/names.ts';
import type {
  Affinity,
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodAffinity,
  PodAffinityTerm,
} from '../../../types/core-v1.ts';
import { validateLabelSelector } from '../../../validation/fields.ts';
import { addEach } from './scope.ts';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

function validateWeight(weight: number | undefined, path: string, errors: FieldError[]): void {
  const value = weight ?? 0;
  if (value < 1 || value > 100) errors.push(invalid(`${path}.weight`, value, 'must be in the range 1-100'));
}

function validateExpression(
  item: NodeSelectorRequirement,
  path: string,
  checkValues: boolean,
  errors: FieldError[],
): void {
  const { key = '', operator = '', values = [] } = item;
  const field = `${path}.values`;
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0) errors.push(required(field, "must be specified when `operator` is 'In' or 'NotIn'"));
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0) {
        errors.push(forbidden(field, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
      }
      break;
    case 'Gt':
    case 'Lt':
      if (values.length !== 1) {
        errors.push(required(field, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
      }
      break;
    default:
      errors.push(invalid(`${path}.operator`, operator, 'not a valid selector operator'));
  }
  addEach(errors, `${path}.key`, key, qualifiedNameErrors(key));
  if (checkValues)
    values.forEach((value, index) => addEach(errors, `${field}[${index}]`, value, labelValueErrors(value)));
}

function validateField(item: NodeSelectorRequirement, path: string, errors: FieldError[]): void {
  const { key = '', operator = '', values = [] } = item;
  if (operator !== 'In' && operator !== 'NotIn') {
    errors.push(invalid(`${path}.operator`, operator, 'not a valid selector operator'));
  } else if (values.length !== 1) {
    const why = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
    errors.push(required(`${path}.values`, why));
  }
  if (key !== 'metadata.name') errors.push(invalid(`${path}.key`, key, 'not a valid field selector key'));
  else
    values.forEach((value, index) => addEach(errors, `${path}.values[${index}]`, value, dns1123SubdomainErrors(value)));
}

function validateTerm(term: NodeSelectorTerm, path: string, checkValues: boolean, errors: FieldError[]): void {
  (term.matchExpressions ?? []).forEach((item, index) => {
    validateExpression(item, `${path}.matchExpressions[${index}]`, checkValues, errors);
  });
  (term.matchFields ?? []).forEach((item, index) => validateField(item, `${path}.matchFields[${index}]`, errors));
}

export function validateNodeSelector(selector: NodeSelector, path: string, errors: FieldError[]): void {
  const field = `${path}.nodeSelectorTerms`;
  const terms = selector.nodeSelectorTerms ?? [];
  if (terms.length === 0) errors.push(required(field, 'must have at least one node selector term'));
  terms.forEach((term, index) => validateTerm(term, `${field}[${index}]`, true, errors));
}

function validateNodeAffinity(
  affinity: NonNullable<Affinity['nodeAffinity']>,
  path: string,
  errors: FieldError[],
): void {
  const selector = affinity[REQUIRED];
  if (selector !== undefined) validateNodeSelector(selector, `${path}.${REQUIRED}`, errors);
  (affinity[PREFERRED] ?? []).forEach((term, index) => {
    const at = `${path}.${PREFERRED}[${index}]`;
    validateWeight(term.weight, at, errors);
    validateTerm(term.preference ?? {}, `${at}.preference`, false, errors);
  });
}

/** The keys of a selector that its author wrote: each key of matchLabelKeys stands there once more, merged in. */
function hasOwnKey(term: PodAffinityTerm, key: string): boolean {
  if (Object.hasOwn(term.labelSelector?.matchLabels ?? {}, key)) return true;
  return (term.labelSelector?.matchExpressions ?? []).filter((item) => item.key === key).length > 1;
}

function validateLabelKeys(term: PodAffinityTerm, path: string, errors: FieldError[]): void {
  const { matchLabelKeys = [], mismatchLabelKeys = [], labelSelector } = term;
  for (const [name, keys] of [
    ['matchLabelKeys', matchLabelKeys],
    ['mismatchLabelKeys', mismatchLabelKeys],
  ] as const) {
    if (keys.length > 0 && labelSelector === undefined) {
      errors.push(forbidden(`${path}.${name}`, 'must not be specified when labelSelector is not set'));
    }
    keys.forEach((key, index) => addEach(errors, `${path}.${name}[${index}]`, key, qualifiedNameErrors(key)));
  }
  mismatchLabelKeys.forEach((key, index) => {
    if (!matchLabelKeys.includes(key)) return;
    const field = `${path}.matchLabelKeys[${index}]`;
    errors.push(invalid(field, key, 'exists in both matchLabelKeys and mismatchLabelKeys'));
  });
  for (const [name, keys] of [
    ['matchLabelKeys', matchLabelKeys],
    ['mismatchLabelKeys', mismatchLabelKeys],
  ] as const) {
    keys.forEach((key, index) => {
      if (hasOwnKey(term, key))
        errors.push(invalid(`${path}[${index}]`, key, `exists in both ${name} and labelSelector`));
    });
  }
}

function validatePodTerm(term: PodAffinityTerm, path: string, errors: FieldError[]): void {
  const { topologyKey = '' } = term;
  append(errors, validateLabelSelector(term.labelSelector, `${path}.labelSelector`));
  append(errors, validateLabelSelector(term.namespaceSelector, `${path}.namespaceSelector`));
  for (const name of term.namespaces ?? []) addEach(errors, `${path}.namespace`, name, dns1123LabelErrors(name));
  validateLabelKeys(term, path, errors);
  const field = `${path}.topologyKey`;
  if (topologyKey === '') errors.push(required(field, 'can not be empty'));
  addEach(errors, field, topologyKey, qualifiedNameErrors(topologyKey));
}

function validatePodAffinity(affinity: PodAffinity | undefined, path: string, errors: FieldError[]): void {
  (affinity?.[REQUIRED] ?? []).forEach((term, index) => validatePodTerm(term, `${path}.${REQUIRED}[${index}]`, errors));
  (affinity?.[PREFERRED] ?? []).forEach((term, index) => {
    const at = `${path}.${PREFERRED}[${index}]`;
    validateWeight(term.weight, at, errors);
    validatePodTerm(term.podAffinityTerm ?? { topologyKey: '' }, `${at}.podAffinityTerm`, errors);
  });
}

export function validateAffinity(affinity: Affinity | undefined, path: string, errors: FieldError[]): void {
  if (affinity === undefined) return;
  if (affinity.nodeAffinity !== undefined) validateNodeAffinity(affinity.nodeAffinity, `${path}.nodeAffinity`, errors);
  validatePodAffinity(affinity.podAffinity, `${path}.podAffinity`, errors);
  validatePodAffinity(affinity.podAntiAffinity, `${path}.podAntiAffinity`, errors);
}
