// kubectl and what proves who somebody is: certificates that are asked for, approved and signed, and tokens in Secrets.

import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certificateRequest } from '../../src/apiserver/testing/certificate-request.ts';
import type { CertificateSigningRequest } from '../../src/api/types/certificates-v1.ts';
import type { Secret } from '../../src/api/types/core-v1.ts';
import type { Session } from './session.ts';
import { kubectl, startSession } from './session.ts';

const KUBELET_SIGNER = 'kubernetes.io/kube-apiserver-client-kubelet';

async function requestFor(name: string, subject: string, spec: object): Promise<string> {
  const request = await certificateRequest(subject);
  const usages = ['digital signature', 'key encipherment', 'client auth'];
  return JSON.stringify({
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name },
    spec: { request, usages, ...spec },
  });
}

describe.skipIf(kubectl === undefined)('kubectl and credentials', () => {
  let session: Session;

  beforeAll(async () => {
    session = await startSession({ nodes: 1 });
  });

  afterAll(async () => {
    await session?.end();
  });

  const issued = async (name: string): Promise<X509Certificate> => {
    const { status } = await session.json<CertificateSigningRequest>(`get csr ${name}`);
    return new X509Certificate(atob(status?.certificate ?? ''));
  };

  const authority = async (): Promise<X509Certificate> => {
    const path = '{.data.client-ca-file}';
    const map = 'configmap extension-apiserver-authentication -n kube-system';
    return new X509Certificate(await session.run(`get ${map} -o`, `jsonpath=${path}`));
  };

  it('a certificate that an administrator approves is signed by the authority of the cluster', async () => {
    const spec = { signerName: 'kubernetes.io/kube-apiserver-client', expirationSeconds: 3600 };
    await session.feed(await requestFor('jane', 'CN=jane,O=dev', spec), 'create -f -');
    expect((await session.rows('get csr jane'))[0]?.slice(2)).toEqual([
      'kubernetes.io/kube-apiserver-client',
      'kubernetes-admin',
      '60m',
      'Pending',
    ]);
    expect(await session.run('certificate approve jane')).toBe(
      'certificatesigningrequest.certificates.k8s.io/jane approved\n',
    );
    await session.run('wait csr jane --timeout=10s --for=jsonpath={.status.certificate}');
    expect((await session.rows('get csr jane'))[0]?.at(-1)).toBe('Approved,Issued');
    const certificate = await issued('jane');
    const own = await authority();
    expect(certificate.subject).toBe('CN=jane\nO=dev');
    expect([certificate.checkIssued(own), certificate.verify(own.publicKey)]).toEqual([true, true]);
    const left = Date.parse(certificate.validTo) - Date.now();
    expect(left).toBeGreaterThan(3500_000);
    expect(left).toBeLessThanOrEqual(3600_000);
  });

  it('one that is denied gets nothing', async () => {
    const spec = { signerName: 'kubernetes.io/kube-apiserver-client' };
    await session.feed(await requestFor('mallory', 'CN=mallory', spec), 'create -f -');
    await session.run('certificate deny mallory');
    expect((await session.rows('get csr mallory'))[0]?.at(-1)).toBe('Denied');
    expect(await session.fail('certificate approve mallory')).toContain('certificate signing request');
  });

  it('one that its signer does not take fails with the reason', async () => {
    const spec = { signerName: 'kubernetes.io/kube-apiserver-client', usages: ['server auth'] };
    await session.feed(await requestFor('server', 'CN=server', spec), 'create -f -');
    await session.run('certificate approve server');
    await session.run('wait csr server --for=condition=Failed --timeout=10s');
    const { status } = await session.json<CertificateSigningRequest>('get csr server');
    expect(status?.conditions?.find(({ type }) => type === 'Failed')).toMatchObject({
      reason: 'SignerValidationFailure',
      message: 'invalid usage for client certificate: server auth',
    });
  });

  it("a node's is approved by itself once a role allows it", async () => {
    const name = 'system:certificates.k8s.io:certificatesigningrequests:nodeclient';
    await session.run(`create clusterrolebinding joiners --clusterrole=${name} --group=joiners`);
    await session.run('create clusterrole asker --verb=create --resource=certificatesigningrequests');
    await session.run('create clusterrolebinding askers --clusterrole=asker --group=joiners');
    const body = await requestFor('n1', 'CN=system:node:n1,O=system:nodes', { signerName: KUBELET_SIGNER });
    await session.feed(body, 'create --as=token-1 --as-group=joiners -f -');
    await session.run('wait csr n1 --timeout=10s --for=jsonpath={.status.certificate}');
    const { status } = await session.json<CertificateSigningRequest>('get csr n1');
    expect(status?.conditions?.[0]).toMatchObject({ type: 'Approved', reason: 'AutoApproved' });
    expect((await issued('n1')).subject).toBe('CN=system:node:n1\nO=system:nodes');
  });

  it('the token of a Secret is that of its account', async () => {
    await session.run('create serviceaccount robot');
    const annotations = { 'kubernetes.io/service-account.name': 'robot' };
    const type = 'kubernetes.io/service-account-token';
    const body = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'robot-token', annotations }, type };
    await session.feed(JSON.stringify(body), 'create -f -');
    await session.run('wait secret robot-token --timeout=10s --for=jsonpath={.data.token}');
    const { data } = await session.json<Secret>('get secret robot-token');
    expect(Object.keys(data ?? {}).sort()).toEqual(['ca.crt', 'namespace', 'token']);
    expect(await session.run('describe secret robot-token')).toMatch(/^Type: +kubernetes.io\/service-account-token$/m);
    expect(await session.run('describe serviceaccount robot')).toMatch(/^Tokens: +robot-token$/m);
    const token = `--token=${atob(data?.['token'] ?? '')}`;
    expect(await session.run('auth whoami', token)).toContain('system:serviceaccount:default:robot');
    await session.run('delete serviceaccount robot');
    await session.run('wait secret robot-token --for=delete --timeout=10s');
    expect(await session.fail('auth whoami', token)).toContain('Unauthorized');
  });
});
