// After kubernetes plugin/pkg/auth/authorizer/rbac/rbac_test.go, pkg/registry/rbac/validation/rule_test.go and
// pkg/apis/rbac/v1/evaluation_helpers_test.go.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AccessQuestion } from '../../api/review.ts';
import type { UserInfo } from '../../api/types/authentication-v1.ts';
import type { ClusterRole, PolicyRule, Role, RoleBinding, Subject } from '../../api/types/rbac-v1.ts';
import { PolicyIndex, subjectOf } from './policy-index.ts';
import { Rbac } from './rbac.ts';
import { askedOf, ruleAllows } from './rule-match.ts';

function user(username: string, ...groups: string[]): UserInfo {
  return { username, groups };
}

function subjectFrom(text: string): Subject {
  const [kind = '', ...rest] = text.split(':');
  const [account = '', namespace] = rest;
  if (kind !== 'ServiceAccount') return { kind, name: rest.join(':') };
  return { kind, name: account, ...(namespace === undefined ? {} : { namespace }) };
}

function roleOf(namespace: string, name: string, ...rules: PolicyRule[]): Role {
  return { kind: 'Role', apiVersion: '', metadata: { namespace, name }, rules } as unknown as Role;
}

function bindingOf(namespace: string, name: string, role: string, ...subjects: string[]): RoleBinding {
  const [kind = '', roleName = ''] = role.split(' ');
  const metadata = { namespace, name };
  const roleRef = { kind, name: roleName };
  return { kind: '', apiVersion: '', metadata, roleRef, subjects: subjects.map(subjectFrom) } as unknown as RoleBinding;
}

const clusterRole = (name: string, ...rules: PolicyRule[]) => roleOf('', name, ...rules) as ClusterRole;
const clusterBinding = (name: string, role: string, ...subjects: string[]) =>
  bindingOf('', name, `ClusterRole ${role}`, ...subjects);

/** `verbs groups resources`, each separated by commas. */
function rule(text: string, names: string[] = []): PolicyRule {
  const [verbs = '', groups = '', resources = ''] = text.split(' ').map((part) => part.split(','));
  return { verbs: [...verbs], apiGroups: [...groups], resources: [...resources], resourceNames: names };
}

function authorizer(roles: Role[], bindings: RoleBinding[]): Rbac {
  const index = new PolicyIndex();
  for (const role of roles) index.putRole(role);
  for (const binding of bindings) index.putBinding(binding);
  return new Rbac(() => index);
}

/** `verb group resource[/subresource] namespace name`. */
function question(text: string): AccessQuestion {
  const [verb = '', group = '', whole = '', namespace = '', name = ''] = text.split(' ');
  const [resource = '', subresource] = whole.split('/');
  return {
    resourceAttributes: {
      verb,
      group,
      resource,
      namespace,
      name,
      ...(subresource === undefined ? {} : { subresource }),
    },
  };
}

