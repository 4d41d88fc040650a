import { expect, it } from 'vitest';
import type { StrategyContext } from '../../kind.ts';
import { context } from '../../testing/recorded.ts';
import { validateAdminAccess, validateAdminAccessResults } from './admin-access.ts';

const ADMIN = { name: 'b', exactly: { deviceClassName: 'gpu', adminAccess: true } };
const ORDINARY = { name: 'a', exactly: { deviceClassName: 'gpu', adminAccess: false } };
const RESULT = { request: 'a', driver: 'd', pool: 'p', device: '0' };
const MESSAGE =
  'admin access to devices requires the `resource.kubernetes.io/admin-access: true` label on the containing namespace';

function among(...labels: Array<Record<string, string>>): StrategyContext {
  const namespaces = labels.map((item, index) => ({ metadata: { name: `n${index}`, labels: item } }));
  return { ...context(false), live: () => namespaces as never };
}

it('devices are asked for with administration only where the namespace allows it', () => {
  const others = among({}, { 'resource.kubernetes.io/admin-access': 'true' });
  expect(validateAdminAccess([ORDINARY, ADMIN, ADMIN], 'n0', others)).toMatchObject([
    { type: 'FieldValueForbidden', field: 'spec.devices.requests[1].adminAccess', message: `Forbidden: ${MESSAGE}` },
  ]);
  expect(validateAdminAccess([ADMIN], 'n1', others)).toEqual([]);
  expect(validateAdminAccess([ADMIN], 'gone', others)).toHaveLength(1);
  expect(validateAdminAccess([ORDINARY], 'n0', others)).toEqual([]);
  expect(validateAdminAccess(undefined, 'n0', others)).toEqual([]);
});

it('what was given with it keeps it', () => {
  const given = [RESULT, { ...RESULT, adminAccess: true }];
  expect(validateAdminAccessResults(given, [RESULT], 'n0', among({}))).toMatchObject([
    { type: 'FieldValueForbidden', field: 'status.allocation.devices.results[1].adminAccess' },
  ]);
  expect(validateAdminAccessResults(given, given, 'n0', among({}))).toEqual([]);
});
