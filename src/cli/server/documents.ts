// Where a server on this machine finds its OpenAPI documents: built when one of this very code starts for the first time.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { writeOpenApi } from '../../documents/openapi-files.ts';
import { PROJECT_ROOT } from './project.ts';

const DAY_MS = 86_400_000;
/** Some 9 MB each. */
const KEPT = 10;

/** `bundle`: the Worker's text, which has the kinds in it. In `dataDir` where the project's own folder cannot be written. */
export function openApiFolder(bundle: string, dataDir: string): string {
  const name = nameOf(bundle);
  const home = join(PROJECT_ROOT, 'dist/documents');
  if (existsSync(join(home, name))) return join(home, name);
  try {
    return build(home, name);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EACCES' && code !== 'EROFS' && code !== 'EPERM') throw error;
    const own = join(dataDir, 'documents');
    return existsSync(join(own, name)) ? join(own, name) : build(own, name);
  }
}

/** Of all that the documents are made of. */
function nameOf(bundle: string): string {
  const hash = createHash('sha256').update(bundle);
  for (const file of ['openapi-files.ts', 'descriptions.ts']) {
    hash.update(readFileSync(join(PROJECT_ROOT, 'src/documents', file)));
  }
  return hash
    .update(readFileSync(join(PROJECT_ROOT, 'package.json')))
    .digest('hex')
    .slice(0, 16);
}

/** Whole or not at all: several may start at once. */
function build(home: string, name: string): string {
  mkdirSync(home, { recursive: true });
  const folder = join(home, name);
  const unfinished = `${folder}.${process.pid}`;
  writeOpenApi(unfinished);
  try {
    renameSync(unfinished, folder);
  } catch (error) {
    rmSync(unfinished, { recursive: true });
    if (!existsSync(folder)) throw error;
  }
  removeOld(home, name);
  return folder;
}

/** Those of code that is gone; a server that started a day ago may read its own still. */
function removeOld(home: string, name: string): void {
  const ages = readdirSync(home)
    .filter((other) => !other.startsWith(name))
    .map((other) => ({
      path: join(home, other),
      made: statSync(join(home, other), { throwIfNoEntry: false })?.mtimeMs ?? 0,
    }))
    .sort((a, b) => b.made - a.made);
  for (const { path, made } of ages.slice(KEPT)) {
    if (Date.now() - made > DAY_MS) rmSync(path, { recursive: true, force: true });
  }
}
