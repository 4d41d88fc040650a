// Small objects for controller tests.

import type { Draft } from '../../api/object.ts';
import type { Result } from '../../api/status.ts';
import type { DaemonSet, Deployment, ReplicaSet } from '../../api/types/apps-v1.ts';
import type { CronJob, Job, JobSpec } from '../../api/types/batch-v1.ts';
import type { ConfigMap, Node, Pod, ReplicationController } from '../../api/types/core-v1.ts';
import type { OwnerReference } from '../../api/types/meta-v1.ts';

/** The value of a result that a test expects to be good. */
export function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.status.message);
  return result.value;
}

const labels = { app: 'web' };
const template = (image: string) => ({ metadata: { labels }, spec: { containers: [{ name: 'c', image }] } });

export function aDeployment(spec: Partial<Deployment['spec'] & object> = {}, name = 'web'): Draft<Deployment> {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'a' },
    spec: {
      replicas: 3,
      progressDeadlineSeconds: 600,
      revisionHistoryLimit: 10,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      selector: { matchLabels: labels },
      template: template('app:1'),
      ...spec,
    },
  };
}

export function aDaemonSet(spec: Partial<DaemonSet['spec'] & object> = {}, name = 'web'): Draft<DaemonSet> {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace: 'a', annotations: { 'deprecated.daemonset.template.generation': '1' } },
    spec: {
      revisionHistoryLimit: 10,
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
      selector: { matchLabels: labels },
      template: template('app:1'),
      ...spec,
    },
  };
}

export function aNode(
  name: string,
  spec: Node['spec'] & object = {},
  nodeLabels?: Record<string, string>,
): Draft<Node> {
  const metadata = nodeLabels === undefined ? { name } : { name, labels: nodeLabels };
  return { apiVersion: 'v1', kind: 'Node', metadata, spec };
}

export function aReplicaSet(spec: Partial<ReplicaSet['spec'] & object> = {}, name = 'web'): Draft<ReplicaSet> {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name, namespace: 'a' },
    spec: { replicas: 3, selector: { matchLabels: labels }, template: template('app:1'), ...spec },
  };
}

export function aReplicationController(
  spec: Partial<ReplicationController['spec'] & object> = {},
  name = 'web',
): Draft<ReplicationController> {
  return {
    apiVersion: 'v1',
    kind: 'ReplicationController',
    metadata: { name, namespace: 'a' },
    spec: { replicas: 3, selector: labels, template: template('app:1'), ...spec },
  };
}

/** With a selector of its own, as a Job that its author has given one; defaults are left to the controller. */
export function aJob(spec: Partial<JobSpec> = {}, name = 'job'): Draft<Job> {
  const jobLabels = { 'job-name': name };
  const pods = {
    metadata: { labels: jobLabels },
    spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'app:1' }] },
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace: 'a' },
    spec: {
      parallelism: 1,
      ...(spec.parallelism === undefined ? { completions: 1 } : {}),
      backoffLimit: 6,
      completionMode: 'NonIndexed',
      podReplacementPolicy: spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed',
      manualSelector: true,
      selector: { matchLabels: jobLabels },
      template: pods,
      ...spec,
    },
  };
}

export function aCronJob(spec: Partial<CronJob['spec']> = {}, name = 'cron'): Draft<CronJob> {
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name, namespace: 'a' },
    spec: {
      schedule: '* * * * *',
      concurrencyPolicy: 'Allow',
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
      jobTemplate: { spec: aJob().spec ?? { template: {} } },
      ...spec,
    },
  };
}

export function aPod(
  name: string,
  pod: { labels?: Record<string, string>; spec?: Partial<Pod['spec'] & object>; status?: Pod['status'] } = {},
): Draft<Pod> {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'a', ...(pod.labels === undefined ? {} : { labels: pod.labels }) },
    spec: { containers: [{ name: 'c', image: 'app:1' }], ...pod.spec },
    ...(pod.status === undefined ? {} : { status: pod.status }),
  };
}

export function aConfigMap(
  name: string,
  ownerReferences: OwnerReference[] = [],
  metadata: ConfigMap['metadata'] | object = {},
): Draft<ConfigMap> {
  const references = ownerReferences.length === 0 ? {} : { ownerReferences };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'a', ...references, ...metadata } };
}
