// After kubernetes pkg/controller/serviceaccount/tokens_controller_test.go.

import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../api/object.ts';
import type { Secret } from '../../api/types/core-v1.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { fakeTrust } from '../testing/fake-trust.ts';
import { must } from '../testing/objects.ts';
import { tokensController } from './tokens-controller.ts';

const TYPE = 'kubernetes.io/service-account-token';

function cluster(authority = 'CA'): FakeCluster {
  return new FakeCluster({ controllers: [tokensController({ tokens: fakeTrust.tokens, authority })] });
}

function account({ client }: FakeCluster, secrets: string[] = []): KubeObject {
  const metadata = { name: 'bot', namespace: 'a' };
  const references = secrets.length === 0 ? {} : { secrets: secrets.map((name) => ({ name })) };
  return must(client.create('serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata, ...references }));
}

function secret({ client }: FakeCluster, annotations: Record<string, string>, data?: Record<string, string>): void {
  const metadata = { name: 'bot-token', namespace: 'a', annotations };
  const body = { apiVersion: 'v1', kind: 'Secret', metadata, type: TYPE, ...(data === undefined ? {} : { data }) };
  must(client.create('secrets', body));
}

const NAMED = { 'kubernetes.io/service-account.name': 'bot' };
const stored = ({ client }: FakeCluster): Secret | undefined => client.get('secrets', 'a', 'bot-token');
const writes = ({ history }: FakeCluster): string[] =>
  history.map(({ verb, resource, name }) => `${verb} ${resource}/${name}`);

describe('tokens controller', () => {
  it('added token secret without token data', () => {
    const made = cluster();
    const { uid } = account(made).metadata;
    secret(made, NAMED);
    made.settle();
    expect(stored(made)?.data).toEqual({
      'ca.crt': btoa('CA'),
      namespace: btoa('a'),
      token: btoa(`token-of-a/bot-token-for-bot-${uid}`),
    });
    expect(stored(made)?.metadata.annotations).toEqual({ ...NAMED, 'kubernetes.io/service-account.uid': uid });
  });

  it('added token secret without a CA: there is none where the certificate is publicly trusted', () => {
    const made = cluster('');
    account(made);
    secret(made, NAMED);
    made.settle();
    expect(Object.keys(stored(made)?.data ?? {})).toEqual(['namespace', 'token']);
  });

  it('updated token secret with mismatched ca data: it is put right, and the token stays', () => {
    const made = cluster();
    account(made);
    secret(made, NAMED, { 'ca.crt': btoa('old'), namespace: btoa('custom'), token: btoa('T') });
    made.settle();
    expect(stored(made)?.data).toEqual({ 'ca.crt': btoa('CA'), namespace: btoa('custom'), token: btoa('T') });
  });

  it('updated token secret with all data: nothing is written', () => {
    const made = cluster();
    account(made);
    secret(made, NAMED, { 'ca.crt': btoa('CA'), namespace: btoa('a'), token: btoa('T') });
    made.settle();
    expect(made.history).toHaveLength(2);
  });

  it('added secret without serviceaccount: it is deleted', () => {
    const made = cluster();
    secret(made, NAMED);
    made.settle();
    expect(stored(made)).toBeUndefined();
  });

  it("added secret of another account's uid: it is deleted", () => {
    const made = cluster();
    account(made);
    secret(made, { ...NAMED, 'kubernetes.io/service-account.uid': 'other' });
    made.settle();
    expect(stored(made)).toBeUndefined();
  });

  it('deleted service account with token secrets', () => {
    const made = cluster();
    account(made);
    secret(made, NAMED);
    made.settle();
    must(made.client.delete('serviceaccounts', 'a', 'bot'));
    made.settle();
    expect(writes(made).at(-1)).toBe('delete secrets/bot-token');
  });

  it('deleted token secret with serviceaccount reference: the reference goes', () => {
    const made = cluster();
    account(made, ['bot-token', 'mine']);
    secret(made, NAMED);
    made.settle();
    must(made.client.delete('secrets', 'a', 'bot-token'));
    made.settle();
    expect(made.client.get('serviceaccounts', 'a', 'bot')?.secrets).toEqual([{ name: 'mine' }]);
  });

  it('lets other Secrets be', () => {
    const made = cluster();
    const metadata = { name: 'mine', namespace: 'a', annotations: NAMED };
    must(made.client.create('secrets', { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque' }));
    made.settle();
    expect(made.reconciles).toEqual([]);
    expect(made.client.get('secrets', 'a', 'mine')).toBeDefined();
  });
});
