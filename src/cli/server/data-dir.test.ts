import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDataDir, openExistingDataDir } from './data-dir.ts';

describe('the data directory', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'kubewisp-data-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  test('keeps its token and its authority', async () => {
    const path = join(root, 'a/b');
    const first = await openDataDir(path);
    expect(first.operatorToken).toMatch(/^[\w-]{43}$/);
    expect(await openDataDir(path)).toEqual(first);
  });

  test('two directories share no secret', async () => {
    const [a, b] = [await openDataDir(join(root, 'a')), await openDataDir(join(root, 'b'))];
    expect(a.operatorToken).not.toBe(b.operatorToken);
    expect(a.authority.certificate).not.toBe(b.authority.certificate);
  });

  test('only its owner may read it', async () => {
    const { path } = await openDataDir(join(root, 'a'));
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(statSync(join(path, 'operator-token')).mode & 0o777).toBe(0o600);
    expect(statSync(join(path, 'tls/ca-key.pem')).mode & 0o777).toBe(0o600);
  });

  test('a directory of something else is refused, and left as it was', async () => {
    writeFileSync(join(root, 'thesis.txt'), 'mine');
    await expect(openDataDir(root)).rejects.toThrow('is not empty and not a data directory of Kubewisp');
    await expect(openExistingDataDir(root)).rejects.toThrow('is not a data directory of Kubewisp');
  });

  test('a directory of another format is refused', async () => {
    writeFileSync(join(root, 'kubewisp.json'), '{"format":2}');
    await expect(openDataDir(root)).rejects.toThrow('has the format 2, and this Kubewisp knows format 1');
    writeFileSync(join(root, 'kubewisp.json'), 'nonsense');
    await expect(openDataDir(root)).rejects.toThrow('has the format undefined');
  });

  test('a file in the way is refused', async () => {
    writeFileSync(join(root, 'file'), '');
    await expect(openDataDir(join(root, 'file'))).rejects.toThrow('a part of the path is not a directory');
    await expect(openDataDir(join(root, 'file/below'))).rejects.toThrow('a part of the path is not a directory');
  });
});
