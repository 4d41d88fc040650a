import { expect, it } from 'vitest';
import { timeError } from './scalars.ts';

it.each([
  [
    '2024-05-01T10:00:00.123456Zé',
    true,
    String.raw`parsing time "2024-05-01T10:00:00.123456Z\xc3\xa9": extra text: "\xc3\xa9"`,
  ],
  ['"\\', false, String.raw`parsing time "\"\\" as "2006-01-02T15:04:05Z07:00": cannot parse "\"\\" as "2006"`],
  ['2024-05-01T10:00:00Z\n', false, String.raw`parsing time "2024-05-01T10:00:00Z\x0a": extra text: "\x0a"`],
])('the error of %j as a time', (text, micro, message) => {
  expect(timeError(text, micro)).toBe(message);
});
