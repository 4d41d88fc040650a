import { expect, test } from 'vitest';
import type { KubeObject } from '../object.ts';
import { customPrinter } from './custom-printer.ts';
import { compareVersions } from './version-order.ts';

const NOW = Date.parse('2026-01-01T01:00:00Z');
const object = {
  apiVersion: 'x/v1',
  kind: 'X',
  metadata: { name: 'a', uid: '', resourceVersion: '', creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: { n: 2.5, flag: false, at: '2026-01-01T00:58:00Z', wrong: 'x', list: [1, { a: 'b' }] },
} as KubeObject;

function cell(type: string, jsonPath: string): unknown {
  return customPrinter([{ name: 'C', type, jsonPath }]).cells(object, NOW)[1];
}

test.each([
  ['string', '.spec.n', '2.5'],
  ['string', '.spec.list', '[1,{"a":"b"}]'],
  ['integer', '.spec.n', 2],
  ['integer', '.spec.wrong', null],
  ['number', '.spec.n', 2.5],
  ['boolean', '.spec.flag', false],
  ['date', '.spec.at', '2m'],
  ['date', '.spec.wrong', '<invalid>'],
  ['string', '.spec.missing', null],
])('a cell of type %s at %s', (type, path, expected) => {
  expect(cell(type, path)).toBe(expected);
});

test('without columns the age is shown', () => {
  const printer = customPrinter(undefined);
  expect(printer.columns.map(({ name, type }) => [name, type])).toEqual([
    ['Name', 'string'],
    ['Age', 'date'],
  ]);
  expect(printer.cells(object, NOW)).toEqual(['a', '60m']);
});

test('columns tell their path where they are not described', () => {
  const [, column] = customPrinter([{ name: 'C', type: 'string', jsonPath: '.spec.n', priority: 1 }]).columns;
  expect(column).toEqual({
    name: 'C',
    type: 'string',
    priority: 1,
    description: 'Custom resource definition column (in JSONPath format): .spec.n',
  });
});

test('versions are ordered by their maturity', () => {
  const versions = ['foo', 'v1alpha1', 'v10', 'v2', 'v1beta10', 'v1beta2', 'bar', 'v11beta1'];
  expect(versions.sort(compareVersions)).toEqual([
    'v10',
    'v2',
    'v11beta1',
    'v1beta10',
    'v1beta2',
    'v1alpha1',
    'bar',
    'foo',
  ]);
});
