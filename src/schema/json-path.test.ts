import { expect, test } from 'vitest';
import { findValues, parseJsonPath } from './json-path.ts';

const OBJECT = {
  metadata: { labels: { 'app.kubernetes.io/name': 'x' } },
  spec: { ports: [{ port: 80 }, { port: 81 }], n: 0 },
  status: {
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'Other', status: 'False' },
    ],
  },
};

test.each([
  ['.spec.n', [0]],
  ['.spec.missing', []],
  ['.spec.ports[0].port', [80]],
  ['.spec.ports[-1].port', [81]],
  ['.spec.ports[*].port', [80, 81]],
  ['.metadata.labels.app\\.kubernetes\\.io/name', ['x']],
  ["['metadata'].labels['app.kubernetes.io/name']", ['x']],
  ['.status.conditions[?(@.type=="Ready")].status', ['True']],
  [".status.conditions[?(@.type == 'Other')].status", ['False']],
  ['.spec.ports[?(@.port>80)].port', [81]],
  ['.', [OBJECT]],
])('%s', (path, expected) => {
  expect(findValues(OBJECT, parseJsonPath(path) ?? [])).toEqual(expected);
});

test.each(['spec', '.a[', '.a[?(x)]', '..a', '.a[1:2]'])('%s is not understood', (path) => {
  expect(parseJsonPath(path)).toBeUndefined();
});
