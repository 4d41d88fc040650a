// `kubewisp up` and its neighbours as a user has them: real processes, real signals.

import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { PROJECT_ROOT } from '../../src/cli/server/project.ts';

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
  readonly stdout: () => string;
  readonly ended: Promise<Ended>;
}

function command(...args: string[]): { child: ChildProcess; stdout: () => string; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [join(PROJECT_ROOT, 'src/cli/main.ts'), ...args], { stdio: 'pipe' });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
  return { child, stdout: () => stdout, ended };
}

async function up(dataDir: string, ...args: string[]): Promise<Started> {
  const { child, stdout, ended } = command('up', '--port', '0', '--nodes', '1', '--data-dir', dataDir, ...args);
  const early = ended.then(({ stderr }) => {
    throw new Error(`ended before it served: ${stderr}`);
  });
  const printed = (async () => {
    for (;;) {
      const url = /serves (https:\S+)/.exec(stdout())?.[1];
      if (url !== undefined && stdout().includes('export KUBECONFIG=')) return url;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  return { child, stdout, ended, url: await Promise.race([printed, early]) };
}

describe('kubewisp up', () => {
  let root = '';
  let dataDir = '';
  const running: Started[] = [];
  const start = async (...args: string[]): Promise<Started> => {
    const started = await up(dataDir, ...args);
    running.push(started);
    return started;
  };

  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'kubewisp-cli-'));
    dataDir = join(root, 'data');
  });
  afterEach(async () => {
    for (const { child, ended } of running.splice(0)) {
      child.kill('SIGTERM');
      await ended;
    }
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  test('prints where it serves and the line to type, and ends cleanly on SIGTERM and on Ctrl-C', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const { child, ended, stdout, url } = await start();
      expect(stdout()).toContain(`export KUBECONFIG=${join(dataDir, 'kubeconfig')}\n`);
      const kubeconfig = readFileSync(join(dataDir, 'kubeconfig'), 'utf8');
      expect(kubeconfig).toContain(`server: ${url}\n`);
      expect(kubeconfig).toContain('certificate-authority-data: ');
      expect(kubeconfig).not.toContain('insecure');
      expect(statSync(join(dataDir, 'kubeconfig')).mode & 0o777).toBe(0o600);
      child.kill(signal);
      const { code, stderr } = await ended;
      // workerd warns, now and then, of the alarm that it was in the middle of.
      const ours = stderr.replaceAll(/^workerd\/io\/.* failed to invoke drain\(\) .*\n/gm, '');
      expect({ code, stderr: ours }).toEqual({ code: 0, stderr: '' });
      await expect(fetch(url)).rejects.toThrow();
      expect(existsSync(join(dataDir, 'run/running.json'))).toBe(false);
    }
  });

  test('makes, lists and removes clusters beside the default one', async () => {
    await start();
    const local = ['--data-dir', dataDir];
    const file = join(root, 'dev/kubeconfig');
    const created = await command('create', 'dev', '--nodes', '0', '--kubeconfig', file, ...local).ended;
    expect(created).toMatchObject({ code: 0, stderr: '' });
    expect(created.stdout).toContain(`export KUBECONFIG=${file}\n`);
    expect((await command('kubeconfig', 'dev', ...local).ended).stdout).toBe(readFileSync(file, 'utf8'));
    const twice = await command('create', 'dev', ...local).ended;
    expect(twice).toMatchObject({ code: 1, stderr: 'kubewisp: clusters.kubewisp.dev "dev" already exists\n' });
    expect((await command('list', ...local).ended).stdout).toMatch(
      /^NAME +NODES .*\ndefault +1 .*\ndev +0 .*\/clusters\/dev\n$/,
    );
    expect(await command('delete', 'dev', ...local).ended).toMatchObject({ code: 0 });
    expect(await command('delete', 'dev', ...local).ended).toMatchObject({ code: 1 });
    expect((await command('list', ...local).ended).stdout).not.toContain('dev');
  });

  test('refuses a directory and a port that are in use, each in one line', async () => {
    const { url, child } = await start();
    const sameData = await command('up', '--port', '0', '--data-dir', dataDir).ended;
    expect(sameData).toEqual({
      code: 1,
      stdout: '',
      stderr: `kubewisp: ${dataDir} is in use: process ${child.pid} serves it at ${url}\n`,
    });
    const { port } = new URL(url);
    const samePort = await command('up', '--port', port, '--data-dir', join(root, 'other')).ended;
    expect(samePort).toEqual({
      code: 1,
      stdout: '',
      stderr: `kubewisp: port ${port} of 127.0.0.1 is in use: choose another with --port\n`,
    });
  });

  test('a launcher killed with SIGKILL leaves nothing that stops the next start', async () => {
    const first = await start();
    const authority = readFileSync(join(dataDir, 'tls/ca.pem'), 'utf8');
    first.child.kill('SIGKILL');
    // Not `ended`: its workerd lives on and holds its output open.
    await once(first.child, 'exit');
    const second = await start();
    expect(readFileSync(join(dataDir, 'tls/ca.pem'), 'utf8')).toBe(authority);
    await expect(fetch(first.url)).rejects.toThrow();
    expect((await command('list', '--data-dir', dataDir).ended).stdout).toContain(second.url);
  });
});

describe('the command line', () => {
  test.each([
    [['up', '--port', 'http'], 'kubewisp: --port must be a whole number from 0 to 65535, not "http"\n'],
    [['up', '--shiny'], "kubewisp: Unknown option '--shiny' (see --help)\n"],
    [['up', 'now'], 'kubewisp: up: unexpected argument "now" (see --help)\n'],
    [['delete'], 'kubewisp: delete: NAME is missing (see --help)\n'],
    [['fly'], 'kubewisp: there is no command "fly" (see --help)\n'],
    [
      ['list', '--data-dir', '/nowhere'],
      'kubewisp: /nowhere is not a data directory of Kubewisp: start one with "kubewisp up", or name a server with --server\n',
    ],
    [
      ['list', '--server', 'http://x', '--token', 't'],
      'kubewisp: --server must be an https:// address, not "http://x"\n',
    ],
  ])('%j is refused in one line', async (args, stderr) => {
    expect(await command(...args).ended).toEqual({ code: 1, stdout: '', stderr });
  });

  test('--help lists the commands, and the flags of each', async () => {
    const overall = await command('--help').ended;
    expect(overall.code).toBe(0);
    for (const name of ['up', 'create', 'list', 'delete', 'kubeconfig', 'node', 'version']) {
      expect(overall.stdout).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
      expect((await command(name, '--help').ended).stdout).toContain(`Usage: kubewisp ${name}`);
    }
    const help = (await command('up', '--help').ended).stdout;
    for (const flag of [
      'port',
      'host',
      'data-dir',
      'kubeconfig',
      'nodes',
      'node-cpu',
      'node-memory',
      'node-grace-period',
      'log-level',
    ]) {
      expect(help).toContain(`--${flag} `);
    }
  });
});
