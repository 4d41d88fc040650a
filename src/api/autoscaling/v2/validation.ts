// What a HorizontalPodAutoscaler may be. Models kubernetes pkg/apis/autoscaling/validation.

import { append } from '../../../lib/append.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { forbidden, invalid, notSupported, required } from '../../../schema/field-error.ts';
import { pathSegmentNameErrors } from '../../../schema/names.ts';
import { quantityOf } from '../../../schema/quantity.ts';
import type {
  CrossVersionObjectReference,
  HPAScalingPolicy,
  HPAScalingRules,
  HorizontalPodAutoscaler,
  MetricIdentifier,
  MetricSpec,
  MetricTarget,
} from '../../types/autoscaling-v2.ts';
import { invalidEach, validateNonnegative } from '../../validation/fields.ts';

const SOURCES = ['containerResource', 'external', 'object', 'pods', 'resource'] as const;
/** Only the first of these that is set is looked into. */
const LOOKED_INTO = ['object', 'external', 'pods', 'resource', 'containerResource'] as const;
const SOURCE_TYPES = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'];
const TARGET_TYPES = ['Utilization', 'Value', 'AverageValue'];
const POLICY_TYPES = ['Percent', 'Pods'];
const SELECT_POLICIES = ['Disabled', 'Max', 'Min'];
const MAX_WINDOW = 3600;
const MAX_PERIOD = 1800;

interface Leniency {
  /** 0 where the old object had it, else 1. */
  readonly minReplicas: 0 | 1;
  /** An update may keep a target that would not be taken any more. */
  readonly anyTarget: boolean;
}

