import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { append } from './append.ts';

test('appends more than fits on a stack', () => {
  const list = [0];
  append(list, new Array<number>(1_000_000).fill(1));
  append(list, new Set([2]));
  expect([list.length, list[0], list.at(-1)]).toEqual([1_000_002, 0, 2]);
});

test('what requests go through spreads no list into push', () => {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const files = globSync(['api', 'apiserver', 'registry', 'schema'].map((folder) => `${root}${folder}/**/*.ts`));
  expect(files.length).toBeGreaterThan(300);
  const own = files.filter((file) => !/(?:\.test|\.contract)\.ts$|\/testing\//.test(file));
  const found = own.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/\.push\(\s*\.\.\..*/g)].map(
      ([text]) => `${file.slice(root.length)}: ${text}`,
    ),
  );
  expect(found, 'use append of src/lib/append.ts').toEqual([]);
});
