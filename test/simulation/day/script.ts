// The scripted run that is crashed at each of its writes, and the state that it ends in, with what is random made alike.

import type { KubeObject } from '../../../src/api/object.ts';
import type { ResourceName } from '../../../src/api/resources.ts';
import { createControllers } from '../../../src/controllers/table.ts';
import { fakeTrust } from '../../../src/controllers/testing/fake-trust.ts';
import type { CrashPlan } from './crashing-store.ts';
import { wrongAtRest } from './rest.ts';
import { SimCluster } from './sim-cluster.ts';

export interface Played {
  /** Of the script: those of making the cluster are not counted. */
  readonly writes: number;
  readonly crashes: number;
  /** One text an object, sorted. */
  readonly state: readonly string[];
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const APPS = '/apis/apps/v1/namespaces/default';
const BATCH = '/apis/batch/v1/namespaces/default';
const MERGE = 'application/merge-patch+json';

/** What is compared. Events are told once or twice: a crash loses what was known of them. */
const COMPARED: readonly ResourceName[] = [
  'configmaps',
  'controllerrevisions.apps',
  'cronjobs.batch',
  'deployments.apps',
  'endpointslices.discovery.k8s.io',
  'jobs.batch',
  'namespaces',
  'nodes',
  'pods',
  'replicasets.apps',
  'serviceaccounts',
  'services',
  'statefulsets.apps',
];

/** Users repeat what got no answer; that it was done already is as good. */
function insist(cluster: SimCluster, method: string, path: string, body?: unknown, type?: string): void {
  for (let attempt = 0; attempt < 3; attempt++) {
    const { status, text } = cluster.send(method, path, body, type);
    if (status === 0) continue;
    if (status < 300 || (attempt > 0 && (status === 409 || status === 404))) return;
    throw new Error(`${method} ${path}: ${status} ${text}`);
  }
  throw new Error(`${method} ${path}: no answer`);
}

function podTemplate(app: string, container: object, more: object = {}) {
  return {
    metadata: { labels: { app } },
    spec: { containers: [{ name: 'main', image: 'nginx:1', ...container }], ...more },
  };
}

export async function playScript(plan?: CrashPlan): Promise<Played> {
  const cluster = new SimCluster({ seed: 5, nodes: 2, fine: true });
  await cluster.advance(MINUTE);
  const before = cluster.store.writes;
  if (plan !== undefined) cluster.store.plan(plan);

  const selector = (app: string) => ({ selector: { matchLabels: { app } } });
  const make = (path: string, apiVersion: string, kind: string, name: string, spec: object): void =>
    insist(cluster, 'POST', path, { apiVersion, kind, metadata: { name }, spec });

  make('/api/v1/namespaces/default/services', 'v1', 'Service', 'web', {
    selector: { app: 'web' },
    ports: [{ port: 80 }],
  });
  const web = { replicas: 3, ...selector('web'), template: podTemplate('web', {}) };
  make(`${APPS}/deployments`, 'apps/v1', 'Deployment', 'web', web);
  await cluster.advance(5 * SECOND);
  const hasSets = createControllers({ nodeGracePeriodMs: 0, authority: '' }, fakeTrust).some((one) =>
    one.name.startsWith('statefulset'),
  );
  if (hasSets) {
    const db = { replicas: 2, serviceName: 'db', ...selector('db'), template: podTemplate('db', {}) };
    make(`${APPS}/statefulsets`, 'apps/v1', 'StatefulSet', 'db', db);
    await cluster.advance(5 * SECOND);
  }
  const task = podTemplate('task', { command: ['sleep', '3'] }, { restartPolicy: 'Never' });
  const job = { completions: 3, parallelism: 2, completionMode: 'Indexed', template: task };
  make(`${BATCH}/jobs`, 'batch/v1', 'Job', 'task', job);
  const tick = { template: podTemplate('tick', { command: ['true'] }, { restartPolicy: 'Never' }) };
  make(`${BATCH}/cronjobs`, 'batch/v1', 'CronJob', 'tick', {
    schedule: '*/2 * * * *',
    successfulJobsHistoryLimit: 1,
    jobTemplate: { spec: tick },
  });
  await cluster.advance(10 * SECOND);
  const next = { spec: { template: { spec: { containers: [{ name: 'main', image: 'nginx:2' }] } } } };
  insist(cluster, 'PATCH', `${APPS}/deployments/web`, next, 'application/strategic-merge-patch+json');
  if (hasSets) insist(cluster, 'PATCH', `${APPS}/statefulsets/db`, { spec: { replicas: 3 } }, MERGE);
  await cluster.advance(4 * MINUTE);
  insist(cluster, 'PATCH', `${BATCH}/cronjobs/tick`, { spec: { suspend: true } }, MERGE);
  insist(cluster, 'PATCH', `${APPS}/deployments/web`, { spec: { replicas: 2 } }, MERGE);
  await cluster.advance(MINUTE);
  if (hasSets) insist(cluster, 'DELETE', `${APPS}/statefulsets/db`);
  await cluster.advance(5 * MINUTE);

  const writes = cluster.store.writes - before;
  const state = stateOf(cluster);
  const { crashes } = cluster;
  const errors = [...cluster.errors, ...wrongAtRest(cluster)];
  cluster.close();
  if (errors.length > 0) throw new Error(errors.join('\n'));
  return { writes, crashes, state };
}

function stateOf(cluster: SimCluster): string[] {
  return COMPARED.flatMap((resource) =>
    cluster.reader.list(resource as 'pods').map((object) => `${resource} ${normal(object)}`),
  ).sort();
}

/** Names that are generated, uids, times, addresses, how often something was changed, and what runs where, are chance. */
function normal(object: KubeObject): string {
  const { managedFields: _, ...metadata } = object.metadata;
  return JSON.stringify({ ...object, metadata }, inOrder)
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UID')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/"(?:resourceVersion|nodeName|podIP|hostIP|ip|containerID|imageID)":"[^"]*"/g, '"CHANCE"')
    .replaceAll(/"(?:generation|observedGeneration)":\d+/g, '"CHANCE"')
    .replaceAll(/"images":.*?(?="nodeInfo")/g, '')
    .replaceAll(/kube-api-access-\w{5}/g, 'TOKEN-VOLUME')
    .replaceAll(/"zone-\w"/g, '"ZONE"')
    .replaceAll(/\b10\.\d+\.\d+\.\d+/g, 'ADDRESS')
    .replaceAll(/((?:web-[0-9a-f]{9,10}|task-\d|tick-\d{8})-)[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, '$1SUFFIX')
    .replaceAll(/\b(web|db|kubernetes)-[bcdfghjklmnpqrstvwxz2456789]{5}"/g, '$1-SUFFIX"');
}

/** Members by name: what a crash has written in another order is the same. */
function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What one state has and another has not, each cut to where it differs. */
export function differences(expected: readonly string[], found: readonly string[]): string[] {
  const lost = expected.filter((text) => !found.includes(text));
  const added = found.filter((text) => !expected.includes(text));
  const pairs = Array.from({ length: Math.max(lost.length, added.length) }, (_, at) => [
    lost[at] ?? '',
    added[at] ?? '',
  ]);
  return pairs.map(([was = '', is = '']) => {
    let at = 0;
    while (at < was.length && was[at] === is[at]) at++;
    const [start, end] = [Math.max(0, at - 120), at + 200];
    return `${was.slice(0, 120)} …\n  expected ${was.slice(start, end)}\n  found    ${is.slice(start, end)}`;
  });
}
