import { compareRates, configMap, makeNamespace } from '../compare.ts';
import type { Figure, Row } from '../figure.ts';
import { targetOf } from '../load.ts';

const CASES = [
  { connections: 1, requests: 1000, atLeast: 0.9, upstream: '264–298' },
  { connections: 16, requests: 3000, atLeast: 1.2, upstream: '940–1,177' },
  { connections: 64, requests: 3000, atLeast: 1.2, upstream: '1,133–1,404' },
];

/** Creates of ConfigMaps, beside one insert per request. */
export const create: Figure = {
  name: 'create',
  async run(bench) {
    const target = targetOf(await bench.kubewisp());
    const rows: Row[] = [];
    for (const { connections, requests, atLeast, upstream } of CASES) {
      const namespace = `bench-create-${connections}`;
      await makeNamespace(target, namespace);
      rows.push(
        await compareRates(bench, {
          label: `create, ${connections} client${connections === 1 ? '' : 's'}`,
          connections,
          requests,
          floorCall: (index) => ({ method: 'POST', path: '/insert', body: configMap(namespace, `cm-${index}`) }),
          call: (index) => ({
            method: 'POST',
            path: `/api/v1/namespaces/${namespace}/configmaps`,
            body: configMap(namespace, `cm-${index}`),
          }),
          want: { atLeast },
          upstream,
        }),
      );
    }
    return rows;
  },
};
