// After kubernetes staging/src/k8s.io/component-helpers/auth/rbac/reconciliation/reconcile_{role,rolebindings}_test.go.

import { beforeEach, expect, test } from 'vitest';
import type { JsonObject } from '../../../lib/json.ts';
import { Rig } from '../../testing/rig.ts';

const PATH = '/apis/rbac.authorization.k8s.io/v1';
const KEPT = { 'rbac.authorization.kubernetes.io/autoupdate': 'false' };

let rig: Rig;

beforeEach(() => {
  rig = new Rig();
});

function get(path: string): JsonObject {
  return rig.get(`${PATH}/${path}`).body;
}

function patch(path: string, body: JsonObject): void {
  const headers = { 'content-type': 'application/merge-patch+json' };
  expect(rig.send('PATCH', `${PATH}/${path}`, { body, headers }).status).toBe(200);
}

test('what is as it should be is not written', () => {
  const { head } = rig.log;
  expect(rig.server.reconcilePolicy()).toEqual([]);
  expect(rig.log.head).toBe(head);
});

test('what is missing is made', () => {
  for (const path of ['clusterroles/edit', 'clusterroles/system:basic-user', 'clusterrolebindings/cluster-admin']) {
    rig.send('DELETE', `${PATH}/${path}`);
    expect(rig.get(`${PATH}/${path}`).status).toBe(404);
  }
  expect(rig.server.reconcilePolicy()).toEqual([]);
  expect((get('clusterroles/edit')['rules'] as JsonObject[]).length).toBeGreaterThan(10);
  expect(get('clusterrolebindings/cluster-admin')['subjects']).toMatchObject([{ name: 'system:masters' }]);
});

test('missing rules and subjects come back; what was added stays', () => {
  const extra = { verbs: ['get'], nonResourceURLs: ['/extra'] };
  patch('clusterroles/system:public-info-viewer', { rules: [extra, { verbs: ['get'], nonResourceURLs: ['/livez'] }] });
  const eve = { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'eve' };
  patch('clusterrolebindings/system:public-info-viewer', { subjects: [eve] });
  expect(rig.server.reconcilePolicy()).toEqual([]);
  const urls = (get('clusterroles/system:public-info-viewer')['rules'] as JsonObject[]).flatMap(
    (rule) => rule['nonResourceURLs'],
  );
  expect(urls).toEqual(['/extra', '/livez', '/healthz', '/readyz', '/version', '/version/']);
  const names = (get('clusterrolebindings/system:public-info-viewer')['subjects'] as JsonObject[]).map(
    ({ name }) => name,
  );
  expect(names).toEqual(['eve', 'system:authenticated', 'system:unauthenticated']);
});

test('what is to be kept as it is is kept', () => {
  patch('clusterroles/system:public-info-viewer', { metadata: { annotations: KEPT }, rules: null });
  patch('clusterrolebindings/system:public-info-viewer', { metadata: { annotations: KEPT }, subjects: null });
  const { head } = rig.log;
  rig.server.reconcilePolicy();
  expect(rig.log.head).toBe(head);
});

test('a binding that refers to another role is made again', () => {
  rig.send('DELETE', `${PATH}/clusterrolebindings/system:discovery`);
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' };
  rig.send('POST', `${PATH}/clusterrolebindings`, { body: { metadata: { name: 'system:discovery' }, roleRef } });
  expect(rig.server.reconcilePolicy()).toEqual([]);
  expect(get('clusterrolebindings/system:discovery')['roleRef']).toMatchObject({ name: 'system:discovery' });
});

test('what cannot be made is told of, and the rest is made', () => {
  const binding = 'clusterrolebindings/system:discovery';
  rig.send('DELETE', `${PATH}/${binding}`);
  rig.send('DELETE', `${PATH}/clusterrolebindings/system:volume-scheduler`);
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' };
  const metadata = { name: 'system:discovery', finalizers: ['x.io/held'] };
  rig.send('POST', `${PATH}/clusterrolebindings`, { body: { metadata, roleRef } });
  const [failure, ...others] = rig.server.reconcilePolicy();
  expect(failure).toMatch(/^ClusterRoleBinding system:discovery: object is being deleted: .* already exists$/);
  expect(others).toEqual([]);
  expect(rig.get(`${PATH}/clusterrolebindings/system:volume-scheduler`).status).toBe(200);
});
