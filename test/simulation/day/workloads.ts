// What the day's users make, one line a kind: how it is made, how it is changed, and when all is well with it.

import type { Client } from '../../../src/api/client.ts';
import { GROUP_LABEL } from '../../../src/api/kubewisp/v1/node-group.ts';
import type { KubeObject } from '../../../src/api/object.ts';
import type { ResourceName } from '../../../src/api/resources.ts';
import type { CronJob, Job } from '../../../src/api/types/batch-v1.ts';
import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from '../../../src/api/types/apps-v1.ts';
import type { PersistentVolumeClaim, Service } from '../../../src/api/types/core-v1.ts';
import type { PodDisruptionBudget } from '../../../src/api/types/policy-v1.ts';
import type { Random } from '../../../src/lib/random.ts';
import { eligibleNodes, isUp, isWell, labelled } from './look.ts';

export interface Workload {
  readonly resource: ResourceName;
  /** Of its collection's path, with NAMESPACE to be filled in. */
  readonly path: string;
  readonly kind: string;
  readonly apiVersion: string;
  /** Only where this controller is in the table of controllers. */
  readonly controller?: string;
  /** More often made than others; default 1. */
  readonly weight?: number;
  /** At most so many of a namespace at a time. */
  readonly most: number;
  spec(random: Random, name: string): Record<string, unknown>;
  /** Merge patches that users may send. */
  readonly changes?: ReadonlyArray<(random: Random) => Record<string, unknown>>;
  /** What is wrong at rest; undefined: nothing. */
  wrong?(object: never, client: Client): string | undefined;
}

/** The group whose machines come and go. */
export const MACHINES = {
  apiVersion: 'kubewisp.dev/v1',
  kind: 'NodeGroup',
  metadata: { name: 'machines' },
  spec: {
    minSize: 1,
    maxSize: 60,
    machine: { cpu: '16', memory: '16Gi' },
    bootSeconds: 40,
    scaleDownUnneededSeconds: 300,
  },
};

const below = (random: Random, count: number): number => Math.floor(random.next() * count);
const pick = <T>(random: Random, of: readonly T[]): T => of[below(random, of.length)] as T;

function template(name: string, image: string, more: Record<string, unknown> = {}) {
  const requests = { cpu: '50m', memory: '16Mi' };
  const container = { name: 'main', image, resources: { requests } };
  return { metadata: { labels: { app: name } }, spec: { containers: [container], ...more } };
}

const selecting = (name: string) => ({ selector: { matchLabels: { app: name } } });
const server = (random: Random, name: string) => template(name, `nginx:${1 + below(random, 3)}`);

/** Large pods for machines that the autoscaler orders; three fill one. */
function onMachines(random: Random, name: string) {
  const container = { name: 'main', image: `nginx:${1 + below(random, 3)}`, resources: { requests: { cpu: '4800m' } } };
  const spec = { containers: [container], nodeSelector: { [GROUP_LABEL]: MACHINES.metadata.name } };
  return { metadata: { labels: { app: name } }, spec };
}

/** A program that ends: mostly well, at times not, soon or after a while. */
function task(random: Random, name: string, policies = ['Never', 'Never', 'Never', 'OnFailure']) {
  const seconds = pick(random, [0, 1, 5, 40, 200]);
  const code = random.next() < 0.15 ? 1 : 0;
  const command = ['sh', '-c', `sleep ${seconds}; exit ${code}`];
  const container = { name: 'main', image: 'busybox:1', command, resources: { requests: { cpu: '20m' } } };
  const restartPolicy = pick(random, policies);
  return { metadata: { labels: { app: name } }, spec: { containers: [container], restartPolicy } };
}

function jobSpec(random: Random, name: string) {
  const indexed = random.next() < 0.5;
  const perIndex = indexed && random.next() < 0.5;
  const completions = 1 + below(random, 5);
  return {
    completions,
    parallelism: 1 + below(random, 4),
    backoffLimit: below(random, 3),
    completionMode: indexed ? 'Indexed' : 'NonIndexed',
    ...(perIndex ? { backoffLimitPerIndex: 1, backoffLimit: 100 } : {}),
    ...(random.next() < 0.3 ? { ttlSecondsAfterFinished: 600 } : {}),
    ...(random.next() < 0.2 ? { activeDeadlineSeconds: 900 } : {}),
    template: perIndex ? task(random, name, ['Never']) : task(random, name),
  };
}

