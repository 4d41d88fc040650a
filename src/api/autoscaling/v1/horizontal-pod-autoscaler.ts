// HorizontalPodAutoscaler of autoscaling/v1: a view of the autoscaling/v2 one that knows of CPU alone. The rest goes
// through annotations, so that what is written in one version and read in the other is not lost.
// Models kubernetes pkg/apis/autoscaling/v1/conversion.go.

import { isObject } from '../../../lib/json.ts';
import type { JsonObject } from '../../../lib/json.ts';
import { canonical } from '../../../schema/decode/canonical.ts';
import { defineKind } from '../../kind.ts';
import type { KubeObject } from '../../object.ts';
import { schemaOf } from '../../schema-of.ts';
import type { HorizontalPodAutoscaler, HorizontalPodAutoscalerSpec } from '../../types/autoscaling-v1.ts';
import type { HorizontalPodAutoscaler as Stored, MetricSpec } from '../../types/autoscaling-v2.ts';
import { autoscalerNames, horizontalPodAutoscaler, setAutoscalerDefaults } from '../v2/horizontal-pod-autoscaler.ts';
import { validateAutoscalerStatus, validateChangedAutoscaler, validateNewAutoscaler } from '../v2/validation.ts';
import { metricsOf, metricsText, parsed } from './metric-forms.ts';

const DEFINITION = 'io.k8s.api.autoscaling.v1.HorizontalPodAutoscaler';
const PREFIX = 'autoscaling.alpha.kubernetes.io/';
const METRICS = `${PREFIX}metrics`;
const CURRENT = `${PREFIX}current-metrics`;
const CONDITIONS = `${PREFIX}conditions`;
const BEHAVIOR = `${PREFIX}behavior`;
const ANNOTATIONS = [METRICS, CURRENT, CONDITIONS, BEHAVIOR];

/** Upstream writes its internal type into the annotation, whose members begin with capitals. */
function renamed(value: unknown, letter: (first: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, letter));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [letter(key.slice(0, 1)) + key.slice(1), renamed(item, letter)]),
  );
}

function isCpu({ type, resource }: MetricSpec): boolean {
  return type === 'Resource' && resource?.name === 'cpu' && resource.target.averageUtilization !== undefined;
}

/** The object with these annotations in place of those that carry the rest. */
function withAnnotations(metadata: KubeObject['metadata'], rest: Record<string, string>): KubeObject['metadata'] {
  const own = Object.entries(metadata.annotations ?? {}).filter(([key]) => !ANNOTATIONS.includes(key));
  const { annotations: _, ...meta } = metadata;
  const all = Object.fromEntries([...own, ...Object.entries(rest)]);
  return Object.keys(all).length === 0 ? meta : { ...meta, annotations: all };
}

/** What is stored has the defaults of the stored version too, as a read of it would give. */
function toStored(object: HorizontalPodAutoscaler): Stored {
  const stored = toStoredAsIs(object);
  setAutoscalerDefaults(stored);
  return canonical(stored as unknown as JsonObject, schemaOf(horizontalPodAutoscaler)).object as unknown as Stored;
}

