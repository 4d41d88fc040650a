// What else steers where a pod runs: tolerations, spreading, gates.
// Models kubernetes pkg/apis/core/validation (ValidateTolerations, validateTopologySpreadConstraints, …).

import { append } from '../../../../lib/append.ts';
import type { FieldError } from '../../../../schema/field-error.ts';
import { duplicate, forbidden, invalid, notSupported, required } from '../../../../schema/field-error.ts';
import { labelValueErrors, qualifiedNameErrors } from '../../../../schema/names.ts';
import type {
  PodReadinessGate,
  PodSchedulingGate,
  Toleration,
  TopologySpreadConstraint,
} from '../../../types/core-v1.ts';
import { validateLabelSelector } from '../../../validation/fields.ts';
import { addEach } from './scope.ts';

export const TAINT_EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
/** Upstream lists the last two although it does not take them unless asked to. */
const TOLERATION_OPERATORS = ['Equal', 'Exists', 'Lt', 'Gt'];
const SPREAD_ACTIONS = ['DoNotSchedule', 'ScheduleAnyway'];
const INCLUSION_POLICIES = ['Honor', 'Ignore'];

function validateToleration(
  toleration: Toleration,
  path: string,
  errors: FieldError[],
  operators: readonly string[] = TOLERATION_OPERATORS,
): void {
  const { key = '', operator = '', value = '', effect = '' } = toleration;
  if (key !== '') addEach(errors, `${path}.key`, key, qualifiedNameErrors(key));
  else if (operator !== 'Exists') {
    const why = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
    errors.push(invalid(`${path}.operator`, operator, why));
  }
  if (toleration.tolerationSeconds !== undefined && effect !== 'NoExecute') {
    errors.push(invalid(`${path}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"));
  }
  if (operator === '' || operator === 'Equal') {
    const texts = labelValueErrors(value);
    if (texts.length > 0) errors.push(invalid(`${path}.operator`, value, texts.join(';')));
  } else if (operator === 'Exists') {
    if (value !== '')
      errors.push(invalid(`${path}.operator`, value, "value must be empty when `operator` is 'Exists'"));
  } else {
    errors.push(notSupported(`${path}.operator`, operator, operators));
  }
  if (effect !== '' && !TAINT_EFFECTS.includes(effect))
    errors.push(notSupported(`${path}.effect`, effect, TAINT_EFFECTS));
}

/** Outside of pods, other operators are not told of. */
export function validatePlainTolerations(toleration: Toleration, path: string, errors: FieldError[]): void {
  validateToleration(toleration, path, errors, ['Equal', 'Exists']);
}

export function validateTolerations(tolerations: readonly Toleration[], path: string, errors: FieldError[]): void {
  tolerations.forEach((toleration, index) => validateToleration(toleration, `${path}[${index}]`, errors));
}

function validateSpreadKeys(constraint: TopologySpreadConstraint, path: string, errors: FieldError[]): void {
  const keys = constraint.matchLabelKeys ?? [];
  const selector = constraint.labelSelector;
  if (keys.length > 0 && selector === undefined) {
    errors.push(forbidden(path, 'must not be specified when labelSelector is not set'));
    return;
  }
  keys.forEach((key, index) => {
    addEach(errors, `${path}[${index}]`, key, qualifiedNameErrors(key));
    const written = (selector?.matchExpressions ?? []).filter((item) => item.key === key).length > 1;
    if (written || Object.hasOwn(selector?.matchLabels ?? {}, key)) {
      errors.push(invalid(`${path}[${index}]`, key, 'exists in both matchLabelKeys and labelSelector'));
    }
  });
}

function validateSpread(
  constraint: TopologySpreadConstraint,
  rest: readonly TopologySpreadConstraint[],
  path: string,
  errors: FieldError[],
): void {
  const { maxSkew = 0, topologyKey = '', whenUnsatisfiable: action = '', minDomains } = constraint;
  if (maxSkew <= 0) errors.push(invalid(`${path}.maxSkew`, maxSkew, 'must be greater than zero'));
  if (topologyKey === '') errors.push(required(`${path}.topologyKey`, 'can not be empty'));
  if (!SPREAD_ACTIONS.includes(action)) errors.push(notSupported(`${path}.whenUnsatisfiable`, action, SPREAD_ACTIONS));
  if (rest.some((other) => (other.topologyKey ?? '') === topologyKey && (other.whenUnsatisfiable ?? '') === action)) {
    errors.push(duplicate(`${path}.{topologyKey, whenUnsatisfiable}`, `{${topologyKey}, ${action}}`));
  }
  if (minDomains !== undefined) {
    if (minDomains <= 0) errors.push(invalid(`${path}.minDomains`, minDomains, 'must be greater than zero'));
    if (action !== 'DoNotSchedule') {
      const why = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${action}`;
      errors.push(invalid(`${path}.minDomains`, minDomains, why));
    }
  }
  for (const key of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const) {
    const policy = constraint[key];
    if (policy === undefined || INCLUSION_POLICIES.includes(policy)) continue;
    errors.push(notSupported(`${path}.${key}`, policy, INCLUSION_POLICIES));
  }
  validateSpreadKeys(constraint, `${path}.matchLabelKeys`, errors);
  append(errors, validateLabelSelector(constraint.labelSelector, `${path}.labelSelector`));
}

export function validateTopologySpread(
  constraints: readonly TopologySpreadConstraint[],
  path: string,
  errors: FieldError[],
): void {
  constraints.forEach((constraint, index) => {
    validateSpread(constraint, constraints.slice(index + 1), `${path}[${index}]`, errors);
  });
}

export function validateReadinessGates(gates: readonly PodReadinessGate[], path: string, errors: FieldError[]): void {
  gates.forEach((gate, index) => {
    const type = gate.conditionType ?? '';
    addEach(errors, `${path}[${index}].conditionType`, type, qualifiedNameErrors(type));
  });
}

export function validateSchedulingGates(gates: readonly PodSchedulingGate[], path: string, errors: FieldError[]): void {
  const seen = new Set<string>();
  gates.forEach((gate, index) => {
    const name = gate.name ?? '';
    addEach(errors, `${path}[${index}]`, name, qualifiedNameErrors(name));
    if (seen.has(name)) errors.push(duplicate(`${path}[${index}]`, name));
    seen.add(name);
  });
}
