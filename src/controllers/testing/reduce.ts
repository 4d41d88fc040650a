// Reduces objects of a scenario, ours and recorded, to what tells what controllers did.

import type { KubeObject } from '../../api/object.ts';

/** Numbers of random names say only in which order the recording met them. */
export function unnumbered(text: string): string {
  return text.replace(/<(pod|uid)\d+>/g, '<$1>');
}

export function unique(texts: string[]): string[] {
  return [...new Set(texts)].toSorted();
}

export function sorted(objects: object[]): object[] {
  return objects
    .map((object) => [JSON.stringify(object), object] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, object]) => object);
}

/** The fields that tell what controllers did; pods without what scheduler, kubelet and admission add. */
export function reduce(object: KubeObject): Record<string, unknown> {
  const { kind, metadata } = object;
  const { spec = {}, status = {} } = object as KubeObject & {
    spec?: Record<string, unknown>;
    status?: Record<string, unknown>;
  };
  const fields: Record<string, unknown> = {
    kind,
    name: metadata.name,
    'metadata.annotations': metadata.annotations,
    'metadata.ownerReferences': metadata.ownerReferences?.map(({ uid: _, ...reference }) => reference),
    'metadata.finalizers': metadata.finalizers,
    'metadata.generateName': metadata.generateName,
    'spec.hostname': spec['hostname'],
    'spec.replicas': spec['replicas'],
    revision: (object as KubeObject & { revision?: number }).revision,
    ...Object.fromEntries(Object.entries(status).map(([key, value]) => [`status.${key}`, value])),
  };
  return pick({ ...fields, 'metadata.labels': metadata.labels } as unknown as Record<string, unknown> & {
    kind: string;
    name: string;
  });
}

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

export function pick(object: Record<string, unknown> & { kind: string; name: string }): Record<string, unknown> {
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