function toStoredAsIs({ metadata, spec, status }: HorizontalPodAutoscaler): Stored {
  const annotations = metadata.annotations ?? {};
  const { targetCPUUtilizationPercentage: cpu, ...common } = spec ?? ({} as HorizontalPodAutoscalerSpec);
  const target = { type: 'Utilization', averageUtilization: cpu };
  const metrics = [
    ...(annotations[METRICS] === undefined ? [] : (metricsOf(annotations[METRICS], 'target') ?? [])),
    ...(cpu === undefined ? [] : [{ type: 'Resource', resource: { name: 'cpu', target } }]),
  ];
  const behavior =
    annotations[BEHAVIOR] === undefined
      ? undefined
      : renamed(parsed(annotations[BEHAVIOR]), (first) => first.toLowerCase());
  const { currentCPUUtilizationPercentage: current, ...counts } = status ?? {};
  const now = { averageValue: '0', averageUtilization: current };
  const currentMetrics =
    (annotations[CURRENT] === undefined ? undefined : metricsOf(annotations[CURRENT], 'current')) ??
    (current === undefined ? undefined : [{ type: 'Resource', resource: { name: 'cpu', current: now } }]);
  const conditions = annotations[CONDITIONS] === undefined ? undefined : parsed(annotations[CONDITIONS]);
  return {
    kind: 'HorizontalPodAutoscaler',
    apiVersion: 'autoscaling/v2',
    metadata: withAnnotations(metadata, {}),
    spec: {
      ...common,
      ...(metrics.length === 0 ? {} : { metrics }),
      ...(isObject(behavior) ? { behavior } : {}),
    },
    ...(status === undefined
      ? {}
      : {
          status: {
            ...counts,
            ...(currentMetrics === undefined ? {} : { currentMetrics }),
            ...(Array.isArray(conditions) ? { conditions } : {}),
          },
        }),
  } as unknown as Stored;
}

function fromStored(stored: KubeObject): HorizontalPodAutoscaler {
  const { metadata, spec, status } = stored as Stored;
  const { metrics = [], behavior, ...common } = spec;
  const { currentMetrics, conditions, ...counts } = status ?? {};
  const cpu = metrics.find(isCpu)?.resource?.target.averageUtilization;
  const others = metrics.filter((metric) => !isCpu(metric));
  const current = (currentMetrics ?? []).find(({ type, resource }) => type === 'Resource' && resource?.name === 'cpu');
  const utilization = current?.resource?.current.averageUtilization;
  const rest: Record<string, string> = {};
  if (others.length > 0) rest[METRICS] = metricsText(others, 'target');
  if ((currentMetrics ?? []).length > 0) rest[CURRENT] = metricsText(currentMetrics ?? [], 'current');
  if ((conditions ?? []).length > 0) rest[CONDITIONS] = JSON.stringify(conditions);
  if (behavior !== undefined) rest[BEHAVIOR] = JSON.stringify(renamed(behavior, (first) => first.toUpperCase()));
  const served = {
    kind: 'HorizontalPodAutoscaler',
    apiVersion: 'autoscaling/v1',
    metadata: withAnnotations(metadata, rest),
    spec: { ...common, ...(cpu === undefined ? {} : { targetCPUUtilizationPercentage: cpu }) },
    ...(status === undefined
      ? {}
      : {
          status: {
            ...counts,
            ...(utilization === undefined ? {} : { currentCPUUtilizationPercentage: utilization }),
          },
        }),
  };
  return canonical(served as unknown as JsonObject, schemaOf({ definition: DEFINITION }))
    .object as unknown as HorizontalPodAutoscaler;
}

export const horizontalPodAutoscalerV1 = defineKind<HorizontalPodAutoscaler>({
  ...autoscalerNames,
  version: 'v1',
  definition: DEFINITION,
  storedAs: {
    kind: 'HorizontalPodAutoscaler',
    apiVersion: 'autoscaling/v2',
    resource: 'horizontalpodautoscalers.autoscaling',
    toStored,
    fromStored,
  },

  setDefaults(object) {
    const spec = (object.spec ??= {} as HorizontalPodAutoscalerSpec);
    spec.minReplicas ??= 1;
  },
  prepareForCreate(object) {
    object.status = { currentReplicas: 0, desiredReplicas: 0 };
  },
  validate: (object) => validateNewAutoscaler(toStoredAsIs(object)),
  validateUpdate: (object, old) => validateChangedAutoscaler(toStoredAsIs(object), old.spec.minReplicas),

  status: {
    prepare(object) {
      object.status ??= { currentReplicas: 0, desiredReplicas: 0 };
    },
    validate: (object) => validateAutoscalerStatus(toStoredAsIs(object)),
  },

  printer: {
    columns: horizontalPodAutoscaler.printer.columns,
    cells: (object, now) => horizontalPodAutoscaler.printer.cells(toStored(object), now),
  },
});
