import { createPublicKey, verify } from 'node:crypto';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import { Rig } from '../testing/rig.ts';

const ACCOUNTS = '/api/v1/namespaces/default/serviceaccounts';

test('the issuer says where its keys are, and a token is checked with them alone', () => {
  const rig = new Rig();
  rig.serviceAccount();
  const { body: configuration, response } = rig.get('/.well-known/openid-configuration');
  expect(configuration).toEqual({
    issuer: 'https://kubernetes.default.svc.cluster.local',
    jwks_uri: '/openid/v1/jwks',
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
  });
  expect(response).toMatchObject({
    contentType: 'application/json',
    headers: { 'Cache-Control': 'public, max-age=3600' },
  });

  const keys = rig.get(String(configuration['jwks_uri']));
  expect(keys.response.contentType).toBe('application/jwk-set+json');
  const [key] = keys.body['keys'] as JsonObject[];
  const answer = rig.send('POST', `${ACCOUNTS}/default/token`, { body: { spec: {} } });
  const [head = '', claims = '', signature = ''] = String((answer.body['status'] as JsonObject)['token']).split('.');
  expect(JSON.parse(Buffer.from(head, 'base64url').toString())).toEqual({ alg: key?.['alg'], kid: key?.['kid'] });
  const publicKey = createPublicKey({ key: key as never, format: 'jwk' });
  const signed = Buffer.from(`${head}.${claims}`);
  const bytes = Buffer.from(signature, 'base64url');
  expect(verify('sha256', signed, { key: publicKey, dsaEncoding: 'ieee-p1363' }, bytes)).toBe(true);
});

test('the address of the keys is that of the cluster, as the client knows it', () => {
  const rig = new Rig();
  const base = 'https://example.com/clusters/a';
  const request = { method: 'GET', query: '', body: '', base: () => base, headersWith: () => [] };
  const header = (name: string) => (name === 'authorization' ? 'Bearer secret' : undefined);
  const plan = rig.server.plan({ ...request, path: '/.well-known/openid-configuration/', header });
  expect(plan.effect === 'read' && plan.run().body).toContain(`"jwks_uri":"${base}/openid/v1/jwks"`);
});

test('nobody without a name reads them', () => {
  const rig = new Rig();
  expect(rig.get('/openid/v1/jwks', { authorization: '' }).body['message']).toBe(
    'forbidden: User "system:anonymous" cannot get path "/openid/v1/jwks"',
  );
});
