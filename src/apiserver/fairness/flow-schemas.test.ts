import { describe, expect, it } from 'vitest';
import type { User } from '../authentication/user.ts';
import { parsePath } from '../request-info.ts';
import { ANONYMOUS } from '../authentication/user.ts';
import { flowOf } from './flow-schemas.ts';
import { priorityLevels, widthOf } from './priority-levels.ts';

const user = (name: string, ...groups: string[]): User => ({
  name,
  uid: '',
  groups: [...groups, 'system:authenticated'],
});
const account = (namespace: string, name: string): User =>
  user(`system:serviceaccount:${namespace}:${name}`, 'system:serviceaccounts', `system:serviceaccounts:${namespace}`);

const PODS = '/api/v1/namespaces/shop/pods';
const LEASE = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/x';

describe('flowOf', () => {
  const admin = user('root', 'system:masters');
  const node = user('system:node:n1', 'system:nodes');
  const deployer = account('kube-system', 'deployment-controller');
  const cases: Array<readonly [User, string, string, schema: string, level: string, distinguisher: string]> = [
    [admin, 'GET', PODS, 'exempt', 'exempt', ''],
    [ANONYMOUS, 'GET', '/livez', 'probes', 'exempt', ''],
    [ANONYMOUS, 'GET', '/version', 'global-default', 'global-default', 'system:anonymous'],
    [ANONYMOUS, 'POST', PODS, 'global-default', 'global-default', 'system:anonymous'],
    [user('jane'), 'GET', PODS, 'global-default', 'global-default', 'jane'],
    [node, 'PUT', LEASE, 'system-node-high', 'node-high', 'system:node:n1'],
    [node, 'PATCH', '/api/v1/nodes/n1/status', 'system-node-high', 'node-high', 'system:node:n1'],
    [node, 'GET', PODS, 'system-nodes', 'system', 'system:node:n1'],
    [deployer, 'PUT', LEASE, 'workload-leader-election', 'leader-election', deployer.name],
    [deployer, 'DELETE', LEASE, 'kube-system-service-accounts', 'workload-high', 'kube-system'],
    [deployer, 'GET', PODS, 'kube-system-service-accounts', 'workload-high', 'shop'],
    [account('shop', 'bot'), 'PUT', LEASE, 'service-accounts', 'workload-low', 'system:serviceaccount:shop:bot'],
    [user('system:kube-scheduler'), 'PUT', LEASE, 'system-leader-election', 'leader-election', 'system:kube-scheduler'],
    [user('system:kube-scheduler'), 'GET', PODS, 'kube-scheduler', 'workload-high', 'shop'],
    [
      user('system:kube-controller-manager'),
      'PUT',
      '/api/v1/namespaces/shop/endpoints/web',
      'endpoint-controller',
      'workload-high',
      'system:kube-controller-manager',
    ],
    [{ name: 'stranger', uid: '', groups: [] }, 'GET', PODS, 'catch-all', 'catch-all', 'stranger'],
  ];
  for (const [who, method, path, schema, level, distinguisher] of cases) {
    it(`${who.name}: ${method} ${path} is of ${schema}`, () => {
      expect(flowOf(who, method, parsePath(path))).toEqual({ schema, level, distinguisher });
    });
  }
});

describe('the priority levels', () => {
  it('have their shares of 600 seats', () => {
    const seats = Object.fromEntries(priorityLevels().map(({ name, seats: count }) => [name, count]));
    expect(seats).toEqual({
      exempt: Infinity,
      'leader-election': 25,
      'node-high': 98,
      system: 74,
      'workload-high': 98,
      'workload-low': 245,
      'global-default': 49,
      'catch-all': 13,
    });
  });

  it('hold a bounded number of bytes, and each one body at least', () => {
    const levels = priorityLevels();
    expect(levels.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(48 << 20);
    for (const { bytes } of levels) expect(bytes).toBeGreaterThanOrEqual(3 << 20);
  });

  it('count a large body as several requests', () => {
    expect([0, 10_000, 600_000, 3 << 20].map(widthOf)).toEqual([1, 1, 2, 7]);
  });
});
