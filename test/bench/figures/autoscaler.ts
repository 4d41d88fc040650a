import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { PROJECT_ROOT } from '../../../src/cli/server/project.ts';
import type { Figure } from '../figure.ts';
import { Client, sleep, targetOf } from '../load.ts';
import { followPods, untilRunning } from '../pods.ts';

const PODS = 200;
const MACHINES = 100;
const GROUPS = '/apis/kubewisp.dev/v1/nodegroups';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';

/**
 * Pods that find no node until they run on machines that are ordered for them, and these machines until they are gone. They
 * boot in no time: what is measured is all but that.
 */
export const autoscaler: Figure = {
  name: 'autoscaler',
  async run(bench) {
    const server = await bench.freshKubewisp({ nodes: 0 });
    const client = new Client(targetOf(server), 2);
    try {
      await defineGroups(client);
      const machine = { cpu: '2', memory: '4Gi' };
      const spec = { maxSize: MACHINES + 10, machine, bootSeconds: 0, scaleDownUnneededSeconds: 3600 };
      await post(client, GROUPS, {
        apiVersion: 'kubewisp.dev/v1',
        kind: 'NodeGroup',
        metadata: { name: 'bench' },
        spec,
      });
      const progress = await followPods(client, 'default');
      const seconds = async (name: string, replicas: number): Promise<number> => {
        const running = progress.running + replicas;
        const started = performance.now();
        await post(client, DEPLOYMENTS, deployment(name, replicas));
        await untilRunning(progress, running, 60_000);
        return (progress.runningAt - started) / 1000;
      };
      const one = await seconds('one', 1);
      const many = await seconds('many', PODS);
      progress.close();
      for (const name of ['one', 'many']) await client.must({ method: 'DELETE', path: `${DEPLOYMENTS}/${name}` });
      await untilCount(client, '/api/v1/namespaces/default/pods', 0);
      const body = JSON.stringify({ spec: { scaleDownUnneededSeconds: 0 } });
      const began = performance.now();
      await client.must({
        method: 'PATCH',
        path: `${GROUPS}/bench`,
        body,
        contentType: 'application/merge-patch+json',
      });
      await untilCount(client, '/api/v1/nodes', 0);
      const gone = (performance.now() - began) / 1000;
      return [
        { label: 'a pod without a node runs on a new machine', value: one, unit: 's', want: { atMost: 2 } },
        {
          label: `${PODS} pods without nodes run on ${MACHINES} new ones`,
          value: many,
          unit: 's',
          want: { atMost: 6 },
        },
        { label: `${MACHINES} idle machines are gone`, value: gone, unit: 's', want: { atMost: 6 } },
      ];
    } finally {
      client.close();
      await server.stop();
    }
  },
};

async function defineGroups(client: Client): Promise<void> {
  const definition: unknown = parse(readFileSync(join(PROJECT_ROOT, 'manifests/node-groups.yaml'), 'utf8'));
  await post(client, '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition);
  while ((await client.send({ path: GROUPS })).status !== 200) await sleep(20);
}

async function post(client: Client, path: string, object: unknown): Promise<void> {
  await client.must({ method: 'POST', path, body: JSON.stringify(object) });
}

/** Two of its pods fill a machine. */
function deployment(name: string, replicas: number): object {
  const labels = { app: name };
  const resources = { requests: { cpu: '900m', memory: '64Mi' } };
  const containers = [{ name: 'c', image: 'registry.k8s.io/pause:3.9', resources }];
  const template = { metadata: { labels }, spec: { containers, terminationGracePeriodSeconds: 0 } };
  const spec = { replicas, selector: { matchLabels: labels }, template };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec };
}

async function untilCount(client: Client, path: string, count: number): Promise<void> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const { items } = await client.json<{ items: unknown[] }>({ path });
    if (items.length === count) return;
    if (performance.now() > deadline) throw new Error(`${path}: ${items.length} of ${count} after a minute`);
    await sleep(50);
  }
}
