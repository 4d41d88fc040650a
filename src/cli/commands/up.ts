import { join } from 'node:path';
import type { Command, Values } from '../command.ts';
import { text } from '../command.ts';
import { integer, oneOf, seconds } from '../flag-values.ts';
import { exportLine, writeKubeconfig } from '../kubeconfig-file.ts';
import { NODE_FLAGS, nodesOf } from '../node-flags.ts';
import { createCluster, readKubeconfig } from '../server/clusters.ts';
import { openDataDir } from '../server/data-dir.ts';
import type { Server } from '../server/launch.ts';
import { launch } from '../server/launch.ts';
import { readWorkerSettings } from '../server/project.ts';

const STDERR = 2;
const CLUSTER = 'default';

export const up: Command = {
  summary: 'Serve on this machine, with the cluster "default"',
  positionals: [],
  flags: {
    port: { type: 'string', value: 'number', default: '6443', help: 'port to serve on; 0 takes a free one' },
    host: { type: 'string', value: 'address', default: '127.0.0.1', help: 'address to serve on' },
    'data-dir': { type: 'string', value: 'path', default: '.kubewisp', help: 'where everything is kept' },
    kubeconfig: {
      type: 'string',
      value: 'path',
      help: 'where to write the kubeconfig (default kubeconfig in --data-dir)',
    },
    ...NODE_FLAGS,
    'node-grace-period': {
      type: 'string',
      value: 'duration',
      default: '50s',
      help: 'without a heartbeat until a node is NotReady',
    },
    'log-level': { type: 'string', value: 'level', default: 'warn', help: 'debug, info, warn or error' },
  },
  async run(values) {
    const options = {
      host: text(values, 'host') ?? '127.0.0.1',
      port: integer(values, 'port', 0, 65535) ?? 6443,
      nodeGracePeriod: seconds(values, 'node-grace-period') ?? 50,
      logLevel: oneOf(values, 'log-level', ['debug', 'info', 'warn', 'error']) ?? 'warn',
      output: STDERR,
    };
    const nodes = nodesOf(values);
    const dataDir = await openDataDir(text(values, 'data-dir') ?? '.kubewisp');
    // A signal ends workerd too, even one that comes while it starts.
    const starting = launch({ ...options, dataDir, settings: readWorkerSettings() });
    const stopped = stopOnSignal(starting);
    const server = await starting;
    try {
      const operator = { url: server.url, token: dataDir.operatorToken, ca: dataDir.authority.certificate };
      const kubeconfig =
        (await readKubeconfig(operator, CLUSTER)) ??
        (await createCluster(operator, { name: CLUSTER, ...nodes })).kubeconfig;
      const file = writeKubeconfig(kubeconfigPath(values, dataDir.path), kubeconfig);
      console.log(`Kubewisp serves ${server.url} (data in ${dataDir.path}; Ctrl-C ends it). Type next:\n`);
      console.log(`  ${exportLine(file)}\n`);
    } catch (error) {
      if (!stopped.signalled()) {
        await server.stop();
        throw error;
      }
    }
    const code = await server.exited;
    if (stopped.signalled()) return 0;
    console.error(`kubewisp: workerd ended by itself (${code === undefined ? 'by a signal' : `exit code ${code}`})`);
    return 1;
  },
};

function kubeconfigPath(values: Values, dataDir: string): string {
  return text(values, 'kubeconfig') ?? join(dataDir, 'kubeconfig');
}

function stopOnSignal(starting: Promise<Server>): { signalled(): boolean } {
  let signalled = false;
  const stop = async (): Promise<void> => {
    if (signalled) return;
    signalled = true;
    // A start that fails is reported by the command itself.
    await starting.then(
      (server) => server.stop(),
      () => undefined,
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop());
  return { signalled: () => signalled };
}
