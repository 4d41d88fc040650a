import { configMap, makeNamespace } from '../compare.ts';
import type { Figure } from '../figure.ts';
import { Client, median, run, targetOf } from '../load.ts';

const WATCHERS = 500;
const EVENTS = 20;
const CREATES = 1000;

/** Many watchers of one resource: how far apart the first and the last get an event, and what they cost creates. */
export const watchers: Figure = {
  name: 'watchers',
  async run(bench) {
    const server = await bench.freshKubewisp({ nodes: 0 });
    const namespace = 'bench-watchers';
    const ends: Array<() => void> = [];
    try {
      const target = targetOf(server);
      await makeNamespace(target, namespace);
      const path = `/api/v1/namespaces/${namespace}/configmaps`;
      const client = new Client(target, 16);
      const creates = async (name: string): Promise<number> =>
        (
          await run(client, CREATES, (index) => ({
            method: 'POST',
            path,
            body: configMap(namespace, `${name}-${index}`),
          }))
        ).rate;
      // The first ones warm the server up.
      await creates('warm');
      const alone = await creates('alone');

      const { metadata } = await client.json<{ metadata: { resourceVersion: string } }>({ path: `${path}?limit=1` });
      const arrivals = new Map<string, number[]>();
      const watching = new Client(target, WATCHERS);
      const url = `${path}?watch=true&fieldSelector=metadata.namespace%3D${namespace}&resourceVersion=${metadata.resourceVersion}`;
      const onLine = (line: string): void => {
        const now = performance.now();
        const name = /"name":"([^"]+)"/.exec(line)?.[1] ?? '';
        if (!name.startsWith('event-')) return;
        const times = arrivals.get(name) ?? [];
        times.push(now);
        arrivals.set(name, times);
      };
      for (let opened = 0; opened < WATCHERS; opened += 50) {
        ends.push(...(await Promise.all(Array.from({ length: 50 }, () => watching.lines(url, onLine)))));
      }
      const spreads: number[] = [];
      for (let index = 0; index < EVENTS; index++) {
        const name = `event-${index}`;
        await client.must({ method: 'POST', path, body: configMap(namespace, name) });
        const deadline = performance.now() + 10_000;
        while ((arrivals.get(name)?.length ?? 0) < WATCHERS) {
          if (performance.now() > deadline) throw new Error(`${arrivals.get(name)?.length} of ${WATCHERS} got ${name}`);
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
        const times = arrivals.get(name) ?? [];
        spreads.push(Math.max(...times) - Math.min(...times));
      }
      const watched = await creates('watched');
      client.close();
      watching.close();
      return [
        {
          label: `${WATCHERS} watchers, from the first to the last`,
          value: median(spreads),
          unit: 'ms',
          want: { atMost: 60 },
        },
        {
          label: `create under ${WATCHERS} watchers, 16 clients`,
          value: watched,
          unit: '/s',
          floor: { value: alone, share: watched / alone },
          want: { atLeast: 0.7 },
        },
      ];
    } finally {
      for (const end of ends) end();
      await server.stop();
    }
  },
};
