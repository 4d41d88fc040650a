import { execFileSync } from 'node:child_process';
import type { Figure } from '../figure.ts';
import { Client, run, targetOf } from '../load.ts';
import { followPods, POD_SPEC, untilNodesReady, untilRunning } from '../pods.ts';

const PODS = 1000;
const NODES = 20;

/** Resident memory with 1,000 running pods, beside that of the floor's process after as many inserts of the same bodies. */
export const memory: Figure = {
  name: 'memory',
  async run(bench) {
    const body = (index: number): string =>
      JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: `pod-${index}` }, spec: POD_SPEC });

    const floor = await bench.freshFloor();
    const floorClient = new Client(targetOf(floor), 16);
    await run(floorClient, PODS, (index) => ({ method: 'POST', path: '/insert', body: body(index) }));
    const floorMiB = residentMiB(floor.pid);
    floorClient.close();
    await floor.stop();

    const server = await bench.freshKubewisp({ nodes: NODES });
    const client = new Client(targetOf(server), 16);
    try {
      await untilNodesReady(client, NODES);
      const progress = await followPods(client, 'default');
      const path = '/api/v1/namespaces/default/pods';
      await run(client, PODS, (index) => ({ method: 'POST', path, body: body(index) }));
      await untilRunning(progress, PODS, 60_000);
      progress.close();
      const value = residentMiB(server.pid);
      return [
        {
          label: `resident memory with ${PODS} pods`,
          value,
          unit: 'MiB',
          floor: { value: floorMiB, share: value / floorMiB },
          want: { atMost: 1.5 },
          upstream: '840 MiB',
        },
      ];
    } finally {
      client.close();
      await server.stop();
    }
  },
};

function residentMiB(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024;
}
