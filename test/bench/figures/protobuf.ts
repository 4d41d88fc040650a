import { compareRates, makeNamespace } from '../compare.ts';
import type { Figure } from '../figure.ts';
import { Client, run, targetOf } from '../load.ts';
import { realSizePod } from '../pods.ts';

const OBJECTS = 200;
const PROTOBUF = 'application/vnd.kubernetes.protobuf';

/** Answers as protobuf, beside the same as JSON: a Pod of 10 kB, and a list of 200 of them. */
export const protobuf: Figure = {
  name: 'protobuf',
  async run(bench) {
    const namespace = 'bench-protobuf';
    const target = targetOf(await bench.kubewisp());
    await makeNamespace(target, namespace);
    const path = `/api/v1/namespaces/${namespace}/pods`;
    const filler = new Client(target, 16);
    await run(filler, OBJECTS, (index) => ({ method: 'POST', path, body: realSizePod(`pod-${index}`) }));
    filler.close();
    return [
      await compareRates(bench, {
        label: 'get as protobuf beside JSON, 16 clients',
        connections: 16,
        requests: 3000,
        beside: 'kubewisp',
        floorCall: (index) => ({ path: `${path}/pod-${index % OBJECTS}` }),
        call: (index) => ({ path: `${path}/pod-${index % OBJECTS}`, accept: PROTOBUF }),
        // It may cost 1.5 times as much.
        want: { atLeast: 0.67 },
      }),
      await compareRates(bench, {
        label: `list of ${OBJECTS} as protobuf beside JSON, 1 client`,
        connections: 1,
        requests: 50,
        beside: 'kubewisp',
        floorCall: () => ({ path }),
        call: () => ({ path, accept: PROTOBUF }),
        want: { atLeast: 0.67 },
      }),
    ];
  },
};
