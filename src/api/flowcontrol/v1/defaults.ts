// The priority levels and flow schemas that every cluster has. The mandatory ones are always as they are here; the suggested
// ones for as long as their annotation says so.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/apis/flowcontrol/bootstrap/default.go.

import type { Draft } from '../../object.ts';
import type {
  FlowSchema,
  PolicyRulesWithSubjects,
  PriorityLevelConfiguration,
  PriorityLevelConfigurationSpec,
  ResourcePolicyRule,
  Subject,
} from '../../types/flowcontrol-v1.ts';

/** Whether the spec of an object is kept as it is by default: `true`, `false`. */
export const AUTO_UPDATE = 'apf.kubernetes.io/autoupdate-spec';
export const MANDATORY: ReadonlySet<string> = new Set(['exempt', 'catch-all']);

const API_VERSION = 'flowcontrol.apiserver.k8s.io/v1';
const QUEUE_LENGTH = 50;
const MASTERS = 'system:masters';
const NODES = 'system:nodes';
const EVERYONE = ['system:unauthenticated', 'system:authenticated'];
const MANAGER = 'system:kube-controller-manager';
const SCHEDULER = 'system:kube-scheduler';
const LEADERS = ['get', 'create', 'update'];

export function defaultLevels(): Array<Draft<PriorityLevelConfiguration>> {
  return [
    level('exempt', { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } }),
    level('catch-all', {
      type: 'Limited',
      limited: { nominalConcurrencyShares: 5, limitResponse: { type: 'Reject' }, lendablePercent: 0 },
    }),
    limited('system', 30, 33, 64, 6),
    limited('node-high', 40, 25, 64, 6),
    limited('leader-election', 10, 0, 16, 4),
    limited('workload-high', 40, 50, 128, 6),
    limited('workload-low', 100, 90, 128, 6),
    limited('global-default', 20, 50, 128, 6),
  ];
}

export function defaultSchemas(): Array<Draft<FlowSchema>> {
  const leases = resources(LEADERS, 'coordination.k8s.io', ['leases']);
  return [
    schema('exempt', 'exempt', 1, undefined, anything(groups(MASTERS))),
    schema('catch-all', 'catch-all', 10_000, 'ByUser', anything(groups(...EVERYONE))),
    schema('system-nodes', 'system', 500, 'ByUser', anything(groups(NODES))),
    schema('system-node-high', 'node-high', 400, 'ByUser', {
      subjects: groups(NODES),
      resourceRules: [
        { ...resources(['*'], '', ['nodes', 'nodes/status']), clusterScope: true },
        resources(['*'], 'coordination.k8s.io', ['leases']),
      ],
    }),
    schema('probes', 'exempt', 2, undefined, {
      subjects: groups(...EVERYONE),
      nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/readyz', '/livez'] }],
    }),
    schema('system-leader-election', 'leader-election', 100, 'ByUser', {
      subjects: [...users(MANAGER, SCHEDULER), ...accounts('*')],
      resourceRules: [{ ...resources(LEADERS, '', ['endpoints', 'configmaps']), namespaces: ['kube-system'] }, leases],
    }),
    schema('endpoint-controller', 'workload-high', 150, 'ByUser', {
      subjects: [...users(MANAGER), ...accounts('endpoint-controller', 'endpointslicemirroring-controller')],
      resourceRules: [resources(LEADERS, '', ['endpoints'])],
    }),
    schema('workload-leader-election', 'leader-election', 200, 'ByUser', {
      subjects: accounts('*'),
      resourceRules: [resources(LEADERS, '', ['endpoints', 'configmaps']), leases],
    }),
    schema('kube-controller-manager', 'workload-high', 800, 'ByNamespace', anything(users(MANAGER))),
    schema('kube-scheduler', 'workload-high', 800, 'ByNamespace', anything(users(SCHEDULER))),
    schema('kube-system-service-accounts', 'workload-high', 900, 'ByNamespace', anything(accounts('*'))),
    schema('service-accounts', 'workload-low', 9000, 'ByUser', anything(groups('system:serviceaccounts'))),
    schema('global-default', 'global-default', 9900, 'ByUser', anything(groups(...EVERYONE))),
  ];
}

function level(name: string, spec: PriorityLevelConfigurationSpec): Draft<PriorityLevelConfiguration> {
  const metadata = { name, annotations: { [AUTO_UPDATE]: 'true' } };
  return { kind: 'PriorityLevelConfiguration', apiVersion: API_VERSION, metadata, spec };
}

function limited(
  name: string,
  nominalConcurrencyShares: number,
  lendablePercent: number,
  queues: number,
  handSize: number,
): Draft<PriorityLevelConfiguration> {
  const queuing = { queues, handSize, queueLengthLimit: QUEUE_LENGTH };
  const limitResponse = { type: 'Queue', queuing };
  return level(name, { type: 'Limited', limited: { nominalConcurrencyShares, limitResponse, lendablePercent } });
}

function schema(
  name: string,
  levelName: string,
  matchingPrecedence: number,
  distinguisher: 'ByUser' | 'ByNamespace' | undefined,
  rules: PolicyRulesWithSubjects,
): Draft<FlowSchema> {
  return {
    kind: 'FlowSchema',
    apiVersion: API_VERSION,
    metadata: { name, annotations: { [AUTO_UPDATE]: 'true' } },
    spec: {
      priorityLevelConfiguration: { name: levelName },
      matchingPrecedence,
      ...(distinguisher === undefined ? {} : { distinguisherMethod: { type: distinguisher } }),
      rules: [rules],
    },
  };
}

function anything(subjects: Subject[]): PolicyRulesWithSubjects {
  return {
    subjects,
    resourceRules: [{ ...resources(['*'], '*', ['*']), clusterScope: true }],
    nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
  };
}

function resources(verbs: string[], group: string, names: string[]): ResourcePolicyRule {
  return { verbs, apiGroups: [group], resources: names, namespaces: ['*'] };
}

function groups(...names: string[]): Subject[] {
  return names.map((name) => ({ kind: 'Group', group: { name } }));
}

function users(...names: string[]): Subject[] {
  return names.map((name) => ({ kind: 'User', user: { name } }));
}

function accounts(...names: string[]): Subject[] {
  return names.map((name) => ({ kind: 'ServiceAccount', serviceAccount: { name, namespace: 'kube-system' } }));
}
