// The note that a running server leaves in its data directory: for the other commands, which ask it where to turn, and
// for the next start, which must not open storage that another process has open.

import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '../refusal.ts';
import type { DataDir } from './data-dir.ts';
import { readIfPresent, writePrivate } from './data-dir.ts';

export interface Running {
  /** Process ids of the launcher and of its workerd. */
  readonly launcher: number;
  readonly workerd: number;
  /** `https://127.0.0.1:6443` */
  readonly url: string;
}

const noteOf = (dataDir: DataDir): string => join(dataDir.path, 'run/running.json');

export function writeRunning(dataDir: DataDir, running: Running): void {
  writePrivate(noteOf(dataDir), `${JSON.stringify(running)}\n`);
}

export function clearRunning(dataDir: DataDir): void {
  rmSync(noteOf(dataDir), { force: true });
}

/** The server that runs on this directory, as its note says; the note of one that died is not believed. */
export function readRunning(dataDir: DataDir): Running | undefined {
  const note = readIfPresent(noteOf(dataDir));
  if (note === undefined) return undefined;
  const running = JSON.parse(note) as Running;
  return commandLineOf(running.workerd).includes(dataDir.path) ? running : undefined;
}

/**
 * Makes sure that no other server has the directory open. A workerd whose launcher was killed with SIGKILL lives on;
 * it is ended here, since nobody else would.
 */
export async function takeOver(dataDir: DataDir): Promise<void> {
  const running = readRunning(dataDir);
  if (running === undefined) return;
  if (isAlive(running.launcher)) {
    throw new Refusal(`${dataDir.path} is in use: process ${running.launcher} serves it at ${running.url}`);
  }
  process.kill(running.workerd, 'SIGKILL');
  while (isAlive(running.workerd)) await new Promise((resolve) => setTimeout(resolve, 20));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A process that has ended and waits for its parent to notice still has its id.
    return commandLineOf(pid) !== '';
  } catch {
    return false;
  }
}

/** Empty if there is no such process. */
function commandLineOf(pid: number): string {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}
