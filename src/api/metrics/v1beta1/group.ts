// What the kinds of metrics.k8s.io/v1beta1 have in common, and the APIService that says whether they are served.

import type { Draft } from '../../object.ts';
import { NAME_COLUMN } from '../../printing.ts';
import type { Column } from '../../kind.ts';
import type { APIService } from '../../types/apiregistration-v1.ts';
import type { ClusterRole } from '../../types/rbac-v1.ts';

export const METRICS_GROUP = {
  group: 'metrics.k8s.io',
  version: 'v1beta1',
  verbs: ['get', 'list'],
} as const;

/** The group is served while this APIService is there and names no other server. */
export const METRICS_API_SERVICE = `${METRICS_GROUP.version}.${METRICS_GROUP.group}`;

export function metricsApiService(): Draft<APIService> {
  const { group, version } = METRICS_GROUP;
  return {
    kind: 'APIService',
    apiVersion: 'apiregistration.k8s.io/v1',
    metadata: { name: METRICS_API_SERVICE },
    spec: { group, version, groupPriorityMinimum: 100, versionPriority: 100 },
  };
}

/** Who may see pods may see what they use, as with metrics-server's own role of this name. */
export function metricsReader(): Draft<ClusterRole> {
  const { group, verbs } = METRICS_GROUP;
  const aggregated = ['view', 'edit', 'admin'].map((role) => [
    `rbac.authorization.k8s.io/aggregate-to-${role}`,
    'true',
  ]);
  return {
    kind: 'ClusterRole',
    apiVersion: 'rbac.authorization.k8s.io/v1',
    metadata: { name: 'system:aggregated-metrics-reader', labels: Object.fromEntries(aggregated) },
    rules: [{ apiGroups: [group], resources: ['pods', 'nodes'], verbs: [...verbs, 'watch'] }],
  };
}

export const METRICS_COLUMNS: readonly Column[] = [
  NAME_COLUMN,
  { name: 'cpu', type: 'string', format: 'quantity' },
  { name: 'memory', type: 'string', format: 'quantity' },
  { name: 'Window', type: 'string', format: 'duration' },
];
