// Metrics in the form of autoscaling/v1, which has no room for them but in annotations.
// Models kubernetes pkg/apis/autoscaling/v1/conversion.go.

import { own } from '../../../lib/json.ts';
import type { JsonObject } from '../../../lib/json.ts';
import type { MetricSpec, MetricStatus, MetricTarget, MetricValueStatus } from '../../types/autoscaling-v2.ts';

/** A target, or the values that are now: the names are the same but for this prefix. */
type Value = Partial<MetricTarget> & MetricValueStatus;
type Prefix = 'target' | 'current';
type Source = 'object' | 'pods' | 'resource' | 'containerResource' | 'external';

const SOURCES: Readonly<Record<string, Source>> = {
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
  ContainerResource: 'containerResource',
  External: 'external',
};

/** Leaves out what is not set. */
function present(members: Record<string, unknown>): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as JsonObject;
}

function oldForm(metric: MetricSpec | MetricStatus, prefix: Prefix): JsonObject {
  const key = own(SOURCES, metric.type);
  const source = key === undefined ? undefined : (metric[key] as unknown as Record<string, unknown> | undefined);
  if (key === undefined || source === undefined) return { type: metric.type };
  const value = (prefix === 'target' ? source['target'] : source['current']) as Value;
  const id = source['metric'] as { name: string; selector?: unknown } | undefined;
  return present({
    type: metric.type,
    [key]: present(members(key, prefix, source, id, value)),
  });
}

function members(
  key: Source,
  prefix: Prefix,
  source: Record<string, unknown>,
  id: { name: string; selector?: unknown } | undefined,
  value: Value,
): Record<string, unknown> {
  const { averageUtilization, averageValue } = value;
  switch (key) {
    case 'object':
      return {
        target: source['describedObject'],
        metricName: id?.name,
        [`${prefix}Value`]: value.value ?? '0',
        selector: id?.selector,
        averageValue,
      };
    case 'pods':
      return { metricName: id?.name, [`${prefix}AverageValue`]: averageValue ?? '0', selector: id?.selector };
    case 'external':
      return {
        metricName: id?.name,
        metricSelector: id?.selector,
        [`${prefix}Value`]: value.value ?? (prefix === 'current' ? '0' : undefined),
        [`${prefix}AverageValue`]: averageValue,
      };
    case 'resource':
    case 'containerResource':
      return {
        name: source['name'],
        [`${prefix}AverageUtilization`]: averageUtilization,
        [`${prefix}AverageValue`]: averageValue ?? (prefix === 'current' ? '0' : undefined),
        container: source['container'],
      };
  }
}

function newForm(metric: JsonObject, prefix: Prefix): JsonObject {
  const type = metric['type'] as string;
  const key = own(SOURCES, type);
  const old = key === undefined ? undefined : (metric[key] as JsonObject | undefined);
  if (key === undefined || old === undefined) return { type };
  const averageValue = key === 'object' ? old['averageValue'] : old[`${prefix}AverageValue`];
  const value = key === 'object' || key === 'external' ? old[`${prefix}Value`] : undefined;
  const utilization = old[`${prefix}AverageUtilization`];
  const values = present({ value, averageValue, averageUtilization: utilization });
  const targetType =
    utilization !== undefined ? 'Utilization' : averageValue !== undefined || key === 'pods' ? 'AverageValue' : 'Value';
  const id = present({ name: old['metricName'], selector: old[key === 'external' ? 'metricSelector' : 'selector'] });
  return present({
    type,
    [key]: present({
      name: old['name'],
      container: old['container'],
      describedObject: key === 'object' ? old['target'] : undefined,
      metric: key === 'resource' || key === 'containerResource' ? undefined : id,
      ...(prefix === 'target' ? { target: { type: targetType, ...values } } : { current: values }),
    }),
  });
}

/** The text of an annotation. */
export function metricsText(metrics: ReadonlyArray<MetricSpec | MetricStatus>, prefix: Prefix): string {
  return JSON.stringify(metrics.map((metric) => oldForm(metric, prefix)));
}

/** What the text of an annotation stands for; undefined if it is not well-formed. */
export function metricsOf(text: string, prefix: Prefix): JsonObject[] | undefined {
  const list = parsed(text);
  return Array.isArray(list) ? list.map((item) => newForm(item as JsonObject, prefix)) : undefined;
}

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
