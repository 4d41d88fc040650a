import { configMap, makeNamespace } from '../compare.ts';
import type { Figure } from '../figure.ts';
import { Client, median, sleep, targetOf } from '../load.ts';

const CREATES = 500;

/** How long after the create is sent its event has arrived at a watcher, beside the create's own answer. */
export const watch: Figure = {
  name: 'watch',
  async run(bench) {
    const namespace = 'bench-watch';
    const target = targetOf(await bench.kubewisp());
    await makeNamespace(target, namespace);
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    const client = new Client(target, 1);
    const watcher = new Client(target, 1);
    const { metadata } = await client.json<{ metadata: { resourceVersion: string } }>({ path });
    const arrived = new Map<string, number>();
    const end = await watcher.lines(`${path}?watch=true&resourceVersion=${metadata.resourceVersion}`, (line) => {
      const { object } = JSON.parse(line) as { object: { metadata: { name: string } } };
      arrived.set(object.metadata.name, performance.now());
    });
    const creates: number[] = [];
    const sent = new Map<string, number>();
    for (let index = 0; index < CREATES; index++) {
      const name = `cm-${index}`;
      sent.set(name, performance.now());
      creates.push((await client.must({ method: 'POST', path, body: configMap(namespace, name) })).ms);
    }
    for (let tries = 0; arrived.size < CREATES && tries < 100; tries++) await sleep(50);
    end();
    client.close();
    watcher.close();
    const events = [...sent].flatMap(([name, start]) => {
      const end = arrived.get(name);
      return end === undefined ? [] : [end - start];
    });
    if (events.length < CREATES) throw new Error(`${events.length} of ${CREATES} events arrived`);
    const own = median(creates);
    const event = median(events);
    return [
      { label: 'create, p50 of its answer', value: own, unit: 'ms' },
      { label: 'create → watch event, p50', value: event, unit: 'ms', upstream: '2.6 ms' },
      {
        label: 'create → watch event, p50 as a share of the create',
        value: event / own,
        unit: '×',
        want: { atMost: 1.2 },
      },
    ];
  },
};
