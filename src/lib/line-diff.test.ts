import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lineDiff } from './line-diff.ts';

const lines = (text: string) => [...text];

test('three lines stand around a change', () => {
  expect(lineDiff(lines('abcdefghi'), lines('abcdXfghi'))).toBe('@@ -2,7 +2,7 @@\n b\n c\n d\n-e\n+X\n f\n g\n h\n');
});

test('changes within six lines of each other share a hunk; others have their own', () => {
  expect(lineDiff(lines('1abcdef2'), lines('3abcdef4'))).toBe(
    '@@ -1,8 +1,8 @@\n-1\n+3\n a\n b\n c\n d\n e\n f\n-2\n+4\n',
  );
  expect(lineDiff(lines('1abcdefg2'), lines('3abcdefg4'))).toBe(
    '@@ -1,4 +1,4 @@\n-1\n+3\n a\n b\n c\n@@ -6,4 +6,4 @@\n e\n f\n g\n-2\n+4\n',
  );
});

test('one line, none, and nothing at all', () => {
  expect(lineDiff(['a'], ['b'])).toBe('@@ -1 +1 @@\n-a\n+b\n');
  expect(lineDiff([], ['b'])).toBe('@@ -0,0 +1 @@\n+b\n');
  expect(lineDiff(['a', 'b'], [])).toBe('@@ -1,2 +0,0 @@\n-a\n-b\n');
  expect(lineDiff(['a'], ['a'])).toBe('');
  expect(lineDiff([], [])).toBe('');
});

test('the longest equal block is kept, the first of several', () => {
  expect(lineDiff(lines('ab'), lines('acab'))).toBe('@@ -1,2 +1,4 @@\n+a\n+c\n a\n b\n');
  expect(lineDiff(lines('xax'), lines('ax'))).toBe('@@ -1,3 +1,2 @@\n-x\n a\n x\n');
  expect(lineDiff(lines('a'), lines('aa'))).toBe('@@ -1 +1,2 @@\n a\n+a\n');
});

test('in a long text a line that is everywhere begins no block', () => {
  const b = [...Array.from({ length: 150 }, () => '}'), 'x', ...Array.from({ length: 150 }, () => '}')];
  const a = ['{', '}', 'y', '}'];
  expect(lineDiff(a, b)).toContain('-{\n-}\n-y\n-}\n');
});

test('what is too much to compare counts as different, in bounded time', () => {
  const a = Array.from({ length: 20_000 }, (_, index) => String(index % 150));
  const b = Array.from({ length: 20_000 }, (_, index) => String((index * 7) % 150));
  const start = performance.now();
  lineDiff(a, b);
  expect(performance.now() - start).toBeLessThan(2_000);
});

/** What the hunks make of a. */
function applied(a: readonly string[], diff: string): string[] {
  const result: string[] = [];
  let at = 0;
  for (const line of diff.split('\n').slice(0, -1)) {
    const [, from = '', length = '1'] = /^@@ -(\d+)(?:,(\d+))? /.exec(line) ?? [];
    if (from !== '') {
      const start = length === '0' ? Number(from) : Number(from) - 1;
      result.push(...a.slice(at, start));
      at = start;
    } else if (line.startsWith('+')) result.push(line.slice(1));
    else {
      expect(line.slice(1)).toBe(a[at]);
      if (line.startsWith(' ')) result.push(line.slice(1));
      at++;
    }
  }
  return [...result, ...a.slice(at)];
}

const text = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 40 });

test('the difference, applied to a, gives b', () => {
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(applied(a, lineDiff(a, b))).toEqual(b);
    }),
  );
});
