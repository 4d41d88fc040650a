import type { Command } from '../command.ts';
import { text } from '../command.ts';
import { exportLine, writeKubeconfig } from '../kubeconfig-file.ts';
import { OPERATOR_FLAGS, operatorOf } from '../operator-flags.ts';
import { Refusal } from '../refusal.ts';
import { readKubeconfig } from '../server/clusters.ts';

export const kubeconfig: Command = {
  summary: 'Print the kubeconfig of a cluster ("default" if not named)',
  positionals: ['[NAME]'],
  flags: {
    kubeconfig: { type: 'string', value: 'path', help: 'write it there instead of printing it' },
    ...OPERATOR_FLAGS,
  },
  async run(values, [name = 'default']) {
    const found = await readKubeconfig(await operatorOf(values), name);
    if (found === undefined) throw new Refusal(`there is no cluster "${name}"`);
    const path = text(values, 'kubeconfig');
    if (path === undefined) process.stdout.write(found);
    else console.log(exportLine(writeKubeconfig(path, found)));
    return 0;
  },
};
