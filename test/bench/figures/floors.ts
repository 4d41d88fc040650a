import { configMap } from '../compare.ts';
import type { Figure, Row } from '../figure.ts';
import type { Call } from '../load.ts';
import { Client, run, targetOf } from '../load.ts';

const ROWS = 500;

/** What this machine's workerd does for the least code. */
export const floors: Figure = {
  name: 'floors',
  async run(bench) {
    const target = targetOf(await bench.floor());
    const setup = new Client(target, 1);
    await setup.must({ method: 'POST', path: `/rows?count=${ROWS}`, body: configMap('bench', 'row') });
    setup.close();
    const cases: readonly (readonly [string, (index: number) => Call])[] = [
      ['an empty Worker', () => ({ path: '/empty' })],
      ['a Durable Object, one indexed read', (index) => ({ path: `/read?key=row-${index % ROWS}` })],
      [
        'a Durable Object, one insert',
        (index) => ({ method: 'POST', path: '/insert', body: configMap('bench', `cm-${index}`) }),
      ],
    ];
    const rows: Row[] = [];
    for (const [what, call] of cases) {
      for (const connections of [1, 16, 64]) {
        const client = new Client(target, connections);
        const { rate } = await run(client, connections === 1 ? 1000 : 3000, call);
        client.close();
        rows.push({
          label: `floor: ${what}, ${connections} client${connections === 1 ? '' : 's'}`,
          value: rate,
          unit: '/s',
        });
      }
    }
    return rows;
  },
};
