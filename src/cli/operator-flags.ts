// Which server a command speaks to, and as whom: a server named by flags, or the local one of a data directory.

import { readFileSync } from 'node:fs';
import type { Flags, Values } from './command.ts';
import { text } from './command.ts';
import { Refusal, reasonOf } from './refusal.ts';
import type { Operator } from './server/clusters.ts';
import { openExistingDataDir } from './server/data-dir.ts';
import { readRunning } from './server/running.ts';

export const OPERATOR_FLAGS: Flags = {
  'data-dir': { type: 'string', value: 'path', default: '.kubewisp', help: 'data directory of the local server' },
  server: { type: 'string', value: 'url', help: 'a server elsewhere, instead of the local one' },
  token: { type: 'string', value: 'token', help: "with --server: the operator's token (or $OPERATOR_TOKEN)" },
  ca: { type: 'string', value: 'file', help: 'with --server: the certificate authority to trust' },
};

export async function operatorOf(values: Values): Promise<Operator> {
  const server = text(values, 'server');
  if (server !== undefined) {
    const token = text(values, 'token') ?? process.env['OPERATOR_TOKEN'];
    if (token === undefined || token === '') throw new Refusal('--server needs --token or $OPERATOR_TOKEN');
    if (!URL.canParse(server) || new URL(server).protocol !== 'https:') {
      throw new Refusal(`--server must be an https:// address, not "${server}"`);
    }
    return { url: server.replace(/\/+$/, ''), token, ca: readAuthority(text(values, 'ca')) };
  }
  const dataDir = await openExistingDataDir(text(values, 'data-dir') ?? '.kubewisp');
  const running = readRunning(dataDir);
  if (running === undefined) throw new Refusal(`no server runs on ${dataDir.path}: start it with "kubewisp up"`);
  return { url: running.url, token: dataDir.operatorToken, ca: dataDir.authority.certificate };
}

export function readAuthority(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Refusal(`cannot read ${file}: ${reasonOf(error)}`);
  }
}