describe('TestAuthorizer', () => {
  const admins = 'Group:admins';

  test('a ClusterRole that a RoleBinding gives is given in its namespace alone', () => {
    const rbac = authorizer(
      [clusterRole('admin', rule('* * *'))],
      [bindingOf('ns1', 'b', 'ClusterRole admin', 'User:admin', admins)],
    );
    for (const who of [user('admin'), user('user1', 'admins'), user('user2', 'admins')]) {
      for (const text of ['get  Pods ns1 x', 'watch  Pods ns1 ', 'delete apps Foobar ns1 x']) {
        expect(rbac.authorize(who, question(text)).allowed, text).toBe(true);
      }
      for (const text of ['get  Pods ns2 x', 'get  Nodes  ', 'list  Pods  ']) {
        expect(rbac.authorize(who, question(text)).allowed, text).toBe(false);
      }
    }
    expect(rbac.authorize(user('user3', 'developers'), question('get  Pods ns1 x'))).toEqual({ allowed: false });
  });

  test('a ClusterRoleBinding gives everywhere, and what has no namespace', () => {
    const rbac = authorizer([clusterRole('r', rule('get  nodes,pods'))], [clusterBinding('b', 'r', 'User:eve')]);
    for (const text of ['get  nodes  n', 'get  pods a x', 'get  pods  ']) {
      expect(rbac.authorize(user('eve'), question(text))).toEqual({
        allowed: true,
        reason: 'RBAC: allowed by ClusterRoleBinding "b" of ClusterRole "r" to User "eve"',
      });
    }
    expect(rbac.authorize(user('eve'), question('list  pods a ')).allowed).toBe(false);
    expect(rbac.authorize(user('eve'), question('get apps pods a x')).allowed).toBe(false);
  });

  test('a RoleBinding refers to the Role of its own namespace', () => {
    const roles = [roleOf('a', 'r', rule('get  pods')), roleOf('b', 'r', rule('list  pods'))];
    const rbac = authorizer(roles, [bindingOf('b', 'mine', 'Role r', 'User:eve')]);
    expect(rbac.authorize(user('eve'), question('list  pods b ')).reason).toBe(
      'RBAC: allowed by RoleBinding "mine/b" of Role "r" to User "eve"',
    );
    expect(rbac.authorize(user('eve'), question('get  pods b x')).allowed).toBe(false);
    expect(rbac.authorize(user('eve'), question('get  pods a x')).allowed).toBe(false);
  });

  test('service accounts: by namespace and name, by their groups, and without a namespace in a RoleBinding', () => {
    const account = user('system:serviceaccount:n:sa', 'system:serviceaccounts', 'system:serviceaccounts:n');
    const role = clusterRole('r', rule('get  pods'));
    const reason = (binding: RoleBinding) =>
      authorizer([role], [binding]).authorize(account, question('get  pods n x')).reason;
    const prefix = 'RBAC: allowed by';
    expect(reason(clusterBinding('b', 'r', 'ServiceAccount:sa:n'))).toBe(
      `${prefix} ClusterRoleBinding "b" of ClusterRole "r" to ServiceAccount "sa/n"`,
    );
    expect(reason(bindingOf('n', 'b', 'ClusterRole r', 'ServiceAccount:sa'))).toBe(
      `${prefix} RoleBinding "b/n" of ClusterRole "r" to ServiceAccount "sa/n"`,
    );
    expect(reason(clusterBinding('b', 'r', 'Group:system:serviceaccounts'))).toBe(
      `${prefix} ClusterRoleBinding "b" of ClusterRole "r" to Group "system:serviceaccounts"`,
    );
    expect(reason(clusterBinding('b', 'r', 'ServiceAccount:sa:other'))).toBeUndefined();
    expect(reason(clusterBinding('b', 'r', 'ServiceAccount:sa'))).toBeUndefined();
  });

  test('what refers to no role gives nothing, and is told of', () => {
    const bindings = [
      clusterBinding('b', 'gone', 'User:eve'),
      bindingOf('n', 'b', 'Role gone', 'User:eve'),
      bindingOf('n', 'c', 'Role gone', 'User:eve'),
    ];
    const rbac = authorizer([], bindings);
    const [cluster, local] = ['clusterrole', 'role'].map(
      (kind) => `${kind}.rbac.authorization.k8s.io "gone" not found`,
    );
    expect(rbac.authorize(user('eve'), question('get  nodes  n'))).toEqual({
      allowed: false,
      reason: `RBAC: ${cluster}`,
    });
    const reason = `RBAC: [${cluster}, ${local}]`;
    expect(rbac.authorize(user('eve'), question('get  pods n p'))).toEqual({ allowed: false, reason });
    expect(rbac.rules(user('eve'), 'n').evaluationError).toBe(`[${cluster}, ${local}]`);
  });

  test.each([
    ['pods', 'pods', true],
    ['pods', 'pods/log', false],
    ['pods/log', 'pods/log', true],
    ['pods/log', 'pods', false],
    ['*', 'pods/log', true],
    ['*/scale', 'deployments/scale', true],
    ['*/scale', 'deployments', false],
    ['*/scale', 'deployments/status', false],
    ['pods/*', 'pods/log', false],
    ['*/log', 'pods/catalog', false],
  ])('a rule of %s, a request of %s: %s', (resources, asked, allowed) => {
    expect(ruleAllows(rule(`get x ${resources}`), askedOf(question(`get x ${asked} n a`)))).toBe(allowed);
  });

  test.each([
    [['a', 'b'], 'a', true],
    [['a', 'b'], 'c', false],
    [['a'], '', false],
    [[], '', true],
    [[], 'a', true],
  ])('names %j, a request of %j: %s', (names, name, allowed) => {
    expect(ruleAllows(rule('get x pods', names), askedOf(question(`get x pods n ${name}`)))).toBe(allowed);
  });

  test.each([
    ['/*', '/foo', true],
    ['*', '/foo', true],
    ['/foo', '/foo', true],
    ['/foo', '/foo/', false],
    ['/foo/*', '/foo', false],
    ['/foo/*', '/foo/bar', true],
    ['/foo*', '/foobar', true],
    ['/f*o', '/foo', false],
    ['/a**', '/a*', true],
  ])('a rule of %s, the path %s: %s', (pattern, path, allowed) => {
    const asked = askedOf({ nonResourceAttributes: { verb: 'get', path } });
    expect(ruleAllows({ verbs: ['get'], nonResourceURLs: [pattern] }, asked)).toBe(allowed);
    expect(ruleAllows(rule('* * *'), asked)).toBe(false);
  });
});

