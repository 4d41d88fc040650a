// Programs in other languages that test as clients: what builds them, and what their rounds print.

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Whether a tool runs. Where it does not, says so; where `$CI` is set that is an error, since there the round must run. */
export function hasTool(suite: string, command: string, args: readonly string[]): boolean {
  const found = spawnSync(command, args, { stdio: 'ignore' }).status === 0;
  if (found) return true;
  const reason = `\`${[command, ...args].join(' ')}\` does not run here`;
  if (process.env['CI'] !== undefined && process.env['CI'] !== '') throw new Error(`${suite}: ${reason}`);
  console.warn(`${suite} skipped: ${reason}`);
  return false;
}

/** Builds the Go program of a folder, and gives the path of the binary. */
export function buildGo(folder: string): string {
  const binary = join(cacheFolder(), 'client-go-round');
  execFileSync('go', ['build', '-o', binary, '.'], { cwd: folder, stdio: 'inherit' });
  return binary;
}

/** The Python of a virtual environment that holds what a requirements file names; made once for each content of the file. */
export function pythonWith(requirements: string): string {
  const digest = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const folder = join(cacheFolder(), `python-${digest}`);
  const python = join(folder, 'bin', 'python');
  const complete = join(folder, 'complete');
  if (!existsSync(complete)) {
    execFileSync('python3', ['-m', 'venv', '--clear', folder], { stdio: 'inherit' });
    execFileSync(python, ['-m', 'pip', 'install', '--quiet', '--requirement', requirements], { stdio: 'inherit' });
    mkdirSync(complete);
  }
  return python;
}

function cacheFolder(): string {
  const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'kubewisp');
  mkdirSync(folder, { recursive: true });
  return folder;
}

export interface Round {
  /** Names of the steps that passed. */
  readonly passed: readonly string[];
  /** `name: why` of those that did not. */
  readonly failed: readonly string[];
  /** What the program printed besides. */
  readonly output: string;
}

/** Runs a program that prints `ok NAME` or `failed NAME: why` for each of its steps. `timeout` in milliseconds. */
export async function runRound(command: string, args: readonly string[], timeout: number): Promise<Round> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout, killSignal: 'SIGKILL' });
  let text = '';
  const collect = (chunk: Buffer): void => void (text += chunk.toString());
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  await new Promise((resolve, reject) => child.on('close', resolve).on('error', reject));
  const lines = text.split('\n');
  const after = (word: string): string[] =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
  return { passed: after('ok'), failed: after('failed'), output: text };
}
