// Cases after kubernetes/autoscaler cluster-autoscaler/utils/drain/drain_test.go and simulator/drainability/rules/*_test.go.

import { describe, expect, it } from 'vitest';
import type { Pod, PodSpec } from '../../api/types/core-v1.ts';
import type { PodDisruptionBudget } from '../../api/types/policy-v1.ts';
import { mayBeMoved, podsToMove } from './movable.ts';

const NOW = Date.parse('2026-01-01T00:10:00Z');
const EVICT = 'cluster-autoscaler.kubernetes.io/safe-to-evict';
const LOCAL = 'cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes';

interface Sort {
  owner?: string;
  namespace?: string;
  annotations?: Record<string, string>;
  volumes?: PodSpec['volumes'];
  deleted?: string;
  grace?: number;
}

function pod({ owner = 'ReplicaSet', namespace = 'default', annotations, volumes, deleted, grace }: Sort): Pod {
  const reference = { apiVersion: 'apps/v1', kind: owner, name: 'o', uid: 'o', controller: true };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'bar',
      namespace,
      uid: 'u',
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
      labels: { app: 'web' },
      ...(owner === '' ? {} : { ownerReferences: [reference] }),
      ...(annotations && { annotations }),
      ...(deleted === undefined ? {} : { deletionTimestamp: deleted }),
    },
    spec: {
      containers: [],
      ...(volumes && { volumes }),
      ...(grace === undefined ? {} : { terminationGracePeriodSeconds: grace }),
    },
  };
}

function budget(disruptionsAllowed: number, namespace = 'default', app = 'web'): PodDisruptionBudget {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'b', namespace, uid: 'b', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { selector: { matchLabels: { app } } },
    status: { disruptionsAllowed, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 },
  };
}

describe('pods that may be moved', () => {
  it.each<[string, boolean, Sort, PodDisruptionBudget[]]>([
    ['RC-managed pod', true, { owner: 'ReplicationController' }, []],
    ['Job-managed pod', true, { owner: 'Job' }, []],
    ['SS-managed pod', true, { owner: 'StatefulSet' }, []],
    ['RS-managed pod', true, {}, []],
    ['pod managed by a custom controller', false, { owner: 'MyThing' }, []],
    ['naked pod', false, { owner: '' }, []],
    ['naked pod with PodSafeToEvict annotation', true, { owner: '', annotations: { [EVICT]: 'true' } }, []],
    ['pod with PodSafeToEvict=false annotation', false, { annotations: { [EVICT]: 'false' } }, []],
    ['pod with EmptyDir', false, { volumes: [{ name: 'scratch', emptyDir: {} }] }, []],
    ['pod with EmptyDir in memory', true, { volumes: [{ name: 'scratch', emptyDir: { medium: 'Memory' } }] }, []],
    ['pod with hostPath', false, { volumes: [{ name: 'host', hostPath: { path: '/a' } }] }, []],
    [
      'pod with EmptyDir and SafeToEvictLocalVolumes annotation',
      true,
      { volumes: [{ name: 'scratch', emptyDir: {} }], annotations: { [LOCAL]: 'scratch' } },
      [],
    ],
    [
      'pod with EmptyDir and SafeToEvictLocalVolumes annotation with incorrect value',
      false,
      { volumes: [{ name: 'scratch', emptyDir: {} }], annotations: { [LOCAL]: 'scratch-2' } },
      [],
    ],
    [
      'pod with EmptyDir volumes and SafeToEvictLocalVolumes annotation with some matching values',
      false,
      {
        volumes: [
          { name: 'scratch-1', emptyDir: {} },
          { name: 'scratch-2', emptyDir: {} },
        ],
        annotations: { [LOCAL]: 'scratch-1,scratch-5' },
      },
      [],
    ],
    [
      'pod with EmptyDir volumes and SafeToEvictLocalVolumes annotation with all matching values',
      true,
      {
        volumes: [
          { name: 'scratch-1', emptyDir: {} },
          { name: 'scratch-2', emptyDir: {} },
        ],
        annotations: { [LOCAL]: 'scratch-1,scratch-2' },
      },
      [],
    ],
    ['kube-system pod without PDB', false, { namespace: 'kube-system' }, []],
    ['kube-system pod with a PDB of another', false, { namespace: 'kube-system' }, [budget(1, 'kube-system', 'dns')]],
    ['kube-system pod with PDB', true, { namespace: 'kube-system' }, [budget(1, 'kube-system')]],
    ['kube-system PodSafeToEvict annotation', true, { namespace: 'kube-system', annotations: { [EVICT]: 'true' } }, []],
    ['empty PDB with RC-managed pod', true, {}, [budget(0, 'elsewhere')]],
    ['PDB with RC-managed pod', true, {}, [budget(1)]],
    ['PDB that allows none', false, {}, [budget(0)]],
    ['PDB that allows none, and one that does', false, {}, [budget(1), budget(0)]],
    ['pod that is being deleted', true, { owner: '', deleted: '2026-01-01T00:09:50Z' }, [budget(0)]],
  ])('%s: %s', (_, may, sort, budgets) => {
    expect(mayBeMoved(pod(sort), budgets)).toBe(may);
  });
});

describe('pods that must be moved', () => {
  it.each<[string, boolean, Sort]>([
    ['RS-managed pod', true, {}],
    ['DS-managed pod', false, { owner: 'DaemonSet' }],
    ['mirror pod', false, { owner: '', annotations: { 'kubernetes.io/config.mirror': 'x' } }],
    ['pod that is being deleted', true, { deleted: '2026-01-01T00:09:50Z' }],
    ['long terminating pod with 0 grace period', false, { deleted: '2026-01-01T00:09:29Z', grace: 0 }],
    ['0 grace period, not long enough', true, { deleted: '2026-01-01T00:09:31Z', grace: 0 }],
    ['long terminating pod with extended grace period', true, { deleted: '2026-01-01T00:08:31Z', grace: 60 }],
    ['extended grace period, long overdue', false, { deleted: '2026-01-01T00:08:29Z', grace: 60 }],
  ])('%s: %s', (_, must, sort) => {
    expect(podsToMove([pod(sort)], NOW)).toHaveLength(must ? 1 : 0);
  });
});
