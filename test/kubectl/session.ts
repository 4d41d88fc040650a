// A user at a shell: kubectl commands against one cluster, one after the other.

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Kubectl, KubectlResult } from '../support/kubectl.ts';
import { findKubectl, runKubectl } from '../support/kubectl.ts';
import type { TestServer, TestServerOptions } from '../support/server.ts';
import { startServer } from '../support/server.ts';

/** Undefined, with the reason printed, where the suites cannot run. */
export const kubectl: Kubectl | undefined = findKubectl();

export interface CommandOptions {
  readonly input?: string;
  /** ms; 30 s if not given. */
  readonly timeout?: number;
}

/** A command that goes on: a watch. */
export interface Following {
  /** Lines of standard output so far. */
  readonly lines: readonly string[];
  stop(): Promise<void>;
}

export class Session {
  readonly #kubectl: Kubectl;
  readonly server: TestServer;
  /** For files of this session. */
  readonly directory = mkdtempSync(join(tmpdir(), 'kubewisp-kubectl-'));
  readonly #environment: Record<string, string>;

  constructor(found: Kubectl, server: TestServer) {
    this.#kubectl = found;
    this.server = server;
    // A home of its own: kubectl keeps what discovery said there.
    const home = join(this.directory, 'home');
    mkdirSync(home);
    this.#environment = { HOME: home };
  }

  /** Runs one command to its end, whatever comes of it. */
  result(
    args: readonly string[],
    { environment = {}, ...options }: CommandOptions & { environment?: Record<string, string> } = {},
  ): Promise<KubectlResult> {
    return runKubectl(this.#kubectl, this.server.kubeconfig, args, {
      ...options,
      environment: { ...this.#environment, ...environment },
    });
  }

  /** Standard output of a command that must succeed. `line` is split at spaces; put what holds some into `more`. */
  async run(line: string, ...more: readonly string[]): Promise<string> {
    return this.#must(line, more, {});
  }

  /** As `run`, with standard input. */
  async feed(input: string, line: string, ...more: readonly string[]): Promise<string> {
    return this.#must(line, more, { input });
  }

  /** Standard error of a command that must fail. */
  async fail(line: string, ...more: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.result([...words(line), ...more]);
    expect(code, `kubectl ${line} succeeded: ${stdout}`).not.toBe(0);
    return stderr;
  }

  /** The words of each row of a table, without its header. */
  async rows(line: string): Promise<string[][]> {
    const text = await this.run(`${line} --no-headers`);
    return text.split('\n').filter(Boolean).map(words);
  }

  async json<T>(line: string): Promise<T> {
    return JSON.parse(await this.run(`${line} -o json`)) as T;
  }

  /** Asks again until the output matches. */
  async until(line: string, wanted: RegExp | ((output: string) => boolean), timeout = 20_000): Promise<string> {
    const deadline = Date.now() + timeout;
    for (;;) {
      const { stdout, stderr } = await this.result(words(line));
      if (typeof wanted === 'function' ? wanted(stdout) : wanted.test(stdout)) return stdout;
      if (Date.now() > deadline)
        throw new Error(`kubectl ${line} never printed ${String(wanted)}, but:\n${stdout}${stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
  }

  /** Starts a command that goes on until it is stopped. */
  follow(line: string, ...more: readonly string[]): Following {
    const child = spawn(this.#kubectl.path, [...words(line), ...more], {
      env: { ...process.env, ...this.#environment, KUBECONFIG: this.server.kubeconfig },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines: string[] = [];
    let rest = '';
    child.stdout.on('data', (chunk: Buffer) => {
      const parts = (rest + chunk.toString()).split('\n');
      rest = parts.pop() ?? '';
      lines.push(...parts);
    });
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    return {
      lines,
      async stop() {
        child.kill('SIGKILL');
        await ended;
      },
    };
  }

  async #must(line: string, more: readonly string[], options: CommandOptions): Promise<string> {
    const args = [...words(line), ...more];
    const { code, stdout, stderr } = await this.result(args, options);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: exit code ${code}\n${stdout}${stderr}`);
    return stdout;
  }

  async end(): Promise<void> {
    rmSync(this.directory, { recursive: true, force: true });
    await this.server.stop();
  }
}

/** A server of its own, and a shell. Only where `kubectl` is there. */
export async function startSession(options: TestServerOptions = {}, program = kubectl): Promise<Session> {
  if (program === undefined) throw new Error('no kubectl');
  const session = new Session(program, await startServer(options));
  try {
    // As a user would wait; the first commands need a namespace that takes pods.
    await session.run('wait --for=condition=Ready node --all --timeout=20s');
    await session.until('get serviceaccount default -o name', /default/);
    return session;
  } catch (error) {
    await session.end();
    throw error;
  }
}

const words = (line: string): string[] => line.split(/\s+/).filter(Boolean);
