import { parse } from 'yaml';
import type { Why } from '../../api/why.ts';
import { WHY_PATH } from '../../api/why.ts';
import type { Command } from '../command.ts';
import { text } from '../command.ts';
import { OPERATOR_FLAGS, operatorOf } from '../operator-flags.ts';
import { Refusal } from '../refusal.ts';
import { askCluster, readKubeconfig } from '../server/clusters.ts';
import { whyText } from '../why-text.ts';

export const why: Command = {
  summary: 'Tell why an object is as it is: who wrote it, and because of what',
  positionals: ['KIND/NAME'],
  flags: {
    namespace: { type: 'string', short: 'n', value: 'name', default: 'default', help: 'namespace of the object' },
    output: { type: 'string', short: 'o', value: 'format', help: 'json: the whole answer' },
    cluster: { type: 'string', value: 'name', default: 'default', help: 'the cluster' },
    ...OPERATOR_FLAGS,
  },
  async run(values, [object = '']) {
    const output = text(values, 'output');
    if (output !== undefined && output !== 'json') throw new Refusal(`--output must be json, not "${output}"`);
    const operator = await operatorOf(values);
    const name = text(values, 'cluster') ?? 'default';
    const found = await readKubeconfig(operator, name);
    if (found === undefined) throw new Refusal(`there is no cluster "${name}"`);
    const { clusters, users } = parse(found) as Kubeconfig;
    const [server, token] = [clusters[0]?.cluster.server ?? '', users[0]?.user.token ?? ''];
    const query = new URLSearchParams({ object, namespace: text(values, 'namespace') ?? '' });
    const answer = await askCluster({ ...operator, url: server, token }, `${WHY_PATH}?${query.toString()}`);
    if (output === 'json') process.stdout.write(answer);
    else console.log(whyText(JSON.parse(answer) as Why));
    return 0;
  },
};

/** What is read of a kubeconfig that the server itself wrote. */
interface Kubeconfig {
  readonly clusters: readonly { readonly cluster: { readonly server: string } }[];
  readonly users: readonly { readonly user: { readonly token: string } }[];
}
