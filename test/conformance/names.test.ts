// Upstream's names of what its API must do (groups A, AS and B1 of the classified list) each have a test of ours of that name,
// or stand in docs/conformance.md with the reason.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const LIST = new URL('../../../shared/reference/conformance.md', import.meta.url);
const GROUPS = ['## (a) ', '## (a*) ', '## (b1) '];

/** The names of a group stand below its title, one a line, a note behind two dashes. */
function namesOf(list: string): string[] {
  const sections = list.split(/^(?=## )/m).filter((section) => GROUPS.some((title) => section.startsWith(title)));
  const lines = sections.flatMap((section) => section.split('\n')).filter((line) => line.startsWith('- ['));
  return lines.map((line) =>
    line
      .slice(2)
      .replace(/ {2}--.*$/, '')
      .trim(),
  );
}

function text(): string {
  const folder = new URL('.', import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith('.test.ts'));
  const tests = files.map((name) => readFileSync(new URL(name, folder), 'utf8')).join('\n');
  return tests + readFileSync(new URL('../../docs/conformance.md', import.meta.url), 'utf8');
}

function load(): string[] {
  if (existsSync(LIST)) return namesOf(readFileSync(LIST, 'utf8'));
  if (process.env['CI'] === 'true') throw new Error('the list of conformance tests must be there under CI');
  console.warn('skipped: no list of conformance tests beside the repository');
  return [];
}

const names = load();

describe.skipIf(names.length === 0)('upstream’s names', () => {
  it('are all there', () => {
    const here = text();
    expect(names.length).toBeGreaterThan(60);
    expect(names.filter((name) => !here.includes(name))).toEqual([]);
  });
});
