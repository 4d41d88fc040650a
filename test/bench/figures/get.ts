import { compareRates, configMap, makeNamespace } from '../compare.ts';
import type { Figure, Row } from '../figure.ts';
import { Client, run, targetOf } from '../load.ts';

const OBJECTS = 500;
const CASES = [
  { connections: 1, requests: 1000, upstream: '506–602' },
  { connections: 16, requests: 3000, upstream: '2,244–2,404' },
  { connections: 64, requests: 3000, upstream: '2,411–2,442' },
];

/** Gets of ConfigMaps by name, beside one indexed read of a text of the same length. */
export const get: Figure = {
  name: 'get',
  async run(bench) {
    const namespace = 'bench-get';
    const target = targetOf(await bench.kubewisp());
    await makeNamespace(target, namespace);
    const client = new Client(target, 16);
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    await run(client, OBJECTS, (index) => ({ method: 'POST', path, body: configMap(namespace, `cm-${index}`) }));
    const served = await client.must({ path: `${path}/cm-0` });
    client.close();
    const floor = new Client(targetOf(await bench.floor()), 1);
    await floor.must({ method: 'POST', path: `/rows?count=${OBJECTS}`, body: served.body.toString() });
    floor.close();

    const rows: Row[] = [];
    for (const { connections, requests, upstream } of CASES) {
      rows.push(
        await compareRates(bench, {
          label: `get, ${connections} client${connections === 1 ? '' : 's'}`,
          connections,
          requests,
          floorCall: (index) => ({ path: `/read?key=row-${index % OBJECTS}` }),
          call: (index) => ({ path: `${path}/cm-${index % OBJECTS}` }),
          want: { atLeast: 0.75 },
          upstream,
        }),
      );
    }
    return rows;
  },
};
