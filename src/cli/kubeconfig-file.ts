import { dirname, resolve } from 'node:path';
import { Refusal, reasonOf } from './refusal.ts';
import { makeDirectory, writePrivate } from './server/data-dir.ts';

/** Writes the file and answers its absolute path. It holds a token: only its owner may read it. */
export function writeKubeconfig(path: string, kubeconfig: string): string {
  const absolute = resolve(path);
  try {
    makeDirectory(dirname(absolute));
    writePrivate(absolute, kubeconfig);
  } catch (error) {
    throw new Refusal(`cannot write ${absolute}: ${reasonOf(error)}`);
  }
  return absolute;
}

/** The line to type next. */
export function exportLine(absolutePath: string): string {
  return `export KUBECONFIG=${/^[\w@%+=:,./-]+$/.test(absolutePath) ? absolutePath : `'${absolutePath.replaceAll("'", `'\\''`)}'`}`;
}
