import type { Command } from '../command.ts';
import { OPERATOR_FLAGS, operatorOf } from '../operator-flags.ts';
import { deleteCluster as remove } from '../server/clusters.ts';

export const deleteCluster: Command = {
  summary: 'Remove a cluster with all its data',
  positionals: ['NAME'],
  flags: OPERATOR_FLAGS,
  async run(values, [name = '']) {
    await remove(await operatorOf(values), name);
    console.log(`Cluster ${name} is removed.`);
    return 0;
  },
};
