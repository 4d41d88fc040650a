// Invariant 7: a cluster in which everything is as it should be, or as near as it can be, writes nothing. Only a create that
// admission refuses is tried again for ever, ever more seldom.

import { expect, it } from 'vitest';
import type { LogEvent } from '../../src/eventlog/log.ts';
import { isHeartbeat } from './day/rest.ts';
import { SimCluster } from './day/sim-cluster.ts';

const MINUTE = 60_000;
const PODS = 1000;
/** Longer than the deadline of a rollout that makes no progress. */
const SETTLING = 30 * MINUTE;

function deployment(name: string, replicas: number, cpu: string): object {
  const labels = { app: name };
  const container = { name: 'main', image: 'nginx:1', resources: { requests: { cpu } } };
  const template = { metadata: { labels }, spec: { containers: [container] } };
  const spec = { replicas, selector: { matchLabels: labels }, template };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec };
}

function post(cluster: SimCluster, path: string, body: object): void {
  const { status, text } = cluster.send('POST', path, body);
  if (status !== 201) throw new Error(text);
}

it(`${PODS} pods, and Deployments that can never be satisfied, cost no event in ten minutes`, async () => {
  const events: LogEvent[] = [];
  const cluster = new SimCluster({ seed: 1, nodes: 12, observe: (event) => void events.push(event) });
  await cluster.advance(MINUTE);
  post(cluster, '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'full' } });
  const hard = { pods: '1' };
  const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'room' }, spec: { hard } };
  post(cluster, '/api/v1/namespaces/full/resourcequotas', quota);
  await cluster.advance(MINUTE);
  post(cluster, '/apis/apps/v1/namespaces/default/deployments', deployment('web', PODS, '10m'));
  // No node is that large; and the namespace has no room for a second pod.
  post(cluster, '/apis/apps/v1/namespaces/default/deployments', deployment('giant', 3, '1000'));
  post(cluster, '/apis/apps/v1/namespaces/full/deployments', deployment('refused', 2, '10m'));
  await cluster.advance(SETTLING);
  expect(cluster.reader.get('deployments.apps', 'default', 'web')?.status?.availableReplicas).toBe(PODS);
  expect(cluster.reader.list('pods', { namespace: 'full' })).toHaveLength(1);

  events.length = 0;
  await cluster.advance(10 * MINUTE);
  const written = events.filter((event) => !isHeartbeat(event));
  const isRefusal = ({ resource, namespace }: LogEvent): boolean => resource === 'events' && namespace === 'full';
  const noise = written.filter((event) => !isRefusal(event));
  expect(noise.map(({ verb, resource, name, actor }) => `${verb} ${resource} ${name} by ${actor}`)).toEqual([]);
  // What is refused is tried again after 1,000 seconds, as upstream has it, and told of.
  expect(written.length).toBeLessThanOrEqual(1);
  cluster.close();
});
