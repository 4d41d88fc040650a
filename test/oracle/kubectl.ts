// Replays the recorded kubectl commands, in order, with the kubectl at hand against a server of its own with two nodes.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { runAgent } from '../../src/nodes/agent/agent.ts';
import type { Kubectl, KubectlResult } from '../support/kubectl.ts';
import { findKubectl } from '../support/kubectl.ts';
import type { TestServer } from '../support/server.ts';
import { startServer } from '../support/server.ts';
import { firstDifference, normalized, withoutClient } from './kubectl-normal.ts';
import type { RecordedCommand } from './kubectl-records.ts';
import { CLIENT_ONLY, Kinds, PACE, parseApiResources, readCommands } from './kubectl-records.ts';

const NODES = ['kc-node-0', 'kc-node-1'];
const NAMESPACE = 'oracle-beh-kubectl';
/** As the recorder's. */
const CONTEXT = 'peer';
const RECORDED_MINOR = 36;
/** Pods that went to one of two equal nodes by chance, which later commands show: the other node is closed while they are made. */
const CLOSED: ReadonlyMap<number, string> = new Map([
  [139, 'kc-node-1'],
  [202, 'kc-node-0'],
]);

/** Prints the share of commands that were answered as recorded. `ids`: print both outputs of these in full. */
export async function measureKubectl(file: string, ids: readonly string[]): Promise<void> {
  const kubectl = findKubectl();
  if (kubectl === undefined) return;
  const server = await startServer({ nodes: 0, addOns: false });
  const folder = mkdtempSync(join(tmpdir(), 'kubewisp-oracle-'));
  const ended = new AbortController();
  try {
    const agents = NODES.map((name) => {
      const { url, token, ca } = server;
      return runAgent({ server: url, token, ca, name, cpu: '4', memory: '8Gi', signal: ended.signal });
    });
    const session = new Session(kubectl, server, folder);
    await session.prepare();
    await session.replay(readCommands(file), ids);
    ended.abort();
    await Promise.all(agents);
  } finally {
    ended.abort();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

class Session {
  readonly #kubectl: Kubectl;
  readonly #server: TestServer;
  readonly #folder: string;
  readonly #kubeconfig: string;

  constructor(kubectl: Kubectl, server: TestServer, folder: string) {
    this.#kubectl = kubectl;
    this.#server = server;
    this.#folder = folder;
    this.#kubeconfig = join(folder, '.kubeconfig');
  }

  async prepare(): Promise<void> {
    writeFileSync(this.#kubeconfig, readFileSync(this.#server.kubeconfig, 'utf8'), { mode: 0o600 });
    const context = (await this.#run(['config', 'current-context'])).stdout.trim();
    await this.#run(['config', 'rename-context', context, CONTEXT]);
    for (let attempt = 0; attempt < 100; attempt++) {
      const { stdout } = await this.#run(['get', 'nodes', '-o', 'name']);
      if (stdout.split('\n').length > NODES.length) break;
      await sleep(100);
    }
    await this.#run(['label', 'nodes', '--all', 'oracle/kubectl=yes', 'node-role.kubernetes.io/worker=']);
    // The recorder's nodes were in no zone.
    await this.#run(['label', 'nodes', '--all', 'topology.kubernetes.io/zone-', 'topology.kubernetes.io/region-']);
    await this.#run(['wait', '--for=condition=Ready', 'nodes', '--all', '--timeout=20s']);
  }

  async replay(commands: readonly RecordedCommand[], ids: readonly string[]): Promise<void> {
    const kinds = new Kinds(commands, parseApiResources((await this.#run(['api-resources', '-o', 'wide'])).stdout));
    const skipped = new Map<string, number>();
    const older = Number(this.#kubectl.version.split('.')[1]) < RECORDED_MINOR;
    let [run, identical, client, paced] = [0, 0, 0, 0];
    for (const command of commands) {
      for (const [name, text] of Object.entries(command.files ?? {})) {
        writeFileSync(join(this.#folder, name), kinds.cutManifest(text));
      }
      const reason = kinds.reasonToSkip(command);
      if (reason !== undefined) {
        skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
        continue;
      }
      const closed = CLOSED.get(command.id);
      if (closed !== undefined) await this.#run(['cordon', closed]);
      const result = await this.#run(await this.#realArguments(command), command.stdin);
      if (closed !== undefined) {
        await sleep(500);
        await this.#run(['uncordon', closed]);
      }
      if (command.argv.includes('more.yaml')) await sleep(1000);
      if (PACE.has(command.id)) {
        paced += 1;
        continue;
      }
      run += 1;
      const difference = this.#compare(command, kinds, result);
      if (difference === undefined) identical += 1;
      else if (difference === 'client' || (older && CLIENT_ONLY.has(command.id))) client += 1;
      else console.log(`  ${command.id} ${command.argv.slice(1).join(' ')}\n      ${difference}`);
      if (ids.includes(String(command.id))) console.log(command, result);
    }
    const share = `${identical}/${run} (${((100 * identical) / run).toFixed(1)}%)`;
    const left = [...skipped].map(([what, count]) => `${count} need ${what}`).join(', ');
    console.log(
      `kubectl ${this.#kubectl.version}: commands identical ${share}, ${client} more but for what kubectl itself prints ` +
        `otherwise in 1.${RECORDED_MINOR}; of ${commands.length} recorded ${left}, ` +
        `${paced} depend on the recorder's kubelet or pace`,
    );
  }

  #compare(command: RecordedCommand, kinds: Kinds, result: KubectlResult): string | undefined {
    let onlyClient = false;
    const rc = command.rc === result.code ? undefined : `exit code ${result.code} instead of ${command.rc}`;
    for (const stream of ['stdout', 'stderr'] as const) {
      const recorded = this.#normal(command, kinds.cutOutput(command, command[stream]));
      const actual = this.#normal(command, kinds.cutOutput(command, result[stream]));
      if (recorded === actual) continue;
      if (withoutClient(recorded) !== withoutClient(actual)) {
        return `${rc === undefined ? '' : `${rc}, `}${stream} ${firstDifference(recorded, actual)}`;
      }
      onlyClient = true;
    }
    return rc ?? (onlyClient ? 'client' : undefined);
  }

  #normal(command: RecordedCommand, text: string): string {
    return normalized(command, text, this.#server.url).trimEnd();
  }

  /** Recorded names of generated objects stand for those of this run. */
  async #realArguments({ argv }: RecordedCommand): Promise<string[]> {
    const real: string[] = [];
    for (const argument of argv.slice(1)) {
      if (argument === 'web-<rs1>-<pod1>') {
        const query = ['-n', NAMESPACE, 'get', 'pods', '-l', 'app=web', '-o', 'jsonpath={.items[0].metadata.name}'];
        real.push((await this.#run(query)).stdout);
      } else real.push(argument.replace('<clusterIP2>', '10.96.200.200'));
    }
    return real;
  }

  #run(args: readonly string[], stdin = ''): Promise<KubectlResult> {
    return new Promise((resolve) => {
      const env = { PATH: process.env['PATH'], HOME: this.#folder, KUBECONFIG: this.#kubeconfig };
      const child = spawn(this.#kubectl.path, args, { env, cwd: this.#folder, timeout: 60_000 });
      let [stdout, stderr] = ['', ''];
      child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
      child.on('error', (error) => resolve({ code: 127, stdout, stderr: String(error) }));
      child.on('close', (code) => resolve({ code: code ?? 128, stdout, stderr }));
      child.stdin.on('error', () => undefined);
      child.stdin.end(stdin);
    });
  }
}
