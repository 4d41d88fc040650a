import { compareRates, configMap, makeNamespace } from '../compare.ts';
import type { Figure, Row } from '../figure.ts';
import { Client, run, targetOf } from '../load.ts';
import { realSizeDeployment, realSizePod } from '../pods.ts';

const OBJECTS = 200;
const KINDS = [
  { kind: 'Pod', path: '/api/v1/namespaces/bench-real-size/pods', body: realSizePod },
  { kind: 'Deployment', path: '/apis/apps/v1/namespaces/bench-real-size/deployments', body: realSizeDeployment },
];

/** Creates and gets of a Pod and of a Deployment of 10 kB, beside those of a ConfigMap of 400 bytes. */
export const realSize: Figure = {
  name: 'real-size',
  async run(bench) {
    const namespace = 'bench-real-size';
    const target = targetOf(await bench.kubewisp());
    await makeNamespace(target, namespace);
    const maps = `/api/v1/namespaces/${namespace}/configmaps`;
    const filler = new Client(target, 16);
    await run(filler, OBJECTS, (index) => ({ method: 'POST', path: maps, body: configMap(namespace, `cm-${index}`) }));
    const rows: Row[] = [];
    for (const { kind, path, body } of KINDS) {
      const bytes = body('length').length;
      rows.push(
        await compareRates(bench, {
          label: `create of a ${kind} of ${(bytes / 1000).toFixed(1)} kB, 16 clients`,
          connections: 16,
          requests: 1500,
          beside: 'kubewisp',
          floorCall: (index) => ({
            method: 'POST',
            path: maps,
            body: configMap(namespace, `${kind.toLowerCase()}-${index}`),
          }),
          call: (index) => ({ method: 'POST', path, body: body(`made-${index}`) }),
          want: { atLeast: 0.75 },
        }),
        await compareRates(bench, {
          label: `get of a ${kind} of ${(bytes / 1000).toFixed(1)} kB, 16 clients`,
          connections: 16,
          requests: 3000,
          beside: 'kubewisp',
          floorCall: (index) => ({ path: `${maps}/cm-${index % OBJECTS}` }),
          call: (index) => ({ path: `${path}/made-${index % OBJECTS}` }),
          want: { atLeast: 0.75 },
        }),
      );
    }
    filler.close();
    return rows;
  },
};
