import { execFileSync } from 'node:child_process';
import { makeNamespace } from '../compare.ts';
import type { Figure } from '../figure.ts';
import { Client, median, run, targetOf } from '../load.ts';
import { POD_SPEC } from '../pods.ts';

const OBJECTS = 5000;
const TEXT_BYTES = 10_000;
const ROUNDS = 7;

/** A list of 5,000 Pods of 10 kB, beside a stored blob of the same size, and what it adds to resident memory. */
export const listLarge: Figure = {
  name: 'list-large',
  async run(bench) {
    const namespace = 'bench-list-large';
    const server = await bench.freshKubewisp({ nodes: 0 });
    const floorServer = await bench.freshFloor();
    try {
      const target = targetOf(server);
      await makeNamespace(target, namespace);
      const path = `/api/v1/namespaces/${namespace}/pods`;
      const filler = new Client(target, 16);
      await run(filler, OBJECTS, (index) => ({ method: 'POST', path, body: pod(index) }));
      filler.close();

      const client = new Client(target, 1);
      const before = residentMiB(server.pid);
      const bytes = (await client.must({ path })).body.length;
      const growth = residentMiB(server.pid) - before;
      const floor = new Client(targetOf(floorServer), 1);
      await floor.must({ method: 'PUT', path: `/blob?bytes=${bytes}` });
      await floor.must({ path: '/blob' });
      const times: number[] = [];
      const floorTimes: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        floorTimes.push((await floor.must({ path: '/blob' })).ms);
        times.push((await client.must({ path })).ms);
      }
      const later = residentMiB(server.pid) - before;
      client.close();
      floor.close();
      const rateOf = (ms: number): number => bytes / 1e6 / (ms / 1000);
      const [rate, floorRate] = [rateOf(median(times)), rateOf(median(floorTimes))];
      const label = `list of ${OBJECTS} Pods (${(bytes / 1e6).toFixed(1)} MB)`;
      return [
        {
          label,
          value: rate,
          unit: 'MB/s',
          floor: { value: floorRate, share: rate / floorRate },
          want: { atLeast: 0.5 },
        },
        { label: `${label}, growth of resident memory`, value: growth, unit: 'MiB', want: { atMost: 40 } },
        { label: `${label} ${ROUNDS + 1} times, likewise`, value: later, unit: 'MiB', want: { atMost: 40 } },
      ];
    } finally {
      await server.stop();
      await floorServer.stop();
    }
  },
};

function pod(index: number): string {
  const note = 'x'.repeat(TEXT_BYTES - 1500);
  const metadata = { name: `pod-${index}`, annotations: { note } };
  return JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata, spec: { ...POD_SPEC, schedulerName: 'none' } });
}

function residentMiB(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024;
}
