import { describe, expect, test } from 'vitest';
import { listOptions, parseInt64, writeOptions } from './options.ts';
import { Query } from './request-info.ts';

const write = (query: string) => writeOptions(new Query(query), 'CreateOptions');
const list = (query: string, watch = false) => listOptions(new Query(query), watch);

const messageOf = (result: ReturnType<typeof write> | ReturnType<typeof list>): string =>
  result.ok ? 'ok' : (result.status.message ?? '');

describe('options of writes', () => {
  test('are read, with Warn as the default', () => {
    expect(write('dryRun=All&fieldManager=me&fieldValidation=Strict&force=true')).toEqual({
      ok: true,
      value: { dryRun: true, fieldManager: 'me', fieldValidation: 'Strict', force: true },
    });
    expect(write('')).toMatchObject({ value: { dryRun: false, fieldValidation: 'Warn' } });
  });

  test.each([
    ['dryRun=Some', 'dryRun: Unsupported value: ["Some"]: supported values: "All"'],
    ['dryRun=All&dryRun=', 'dryRun: Unsupported value'],
    [
      'fieldValidation=strict',
      'fieldValidation: Unsupported value: "strict": supported values: "", "Ignore", "Strict", "Warn"',
    ],
    [`fieldManager=${'x'.repeat(129)}`, 'fieldManager: Too long: may not be more than 128 bytes'],
    ['fieldManager=a%07', 'invalid character U+0007 (at position 1)'],
  ])('%s is refused', (query, why) => {
    const message = messageOf(write(query));
    expect(message).toMatch(/^CreateOptions.meta.k8s.io "" is invalid: /);
    expect(message).toContain(why);
  });
});

describe('options of lists', () => {
  test.each([
    ['limit=5', 'ok'],
    ['limit=-1', 'ok'],
    ['resourceVersion=5&resourceVersionMatch=Exact', 'ok'],
    ['limit=x', 'strconv.ParseInt: parsing "x": invalid syntax'],
    ['limit=99999999999999999999', 'strconv.ParseInt: parsing "99999999999999999999": value out of range'],
    ['resourceVersionMatch=Exact', 'resourceVersionMatch is forbidden unless resourceVersion is provided'],
    [
      'resourceVersion=1&continue=x&resourceVersionMatch=Exact',
      'resourceVersionMatch is forbidden when continue is provided',
    ],
    ['sendInitialEvents=false', 'sendInitialEvents is forbidden for list'],
  ])('%s: %s', (query, message) => {
    expect(messageOf(list(query))).toContain(message);
  });

  test.each([
    ['watch=1', 'ok'],
    ['watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan', 'ok'],
    ['watch=1&sendInitialEvents=true', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'],
    [
      'watch=1&resourceVersionMatch=NotOlderThan',
      'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
    ],
    ['watch=1&continue=x', 'resourceVersionMatch is forbidden when continue is provided'],
  ])('%s: %s', (query, message) => {
    expect(messageOf(list(query))).toContain(message);
  });
});

test('integers are read as Go reads them', () => {
  expect(['+5', '-7', '007'].map((text) => parseInt64(text))).toMatchObject([
    { value: 5 },
    { value: -7 },
    { value: 7 },
  ]);
  expect(['', ' 5', '1e3', '0x1'].map((text) => parseInt64(text).ok)).toEqual([false, false, false, false]);
});

// Upstream's apimachinery pkg/apis/meta/internalversion/validation/validation_test.go, by its names.
// Not applicable: the cases of a server whose WatchList is switched off.
describe('TestValidateListOptions', () => {
  const MATCH = 'resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden';
  const INITIAL =
    'resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan';
  test.each([
    ['valid-default', '', ''],
    ['valid-resourceversionmatch-exact', 'resourceVersion=1&resourceVersionMatch=Exact', ''],
    [
      'invalid-resourceversionmatch-exact',
      'resourceVersion=0&resourceVersionMatch=Exact',
      `${MATCH.replace(' is', ' "exact" is')} for resourceVersion "0"`,
    ],
    ['valid-resourceversionmatch-notolderthan', 'resourceVersion=0&resourceVersionMatch=NotOlderThan', ''],
    [
      'invalid-resourceversionmatch-without-resourceversion',
      'resourceVersionMatch=NotOlderThan',
      `${MATCH} unless resourceVersion is provided`,
    ],
    [
      'invalid-resourceversionmatch-with-continue',
      'resourceVersion=1&resourceVersionMatch=NotOlderThan&continue=a',
      `${MATCH} when continue is provided`,
    ],
    [
      'invalid-resourceversionmatch',
      'resourceVersion=1&resourceVersionMatch=Newest',
      'resourceVersionMatch: Unsupported value: "Newest": supported values: "Exact", "NotOlderThan", ""',
    ],
    [
      'list-sendInitialEvents-forbidden',
      'sendInitialEvents=true',
      'sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list',
    ],
    [
      'several at once',
      'resourceVersionMatch=Newest&continue=a&sendInitialEvents=false',
      `[${MATCH} unless resourceVersion is provided, ${MATCH} when continue is provided, resourceVersionMatch: Unsupported value: "Newest": supported values: "Exact", "NotOlderThan", "", sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list]`,
    ],
    ['valid-watch-default', 'watch=true', ''],
    [
      'valid-watch-sendInitialEvents-on',
      'watch=true&sendInitialEvents=true&resourceVersion=1&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true',
      '',
    ],
    [
      'valid-watch-sendInitialEvents-off',
      'watch=true&sendInitialEvents=false&resourceVersion=1&resourceVersionMatch=NotOlderThan',
      '',
    ],
    ['watch-resourceversion', 'watch=true&resourceVersion=1', ''],
    [
      'watch-resourceversionmatch-without-sendInitialEvents-forbidden',
      'watch=true&resourceVersion=1&resourceVersionMatch=NotOlderThan',
      `${MATCH} for watch unless sendInitialEvents is provided`,
    ],
    ['watch-sendInitialEvents-without-resourceversionmatch-forbidden', 'watch=true&sendInitialEvents=true', INITIAL],
    [
      'watch-sendInitialEvents-with-resourceversionmatch-exact-forbidden',
      'watch=true&sendInitialEvents=false&resourceVersion=1&resourceVersionMatch=Exact',
      `[${INITIAL}, resourceVersionMatch: Unsupported value: "Exact": supported values: "NotOlderThan"]`,
    ],
    [
      'watch-sendInitialEvents-with-continue-forbidden',
      'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&continue=a',
      `${MATCH} when continue is provided`,
    ],
  ])('%s', (_name, query, message) => {
    expect(messageOf(list(query))).toBe(message === '' ? 'ok' : `ListOptions.meta.k8s.io "" is invalid: ${message}`);
  });
});
