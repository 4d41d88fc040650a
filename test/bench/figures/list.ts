import { configMap, makeNamespace } from '../compare.ts';
import type { Figure } from '../figure.ts';
import { Client, median, run, targetOf } from '../load.ts';

const OBJECTS = 3000;
const ROUNDS = 15;

/** A list of 3,000 ConfigMaps, beside a stored blob of the same size. */
export const list: Figure = {
  name: 'list',
  async run(bench) {
    const namespace = 'bench-list';
    const target = targetOf(await bench.kubewisp());
    await makeNamespace(target, namespace);
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    const filler = new Client(target, 64);
    await run(filler, OBJECTS, (index) => ({ method: 'POST', path, body: configMap(namespace, `cm-${index}`) }));
    filler.close();

    const client = new Client(target, 1);
    const floor = new Client(targetOf(await bench.floor()), 1);
    const bytes = (await client.must({ path })).body.length;
    await floor.must({ method: 'PUT', path: `/blob?bytes=${bytes}` });
    await floor.must({ path: '/blob' });
    const times: number[] = [];
    const floorTimes: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      floorTimes.push((await floor.must({ path: '/blob' })).ms);
      times.push((await client.must({ path })).ms);
    }
    client.close();
    floor.close();
    const rateOf = (ms: number): number => bytes / 1e6 / (ms / 1000);
    const [ms, floorMs] = [median(times), median(floorTimes)];
    return [
      {
        label: `list of ${OBJECTS} ConfigMaps (${(bytes / 1e6).toFixed(2)} MB)`,
        value: rateOf(ms),
        unit: 'MB/s',
        floor: { value: rateOf(floorMs), share: rateOf(ms) / rateOf(floorMs) },
        want: { atLeast: 0.5 },
      },
      { label: `list of ${OBJECTS} ConfigMaps`, value: ms, unit: 'ms', upstream: '41–52 ms' },
    ];
  },
};
