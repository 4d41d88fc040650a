import { compareRates, configMap, makeNamespace } from '../compare.ts';
import type { Figure } from '../figure.ts';
import { Client, run, targetOf } from '../load.ts';

const OBJECTS = 500;

/** Merge patches of ConfigMaps, beside one insert per request. */
export const patch: Figure = {
  name: 'patch',
  async run(bench) {
    const namespace = 'bench-patch';
    const target = targetOf(await bench.kubewisp());
    await makeNamespace(target, namespace);
    const client = new Client(target, 16);
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    await run(client, OBJECTS, (index) => ({ method: 'POST', path, body: configMap(namespace, `cm-${index}`) }));
    client.close();
    return [
      await compareRates(bench, {
        label: 'patch, 16 clients',
        connections: 16,
        requests: 3000,
        floorCall: (index) => ({ method: 'POST', path: '/insert', body: configMap(namespace, `cm-${index}`) }),
        call: (index) => ({
          method: 'PATCH',
          path: `${path}/cm-${index % OBJECTS}`,
          body: JSON.stringify({ data: { b: `z${index}` } }),
          contentType: 'application/merge-patch+json',
        }),
        want: undefined,
        upstream: '825–990',
      }),
    ];
  },
};
