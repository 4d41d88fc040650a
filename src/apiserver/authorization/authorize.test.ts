import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import { Rig } from '../testing/rig.ts';

const rig = new Rig();

/** What the server says to somebody without credentials. */
function anonymous(method: string, url: string): string {
  const { status, body } = rig.send(method, url, { headers: { authorization: '' } });
  return status === 200 ? '200' : `${status} ${String(body['message'])}`;
}

const WHO = 'User "system:anonymous" cannot';

describe('who is not known', () => {
  test.each(['/healthz', '/livez', '/readyz?verbose', '/version'])('reads %s', (path) => {
    expect(anonymous('GET', path)).toBe('200');
  });

  test.each(['/', '/api', '/apis/apps', '/openapi/v3', '/metrics', '/livez/ping', '/bogus'])('not %s', (path) => {
    expect(anonymous('GET', path)).toBe(`403 forbidden: ${WHO} get path "${path}"`);
  });

  test('writes nothing there either', () => {
    expect(anonymous('POST', '/version')).toBe(`403 forbidden: ${WHO} post path "/version"`);
  });

  const maps = '/api/v1/namespaces/n/configmaps';
  test.each([
    ['GET', maps, 'configmaps is forbidden: * list resource "configmaps" in API group "" in the namespace "n"'],
    [
      'GET',
      `${maps}?watch=1`,
      'configmaps is forbidden: * watch resource "configmaps" in API group "" in the namespace "n"',
    ],
    [
      'GET',
      `${maps}/x`,
      'configmaps "x" is forbidden: * get resource "configmaps" in API group "" in the namespace "n"',
    ],
    ['POST', maps, 'configmaps is forbidden: * create resource "configmaps" in API group "" in the namespace "n"'],
    [
      'PUT',
      `${maps}/x`,
      'configmaps "x" is forbidden: * update resource "configmaps" in API group "" in the namespace "n"',
    ],
    [
      'PATCH',
      `${maps}/x`,
      'configmaps "x" is forbidden: * patch resource "configmaps" in API group "" in the namespace "n"',
    ],
    [
      'DELETE',
      `${maps}/x`,
      'configmaps "x" is forbidden: * delete resource "configmaps" in API group "" in the namespace "n"',
    ],
    [
      'DELETE',
      maps,
      'configmaps is forbidden: * deletecollection resource "configmaps" in API group "" in the namespace "n"',
    ],
    ['GET', '/api/v1/nodes', 'nodes is forbidden: * list resource "nodes" in API group "" at the cluster scope'],
    [
      'GET',
      '/apis/apps/v1/namespaces/n/deployments/x/scale',
      'deployments.apps "x" is forbidden: * get resource "deployments/scale" in API group "apps" in the namespace "n"',
    ],
  ])('%s %s', (method, url, message) => {
    expect(anonymous(method, url)).toBe(`403 ${message.replace('*', WHO)}`);
  });
});

test('wrong credentials are worse than none', () => {
  const headers = { authorization: 'Bearer bogus' };
  for (const path of ['/version', '/livez', '/api']) expect(rig.get(path, headers).status).toBe(401);
});

/** What the server says to a user, who is known and has no roles but those of everybody. */
function as(
  user: string,
  method: string,
  url: string,
  { groups = '', body = {}, server = rig }: { groups?: string; body?: JsonObject; server?: Rig } = {},
): string {
  const headers = { 'impersonate-user': user, ...(groups === '' ? {} : { 'impersonate-group': groups }) };
  const answer = server.send(method, url, method === 'GET' ? { headers } : { headers, body });
  return answer.status < 300 ? String(answer.status) : `${answer.status} ${String(answer.body['message'])}`;
}

describe('who is known', () => {
  const who = 'User "alice" cannot';

  test.each(['/api', '/apis/apps/v1', '/openapi/v3', '/version', '/livez'])('discovers %s', (path) => {
    expect(as('alice', 'GET', path)).toBe('200');
  });

  test.each(['/', '/metrics', '/livez/ping', '/bogus'])('does not read %s', (path) => {
    expect(as('alice', 'GET', path)).toBe(`403 forbidden: ${who} get path "${path}"`);
  });

  test('asks about themselves, not about others', () => {
    const group = '/apis/authorization.k8s.io/v1';
    expect(as('alice', 'POST', `${group}/selfsubjectrulesreviews`, { body: { spec: { namespace: 'n' } } })).toBe('201');
    expect(as('alice', 'POST', `${group}/subjectaccessreviews`)).toMatch(
      /^403 subjectaccessreviews.authorization.k8s.io is/,
    );
  });

  test('is told of a namespace that it is in that namespace', () => {
    const what = `resource "namespaces" in API group ""`;
    expect(as('alice', 'GET', '/api/v1/namespaces/default')).toBe(
      `403 namespaces "default" is forbidden: ${who} get ${what} in the namespace "default"`,
    );
    expect(as('alice', 'GET', '/api/v1/namespaces')).toBe(
      `403 namespaces is forbidden: ${who} list ${what} at the cluster scope`,
    );
  });

  test('learns nothing of what is not served', () => {
    expect(as('alice', 'GET', '/apis/none.example.com/v1/things')).toMatch(/^403 things.none.example.com is forbidden/);
  });
});

