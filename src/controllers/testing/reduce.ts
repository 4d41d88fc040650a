// Reduces objects of a scenario, ours and recorded, to what tells what controllers did.

import type { KubeObject } from '../../api/object.ts';
import { isObject } from '../../lib/json.ts';
import type { ReducedObject } from './recorded-actions.ts';

export function unique(texts: string[]): string[] {
  return [...new Set(texts)].toSorted();
}

export function sorted(objects: object[]): object[] {
  return objects
    .map((object) => [JSON.stringify(object), object] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, object]) => object);
}

/**
 * All fields of an object as the recorder reduced them: by path (`metadata.labels`, `spec.replicas`, `status.phase`, `data`),
 * values one level down whole, but for templates, containers, conditions and owners, of which the least is kept that
 * tells them apart.
 */
export function reduce(object: KubeObject): ReducedObject {
  const { apiVersion: _, kind, metadata, ...others } = object as KubeObject & Record<string, unknown>;
  const reduced: Record<string, unknown> = { kind, name: metadata.name };
  for (const [key, value] of Object.entries(metadata)) reduced[`metadata.${key}`] = value;
  for (const [part, value] of Object.entries(others)) {
    if ((part === 'spec' || part === 'status') && isObject(value)) {
      for (const [key, item] of Object.entries(value)) reduced[`${part}.${key}`] = item;
    } else if (part === 'data' && isObject(value)) reduced['dataKeys'] = Object.keys(value).toSorted();
    else reduced[part] = value;
  }
  for (const [key, cut] of Object.entries(CUTS)) {
    if (reduced[key] !== undefined) reduced[key] = cut(reduced[key]);
  }
  return reduced as ReducedObject;
}

type Fields = Record<string, unknown>;

const CUTS: Readonly<Record<string, (value: unknown) => unknown>> = {
  'metadata.ownerReferences': (value) => (value as Fields[]).map(({ uid: _, ...reference }) => reference),
  'spec.template': template,
  'spec.jobTemplate': (value) => ({ template: template((value as { spec?: Fields }).spec?.['template']) }),
  'spec.containers': (value) => (value as Fields[]).map((item) => kept(item, ['name', 'image', 'resources', 'env'])),
  'spec.volumes': volumes,
  'status.conditions': (value) =>
    (value as Fields[]).map((item) => kept(item, ['type', 'status', 'reason', 'message', 'observedGeneration'])),
  'status.containerStatuses': (value) =>
    (value as Fields[]).map((item) => kept(item, ['name', 'ready', 'restartCount', 'state'])),
};

function template(value: unknown): Fields {
  const { metadata = {}, spec = {} } = (value ?? {}) as { metadata?: Fields; spec?: Fields };
  const containers = (spec['containers'] as Fields[] | undefined)?.map((item) => kept(item, ['name', 'image']));
  return { labels: metadata['labels'], annotations: metadata['annotations'], containers };
}

/** Without the token that admission gives every pod. */
function volumes(value: unknown): unknown {
  const others = (value as Array<{ name: string }>).filter(({ name }) => !name.startsWith('kube-api-access-'));
  return others.length === 0 ? undefined : others;
}

/** Empty objects count as none. */
function kept(item: Fields, keys: readonly string[]): Fields {
  const isThere = (value: unknown) => value !== undefined && !(isObject(value) && Object.keys(value).length === 0);
  return Object.fromEntries(keys.filter((key) => isThere(item[key])).map((key) => [key, item[key]]));
}

/** Of these fields alone a scenario in memory can be compared: it has no scheduler, kubelet or admission. */
const PICKED = [
  'kind',
  'name',
  'metadata.labels',
  'metadata.annotations',
  'metadata.ownerReferences',
  'metadata.finalizers',
  'metadata.generateName',
  'spec.hostname',
  'spec.replicas',
  'revision',
  'rules',
  'status.phase',
  'status.replicas',
  'status.updatedReplicas',
  'status.readyReplicas',
  'status.availableReplicas',
  'status.unavailableReplicas',
  'status.fullyLabeledReplicas',
  'status.terminatingReplicas',
  'status.currentNumberScheduled',
  'status.desiredNumberScheduled',
  'status.numberAvailable',
  'status.numberMisscheduled',
  'status.numberReady',
  'status.numberUnavailable',
  'status.updatedNumberScheduled',
  'status.collisionCount',
  'status.active',
  'status.completedIndexes',
  'status.completionTime',
  'status.currentHealthy',
  'status.desiredHealthy',
  'status.disruptionsAllowed',
  'status.expectedPods',
  'status.failed',
  'status.failedIndexes',
  'status.lastScheduleTime',
  'status.lastSuccessfulTime',
  'status.ready',
  'status.startTime',
  'status.succeeded',
  'status.terminating',
  'status.uncountedTerminatedPods',
  'status.conditions',
];

export function pick(object: ReducedObject): Record<string, unknown> {
  const picked: Record<string, unknown> = {};
  for (const key of PICKED) {
    const value = object[key];
    if (value === undefined || value === null) continue;
    picked[key] = value;
  }
  if (object.kind === 'Pod') {
    const { 'topology.kubernetes.io/zone': _, ...labels } = (object['metadata.labels'] ?? {}) as Record<string, string>;
    if (Object.keys(labels).length > 0) picked['metadata.labels'] = labels;
    delete picked['status.conditions'];
    delete picked['status.startTime'];
  } else if (Array.isArray(picked['status.conditions'])) {
    const conditions = picked['status.conditions'] as Array<Record<string, unknown>>;
    picked['status.conditions'] = conditions
      .map(({ type, status, reason, message }) => ({ type, status, reason, message }))
      .toSorted((a, b) => (String(a.type) < String(b.type) ? -1 : 1));
  }
  return picked;
}
