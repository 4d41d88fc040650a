// The real kubectl: found once a suite, asked as a user would.

import { execFileSync, spawn } from 'node:child_process';
import { readdirSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

const MIN_MINOR = 32;

export interface Kubectl {
  readonly path: string;
  readonly version: string;
}

export interface KubectlResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * `$KUBECTL`, or the kubectl on the PATH, if it is at least 1.32 (older ones speak SPDY, which cannot be served). When there
 * is none, says why; where `$CI` is set that is an error, since there the suite must run.
 */
export function findKubectl(): Kubectl | undefined {
  const path = process.env['KUBECTL'] ?? 'kubectl';
  const found = versionOf(path);
  if (found !== undefined && found.minor >= MIN_MINOR) return { path, version: found.text };
  const reason =
    found === undefined
      ? `no kubectl: "${path}" cannot be run; set $KUBECTL to one of at least 1.${MIN_MINOR}`
      : `kubectl ${found.text} is too old: set $KUBECTL to one of at least 1.${MIN_MINOR}`;
  if (process.env['CI'] !== undefined && process.env['CI'] !== '') throw new Error(reason);
  console.warn(`kubectl suite skipped: ${reason}`);
  return undefined;
}

/** The oldest and the newest kubectl that stand beside the given one, on the PATH, or where CI builds one; itself among them. */
export function oldestAndNewest(kubectl: Kubectl): readonly Kubectl[] {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'kubewisp');
  const folders = new Set([...(process.env['PATH'] ?? '').split(delimiter), cache]);
  for (const folder of folders) {
    try {
      folders.add(dirname(realpathSync(join(folder, 'kubectl'))));
    } catch {
      // There is none in this folder.
    }
  }
  const found = new Map<number, Kubectl>();
  for (const path of [kubectl.path, ...[...folders].flatMap(kubectlsIn)]) {
    const version = versionOf(path);
    if (version !== undefined && !found.has(version.minor)) found.set(version.minor, { path, version: version.text });
  }
  const minors = [...found.keys()].sort((a, b) => a - b);
  return [...new Set([minors[0], minors.at(-1)])].flatMap((minor) => found.get(minor ?? -1) ?? []);
}

function kubectlsIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /^kubectl(?:[.-]?v?1\.?\d+)?$/.test(name))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** Runs kubectl to its end; a failure is an exit code, never a throw. `timeout` in ms. */
export function runKubectl(
  kubectl: Kubectl,
  kubeconfig: string,
  args: readonly string[],
  {
    input = '',
    timeout = 30_000,
    environment = {},
  }: {
    readonly input?: string;
    readonly timeout?: number;
    readonly environment?: Readonly<Record<string, string>>;
  } = {},
): Promise<KubectlResult> {
  return new Promise((resolve) => {
    const env = { ...process.env, KUBECONFIG: kubeconfig, ...environment };
    const child = spawn(kubectl.path, args, { env, timeout });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('error', (error) => resolve({ code: 127, stdout, stderr: String(error) }));
    child.on('close', (code, signal) =>
      resolve({ code: code ?? 128, stdout, stderr: signal === null ? stderr : `${stderr}\nended by ${signal}` }),
    );
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

function versionOf(path: string): { text: string; minor: number } | undefined {
  try {
    const output = execFileSync(path, ['version', '--client', '--output=json'], { encoding: 'utf8', stdio: 'pipe' });
    const { clientVersion } = JSON.parse(output) as {
      clientVersion: { gitVersion: string; major: string; minor: string };
    };
    return { text: clientVersion.gitVersion, minor: Number.parseInt(clientVersion.minor, 10) };
  } catch {
    return undefined;
  }
}
