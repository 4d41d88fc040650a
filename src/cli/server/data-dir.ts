// The data directory of a local server: its secrets, certificates and storage. A marker file with a format version
// tells it from a directory that happens to be there.
//
//   kubewisp.json      the marker
//   operator-token     who may create and delete clusters
//   tls/               the local authority and the serving certificate
//   storage/           what the Durable Objects stored
//   run/               made anew at each start: the bundle, workerd's config, the running process
//   kubeconfig         of the cluster `default`

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Refusal, reasonOf } from '../refusal.ts';
import type { KeyPair } from './certificates.ts';
import { createAuthority } from './certificates.ts';

const FORMAT = 1;

export interface DataDir {
  readonly path: string;
  readonly operatorToken: string;
  readonly authority: KeyPair;
}

/** Opens the directory, and makes it if it is absent or empty. Refuses one that is not Kubewisp's or cannot be written. */
export async function openDataDir(path: string): Promise<DataDir> {
  const absolute = resolve(path);
  try {
    makeDirectory(absolute);
    checkMarker(absolute);
    for (const folder of ['tls', 'storage', 'run']) makeDirectory(join(absolute, folder));
    return {
      path: absolute,
      operatorToken: ensureFile(absolute, 'operator-token', newToken),
      authority: await ensureAuthority(absolute),
    };
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(`cannot use the data directory ${absolute}: ${reasonOf(error)}`);
  }
}

/** Opens a directory that `kubewisp up` made before. */
export async function openExistingDataDir(path: string): Promise<DataDir> {
  if (readIfPresent(join(resolve(path), 'kubewisp.json')) === undefined) {
    throw new Refusal(
      `${resolve(path)} is not a data directory of Kubewisp: start one with "kubewisp up", or name a server with --server`,
    );
  }
  return openDataDir(path);
}

/** Writes a file that only its owner may read. */
export function writePrivate(path: string, content: string): void {
  writeFileSync(path, content, { mode: 0o600 });
}

export function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Node's own `recursive` never ends where the file system answers ENOENT for a folder whose parent is there (/proc). */
export function makeDirectory(path: string): void {
  if (existsSync(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeDirectory(parent);
  mkdirSync(path, { mode: 0o700 });
}

function checkMarker(path: string): void {
  const marker = join(path, 'kubewisp.json');
  const found = readIfPresent(marker);
  if (found === undefined) {
    if (readdirSync(path).length > 0) {
      throw new Refusal(`${path} is not empty and not a data directory of Kubewisp: choose another with --data-dir`);
    }
    writePrivate(marker, `${JSON.stringify({ format: FORMAT })}\n`);
    return;
  }
  const format = formatOf(found);
  if (format !== FORMAT) {
    throw new Refusal(
      `${path} has the format ${String(format)}, and this Kubewisp knows format ${FORMAT}: choose another with --data-dir`,
    );
  }
  // Rewritten as it was: a directory that cannot be written is refused here, and not by workerd later.
  writePrivate(marker, found);
}

function formatOf(marker: string): unknown {
  try {
    return (JSON.parse(marker) as { format?: unknown } | null)?.format;
  } catch {
    return undefined;
  }
}

function ensureFile(path: string, name: string, make: () => string): string {
  const file = join(path, name);
  const found = readIfPresent(file)?.trim();
  if (found !== undefined && found !== '') return found;
  const made = make();
  writePrivate(file, `${made}\n`);
  return made;
}

async function ensureAuthority(path: string): Promise<KeyPair> {
  const certificateFile = join(path, 'tls/ca.pem');
  const keyFile = join(path, 'tls/ca-key.pem');
  const certificate = readIfPresent(certificateFile);
  const privateKey = readIfPresent(keyFile);
  if (certificate !== undefined && privateKey !== undefined) return { certificate, privateKey };
  const authority = await createAuthority(new Date());
  writePrivate(keyFile, authority.privateKey);
  writePrivate(certificateFile, authority.certificate);
  return authority;
}

function newToken(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url');
}
