// After kubernetes pkg/serviceaccount/jwt_test.go and test/integration/serviceaccount.

import { beforeEach, expect, test } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import { metaOf, Rig } from '../testing/rig.ts';

const ACCOUNT = '/api/v1/namespaces/default/serviceaccounts/default';
const SECRETS = '/api/v1/namespaces/default/secrets';
const REVIEWS = '/apis/authentication.k8s.io/v1/tokenreviews';

let rig: Rig;
let token: string;

beforeEach(() => {
  rig = new Rig();
  rig.serviceAccount();
  const account = { name: 'default', uid: String(metaOf(rig.get(ACCOUNT).body)['uid']) };
  token = rig.server.legacyTokens.issue({ namespace: 'default', secret: 'mine', account });
  const metadata = { name: 'mine', annotations: { 'kubernetes.io/service-account.name': 'default' } };
  const type = 'kubernetes.io/service-account-token';
  const body = { apiVersion: 'v1', kind: 'Secret', metadata, type, data: { token: btoa(token) } };
  expect(rig.send('POST', SECRETS, { body }).status).toBe(201);
});

function review(audiences: string[] = []): JsonObject {
  return rig.send('POST', REVIEWS, { body: { spec: { token, audiences } } }).body['status'] as JsonObject;
}

function wrong(why: string): JsonObject {
  return { user: {}, error: `[invalid bearer token, ${why}]` };
}

test('authenticates its account, without end', () => {
  rig.clock.at += 100 * 365 * 86_400_000;
  expect(review()).toMatchObject({
    authenticated: true,
    audiences: ['https://kubernetes.default.svc.cluster.local'],
    user: { username: 'system:serviceaccount:default:default', uid: metaOf(rig.get(ACCOUNT).body)['uid'] },
  });
});

test('notes the day of its use, once a day', () => {
  const who = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
  const headers = { authorization: `Bearer ${token}` };
  expect(rig.send('POST', who, { body: {}, headers }).status).toBe(201);
  const { labels, resourceVersion } = metaOf(rig.get(`${SECRETS}/mine`).body);
  expect(labels).toEqual({ 'kubernetes.io/legacy-token-last-used': '2026-01-02' });
  rig.send('POST', who, { body: {}, headers });
  expect(metaOf(rig.get(`${SECRETS}/mine`).body)['resourceVersion']).toBe(resourceVersion);
});

test('is refused for another audience', () => {
  expect(review(['vault'])).toEqual(
    wrong(
      'token audiences ["https://kubernetes.default.svc.cluster.local"] is invalid for the target audiences ["vault"]',
    ),
  );
});

test('is refused without its Secret, and when the Secret holds another', () => {
  rig.send('PATCH', `${SECRETS}/mine`, {
    body: { data: { token: btoa('x') } },
    headers: { 'content-type': 'application/merge-patch+json' },
  });
  expect(review()).toEqual(wrong("service account token does not match server's copy"));
  rig.send('DELETE', `${SECRETS}/mine`);
  expect(review()).toEqual(wrong('service account token has been invalidated'));
});

test('is refused when its account is another', () => {
  rig.send('DELETE', ACCOUNT);
  expect(review()).toEqual(wrong('serviceaccounts "default" not found'));
  rig.serviceAccount();
  expect(review()['error']).toMatch(/service account UID \(.*\) does not match claim/);
});

test('is refused once it is marked', () => {
  rig.send('PATCH', `${SECRETS}/mine`, {
    body: { metadata: { labels: { 'kubernetes.io/legacy-token-invalid-since': '2026-01-01' } } },
    headers: { 'content-type': 'application/merge-patch+json' },
  });
  expect(review()['error']).toMatch(/has been marked invalid/);
});

test('is refused when another signed it', () => {
  token = `${token.slice(0, -4)}AAAA`;
  expect(review()).toEqual(wrong('go-jose/go-jose: error in cryptographic primitive'));
});