const RBAC = '/apis/rbac.authorization.k8s.io/v1';

function given(user: string, rules: JsonObject[]): Rig {
  const server = new Rig();
  server.send('POST', `${RBAC}/namespaces/default/roles`, { body: { metadata: { name: 'r' }, rules } });
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' };
  const body = { metadata: { name: 'b' }, roleRef, subjects: [{ kind: 'User', name: user }] };
  expect(server.send('POST', `${RBAC}/namespaces/default/rolebindings`, { body }).status).toBe(201);
  return server;
}

test('a rule for names allows the lists that select one of them', () => {
  const rules = [{ verbs: ['list', 'watch', 'get'], apiGroups: [''], resources: ['configmaps'], resourceNames: ['x'] }];
  const server = given('alice', rules);
  const maps = '/api/v1/namespaces/default/configmaps';
  expect(as('alice', 'GET', `${maps}?fieldSelector=metadata.name%3Dx`, { server })).toBe('200');
  expect(as('alice', 'GET', `${maps}/x`, { server })).toMatch(/^404/);
  expect(as('alice', 'GET', `${maps}?fieldSelector=metadata.name%3Dy`, { server })).toMatch(/^403 configmaps "y" is/);
  expect(as('alice', 'GET', `${maps}?fieldSelector=metadata.name!%3Dx`, { server })).toMatch(/^403 configmaps is/);
  expect(as('alice', 'GET', maps, { server })).toMatch(/^403 configmaps is/);
});

test('to open a stream by a GET takes the permission to create it', () => {
  const streams = ['pods/exec', 'pods/attach', 'pods/portforward'];
  const server = given('alice', [{ verbs: ['get'], apiGroups: [''], resources: streams }]);
  for (const stream of ['exec', 'attach', 'portforward']) {
    const url = `/api/v1/namespaces/default/pods/none/${stream}`;
    expect(as('alice', 'GET', url, { server })).toBe('403 pods "none" is forbidden: ');
    expect(as('alice', 'POST', url, { server })).toMatch(/cannot create resource "pods\//);
  }
  const able = given('alice', [{ verbs: ['get', 'create'], apiGroups: [''], resources: streams }]);
  expect(as('alice', 'GET', '/api/v1/namespaces/default/pods/none/exec', { server: able })).toMatch(/^404/);
});

test('nodes may do what a kubelet does', () => {
  const node = (method: string, url: string) => as('system:node:n', method, url, { groups: 'system:nodes' });
  expect(node('GET', '/api/v1/pods')).toBe('200');
  expect(node('GET', '/api/v1/services')).toBe('200');
  expect(node('GET', '/api/v1/configmaps')).toBe('200');
  expect(node('POST', '/kubewisp/v1/report')).toMatch(/^400 the report is not valid/);
  expect(node('GET', '/apis/apps/v1/deployments')).toMatch(/^403 /);
  expect(node('DELETE', '/api/v1/nodes/n')).toMatch(/^403 /);
  expect(as('alice', 'POST', '/kubewisp/v1/report')).toBe(
    '403 forbidden: User "alice" cannot post path "/kubewisp/v1/report"',
  );
});

test('the tokens of service accounts are bound to what their accounts may do', () => {
  const server = new Rig();
  server.serviceAccount();
  const url = '/api/v1/namespaces/default/serviceaccounts/default/token';
  const made = server.send('POST', url, { body: { spec: {} } }).body['status'] as JsonObject;
  const headers = { authorization: `Bearer ${String(made['token'])}` };
  const maps = '/api/v1/namespaces/default/configmaps';
  expect(server.get(maps, headers).body['message']).toBe(
    'configmaps is forbidden: User "system:serviceaccount:default:default" cannot list resource "configmaps" in API group "" in the namespace "default"',
  );
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' };
  const subjects = [{ kind: 'ServiceAccount', name: 'default' }];
  const body = { metadata: { name: 'b' }, roleRef, subjects };
  expect(server.send('POST', `${RBAC}/namespaces/default/rolebindings`, { body }).status).toBe(201);
  expect(server.get(maps, headers).status).toBe(200);
  expect(server.get('/api/v1/namespaces/default/secrets', headers).status).toBe(403);
  expect(server.get('/api/v1/namespaces/kube-system/configmaps', headers).status).toBe(403);
});
