// HorizontalPodAutoscaler of autoscaling/v2, the form in which it is stored.
// Models kubernetes pkg/registry/autoscaling/horizontalpodautoscaler, pkg/apis/autoscaling/v2 and the printer.

import { defineKind } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, age, column } from '../../printing.ts';
import type {
  HPAScalingRules,
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerSpec,
  MetricSpec,
  MetricTarget,
  MetricValueStatus,
} from '../../types/autoscaling-v2.ts';
import { validateAutoscalerStatus, validateChangedAutoscaler, validateNewAutoscaler } from './validation.ts';

const DEFAULT_UTILIZATION = 80;
const PERIOD = 15;
const MAX_SHOWN = 2;
const UNKNOWN = '<unknown>';

/** The rules a client leaves out, where it says something of how to scale. */
function setRuleDefaults(rules: HPAScalingRules | undefined, up: boolean): HPAScalingRules {
  const { stabilizationWindowSeconds, selectPolicy, policies, tolerance } = rules ?? {};
  const percent = { type: 'Percent', value: 100, periodSeconds: PERIOD };
  const window = stabilizationWindowSeconds ?? (up ? 0 : undefined);
  return {
    ...(window === undefined ? {} : { stabilizationWindowSeconds: window }),
    selectPolicy: selectPolicy ?? 'Max',
    policies: policies ?? (up ? [{ type: 'Pods', value: 4, periodSeconds: PERIOD }, percent] : [percent]),
    ...(tolerance === undefined ? {} : { tolerance }),
  };
}

export function setAutoscalerDefaults(object: HorizontalPodAutoscaler): void {
  const spec = (object.spec ??= {} as HorizontalPodAutoscalerSpec);
  spec.minReplicas ??= 1;
  if ((spec.metrics ?? []).length === 0) {
    const target = { type: 'Utilization', averageUtilization: DEFAULT_UTILIZATION };
    spec.metrics = [{ type: 'Resource', resource: { name: 'cpu', target } }];
  }
  if (spec.behavior === undefined) return;
  spec.behavior.scaleUp = setRuleDefaults(spec.behavior.scaleUp, true);
  spec.behavior.scaleDown = setRuleDefaults(spec.behavior.scaleDown, false);
}

const SOURCES = {
  External: 'external',
  Pods: 'pods',
  Object: 'object',
  Resource: 'resource',
  ContainerResource: 'containerResource',
} as const;

/** `500Mi/1Gi`, `60%/80%`, `3/10 (avg)`. */
function metricCell(metric: MetricSpec, current: MetricValueStatus | undefined): string {
  const key = SOURCES[metric.type as keyof typeof SOURCES] as (typeof SOURCES)[keyof typeof SOURCES] | undefined;
  if (key === undefined) return '<unknown type>';
  const target = (metric[key]?.target ?? {}) as Partial<MetricTarget>;
  const perPod = (suffix: string): string =>
    `${current?.averageValue ?? UNKNOWN}/${target.averageValue ?? ''}${suffix}`;
  const whole = (): string => `${current?.value ?? UNKNOWN}/${target.value ?? ''}`;
  switch (key) {
    case 'pods':
      return perPod('');
    case 'external':
    case 'object':
      return target.averageValue === undefined ? whole() : perPod(' (avg)');
    case 'resource':
    case 'containerResource': {
      const { name = '' } = metric[key] ?? {};
      if (target.averageValue !== undefined) return `${name}: ${perPod('')}`;
      const utilization = current?.averageUtilization;
      const now = utilization === undefined ? UNKNOWN : `${utilization}%`;
      const goal = target.averageUtilization === undefined ? '<auto>' : `${target.averageUtilization}%`;
      return `${name}: ${now}/${goal}`;
    }
  }
}

function targetsCell({ spec, status }: HorizontalPodAutoscaler): string {
  const metrics = spec.metrics ?? [];
  if (metrics.length === 0) return '<none>';
  const cells = metrics.slice(0, MAX_SHOWN).map((metric, index) => {
    const current = status?.currentMetrics?.[index];
    const key = SOURCES[metric.type as keyof typeof SOURCES];
    return metricCell(metric, current?.[key]?.current);
  });
  const more = metrics.length - MAX_SHOWN;
  return more > 0 ? `${cells.join(', ')} + ${more} more...` : cells.join(', ');
}

/** In every version. */
export const autoscalerNames = {
  group: 'autoscaling',
  kind: 'HorizontalPodAutoscaler',
  resource: 'horizontalpodautoscalers',
  singular: 'horizontalpodautoscaler',
  shortNames: ['hpa'],
  categories: ['all'],
  namespaced: true,
} as const;

export const horizontalPodAutoscaler = defineKind<HorizontalPodAutoscaler>({
  ...autoscalerNames,
  version: 'v2',
  definition: 'io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler',

  setDefaults: setAutoscalerDefaults,
  prepareForCreate(object) {
    object.status = { desiredReplicas: 0 };
  },
  validate: validateNewAutoscaler,
  validateUpdate: (object, old) => validateChangedAutoscaler(object, old.spec.minReplicas),

  status: {
    prepare(object) {
      object.status ??= { desiredReplicas: 0 };
    },
    validate: validateAutoscalerStatus,
  },

  printer: {
    columns: [
      NAME_COLUMN,
      column('Reference'),
      column('Targets'),
      column('MinPods'),
      column('MaxPods'),
      column('Replicas'),
      AGE_COLUMN,
    ],
    cells: (object, now) => [
      object.metadata.name,
      `${object.spec.scaleTargetRef.kind}/${object.spec.scaleTargetRef.name}`,
      targetsCell(object),
      object.spec.minReplicas === undefined ? '<unset>' : String(object.spec.minReplicas),
      object.spec.maxReplicas,
      object.status?.currentReplicas ?? 0,
      age(object, now),
    ],
  },
});
