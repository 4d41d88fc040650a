// After kubernetes test/integration/auth/rbac_test.go (TestRBAC) and pkg/registry/rbac/validation/rule_test.go.

import { beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { Rig } from '../testing/rig.ts';

const PATH = '/apis/rbac.authorization.k8s.io/v1';
const GROUP = 'rbac.authorization.k8s.io';
const EVE =
  'user "eve" (groups=["dev" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:';

let rig: Rig;

beforeEach(() => {
  rig = new Rig();
  // Roles and bindings of the namespace, and to read pods.
  role('namespaces/default/roles', 'writer', [
    { verbs: ['create', 'update', 'patch'], apiGroups: [GROUP], resources: ['roles', 'rolebindings'] },
    { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'] },
  ]);
  bind('namespaces/default/rolebindings', 'writers', 'Role', 'writer', 'eve');
});

function admin(method: string, path: string, body: JsonObject): void {
  const headers = { 'content-type': 'application/merge-patch+json' };
  const answer = rig.send(method, `${PATH}/${path}`, { body, ...(method === 'PATCH' ? { headers } : {}) });
  expect(answer.status, answer.text).toBeLessThan(300);
}

function role(collection: string, name: string, rules: JsonObject[]): void {
  admin('POST', collection, { metadata: { name }, rules });
}

function bindingTo(name: string, kind: string, to: string, user = 'eve'): JsonObject {
  const subjects = [{ kind: 'User', apiGroup: GROUP, name: user }];
  return { metadata: { name }, roleRef: { apiGroup: GROUP, kind, name: to }, subjects };
}

function bind(collection: string, name: string, kind: string, to: string, user: string): void {
  admin('POST', collection, bindingTo(name, kind, to, user));
}

/** What eve is answered. */
function eve(method: string, path: string, body: JsonValue, type = 'application/merge-patch+json'): string {
  const headers = { 'impersonate-user': 'eve', 'impersonate-group': 'dev' };
  const typed = method === 'PATCH' ? { ...headers, 'content-type': type } : headers;
  const answer = rig.send(method, `${PATH}/namespaces/default/${path}`, { body, headers: typed });
  return answer.status < 300 ? String(answer.status) : `${answer.status} ${String(answer.body['message'])}`;
}

const pods = (...verbs: string[]) => ({ verbs, apiGroups: [''], resources: ['pods'] });

describe('roles', () => {
  test('may hold what their writer may do, and no more', () => {
    expect(eve('POST', 'roles', { metadata: { name: 'r' }, rules: [pods('get')] })).toBe('201');
    const rules = [pods('get', 'delete', 'create'), { verbs: ['get'], apiGroups: [''], resources: ['pods/log'] }];
    const refused = [
      `403 roles.${GROUP} "more" is forbidden: ${EVE}`,
      '{APIGroups:[""], Resources:["pods"], Verbs:["delete" "create"]}',
      '{APIGroups:[""], Resources:["pods/log"], Verbs:["get"]}',
    ].join('\n');
    expect(eve('POST', 'roles', { metadata: { name: 'more' }, rules })).toBe(refused);
    expect(rig.get(`${PATH}/namespaces/default/roles/more`).status).toBe(404);
    expect(eve('PUT', 'roles/more', { metadata: { name: 'more' }, rules })).toBe(refused);
  });

  test('cannot be widened by any way of writing', () => {
    expect(eve('POST', 'roles', { metadata: { name: 'r' }, rules: [pods('get')] })).toBe('201');
    const wide = { rules: [pods('delete')] };
    const refused = `403 roles.${GROUP} "r" is forbidden: ${EVE}\n{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}`;
    expect(eve('PATCH', 'roles/r', wide)).toBe(refused);
    expect(eve('PUT', 'roles/r', { metadata: { name: 'r' }, ...wide })).toBe(refused);
    expect(
      eve('PATCH', 'roles/r', [{ op: 'replace', path: '/rules', value: wide.rules }], 'application/json-patch+json'),
    ).toBe(refused);
    const applied = { kind: 'Role', apiVersion: `${GROUP}/v1`, metadata: { name: 'r' }, ...wide };
    const apply = 'application/apply-patch+yaml';
    expect(eve('PATCH', 'roles/r?fieldManager=m&force=true', applied, apply)).toBe(refused);
    const made = { ...applied, metadata: { name: 'new' } };
    expect(eve('PATCH', 'roles/new?fieldManager=m', made, apply)).toBe(refused.replace('"r"', '"new"'));
  });

  test('that hold more already may still be told whose they are', () => {
    role('namespaces/default/roles', 'wide', [pods('*')]);
    expect(eve('PATCH', 'roles/wide', { metadata: { finalizers: ['x.io/f'] } })).toBe('200');
    expect(eve('PATCH', 'roles/wide', { metadata: { labels: { a: 'b' } } })).toMatch(/^403 .*Verbs:\["\*"\]/s);
  });

  test('may hold anything for whom may escalate', () => {
    role('namespaces/default/roles', 'escalator', [{ verbs: ['escalate'], apiGroups: [GROUP], resources: ['roles'] }]);
    bind('namespaces/default/rolebindings', 'escalators', 'Role', 'escalator', 'eve');
    expect(eve('POST', 'roles', { metadata: { name: 'more' }, rules: [pods('*')] })).toBe('201');
  });

  test('that gather others take all power to write', () => {
    role('clusterroles', 'gatherer', [{ verbs: ['*'], apiGroups: [GROUP], resources: ['clusterroles'] }]);
    bind('clusterrolebindings', 'gatherers', 'ClusterRole', 'gatherer', 'adam');
    const headers = { 'impersonate-user': 'adam' };
    const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] };
    const post = (body: JsonObject) => rig.send('POST', `${PATH}/clusterroles`, { body, headers });
    // `*` is to escalate, too.
    expect(post({ metadata: { name: 'all' }, aggregationRule }).status).toBe(201);
    admin('PATCH', 'clusterroles/gatherer', {
      rules: [{ verbs: ['create'], apiGroups: [GROUP], resources: ['clusterroles'] }],
    });
    expect(post({ metadata: { name: 'more' }, aggregationRule }).body['message']).toBe(
      [
        `clusterroles.${GROUP} "more" is forbidden: must have cluster-admin privileges to use an aggregationRule: user "adam" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:`,
        '{APIGroups:["*"], Resources:["*"], Verbs:["*"]}',
        '{NonResourceURLs:["*"], Verbs:["*"]}',
      ].join('\n'),
    );
  });
});

