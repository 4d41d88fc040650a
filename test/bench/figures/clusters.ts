import { configMap } from '../compare.ts';
import type { Figure } from '../figure.ts';
import type { Target } from '../load.ts';
import { Client, median, run } from '../load.ts';

const CLUSTERS = 10;
const OBJECTS = 300;

/** How soon a new cluster answers, and one whose object is not in memory. */
export const clusters: Figure = {
  name: 'clusters',
  async run(bench) {
    const server = await bench.freshKubewisp();
    try {
      const targets: Target[] = [];
      const fresh: number[] = [];
      for (let index = 0; index < CLUSTERS; index++) {
        const started = performance.now();
        const cluster = await server.createCluster({ name: `bench-${index}`, nodes: 3 });
        const target = { url: cluster.server, ca: server.ca, token: cluster.token };
        const client = new Client(target, 1);
        await client.must({ path: '/api/v1/namespaces' });
        fresh.push(performance.now() - started);
        client.close();
        targets.push(target);
      }
      for (const target of targets) {
        const client = new Client(target, 16);
        const path = '/api/v1/namespaces/default/configmaps';
        await run(client, OBJECTS, (index) => ({ method: 'POST', path, body: configMap('default', `cm-${index}`) }));
        client.close();
      }
      // A new process has no object in memory. One cluster is asked first and not counted: it pays for the isolate.
      await server.restart();
      const cold: number[] = [];
      for (const target of targets) {
        const client = new Client(target, 1);
        await client.must({ path: '/livez' });
        cold.push((await client.must({ path: '/api/v1/namespaces/default/configmaps/cm-7' })).ms);
        client.close();
      }
      const [first = 0, ...rest] = cold;
      return [
        { label: 'new cluster, first answer', value: median(fresh), unit: 'ms', want: { atMost: 100 } },
        { label: 'cold cluster, first answer', value: median(rest), unit: 'ms', want: { atMost: 100 } },
        { label: 'cold cluster, the first of the process', value: first, unit: 'ms', want: { atMost: 100 } },
      ];
    } finally {
      await server.stop();
    }
  },
};
