import type { Command } from '../command.ts';
import { OPERATOR_FLAGS, operatorOf } from '../operator-flags.ts';
import { listClusters } from '../server/clusters.ts';

export const list: Command = {
  summary: 'List the clusters',
  positionals: [],
  flags: OPERATOR_FLAGS,
  async run(values) {
    const clusters = await listClusters(await operatorOf(values));
    const rows = [
      ['NAME', 'NODES', 'CREATED', 'SERVER'],
      ...clusters.map(({ name, nodes, createdAt, server }) => [name, String(nodes), createdAt, server]),
    ];
    const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
    for (const row of rows)
      console.log(
        row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('   ')
          .trimEnd(),
      );
    return 0;
  },
};