const scaled = (random: Random) => ({ spec: { replicas: below(random, 7) } });
const updated = (random: Random) => ({
  spec: { template: { metadata: { annotations: { version: `${below(random, 1000)}` } } } },
});

function replicasWrong(object: Deployment | ReplicaSet | StatefulSet): string | undefined {
  const wanted = object.spec?.replicas ?? 1;
  const { replicas = 0, readyReplicas = 0, observedGeneration } = object.status ?? {};
  if (observedGeneration !== object.metadata.generation) return `generation ${observedGeneration} is the last one seen`;
  return replicas === wanted && readyReplicas === wanted ? undefined : `${readyReplicas}/${replicas} of ${wanted}`;
}

export const WORKLOADS: readonly Workload[] = [
  {
    resource: 'deployments.apps',
    path: '/apis/apps/v1/namespaces/NAMESPACE/deployments',
    kind: 'Deployment',
    apiVersion: 'apps/v1',
    weight: 3,
    most: 5,
    spec: (random, name) => ({
      replicas: below(random, 5),
      ...selecting(name),
      strategy: random.next() < 0.2 ? { type: 'Recreate' } : { type: 'RollingUpdate' },
      template: random.next() < 0.25 ? onMachines(random, name) : server(random, name),
    }),
    changes: [scaled, scaled, updated, (random) => ({ spec: { paused: random.next() < 0.3 } })],
    wrong(object: Deployment) {
      if (object.spec?.paused === true) return undefined;
      const { updatedReplicas = 0 } = object.status ?? {};
      if (updatedReplicas !== (object.spec?.replicas ?? 1)) return `${updatedReplicas} are of the newest template`;
      return replicasWrong(object);
    },
  },
  {
    resource: 'replicasets.apps',
    path: '/apis/apps/v1/namespaces/NAMESPACE/replicasets',
    kind: 'ReplicaSet',
    apiVersion: 'apps/v1',
    most: 2,
    spec: (random, name) => ({ replicas: below(random, 3), ...selecting(name), template: server(random, name) }),
    wrong: replicasWrong,
  },
  {
    resource: 'statefulsets.apps',
    path: '/apis/apps/v1/namespaces/NAMESPACE/statefulsets',
    kind: 'StatefulSet',
    apiVersion: 'apps/v1',
    controller: 'statefulset-controller',
    weight: 2,
    most: 3,
    spec: (random, name) => ({
      replicas: below(random, 4),
      serviceName: name,
      podManagementPolicy: pick(random, ['OrderedReady', 'Parallel']),
      ...selecting(name),
      template: server(random, name),
    }),
    changes: [scaled, updated],
    wrong: replicasWrong,
  },
  {
    resource: 'daemonsets.apps',
    path: '/apis/apps/v1/namespaces/NAMESPACE/daemonsets',
    kind: 'DaemonSet',
    apiVersion: 'apps/v1',
    most: 2,
    spec: (random, name) => ({ ...selecting(name), template: server(random, name) }),
    changes: [updated],
    wrong({ status }: DaemonSet, client) {
      const wanted = eligibleNodes(client).length;
      const { desiredNumberScheduled = 0, numberReady = 0, updatedNumberScheduled = 0 } = status ?? {};
      const counts = [desiredNumberScheduled, numberReady, updatedNumberScheduled];
      return counts.every((count) => count === wanted) ? undefined : `${counts.join('/')} of ${wanted}`;
    },
  },
  {
    resource: 'jobs.batch',
    path: '/apis/batch/v1/namespaces/NAMESPACE/jobs',
    kind: 'Job',
    apiVersion: 'batch/v1',
    weight: 3,
    most: 5,
    spec: jobSpec,
    changes: [
      (random) => ({ spec: { suspend: random.next() < 0.5 } }),
      (random) => ({ spec: { parallelism: below(random, 4) } }),
    ],
    wrong({ spec, status }: Job) {
      if (spec?.suspend === true || spec?.parallelism === 0) return undefined;
      const ended = status?.conditions?.some(({ type, status: is }) => isEnd(type) && is === 'True') === true;
      return ended ? undefined : `not over: ${JSON.stringify(status)}`;
    },
  },
  {
    resource: 'cronjobs.batch',
    path: '/apis/batch/v1/namespaces/NAMESPACE/cronjobs',
    kind: 'CronJob',
    apiVersion: 'batch/v1',
    most: 2,
    spec: (random, name) => ({
      schedule: pick(random, ['*/10 * * * *', '*/30 * * * *', '5 * * * *', '@daily']),
      concurrencyPolicy: pick(random, ['Allow', 'Forbid', 'Replace']),
      jobTemplate: { spec: { ...jobSpec(random, name), ttlSecondsAfterFinished: 3600 } },
    }),
    changes: [(random) => ({ spec: { suspend: random.next() < 0.3 } })],
    wrong({ metadata, status }: CronJob, client) {
      const running = (status?.active ?? []).filter(({ namespace = '', name = '' }) => {
        return client.get('jobs.batch', namespace, name) === undefined;
      });
      return running.length === 0 ? undefined : `${metadata.name} has active Jobs that are not there`;
    },
  },
  {
    resource: 'services',
    path: '/api/v1/namespaces/NAMESPACE/services',
    kind: 'Service',
    apiVersion: 'v1',
    most: 3,
    // That of another name's pods: mostly of a Deployment that is there.
    spec: (random) => ({
      type: pick(random, ['ClusterIP', 'NodePort', 'LoadBalancer']),
      selector: { app: `deployment-${below(random, 5)}` },
      ports: [{ port: 80 }],
    }),
    wrong({ metadata, spec, status }: Service, client) {
      const reached = (status?.loadBalancer?.ingress ?? []).length > 0;
      if (reached !== (spec?.type === 'LoadBalancer')) return `type ${spec?.type}, load balancer ${reached}`;
      const { namespace = '', name } = metadata;
      if (spec?.selector === undefined) return undefined;
      const matchLabels = { 'kubernetes.io/service-name': name };
      const slices = client.list('endpointslices.discovery.k8s.io', { namespace, matchLabels });
      const ready = slices.flatMap(({ endpoints }) => endpoints ?? []).filter(({ conditions }) => conditions?.ready);
      const pods = labelled(client, namespace, spec.selector).filter(isUp);
      return ready.length === pods.length ? undefined : `${ready.length} endpoints of ${pods.length} pods`;
    },
  },
  {
    resource: 'poddisruptionbudgets.policy',
    path: '/apis/policy/v1/namespaces/NAMESPACE/poddisruptionbudgets',
    kind: 'PodDisruptionBudget',
    apiVersion: 'policy/v1',
    most: 2,
    // One a Deployment: of two budgets for a pod only one is told of it.
    spec: (random, name) => ({
      ...selecting(name.replace('poddisruptionbudget', 'deployment')),
      ...(random.next() < 0.5 ? { minAvailable: 1 + below(random, 3) } : { maxUnavailable: 1 }),
    }),
    wrong({ metadata, spec, status }: PodDisruptionBudget, client) {
      const pods = labelled(client, metadata.namespace ?? '', spec?.selector?.matchLabels ?? {});
      const healthy = pods.filter(isWell).length;
      return status?.currentHealthy === healthy ? undefined : `${status?.currentHealthy} healthy of ${healthy}`;
    },
  },
  {
    resource: 'persistentvolumeclaims',
    path: '/api/v1/namespaces/NAMESPACE/persistentvolumeclaims',
    kind: 'PersistentVolumeClaim',
    apiVersion: 'v1',
    controller: 'persistent-volume-binder',
    most: 2,
    spec: () => ({ accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }),
    wrong({ status }: PersistentVolumeClaim) {
      return status?.phase === 'Lost' ? 'Lost' : undefined;
    },
  },
];

function isEnd(type: string): boolean {
  return type === 'Complete' || type === 'Failed';
}

export function manifest(workload: Workload, random: Random, name: string): Record<string, unknown> {
  const { kind, apiVersion } = workload;
  return { apiVersion, kind, metadata: { name }, spec: workload.spec(random, name) };
}

export function wrongWith(workload: Workload, object: KubeObject, client: Client): string | undefined {
  const wrong = workload.wrong?.(object as never, client);
  return wrong === undefined
    ? undefined
    : `${workload.kind} ${object.metadata.namespace}/${object.metadata.name}: ${wrong}`;
}
