import { readFileSync } from 'node:fs';
import { runAgent } from '../../nodes/agent/agent.ts';
import type { Command, Values } from '../command.ts';
import { text } from '../command.ts';
import { quantity } from '../flag-values.ts';
import { reasonOf, Refusal } from '../refusal.ts';

function required(values: Values, flag: string): string {
  const value = text(values, flag);
  if (value === undefined || value === '') throw new Refusal(`node: --${flag} is missing (see --help)`);
  return value;
}

function serverUrl(values: Values): string {
  const server = required(values, 'server');
  if (!URL.canParse(server) || !/^https?:$/.test(new URL(server).protocol)) {
    throw new Refusal(`--server must be a URL such as https://127.0.0.1:6443/clusters/default, not "${server}"`);
  }
  return server;
}

function nodeName(values: Values): string {
  const name = required(values, 'name');
  if (name.length > 63 || !/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name)) {
    throw new Refusal(`--name must be lower case letters, digits, "-" and ".", not "${name}"`);
  }
  return name;
}

function certificate(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Refusal(`--ca ${path} cannot be read: ${reasonOf(error)}`);
  }
}

export const node: Command = {
  summary: 'Join one more simulated node to a cluster, until it is stopped',
  positionals: [],
  flags: {
    server: { type: 'string', value: 'url', help: 'the cluster, as in its kubeconfig (required)' },
    token: { type: 'string', value: 'token', help: 'bearer token for it (required)' },
    name: { type: 'string', value: 'name', help: 'name of the node (required)' },
    cpu: { type: 'string', value: 'quantity', help: 'CPU of the node (4 if not given)' },
    memory: { type: 'string', value: 'quantity', help: 'memory of the node (16Gi if not given)' },
    ca: { type: 'string', value: 'path', help: "PEM file of the authority that signed the server's certificate" },
  },
  async run(values) {
    const ca = text(values, 'ca');
    const cpu = quantity(values, 'cpu');
    const memory = quantity(values, 'memory');
    const end = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => end.abort());
    await runAgent({
      server: serverUrl(values),
      token: required(values, 'token'),
      name: nodeName(values),
      ...(cpu === undefined ? {} : { cpu }),
      ...(memory === undefined ? {} : { memory }),
      ...(ca === undefined ? {} : { ca: certificate(ca) }),
      signal: end.signal,
      log: (line) => console.log(line),
    });
    return 0;
  },
};
