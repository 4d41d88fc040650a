import { expect, it } from 'vitest';
import { sentWarnings } from './warnings.ts';

it('sends each text once, and none that is empty', () => {
  expect(sentWarnings(['b', 'a', 'b', ''])).toEqual(['b', 'a']);
});

it('sends 4096 characters whole', () => {
  const texts = ['ä'.repeat(4000), 'b'.repeat(96)];
  expect(sentWarnings(texts)).toEqual(texts);
});

it('cuts each to 256 characters where all together are longer, and ends once those are 4096', () => {
  expect(sentWarnings(['a'.repeat(4000), 'b'.repeat(97), 'c'])).toEqual(['a'.repeat(256), 'b'.repeat(97), 'c']);
  const many = Array.from({ length: 100 }, (_, index) => `${index}${'😀'.repeat(300)}`);
  const sent = sentWarnings(many);
  expect(sent.length).toBe(16);
  expect(sent.every((text) => [...text].length === 256)).toBe(true);
});

it('sends all that came before the limit was met, however short they are then', () => {
  const many = Array.from({ length: 50_000 }, (_, index) => `${index}`.padStart(8, '0'));
  expect(sentWarnings(many).length).toBe(513);
});
