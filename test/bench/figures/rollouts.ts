// How fast the controllers, the scheduler and the nodes are together. Each time stands beside the time in which a client
// creates objects of the same number and kinds that nobody has work with.

import type { Bench, Figure, Row } from '../figure.ts';
import { Client, run, sleep, targetOf } from '../load.ts';
import { followPods, POD_SPEC, untilNodesReady, untilRunning } from '../pods.ts';

const CLIENTS = 16;
const IDLE_SPEC = { ...POD_SPEC, schedulerName: 'none' };
const READ_EVERY_MS = 10;

/** 600 Deployments of one replica, until all are available. */
export const manyDeployments: Figure = {
  name: 'deployments-600',
  run: (bench) =>
    withNodes(bench, 20, async (client) => {
      const count = 600;
      const started = performance.now();
      const progress = await followPods(client, 'default');
      await run(client, count, (index) => deployment(`web-${index}`, 1));
      await untilAvailable(client, count, 120_000);
      const value = (performance.now() - started) / 1000;
      progress.close();

      await namespace(client, 'plain');
      const plain = await seconds(async () => {
        await run(client, count, (index) => deployment(`web-${index}`, 0, 'plain'));
        await run(client, count, (index) => replicaSet(`web-${index}`, 'plain'));
        await run(client, count, (index) => pod(`web-${index}`, 'plain'));
      });
      return [row('600 Deployments of one replica, all available', value, plain, 20)];
    }),
};

/** One Deployment of 5,000 replicas on 100 nodes, and what a reader of one object waits meanwhile. */
export const manyReplicas: Figure = {
  name: 'replicas-5000',
  run: (bench) =>
    withNodes(bench, 100, async (client, reader) => {
      const count = 5000;
      const progress = await followPods(client, 'default');
      const waits = readMeanwhile(reader);
      const started = performance.now();
      await client.must(deployment('web', count));
      await untilCreated(client, count, 120_000);
      const created = (performance.now() - started) / 1000;
      await untilRunning(progress, count, 120_000);
      const running = (progress.runningAt - started) / 1000;
      const latencies = await waits.stop();
      progress.close();

      await namespace(client, 'plain');
      const plain = await seconds(() => run(client, count, (index) => pod(`web-${index}`, 'plain')));
      return [
        row('Deployment of 5,000, all pods created', created, plain, 15),
        {
          ...row('Deployment of 5,000 on 100 nodes, all Running', running, plain),
          upstream: '89 s with KWOK on 1,000 nodes, its client limits lifted',
        },
        ...readRows('a Deployment of 5,000 is rolled out', latencies),
      ];
    }),
};

/** A rolling update of 1,000 replicas, 25% at a time. */
export const rollingUpdate: Figure = {
  name: 'rolling-update',
  run: (bench) =>
    withNodes(bench, 20, async (client, reader) => {
      const count = 1000;
      const progress = await followPods(client, 'default');
      await client.must(deployment('web', count));
      await untilRunning(progress, count, 60_000);
      await untilRolledOut(client, count, 60_000);
      const waits = readMeanwhile(reader);
      const value = await seconds(async () => {
        const path = '/apis/apps/v1/namespaces/default/deployments/web';
        const body = JSON.stringify({ spec: { template: { metadata: { annotations: { version: '2' } } } } });
        await client.must({ method: 'PATCH', path, contentType: 'application/merge-patch+json', body });
        await untilRolledOut(client, count, 120_000);
      });
      const latencies = await waits.stop();
      progress.close();

      await namespace(client, 'plain');
      const plain = await seconds(() => run(client, count, (index) => pod(`web-${index}`, 'plain')));
      return [
        row('rolling update of 1,000 (25% / 25%), all done', value, plain, 30),
        ...readRows('1,000 replicas are updated', latencies),
      ];
    }),
};

/** A namespace of 1,000 ConfigMaps, 500 Secrets and 500 ServiceAccounts, until it is gone. */
export const namespaceDeletion: Figure = {
  name: 'namespace-deletion',
  async run(bench) {
    return withNodes(bench, 3, async (client) => {
      await namespace(client, 'plain');
      const plain = await seconds(async () => {
        const named = (kind: string, plural: string) => (index: number) =>
          post(`/api/v1/namespaces/plain/${plural}`, {
            apiVersion: 'v1',
            kind,
            metadata: { name: `${plural}-${index}` },
          });
        await run(client, 1000, named('ConfigMap', 'configmaps'));
        await run(client, 500, named('Secret', 'secrets'));
        await run(client, 500, named('ServiceAccount', 'serviceaccounts'));
      });
      const value = await seconds(async () => {
        await client.must({ method: 'DELETE', path: '/api/v1/namespaces/plain' });
        const deadline = performance.now() + 60_000;
        while ((await client.send({ path: '/api/v1/namespaces/plain' })).status !== 404) {
          if (performance.now() > deadline) throw new Error('the namespace is still there after 60 s');
          await sleep(10);
        }
      });
      return [row('a namespace of 2,000 objects, gone', value, plain, 6)];
    });
  },
};