describe('bindings', () => {
  test('may give what their writer may do, and no more', () => {
    expect(eve('POST', 'rolebindings', bindingTo('same', 'Role', 'writer', 'adam'))).toBe('201');
    expect(eve('POST', 'rolebindings', bindingTo('root', 'ClusterRole', 'cluster-admin'))).toBe(
      [
        `403 rolebindings.${GROUP} "root" is forbidden: ${EVE}`,
        '{APIGroups:["*"], Resources:["*"], Verbs:["*"]}',
        '{NonResourceURLs:["*"], Verbs:["*"]}',
      ].join('\n'),
    );
  });

  test('to a role that is not there are for those alone who may bind it', () => {
    expect(eve('POST', 'rolebindings', bindingTo('b', 'Role', 'none'))).toBe(`404 roles.${GROUP} "none" not found`);
    expect(eve('POST', 'rolebindings', bindingTo('b', 'ClusterRole', 'none'))).toBe(
      `404 clusterroles.${GROUP} "none" not found`,
    );
    const rules = [
      { verbs: ['bind'], apiGroups: [GROUP], resources: ['clusterroles'], resourceNames: ['none', 'view'] },
    ];
    role('namespaces/default/roles', 'binder', rules);
    bind('namespaces/default/rolebindings', 'binders', 'Role', 'binder', 'eve');
    expect(eve('POST', 'rolebindings', bindingTo('b', 'ClusterRole', 'none'))).toBe('201');
    expect(eve('POST', 'rolebindings', bindingTo('v', 'ClusterRole', 'view', 'adam'))).toBe('201');
    expect(eve('POST', 'rolebindings', bindingTo('e', 'ClusterRole', 'edit', 'adam'))).toMatch(/^403 /);
  });

  test('cannot be widened to more subjects', () => {
    bind('namespaces/default/rolebindings', 'viewers', 'ClusterRole', 'view', 'adam');
    const subjects = [{ kind: 'User', apiGroup: GROUP, name: 'eve' }];
    expect(eve('PATCH', 'rolebindings/viewers', { subjects })).toMatch(/^403 .* attempting to grant/);
    expect(eve('PATCH', 'rolebindings/viewers', { metadata: { finalizers: ['x.io/f'] } })).toBe('200');
  });

  test('of an unknown kind of role are refused by validation', () => {
    expect(eve('POST', 'rolebindings', bindingTo('b', 'Rolle', 'x'))).toMatch(/^422 .*roleRef.kind: Unsupported value/);
  });
});

test('members of system:masters give whatever they like', () => {
  const headers = { 'impersonate-user': 'root', 'impersonate-group': 'system:masters' };
  const body = bindingTo('root', 'ClusterRole', 'none');
  expect(rig.send('POST', `${PATH}/clusterrolebindings`, { body, headers }).status).toBe(201);
});

test('what a role lacks is told together with what could not be found out', () => {
  bind('namespaces/default/rolebindings', 'dangling', 'Role', 'gone', 'eve');
  expect(eve('POST', 'roles', { metadata: { name: 'r' }, rules: [pods('delete')] })).toBe(
    `403 roles.${GROUP} "r" is forbidden: ${EVE}\n{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}; resolution errors: [role.${GROUP} "gone" not found]`,
  );
});
