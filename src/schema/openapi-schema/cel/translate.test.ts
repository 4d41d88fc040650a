import { expect, test } from 'vitest';
import { translate } from './translate.ts';

test.each([
  ['', ''],
  ['  ', '  '],
  ['has(self.a)', 'hasField(self, "a")'],
  ['has(self[0].a.b) && x', 'hasField(self[0].a, "b") && x'],
  ['has(has(a.b).c)', 'hasField(hasField(a, "b"), "c")'],
  ['has(a[has(b.c)].d)', 'hasField(a[hasField(b, "c")], "d")'],
  ['has(a)', 'has(a)'],
  ['has(a.b', 'has(a.b'],
  ['has(a.b.c())', 'has(a.b.c())'],
  ['a.has(b.c)', 'a.has(b.c)'],
  ['"has(a.b)" + has( a . b )', '"has(a.b)" + hasField( a , "b")'],
  [
    "has(a.b) ? a.b.matches('has(c.d)') : matches('x')",
    "hasField(a, \"b\") ? a.b.re2Matches('has(c.d)') : matches('x')",
  ],
])('%j becomes %j', (text, expected) => {
  expect(translate(text).text).toBe(expected);
});

test('places lead back', () => {
  const text = 'has(a.b) && has(c.d) && nope';
  const translated = translate(text);
  expect(translated.origin(translated.text.indexOf('nope'))).toBe(text.indexOf('nope'));
  expect(translated.origin(translated.text.indexOf('c, "d"'))).toBe(text.indexOf('c.d'));
});

test.each(['has(', 'has(a.b) && ', '(', ')', 'has(a.', '.matches('])('%j again and again takes a moment', (unit) => {
  const started = performance.now();
  translate(unit.repeat(200_000));
  expect(performance.now() - started).toBeLessThan(5000);
});

test('what is nested without end is translated', () => {
  const depth = 100_000;
  expect(translate(`${'has('.repeat(depth)}a${'.b)'.repeat(depth)}`).text.startsWith('hasField(hasField(')).toBe(true);
});