async function withNodes(
  bench: Bench,
  nodes: number,
  body: (client: Client, reader: Client) => Promise<readonly Row[]>,
): Promise<readonly Row[]> {
  const server = await bench.freshKubewisp({ nodes });
  const client = new Client(targetOf(server), CLIENTS);
  const reader = new Client(targetOf(server), 1);
  try {
    await untilNodesReady(client, nodes);
    return await body(client, reader);
  } finally {
    client.close();
    reader.close();
    await server.stop();
  }
}

function row(label: string, value: number, plain: number, atMost?: number): Row {
  return {
    label,
    value,
    unit: 's',
    beside: { label: 'plain creates', value: plain },
    ...(atMost === undefined ? {} : { want: { atMost } }),
  };
}

function readRows(meanwhile: string, latencies: readonly number[]): Row[] {
  const sorted = [...latencies].sort((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return [
    { label: `get while ${meanwhile}, p99 of ${sorted.length}`, value: at(0.99), unit: 'ms', want: { atMost: 60 } },
    { label: `get while ${meanwhile}, slowest`, value: at(1), unit: 'ms' },
  ];
}

/** One client that reads one object again and again until it is stopped; resolves to the milliseconds of each. */
function readMeanwhile(reader: Client): { stop(): Promise<readonly number[]> } {
  const latencies: number[] = [];
  let going = true;
  const reading = (async () => {
    while (going) {
      latencies.push((await reader.must({ path: '/api/v1/namespaces/default' })).ms);
      await sleep(READ_EVERY_MS);
    }
  })();
  return {
    async stop() {
      going = false;
      await reading;
      return latencies;
    },
  };
}

async function seconds(body: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await body();
  return (performance.now() - started) / 1000;
}

/** Counts them without reading them. */
async function untilCreated(client: Client, count: number, timeout: number): Promise<void> {
  const deadline = performance.now() + timeout;
  for (;;) {
    const { items, metadata } = await client.json<{ items: unknown[]; metadata: { remainingItemCount?: number } }>({
      path: '/api/v1/namespaces/default/pods?limit=1',
    });
    const created = items.length + (metadata.remainingItemCount ?? 0);
    if (created >= count) return;
    if (performance.now() > deadline) throw new Error(`${created} of ${count} after ${timeout / 1000} s`);
    await sleep(50);
  }
}

interface DeploymentState {
  readonly metadata: { readonly generation: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
  };
}

async function untilAvailable(client: Client, count: number, timeout: number): Promise<void> {
  const deadline = performance.now() + timeout;
  for (;;) {
    const { items } = await client.json<{ items: DeploymentState[] }>({
      path: '/apis/apps/v1/namespaces/default/deployments',
    });
    const available = items.filter(({ status }) => status?.availableReplicas === 1).length;
    if (available >= count) return;
    if (performance.now() > deadline) throw new Error(`${available} of ${count} available after ${timeout / 1000} s`);
    await sleep(250);
  }
}

async function untilRolledOut(client: Client, count: number, timeout: number): Promise<void> {
  const deadline = performance.now() + timeout;
  for (;;) {
    const { metadata, status } = await client.json<DeploymentState>({
      path: '/apis/apps/v1/namespaces/default/deployments/web',
    });
    const { observedGeneration, replicas, updatedReplicas, availableReplicas } = status ?? {};
    const done = replicas === count && updatedReplicas === count && availableReplicas === count;
    if (done && observedGeneration === metadata.generation) return;
    if (performance.now() > deadline)
      throw new Error(`not rolled out after ${timeout / 1000} s: ${JSON.stringify(status)}`);
    await sleep(50);
  }
}

async function namespace(client: Client, name: string): Promise<void> {
  await client.must(post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
}

type Call = Parameters<Client['must']>[0];

function deployment(name: string, replicas: number, namespace = 'default'): Call {
  const spec = { replicas, ...templateOf(name) };
  return post(`/apis/apps/v1/namespaces/${namespace}/deployments`, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: { ...spec, paused: replicas === 0 },
  });
}

function replicaSet(name: string, namespace: string): Call {
  return post(`/apis/apps/v1/namespaces/${namespace}/replicasets`, {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: `${name}-plain` },
    spec: { replicas: 0, ...templateOf(`${name}-plain`) },
  });
}

function pod(name: string, namespace: string): Call {
  const metadata = { name, labels: { app: name } };
  return post(`/api/v1/namespaces/${namespace}/pods`, { apiVersion: 'v1', kind: 'Pod', metadata, spec: IDLE_SPEC });
}

function templateOf(name: string): object {
  const labels = { app: name };
  return { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: POD_SPEC } };
}

function post(path: string, body: object): Call {
  return { method: 'POST', path, body: JSON.stringify(body) };
}
