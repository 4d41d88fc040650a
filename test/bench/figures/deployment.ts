import type { Figure } from '../figure.ts';
import { Client, targetOf } from '../load.ts';
import { followPods, POD_SPEC, untilNodesReady, untilRunning } from '../pods.ts';

const REPLICAS = 500;
const NODES = 20;

/** A Deployment of 500 replicas on 20 nodes. */
export const deployment: Figure = {
  name: 'deployment',
  async run(bench) {
    const server = await bench.freshKubewisp({ nodes: NODES });
    const client = new Client(targetOf(server), 2);
    try {
      await untilNodesReady(client, NODES);
      const progress = await followPods(client, 'default');
      const started = performance.now();
      await client.must({
        method: 'POST',
        path: '/apis/apps/v1/namespaces/default/deployments',
        body: JSON.stringify({
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name: 'bench' },
          spec: {
            replicas: REPLICAS,
            selector: { matchLabels: { app: 'bench' } },
            template: { metadata: { labels: { app: 'bench' } }, spec: POD_SPEC },
          },
        }),
      });
      await untilRunning(progress, REPLICAS, 60_000);
      progress.close();
      return [
        {
          label: `Deployment of ${REPLICAS} on ${NODES} nodes, all bound`,
          value: (progress.boundAt - started) / 1000,
          unit: 's',
          want: { atMost: 1.5 },
          upstream: '24 s; 2.2–4.0 s unthrottled',
        },
        {
          label: `Deployment of ${REPLICAS} on ${NODES} nodes, all Running`,
          value: (progress.runningAt - started) / 1000,
          unit: 's',
          want: { atMost: 3 },
        },
        { label: 'watches that the server ended meanwhile', value: progress.resumed, unit: '' },
      ];
    } finally {
      client.close();
      await server.stop();
    }
  },
};