/** A name, a kind, and an apiVersion that is well-formed and, unless `anyGroup`, names a group. */
function validateReference(
  reference: CrossVersionObjectReference | undefined,
  field: string,
  { anyGroup, anyVersion }: { anyGroup: boolean; anyVersion: boolean },
): FieldError[] {
  const errors = (['kind', 'name'] as const).flatMap((key) => {
    const value = reference?.[key] ?? '';
    return value === ''
      ? [required(`${field}.${key}`)]
      : invalidEach(`${field}.${key}`, value, pathSegmentNameErrors(value));
  });
  const apiVersion = reference?.apiVersion ?? '';
  const slashes = apiVersion.split('/').length - 1;
  if (slashes > 1) {
    if (!anyVersion) {
      errors.push(invalid(`${field}.apiVersion`, apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
    }
  } else if (!anyGroup && slashes === 0 && reference?.kind !== 'ReplicationController') {
    errors.push(invalid(`${field}.apiVersion`, apiVersion, 'apiVersion must specify API group'));
  }
  return errors;
}

function validateMetricName(metric: MetricIdentifier | undefined, field: string): FieldError[] {
  const name = metric?.name ?? '';
  if (name === '') return [required(`${field}.name`, 'must specify a metric name')];
  return invalidEach(`${field}.name`, name, pathSegmentNameErrors(name));
}

function isPositive(value: string | number | undefined): boolean {
  return value !== undefined && quantityOf(value).nano > 0n;
}

function validateTarget(target: Partial<MetricTarget>, field: string): FieldError[] {
  const { type = '', value, averageValue, averageUtilization } = target;
  const errors: FieldError[] = [];
  if (type === '') errors.push(required(`${field}.type`, 'must specify a metric target type'));
  if (!TARGET_TYPES.includes(type)) {
    errors.push(invalid(`${field}.type`, type, 'must be either Utilization, Value, or AverageValue'));
  }
  if (value !== undefined && !isPositive(value)) {
    errors.push(invalid(`${field}.value`, String(value), 'must be positive'));
  }
  if (averageValue !== undefined && !isPositive(averageValue)) {
    errors.push(invalid(`${field}.averageValue`, String(averageValue), 'must be positive'));
  }
  if (averageUtilization !== undefined && averageUtilization < 1) {
    errors.push(invalid(`${field}.averageUtilization`, averageUtilization, 'must be greater than 0'));
  }
  return errors;
}

/** Of resources of the pods or of one container in each of them. */
function validateUtilization(target: Partial<MetricTarget>, field: string): FieldError[] {
  const errors = validateTarget(target, field);
  const { averageUtilization, averageValue } = target;
  if (averageUtilization === undefined && averageValue === undefined) {
    const why = 'must set either a target raw value or a target utilization';
    errors.push(required(`${field}.averageUtilization`, why));
  }
  if (averageUtilization !== undefined && averageValue !== undefined) {
    const why = 'may not set both a target raw value and a target utilization';
    errors.push(forbidden(`${field}.averageValue`, why));
  }
  return errors;
}

function validateSource(metric: MetricSpec, key: (typeof SOURCES)[number], field: string): FieldError[] {
  const target: Partial<MetricTarget> = metric[key]?.target ?? {};
  const at = `${field}.target`;
  const { value, averageValue } = target;
  const unset = value === undefined && averageValue === undefined;
  switch (key) {
    case 'object':
      return [
        ...validateReference(metric.object?.describedObject, `${field}.describedObject`, {
          anyGroup: true,
          anyVersion: false,
        }),
        ...validateMetricName(metric.object?.metric, `${field}.metric`),
        ...validateTarget(target, at),
        ...(unset ? [required(`${at}.averageValue`, 'must set either a target value or averageValue')] : []),
      ];
    case 'external': {
      const errors = [...validateMetricName(metric.external?.metric, `${field}.metric`), ...validateTarget(target, at)];
      if (unset) {
        const why = 'must set either a target value for metric or a per-pod target';
        errors.push(required(`${at}.averageValue`, why));
      }
      if (value !== undefined && averageValue !== undefined) {
        const why = 'may not set both a target value for metric and a per-pod target';
        errors.push(forbidden(`${at}.value`, why));
      }
      return errors;
    }
    case 'pods':
      return [
        ...validateMetricName(metric.pods?.metric, `${field}.metric`),
        ...validateTarget(target, at),
        ...(isPositive(averageValue)
          ? []
          : [required(`${at}.averageValue`, 'must specify a positive target averageValue')]),
      ];
    case 'resource':
    case 'containerResource': {
      const errors: FieldError[] = [];
      if (!metric[key]?.name) errors.push(required(`${field}.name`, 'must specify a resource name'));
      if (key === 'containerResource' && !metric.containerResource?.container) {
        errors.push(required(`${field}.container`, 'must specify a container'));
      }
      return [...errors, ...validateUtilization(target, at)];
    }
  }
}

function validateMetric(metric: MetricSpec, field: string): FieldError[] {
  const type = (metric.type as string | undefined) ?? '';
  const errors: FieldError[] = [];
  if (type === '') errors.push(required(`${field}.type`, 'must specify a metric source type'));
  const unknown = SOURCE_TYPES.includes(type) ? [] : [notSupported(`${field}.type`, type, SOURCE_TYPES)];
  append(errors, unknown);
  const present = LOOKED_INTO.filter((key) => metric[key] !== undefined);
  const [first] = present;
  if (first !== undefined) append(errors, validateSource(metric, first, `${field}.${first}`));
  const expected = SOURCES.find((key) => key.toLowerCase() === type.toLowerCase());
  // An unknown type is told twice.
  if (expected === undefined) append(errors, unknown);
  else if (metric[expected] === undefined) {
    errors.push(required(`${field}.${expected}`, 'must populate information for the given metric source'));
  }
  if (present.length === 1) return errors;
  for (const key of present) {
    if (key !== expected) errors.push(forbidden(`${field}.${key}`, 'must populate the given metric source only'));
  }
  return errors;
}

function validatePolicy(policy: HPAScalingPolicy, field: string): FieldError[] {
  const { type = '', value = 0, periodSeconds = 0 } = policy as Partial<HPAScalingPolicy>;
  const errors: FieldError[] = [];
  if (!POLICY_TYPES.includes(type)) errors.push(notSupported(`${field}.type`, type, POLICY_TYPES));
  if (value <= 0) errors.push(invalid(`${field}.value`, value, 'must be greater than zero'));
  if (periodSeconds <= 0) errors.push(invalid(`${field}.periodSeconds`, periodSeconds, 'must be greater than zero'));
  if (periodSeconds > MAX_PERIOD) {
    errors.push(invalid(`${field}.periodSeconds`, periodSeconds, `must be less than or equal to ${MAX_PERIOD}`));
  }
  return errors;
}

function validateRules(rules: HPAScalingRules | undefined, field: string): FieldError[] {
  if (rules === undefined) return [];
  const { stabilizationWindowSeconds: window, selectPolicy, policies = [], tolerance } = rules;
  const errors: FieldError[] = [];
  const at = `${field}.stabilizationWindowSeconds`;
  if (window !== undefined && window < 0) errors.push(invalid(at, window, 'must be greater than or equal to zero'));
  if (window !== undefined && window > MAX_WINDOW) {
    errors.push(invalid(at, window, `must be less than or equal to ${MAX_WINDOW}`));
  }
  if (selectPolicy !== undefined && !SELECT_POLICIES.includes(selectPolicy)) {
    errors.push(notSupported(`${field}.selectPolicy`, selectPolicy, SELECT_POLICIES));
  }
  if (policies.length === 0) errors.push(required(`${field}.policies`, 'must specify at least one Policy'));
  policies.forEach((policy, index) => append(errors, validatePolicy(policy, `${field}.policies[${index}]`)));
  if (tolerance !== undefined && quantityOf(tolerance).nano < 0n) {
    errors.push(invalid(`${field}.tolerance`, String(tolerance), 'must be greater than or equal to 0'));
  }
  return errors;
}

export function validateNewAutoscaler(object: HorizontalPodAutoscaler): FieldError[] {
  return validateAutoscaler(object, { minReplicas: 1, anyTarget: false });
}

/** What scaled down to nothing before may do so still. */
export function validateChangedAutoscaler(
  object: HorizontalPodAutoscaler,
  oldMinimum: number | undefined,
): FieldError[] {
  return validateAutoscaler(object, { minReplicas: oldMinimum === 0 ? 0 : 1, anyTarget: true });
}

function validateAutoscaler({ spec }: HorizontalPodAutoscaler, leniency: Leniency): FieldError[] {
  const { minReplicas, maxReplicas = 0, metrics = [], behavior } = spec ?? {};
  const lowest = leniency.minReplicas;
  const errors: FieldError[] = [];
  if (minReplicas !== undefined && minReplicas < lowest) {
    errors.push(invalid('spec.minReplicas', minReplicas, `must be greater than or equal to ${lowest}`));
  }
  if (maxReplicas < 1) errors.push(required('spec.maxReplicas', 'must be set and greater than 0'));
  if (minReplicas !== undefined && maxReplicas < minReplicas) {
    errors.push(invalid('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`'));
  }
  const any = leniency.anyTarget;
  append(errors, validateReference(spec?.scaleTargetRef, 'spec.scaleTargetRef', { anyGroup: any, anyVersion: any }));
  metrics.forEach((metric, index) => append(errors, validateMetric(metric, `spec.metrics[${index}]`)));
  if (minReplicas === 0 && !metrics.some(({ type }) => type === 'Object' || type === 'External')) {
    const why = 'must specify at least one Object or External metric to support scaling to zero replicas';
    errors.push(forbidden('spec.metrics', why));
  }
  return [
    ...errors,
    ...validateRules(behavior?.scaleUp, 'spec.behavior.scaleUp'),
    ...validateRules(behavior?.scaleDown, 'spec.behavior.scaleDown'),
  ];
}

export function validateAutoscalerStatus({ status }: HorizontalPodAutoscaler): FieldError[] {
  return [
    ...validateNonnegative(status?.currentReplicas, 'status.currentReplicas'),
    ...validateNonnegative(status?.desiredReplicas, 'status.desiredReplicas'),
  ];
}
