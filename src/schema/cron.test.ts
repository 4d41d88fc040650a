import { describe, expect, test } from 'vitest';
import { isTimeZone, scheduleError } from './cron.ts';

describe('schedules', () => {
  test.each([
    '* * * * *',
    '*/15 2-5 * * 1-5',
    '0 0 1,15 JAN-mar Mon',
    '? 0 * * ?',
    '5/10 * * * *',
    '@hourly',
    '@every 1h30m',
    'TZ=Europe/Berlin 0 0 * * *',
  ])('%s', (schedule) => {
    expect(scheduleError(schedule)).toBeUndefined();
  });

  test.each([
    ['', 'empty spec string'],
    ['* * *', 'expected exactly 5 fields, found 3: [* * *]'],
    ['60 * * * *', 'end of range (60) above maximum (59): 60'],
    ['5-2 * * * *', 'beginning of range (5) beyond end of range (2): 5-2'],
    ['*/0 * * * *', 'step of range should be a positive number: */0'],
    ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
    ['a * * * *', 'failed to parse int from a: strconv.Atoi: parsing "a": invalid syntax'],
    ['1-2-3 * * * *', 'too many hyphens: 1-2-3'],
    ['1/2/3 * * * *', 'too many slashes: 1/2/3'],
    ['@reboot', 'unrecognized descriptor: @reboot'],
  ])('%s: %s', (schedule, error) => {
    expect(scheduleError(schedule)).toBe(error);
  });
});

test('time zones', () => {
  expect(isTimeZone('Europe/Berlin')).toBe(true);
  expect(isTimeZone('Mars/Olympus')).toBe(false);
});
