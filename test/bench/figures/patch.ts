import { compareRates, configMap, makeNamespace } from '../compare.ts';
import type { Figure } from '../figure.ts';
import type { Call } from '../load.ts';
import { Client, run, targetOf } from '../load.ts';

const OBJECTS = 500;

/** Merge patches of ConfigMaps, beside one insert per request and beside creates; server-side applies beside them. */
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
    const patchCall = (index: number): Call => ({
      method: 'PATCH',
      path: `${path}/cm-${index % OBJECTS}`,
      body: JSON.stringify({ data: { b: `z${index}` } }),
      contentType: 'application/merge-patch+json',
    });
    return [
      await compareRates(bench, {
        label: 'patch, 16 clients',
        connections: 16,
        requests: 3000,
        floorCall: (index) => ({ method: 'POST', path: '/insert', body: configMap(namespace, `cm-${index}`) }),
        call: patchCall,
        want: undefined,
        upstream: '825–990',
      }),
      await compareRates(bench, {
        label: 'patch beside create, 16 clients',
        connections: 16,
        requests: 3000,
        beside: 'kubewisp',
        floorCall: (index) => ({ method: 'POST', path, body: configMap(namespace, `beside-${index}`) }),
        call: patchCall,
        want: { atLeast: 0.8 },
      }),
      await compareRates(bench, {
        label: 'server-side apply beside merge patch, 16 clients',
        connections: 16,
        requests: 3000,
        beside: 'kubewisp',
        floorCall: patchCall,
        call: (index) => ({
          method: 'PATCH',
          path: `${path}/cm-${index % OBJECTS}?fieldManager=bench&force=true`,
          body: JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', data: { b: `a${index}` } }),
          contentType: 'application/apply-patch+yaml',
        }),
        want: { atLeast: 0.5 },
      }),
    ];
  },
};
