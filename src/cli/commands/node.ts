import { hostname } from 'node:os';
import { runAgent } from '../../nodes/agent/agent.ts';
import type { Command } from '../command.ts';
import { text } from '../command.ts';
import { quantity } from '../flag-values.ts';
import { readAuthority } from '../operator-flags.ts';
import { Refusal } from '../refusal.ts';

export const node: Command = {
  summary: 'Run one more simulated node for a cluster, as a process of its own',
  positionals: [],
  flags: {
    server: { type: 'string', value: 'url', help: "the cluster's address, as its kubeconfig has it" },
    token: {
      type: 'string',
      value: 'token',
      help: 'a token of the cluster, as its kubeconfig has it (or $KUBEWISP_TOKEN)',
    },
    ca: {
      type: 'string',
      value: 'file',
      help: 'the certificate authority to trust; locally tls/ca.pem of the data directory',
    },
    name: { type: 'string', value: 'name', help: "name of the node (default this machine's)" },
    cpu: { type: 'string', value: 'quantity', default: '4', help: 'its CPU' },
    memory: { type: 'string', value: 'quantity', default: '16Gi', help: 'its memory' },
  },
  async run(values) {
    const server = text(values, 'server');
    const token = text(values, 'token') ?? process.env['KUBEWISP_TOKEN'];
    if (server === undefined || !URL.canParse(server))
      throw new Refusal('node: --server must name the cluster (see --help)');
    if (token === undefined) throw new Refusal('node: --token is missing (see --help)');
    const ca = readAuthority(text(values, 'ca'));
    const cpu = quantity(values, 'cpu');
    const memory = quantity(values, 'memory');

    const ended = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => ended.abort());
    await runAgent({
      server,
      token,
      name: text(values, 'name') ?? hostname().toLowerCase(),
      ...(ca === undefined ? {} : { ca }),
      ...(cpu === undefined ? {} : { cpu }),
      ...(memory === undefined ? {} : { memory }),
      signal: ended.signal,
      log: (line) => console.error(line),
    });
    return 0;
  },
};
