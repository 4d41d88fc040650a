// After kubernetes pkg/controller/certificates/{approver/sarapprove,signer/signer,cleaner/cleaner}_test.go.

import { X509Certificate } from 'node:crypto';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { describe, expect, it } from 'vitest';
import type { AccessQuestion } from '../../api/review.ts';
import type { CertificateSigningRequest } from '../../api/types/certificates-v1.ts';
import { clone } from '../../lib/json.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { fakeTrust } from '../testing/fake-trust.ts';
import { must } from '../testing/objects.ts';
import { certificateController } from './certificate-controller.ts';

const RESOURCE = 'certificatesigningrequests.certificates.k8s.io';
const CLIENT = 'kubernetes.io/kube-apiserver-client';
const KUBELET = 'kubernetes.io/kube-apiserver-client-kubelet';
const SERVING = 'kubernetes.io/kubelet-serving';
const NODE = 'CN=system:node:n1, O=system:nodes';
const CLIENT_USAGES = ['digital signature', 'key encipherment', 'client auth'];
const SERVING_USAGES = ['digital signature', 'key encipherment', 'server auth'];
const HOUR = 3_600_000;

interface Case {
  readonly signer?: string;
  readonly subject?: string;
  readonly names?: x509.JsonGeneralNames;
  readonly usages?: string[];
  readonly username?: string;
  readonly seconds?: number;
  readonly condition?: string;
}

async function pem(subject: string, names: x509.JsonGeneralNames): Promise<string> {
  const signingAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = (await crypto.subtle.generateKey(signingAlgorithm, true, ['sign', 'verify'])) as CryptoKeyPair;
  const extensions = names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)];
  const made = await x509.Pkcs10CertificateRequestGenerator.create({
    name: subject,
    keys,
    signingAlgorithm,
    extensions,
  });
  return btoa(made.toString('pem'));
}

/** `allowed`: the subresource that the requestor may create. */
function cluster(allowed = ''): FakeCluster {
  const authorize = (_: unknown, { resourceAttributes }: AccessQuestion) => ({
    allowed: resourceAttributes?.subresource === allowed,
  });
  return new FakeCluster({ controllers: [certificateController({ ...fakeTrust, authorizer: { authorize } })] });
}

async function ask(made: FakeCluster, asked: Case): Promise<void> {
  const { signer = CLIENT, subject = NODE, names = [], usages = CLIENT_USAGES, username = 'jane', seconds } = asked;
  const spec = {
    signerName: signer,
    request: await pem(subject, names),
    usages,
    username,
    ...(seconds === undefined ? {} : { expirationSeconds: seconds }),
  };
  const body = {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name: 'r' },
    spec,
  };
  must(made.client.create(RESOURCE, body));
  if (asked.condition !== undefined) {
    const next = clone(stored(made) as CertificateSigningRequest);
    const lastUpdateTime = new Date(made.now).toISOString();
    next.status = { conditions: [{ type: asked.condition, status: 'True', lastUpdateTime }] };
    must(made.client.updateStatus(RESOURCE, next));
  }
  made.settle();
}

const stored = ({ client }: FakeCluster): CertificateSigningRequest | undefined => client.get(RESOURCE, '', 'r');
const approvalOf = (made: FakeCluster): string | undefined =>
  stored(made)?.status?.conditions?.find(({ type }) => type === 'Approved')?.message;

