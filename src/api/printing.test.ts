import { expect, test } from 'vitest';
import { containerCells, firstItems, humanDuration, translateTimestampSince } from './printing.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

test.each([
  [-2.5 * SECOND, '<invalid>'],
  [-1.5 * SECOND, '0s'],
  [-0.5 * SECOND, '0s'],
  [0, '0s'],
  [119.9 * SECOND, '119s'],
  [2 * MINUTE, '2m'],
  [2 * MINUTE + SECOND, '2m1s'],
  [10 * MINUTE + 30 * SECOND, '10m'],
  [179 * MINUTE, '179m'],
  [3 * HOUR, '3h'],
  [7 * HOUR + 59 * MINUTE, '7h59m'],
  [8 * HOUR + 30 * MINUTE, '8h'],
  [47 * HOUR, '47h'],
  [48 * HOUR, '2d'],
  [7 * DAY + 23 * HOUR, '7d23h'],
  [8 * DAY + 5 * HOUR, '8d'],
  [729 * DAY, '729d'],
  [730 * DAY, '2y'],
  [731 * DAY, '2y1d'],
  [8 * 365 * DAY + 4 * DAY, '8y'],
])('a duration of %d ms reads %s', (ms, text) => {
  expect(humanDuration(ms)).toBe(text);
});

test('time since a timestamp', () => {
  expect(translateTimestampSince(undefined, 0)).toBe('<unknown>');
  expect(translateTimestampSince('2026-01-01T00:00:00Z', Date.parse('2026-01-01T00:00:45Z'))).toBe('45s');
});

test('containers and long lists', () => {
  expect(containerCells([{ name: 'a', image: 'x:1' }, { name: 'b' }])).toEqual(['a,b', 'x:1,']);
  expect(firstItems(['1', '2', '3', '4'], 3, '<none>')).toBe('1,2,3 + 1 more...');
  expect(firstItems([], 3, '<none>')).toBe('<none>');
});
