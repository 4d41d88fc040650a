// The workerd process: started, watched until it listens, ended.

import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import workerd from 'workerd';

/** How long workerd may take to finish its open requests before it is ended the hard way. */
const STOP_GRACE_MS = 2_000;
const CONTROL_FD = 3;

export interface WorkerdProcess {
  readonly pid: number;
  /** Where each socket listens, by the socket's name in the configuration. */
  readonly ports: ReadonlyMap<string, number>;
  /** Resolves when the process has ended, to its exit code, or undefined if a signal ended it. */
  readonly exited: Promise<number | undefined>;
  /** Ends it within seconds. */
  stop(): Promise<void>;
  /** Ends it as a power cut would (SIGKILL). */
  kill(): Promise<void>;
}

export interface StartOptions {
  readonly configFile: string;
  readonly sockets: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** A file descriptor that takes what workerd and the Worker print. */
  readonly output: number;
}

/** Resolves when every socket listens; undefined if the process ended before that. */
export async function startWorkerd(options: StartOptions): Promise<WorkerdProcess | undefined> {
  // A process group of its own: a Ctrl-C in the terminal then reaches only the CLI, which ends workerd in order.
  const child = spawn(workerd.default, ['serve', `--control-fd=${CONTROL_FD}`, options.configFile], {
    stdio: ['ignore', options.output, options.output, 'pipe'],
    env: { ...process.env, ...options.environment },
    detached: true,
  });
  const exited = new Promise<number | undefined>((resolve) => {
    child.once('exit', (code) => resolve(code ?? undefined));
    child.once('error', () => resolve(undefined));
  });
  const ports = await Promise.race([listening(child, options.sockets), exited.then(() => undefined)]);
  if (ports === undefined || child.pid === undefined) return undefined;
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  return {
    pid: child.pid,
    ports,
    exited,
    kill,
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** Reads workerd's control messages (a line of JSON per socket) until all of `sockets` have reported. */
async function listening(child: ChildProcess, sockets: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const ports = new Map<string, number>();
  const control = child.stdio[CONTROL_FD] as Readable;
  for await (const line of createInterface({ input: control })) {
    const message = JSON.parse(line) as { event?: string; socket?: string; port?: number };
    if (message.event === 'listen' && message.socket !== undefined && message.port !== undefined) {
      ports.set(message.socket, message.port);
    }
    if (sockets.every((socket) => ports.has(socket))) break;
  }
  return ports;
}