describe('approves', () => {
  it.each([
    ['a kubelet for itself', 'selfnodeclient', 'system:node:n1', 'Auto approving self kubelet client certificate'],
    ['a kubelet by a bootstrapper', 'nodeclient', 'jane', 'Auto approving kubelet client certificate'],
  ])('%s', async (_, allowed, username, message) => {
    const made = cluster(allowed);
    await ask(made, { signer: KUBELET, username });
    expect(approvalOf(made)).toBe(`${message} after SubjectAccessReview.`);
    expect(stored(made)?.status?.conditions?.[0]?.reason).toBe('AutoApproved');
    expect(stored(made)?.status?.certificate).toBeDefined();
  });

  it.each<[string, string, Case]>([
    ['who is not allowed', '', { signer: KUBELET }],
    ["another signer's", 'nodeclient', { signer: CLIENT }],
    ['no node', 'nodeclient', { signer: KUBELET, subject: 'CN=jane, O=system:nodes' }],
    ['another group', 'nodeclient', { signer: KUBELET, subject: 'CN=system:node:n1' }],
    ['other usages', 'nodeclient', { signer: KUBELET, usages: SERVING_USAGES }],
    ['names', 'nodeclient', { signer: KUBELET, names: [{ type: 'dns', value: 'a.b' }] }],
    ['what was denied', 'nodeclient', { signer: KUBELET, condition: 'Denied' }],
  ])('not %s', async (_, allowed, asked) => {
    const made = cluster(allowed);
    await ask(made, asked);
    expect(approvalOf(made)).toBeUndefined();
    expect(made.logs.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

describe('signs', () => {
  it('what is approved, for a year', async () => {
    const made = cluster();
    await ask(made, { subject: 'CN=jane, O=dev', condition: 'Approved' });
    const [name, usages, from, to] = JSON.parse(atob(stored(made)?.status?.certificate ?? '')) as string[];
    expect([name, usages]).toEqual(['jane', CLIENT_USAGES.join()]);
    expect(made.now - Date.parse(from ?? '')).toBe(300_000);
    expect(Date.parse(to ?? '') - made.now).toBe(365 * 24 * HOUR - 300_000);
    const published = made.client.get('configmaps', 'kube-system', 'extension-apiserver-authentication');
    expect(published?.data).toEqual({ 'client-ca-file': 'CA' });
  });

  it.each([
    ['no custom duration', undefined, 365 * 24 * HOUR - 300_000],
    ['a short one, in full', 3600, HOUR],
    ['less than the least', 60, 600_000],
    ['more than the most', 2 * 365 * 86_400, 365 * 24 * HOUR - 300_000],
    ['8 hours', 8 * 3600, 8 * HOUR - 300_000],
  ])('for the time that is asked for: %s', async (_, seconds, wanted) => {
    const made = cluster();
    await ask(made, { condition: 'Approved', ...(seconds === undefined ? {} : { seconds }) });
    const [, , , to] = JSON.parse(atob(stored(made)?.status?.certificate ?? '')) as string[];
    expect(Date.parse(to ?? '') - made.now).toBe(wanted);
  });

  it.each<[string, Case]>([
    ['what is pending', {}],
    ['what was denied', { condition: 'Denied' }],
    ['for a signer of others', { signer: 'example.com/mine', condition: 'Approved' }],
  ])('not %s', async (_, asked) => {
    const made = cluster();
    await ask(made, asked);
    expect(stored(made)?.status?.certificate).toBeUndefined();
    expect(stored(made)?.status?.conditions?.some(({ type }) => type === 'Failed') ?? false).toBe(false);
  });

  const dns: x509.JsonGeneralNames = [{ type: 'dns', value: 'n1' }];
  it.each<[string, Case]>([
    ['invalid usage for client certificate: server auth', { usages: ['client auth', 'server auth'] }],
    ['missing required usage for client certificate: client auth', { usages: ['digital signature'] }],
    ['subject organization is not system:nodes', { signer: KUBELET, subject: 'CN=a' }],
    ['DNS subjectAltNames are not allowed', { signer: KUBELET, names: dns }],
    ['Email subjectAltNames are not allowed', { signer: KUBELET, names: [{ type: 'email', value: 'a@b' }] }],
    ['IP subjectAltNames are not allowed', { signer: KUBELET, names: [{ type: 'ip', value: '10.0.0.1' }] }],
    ['URI subjectAltNames are not allowed', { signer: KUBELET, names: [{ type: 'url', value: 'a://b' }] }],
    ['subject common name does not begin with system:node:', { signer: KUBELET, subject: 'CN=a, O=system:nodes' }],
    ['usages did not match [client auth digital signature key encipherment]', { signer: KUBELET, usages: ['any'] }],
    ['DNS or IP subjectAltName is required', { signer: SERVING, usages: SERVING_USAGES }],
    ['usages did not match [digital signature key encipherment server auth]', { signer: SERVING, names: dns }],
  ])('not what its signer does not take: %s', async (message, asked) => {
    const made = cluster();
    await ask(made, { ...asked, condition: 'Approved' });
    expect(stored(made)?.status?.certificate).toBeUndefined();
    const [, failed] = stored(made)?.status?.conditions ?? [];
    expect(failed).toMatchObject({ type: 'Failed', status: 'True', reason: 'SignerValidationFailure', message });
  });

  it('serving certificates without key encipherment, which only RSA needs', async () => {
    const made = cluster();
    const usages = ['digital signature', 'server auth'];
    await ask(made, { signer: SERVING, names: dns, usages, condition: 'Approved' });
    expect(stored(made)?.status?.certificate).toBeDefined();
  });
});

describe('cleans up', () => {
  it.each<[string, Case, number]>([
    ['no conditions: after a day', {}, 24 * HOUR],
    ['denied: after an hour', { condition: 'Denied' }, HOUR],
    ['approved and issued: after an hour', { condition: 'Approved' }, HOUR],
    ['approved, never issued: after an hour', { signer: 'example.com/mine', condition: 'Approved' }, HOUR],
    ['failed: after an hour', { usages: ['any'], condition: 'Approved' }, HOUR],
  ])('%s', async (_, asked, after) => {
    const made = cluster();
    await ask(made, asked);
    made.advance(after - 1000);
    expect(stored(made)).toBeDefined();
    made.advance(1000);
    expect(stored(made)).toBeUndefined();
  });

  it('a certificate that has ended', async () => {
    const { certificateAuthority } = await import('../../cluster/certificate-authority.ts');
    const values = new Map<string, unknown>();
    const storage = {
      get: <T>(key: string) => values.get(key) as T | undefined,
      put: (key: string, value: unknown) => void values.set(key, value),
    };
    const authority = certificateAuthority(storage, { now: () => made.now });
    const made: FakeCluster = new FakeCluster({ controllers: [certificateController({ ...fakeTrust, authority })] });
    await ask(made, { condition: 'Approved', seconds: 600 });
    const issued = new X509Certificate(atob(stored(made)?.status?.certificate ?? ''));
    expect(Date.parse(issued.validTo)).toBe(made.now + 600_000);
    made.advance(599_000);
    expect(stored(made)).toBeDefined();
    made.advance(1000);
    expect(stored(made)).toBeUndefined();
  });
});
