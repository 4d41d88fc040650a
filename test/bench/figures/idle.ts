import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Figure } from '../figure.ts';
import { sleep } from '../load.ts';

const CLUSTERS = 10;
const SETTLE_MS = 15_000;
const IDLE_MS = 60_000;

/** Ten clusters that nobody asks anything: what is written in a minute, and what is planned. Read from the disk. */
export const idle: Figure = {
  name: 'idle',
  async run(bench) {
    const server = await bench.freshKubewisp();
    try {
      for (let index = 1; index < CLUSTERS; index++) await server.createCluster({ name: `idle-${index}`, nodes: 3 });
      await sleep(SETTLE_MS);
      const before = stateOf(server.storage);
      await sleep(IDLE_MS);
      const after = stateOf(server.storage);
      const changed = [...after].filter(([file, state]) => before.get(file) !== state);
      await server.kill9();
      return [
        {
          label: `${CLUSTERS} idle clusters, files written in 60 s`,
          value: changed.length,
          unit: 'files',
          want: { atMost: 0 },
        },
        {
          label: `${CLUSTERS} idle clusters, alarms armed`,
          value: armedAlarms(server.storage),
          unit: 'alarms',
          want: { atMost: 0 },
        },
      ];
    } finally {
      await server.stop();
    }
  },
};

/** Size and time of the last write of every file of the objects. */
function stateOf(storage: string): Map<string, string> {
  const files = readdirSync(storage, { recursive: true, encoding: 'utf8' });
  return new Map(
    files.flatMap((file) => {
      const state = statSync(join(storage, file), { throwIfNoEntry: false });
      return state?.isFile() === true ? [[file, `${state.size} ${state.mtimeMs}`] as const] : [];
    }),
  );
}

/** workerd keeps the alarms of a class's objects in one table beside their databases. */
function armedAlarms(storage: string): number {
  let alarms = 0;
  for (const folder of readdirSync(storage)) {
    const file = join(storage, folder, 'metadata.sqlite');
    if (statSync(file, { throwIfNoEntry: false }) === undefined) continue;
    const database = new DatabaseSync(file);
    const row = database.prepare('SELECT count(*) AS alarms FROM _cf_ALARM').get();
    alarms += Number(row?.['alarms'] ?? 0);
    database.close();
  }
  return alarms;
}
