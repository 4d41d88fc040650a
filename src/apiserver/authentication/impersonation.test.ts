import { expect, test } from 'vitest';
import { Rig } from '../testing/rig.ts';

const REVIEWS = '/apis/authentication.k8s.io/v1/selfsubjectreviews';

/** Who the server takes the client for. */
function whoAmI(headers: Readonly<Record<string, string>>): unknown {
  const answer = new Rig().send('POST', REVIEWS, { body: {}, headers });
  return answer.status === 201 ? (answer.body['status'] as { userInfo: unknown }).userInfo : answer.body['message'];
}

test('nobody is impersonated unasked', () => {
  expect(whoAmI({})).toEqual({ username: 'admin', groups: ['system:masters', 'system:authenticated'] });
});

test('a user is known, and is in the groups that are named', () => {
  expect(whoAmI({ 'impersonate-user': 'alice' })).toEqual({ username: 'alice', groups: ['system:authenticated'] });
  expect(whoAmI({ 'impersonate-user': 'alice', 'impersonate-group': 'dev, ops' })).toEqual({
    username: 'alice',
    groups: ['dev', 'ops', 'system:authenticated'],
  });
});

test('a service account is in the groups of service accounts', () => {
  expect(whoAmI({ 'impersonate-user': 'system:serviceaccount:ns:sa' })).toEqual({
    username: 'system:serviceaccount:ns:sa',
    groups: ['system:serviceaccounts', 'system:serviceaccounts:ns', 'system:authenticated'],
  });
});

test('the anonymous user may do nothing', () => {
  expect(whoAmI({ 'impersonate-user': 'system:anonymous' })).toMatch(/"system:anonymous" cannot create resource/);
});

test('whoever may not act as another is refused', () => {
  const headers = { authorization: '', 'impersonate-user': 'alice' };
  const who = 'User "system:anonymous" cannot impersonate resource "users" in API group "" at the cluster scope';
  expect(whoAmI(headers)).toBe(`users "alice" is forbidden: ${who}`);
  const account = { authorization: '', 'impersonate-user': 'system:serviceaccount:ns:sa' };
  expect(whoAmI(account)).toMatch(/^serviceaccounts "sa" is forbidden: .* in the namespace "ns"$/);
});

test('uid and extra pass; the names of extra are unescaped', () => {
  const headers = {
    'impersonate-user': 'alice',
    'impersonate-uid': 'u-1',
    'impersonate-extra-scopes': 'a, b',
    'impersonate-extra-example.org%2fteam': 'x',
  };
  expect(whoAmI(headers)).toEqual({
    username: 'alice',
    uid: 'u-1',
    groups: ['system:authenticated'],
    extra: { scopes: ['a', 'b'], 'example.org/team': ['x'] },
  });
});

test('groups or a uid without a user are refused, in words of Go', () => {
  const prefix = 'requested &user.DefaultInfo{Name:"", ';
  const suffix = ' without impersonating a user name';
  expect(whoAmI({ 'impersonate-group': 'dev' })).toBe(
    `${prefix}UID:"", Groups:[]string{"dev"}, Extra:map[string][]string(nil)}${suffix}`,
  );
  expect(whoAmI({ 'impersonate-uid': 'u-1' })).toBe(
    `${prefix}UID:"u-1", Groups:[]string(nil), Extra:map[string][]string(nil)}${suffix}`,
  );
});
