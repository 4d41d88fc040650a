import { beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import { decodeBase64Url } from '../../lib/base64url.ts';
import { newTokenKey, tokenSigner } from '../../cluster/token-key.ts';
import { metaOf, podBody, PODS, Rig } from '../testing/rig.ts';

const ACCOUNT = '/api/v1/namespaces/default/serviceaccounts/default';
const REVIEWS = '/apis/authentication.k8s.io/v1/tokenreviews';
const ISSUER = 'https://kubernetes.default.svc.cluster.local';

let rig: Rig;

beforeEach(() => {
  rig = new Rig();
  rig.serviceAccount();
});

function tokenOf(spec: JsonObject = {}): string {
  const answer = rig.send('POST', `${ACCOUNT}/token`, { body: { spec } });
  expect(answer.status).toBe(201);
  return (answer.body['status'] as { token: string }).token;
}

function review(token: string, audiences: string[] = []): JsonObject {
  const body = { spec: { token, audiences } };
  return rig.send('POST', REVIEWS, { body }).body['status'] as JsonObject;
}

function wrong(why: string): JsonObject {
  return { user: {}, error: `[invalid bearer token, ${why}]` };
}

function claimsOf(token: string): JsonObject {
  return JSON.parse(decodeBase64Url(token.split('.')[1] ?? '') ?? '') as JsonObject;
}

test('a token says whose it is, for whom and until when', () => {
  const token = tokenOf({ expirationSeconds: 600 });
  const now = rig.clock.at / 1000;
  const account = metaOf(rig.get(ACCOUNT).body);
  expect(claimsOf(token)).toEqual({
    aud: [ISSUER],
    exp: now + 600,
    iat: now,
    iss: ISSUER,
    jti: expect.any(String) as string,
    'kubernetes.io': { namespace: 'default', serviceaccount: { name: 'default', uid: account['uid'] } },
    nbf: now,
    sub: 'system:serviceaccount:default:default',
  });
  expect(JSON.parse(decodeBase64Url(token.split('.')[0] ?? '') ?? '')).toMatchObject({ alg: 'ES256' });
});

test('a token authenticates its service account', () => {
  const token = tokenOf();
  const headers = { authorization: `Bearer ${token}` };
  const who = rig.send('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', { body: {}, headers });
  expect(who.body['status']).toEqual({
    userInfo: {
      username: 'system:serviceaccount:default:default',
      uid: metaOf(rig.get(ACCOUNT).body)['uid'],
      groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
      extra: { 'authentication.kubernetes.io/credential-id': [`JTI=${String(claimsOf(token)['jti'])}`] },
    },
  });
});

describe('a token is refused', () => {
  test('when its time is over, a minute late', () => {
    const token = tokenOf({ expirationSeconds: 600 });
    rig.clock.at += 660_000;
    expect(review(token)['authenticated']).toBe(true);
    rig.clock.at += 1000;
    expect(review(token)).toEqual(wrong('service account token has expired'));
    expect(rig.get('/api/v1/pods', { authorization: `Bearer ${token}` }).status).toBe(401);
  });

  test('for another audience', () => {
    const token = tokenOf({ audiences: ['vault'] });
    expect(review(token, ['vault', 'other'])).toMatchObject({ authenticated: true, audiences: ['vault'] });
    const why = `token audiences ["vault"] is invalid for the target audiences ["${ISSUER}"]`;
    expect(review(token)).toEqual(wrong(why));
    expect(rig.get('/api/v1/pods', { authorization: `Bearer ${token}` }).status).toBe(401);
  });

  test('when a letter of it is another', () => {
    const [head, body, signature = ''] = tokenOf().split('.');
    const forged = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    expect(review([head, body, forged].join('.'))).toEqual(wrong('go-jose/go-jose: error in cryptographic primitive'));
    expect(review([head, body, ''].join('.'))).toEqual(wrong('go-jose/go-jose: error in cryptographic primitive'));
  });

  test('when another key signed it', () => {
    const [head = '', body = ''] = tokenOf().split('.');
    const signature = tokenSigner(newTokenKey()).sign(`${head}.${body}`);
    expect(review(`${head}.${body}.${signature}`)).toEqual(wrong('go-jose/go-jose: error in cryptographic primitive'));
  });

  test('when it says that it needs no signature', () => {
    const [, body] = tokenOf().split('.');
    const none = btoa('{"alg":"none"}').replace(/=+$/, '');
    expect(review(`${none}.${body}.`)).toEqual(wrong('go-jose/go-jose: error in cryptographic primitive'));
  });

  test('when its service account is gone, or is another of that name', () => {
    const token = tokenOf();
    rig.send('DELETE', ACCOUNT);
    expect(review(token)).toEqual(wrong('serviceaccounts "default" not found'));
    rig.serviceAccount();
    expect(review(token)['error']).toMatch(/service account UID \(.*\) does not match claim \(.*\)/);
  });

  test('when the pod that it is bound to is gone', () => {
    rig.send('POST', PODS, { body: podBody('p') });
    const token = tokenOf({ boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'p' } });
    expect((review(token)['user'] as JsonObject)['extra']).toMatchObject({
      'authentication.kubernetes.io/pod-name': ['p'],
    });
    rig.send('DELETE', `${PODS}/p`);
    expect(review(token)).toEqual(wrong('service account token has been invalidated'));
  });
});

test('what is no token of this issuer is nobody', () => {
  for (const text of ['bogus', 'a.b.c', `${btoa('{}')}.${btoa('{"iss":"other"}')}.x`, '..', '🙂.🙂.🙂']) {
    expect(review(text)).toEqual({ user: {}, error: 'invalid bearer token' });
  }
});

test('the token of a volume lives longer than it says, so that a client that read it once works on', () => {
  rig.send('POST', PODS, { body: podBody('p') });
  const boundObjectRef = { kind: 'Pod', apiVersion: 'v1', name: 'p' };
  const token = tokenOf({ expirationSeconds: 3607, boundObjectRef });
  const {
    iat,
    exp,
    'kubernetes.io': own,
  } = claimsOf(token) as {
    iat: number;
    exp: number;
    'kubernetes.io': JsonObject;
  };
  expect(exp - iat).toBe(365 * 24 * 3600);
  expect(own['warnafter']).toBe(iat + 3607);
});

test('the known tokens are for this server alone', () => {
  expect(review('secret')).toEqual({
    authenticated: true,
    user: { username: 'admin', groups: ['system:masters', 'system:authenticated'] },
    audiences: [ISSUER],
  });
  expect(review('secret', ['vault'])).toEqual({ user: {}, error: 'invalid bearer token' });
});
