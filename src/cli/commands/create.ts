import type { Command } from '../command.ts';
import { text } from '../command.ts';
import { exportLine, writeKubeconfig } from '../kubeconfig-file.ts';
import { NODE_FLAGS, nodesOf } from '../node-flags.ts';
import { OPERATOR_FLAGS, operatorOf } from '../operator-flags.ts';
import { createCluster } from '../server/clusters.ts';

export const create: Command = {
  summary: 'Make a cluster; prints its kubeconfig',
  positionals: ['[NAME]'],
  flags: {
    ...NODE_FLAGS,
    kubeconfig: { type: 'string', value: 'path', help: 'write the kubeconfig there instead of printing it' },
    ...OPERATOR_FLAGS,
  },
  async run(values, [name]) {
    const cluster = await createCluster(await operatorOf(values), { name, ...nodesOf(values) });
    const path = text(values, 'kubeconfig');
    if (path === undefined) {
      process.stdout.write(cluster.kubeconfig);
    } else {
      console.log(`Cluster ${cluster.name} answers at ${cluster.server}. Type next:\n`);
      console.log(`  ${exportLine(writeKubeconfig(path, cluster.kubeconfig))}\n`);
    }
    return 0;
  },
};