describe('TestDefaultRuleResolver', () => {
  test('rules of a user in a namespace, by binding', () => {
    const roles = [
      clusterRole('all', rule('get  nodes'), { verbs: ['get'], nonResourceURLs: ['/x'] }),
      roleOf('n', 'some', rule('list  pods', ['a'])),
    ];
    const bindings = [
      bindingOf('n', 'y', 'Role some', 'Group:g', 'User:eve'),
      clusterBinding('z', 'all', 'User:eve'),
      bindingOf('m', 'x', 'ClusterRole all', 'User:eve'),
    ];
    expect(authorizer(roles, bindings).rules(user('eve', 'g'), 'n')).toEqual({
      resourceRules: [rule('get  nodes'), rule('list  pods', ['a'])],
      nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/x'] }],
      incomplete: false,
    });
    expect(authorizer(roles, bindings).rules(user('adam'), 'n')).toMatchObject({
      resourceRules: [],
      nonResourceRules: [],
    });
  });
});

test.each([
  ['not a real subject', [], 'n', undefined],
  ['a user', ['User:foo', 'User:eve'], 'n', 'eve'],
  ['the first that applies', ['User:foo', 'Group:g', 'User:eve'], 'n', 'g'],
  ['a service account without a namespace where there is none', ['ServiceAccount:eve'], '', undefined],
])('TestAppliesTo: %s', (_, subjects, namespace, name) => {
  const { roleRef, subjects: found = [] } = bindingOf(namespace, 'b', 'ClusterRole r', ...subjects);
  expect(subjectOf({ name: 'b', namespace, roleRef, subjects: found }, user('eve', 'g'))?.name).toBe(name);
});

test('the index and a look at every binding decide alike, whatever was put in and taken out before', () => {
  const name = fc.constantFrom('a', 'b', 'c');
  const namespace = fc.constantFrom('', 'n', 'm');
  const subjects = fc.array(
    fc.constantFrom(
      'User:a',
      'User:b',
      'Group:a',
      'ServiceAccount:a:n',
      'ServiceAccount:a',
      'User:system:serviceaccount:n:a',
    ),
    { maxLength: 3 },
  );
  const role = fc.record({ namespace, name, verbs: fc.uniqueArray(fc.constantFrom('get', 'list'), { minLength: 1 }) });
  const binding = fc.record({ namespace, name, kind: fc.constantFrom('Role', 'ClusterRole'), role: name, subjects });
  const step = fc.oneof(
    fc.record({ put: fc.constant(true), role }),
    fc.record({ put: fc.boolean(), binding }),
    fc.record({ put: fc.constant(false), role }),
  );
  const users = ['a', 'b', 'system:serviceaccount:n:a'].flatMap((who) => [user(who), user(who, 'a', 'b')]);
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const index = new PolicyIndex();
      const roles = new Map<string, Role>();
      const bindings = new Map<string, RoleBinding>();
      for (const item of steps) {
        if ('role' in item) {
          const made = roleOf(item.role.namespace, item.role.name, rule(`${item.role.verbs.join(',')} x pods`));
          const key = `${item.role.namespace}/${item.role.name}`;
          if (item.put) index.putRole(made);
          else index.dropRole(item.role.namespace, item.role.name);
          if (item.put) roles.set(key, made);
          else roles.delete(key);
        } else {
          const { namespace: where, name: called, kind, role: to, subjects: whom } = item.binding;
          const made = bindingOf(where, called, `${kind} ${to}`, ...whom);
          if (item.put) index.putBinding(made);
          else index.dropBinding(where, called);
          if (item.put) bindings.set(`${where}/${called}`, made);
          else bindings.delete(`${where}/${called}`);
        }
      }
      const rbac = new Rbac(() => index);
      for (const who of users) {
        for (const text of ['get x pods  ', 'get x pods n ', 'list x pods m ']) {
          const asked = askedOf(question(text));
          const expected = [...bindings.values()].some(({ metadata, roleRef, subjects: whom = [] }) => {
            const { namespace: where = '', name: called } = metadata;
            if (where !== '' && where !== asked.namespace) return false;
            if (subjectOf({ name: called, namespace: where, roleRef, subjects: whom }, who) === undefined) return false;
            const given = roles.get(`${roleRef.kind === 'Role' ? where : ''}/${roleRef.name}`);
            return given?.rules?.some((one) => ruleAllows(one, asked)) === true;
          });
          expect(rbac.authorize(who, question(text)).allowed).toBe(expected);
        }
      }
    }),
    { numRuns: 300 },
  );
});
