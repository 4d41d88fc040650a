import { expect, it } from 'vitest';
import { render } from '../../../gateway/render/render.ts';
import { scale } from './scale.ts';

it('a scale is printed with what is wanted and what is there', () => {
  const object = {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name: 'web', creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { replicas: 3 },
    status: { replicas: 2, selector: 'app=web' },
  };
  const resource = { group: 'apps', version: 'v1', resource: 'deployments', subresource: 'scale' as const };
  const encoding = { format: 'json' as const, as: { kind: 'Table' as const, version: 'v1' as const }, resource };
  const now = Date.parse('2026-01-01T00:00:45Z');
  const { body } = render(JSON.stringify(object), encoding, {
    now,
    kindOf: ({ subresource }) => (subresource === 'scale' ? scale : undefined),
  });
  const table = JSON.parse(String(body)) as {
    columnDefinitions: Array<{ name: string }>;
    rows: Array<{ cells: unknown[] }>;
  };
  expect(table.columnDefinitions.map(({ name }) => name)).toEqual(['Name', 'Desired', 'Available', 'Age']);
  expect(table.rows.map(({ cells }) => cells)).toEqual([['web', 3, 2, '45s']]);
});
