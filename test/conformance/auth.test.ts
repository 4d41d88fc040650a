// After kubernetes test/e2e/auth/{certificates,service_accounts,subjectreviews}.go.

import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TokenRequest, TokenReview } from '../../src/api/types/authentication-v1.ts';
import type {
  LocalSubjectAccessReview,
  SelfSubjectAccessReview,
  SubjectAccessReview,
} from '../../src/api/types/authorization-v1.ts';
import type { CertificateSigningRequest } from '../../src/api/types/certificates-v1.ts';
import type { ConfigMap, Pod, ServiceAccount } from '../../src/api/types/core-v1.ts';
import type { ApiCall } from '../support/api.ts';
import { labelled, MERGE } from './support/collection.ts';
import { expectOperations, three } from './support/operations.ts';
import type { World } from './support/world.ts';
import { eventually, startWorld } from './support/world.ts';

const ROOT_CA = 'kube-root-ca.crt';
const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';

let world: World;

beforeAll(async () => {
  world = await startWorld({ nodes: 0 });
});

afterAll(() => world?.end());

async function certificateRequest(): Promise<string> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair;
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: 'CN=e2e-example',
    keys,
    signingAlgorithm: algorithm,
  });
  return request.toString('pem');
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

it('[sig-auth] Certificates API [Privileged:ClusterAdmin] should support CSR API operations', async () => {
  const signer = 'example.com/e2e-certificates';
  const certificate = base64(world.server.ca);
  await expectOperations<CertificateSigningRequest>(world, {
    resource: 'certificatesigningrequests.certificates.k8s.io',
    drafts: three({
      apiVersion: 'certificates.k8s.io/v1',
      kind: 'CertificateSigningRequest',
      metadata: { generateName: 'e2e-example-csr-', labels: { 'special-label': 'certificates' } },
      spec: {
        request: base64(await certificateRequest()),
        signerName: signer,
        expirationSeconds: 86_400,
        usages: ['digital signature', 'key encipherment', 'server auth'],
      },
    }),
    async more(requests, { metadata: { name, uid } }) {
      const bySigner = await requests.list(`?fieldSelector=${encodeURIComponent(`spec.signerName=${signer}`)}`);
      expect(bySigner.items).toHaveLength(3);

      expect(await requests.get(name, 'approval')).toMatchObject({
        kind: 'CertificateSigningRequest',
        metadata: { uid },
      });
      const condition = { type: 'ApprovalPatch', status: 'True', reason: 'e2e' };
      const approved = await requests.patch(
        name,
        { metadata: { annotations: { patchedapproval: 'true' } }, status: { conditions: [condition] } },
        { type: MERGE, part: 'approval' },
      );
      expect(approved.status?.conditions).toMatchObject([condition]);
      expect(approved.metadata.annotations).toMatchObject({ patchedapproval: 'true' });
      const twice = await requests.change(
        name,
        ({ status = {} }) => {
          const message = 'set from a test';
          status.conditions = [
            ...(status.conditions ?? []),
            { type: 'Approved', status: 'True', reason: 'e2e', message },
          ];
        },
        'approval',
      );
      expect(twice.status?.conditions).toHaveLength(2);
      expect(twice.status?.conditions?.[1]).toMatchObject({ type: 'Approved', message: 'set from a test' });

      expect(await requests.get(name, 'status')).toMatchObject({ metadata: { uid } });
      const signed = await requests.patch(
        name,
        { metadata: { annotations: { patchedstatus: 'true' } }, status: { certificate } },
        { type: MERGE, part: 'status' },
      );
      expect(signed.status?.certificate).toBe(certificate);
      expect(signed.metadata.annotations).toMatchObject({ patchedstatus: 'true' });
      const thrice = await requests.change(
        name,
        ({ status = {} }) => {
          const reason = 'e2e';
          status.conditions = [...(status.conditions ?? []), { type: 'StatusUpdate', status: 'True', reason }];
        },
        'status',
      );
      expect(thrice.status?.conditions).toHaveLength(3);
    },
  });
});

it('[sig-auth] ServiceAccounts should allow opting out of API token automount', async () => {
  const namespace = await world.namespace('svcaccounts');
  const accounts = world.of<ServiceAccount>('serviceaccounts', namespace);
  const account = { apiVersion: 'v1', kind: 'ServiceAccount' };
  await accounts.create({ ...account, metadata: { name: 'mount' }, automountServiceAccountToken: true });
  await accounts.create({ ...account, metadata: { name: 'nomount' }, automountServiceAccountToken: false });
  const pods = world.of<Pod>('pods', namespace);
  const cases: ReadonlyArray<readonly [account: string, ofPod: boolean | undefined, mounted: boolean]> = [
    ['default', undefined, true],
    ['mount', undefined, true],
    ['nomount', undefined, false],
    ['default', true, true],
    ['mount', true, true],
    ['nomount', true, true],
    ['default', false, false],
    ['mount', false, false],
    ['nomount', false, false],
  ];
  for (const [serviceAccountName, automountServiceAccountToken, mounted] of cases) {
    const pod = await pods.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { generateName: 'pod-service-account-' },
      spec: {
        containers: [{ name: 'token-test', image: 'agnhost' }],
        restartPolicy: 'Never',
        serviceAccountName,
        ...(automountServiceAccountToken === undefined ? {} : { automountServiceAccountToken }),
      },
    });
    const mounts = (pod.spec?.containers ?? []).flatMap(({ volumeMounts = [] }) => volumeMounts);
    const found = mounts.some(({ mountPath }) => mountPath === TOKEN_PATH);
    expect(found, `${serviceAccountName}, ${automountServiceAccountToken}`).toBe(mounted);
  }
});

it('[sig-auth] ServiceAccounts should create a serviceAccountToken and ensure a successful TokenReview', async () => {
  const namespace = await world.namespace('svcaccounts');
  const accounts = world.of<ServiceAccount>('serviceaccounts', namespace);
  const { metadata } = await accounts.create({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'e2e' },
    automountServiceAccountToken: false,
  });
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: {}, spec: {} };
  const { status } = await accounts.post<TokenRequest>(metadata.name, 'token', request);
  expect(status?.token).not.toBe('');
  const reviewed = await world.of<TokenReview>('tokenreviews.authentication.k8s.io').create({
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenReview',
    metadata: {},
    spec: { token: status?.token ?? '' },
  });
  expect(reviewed.status).toMatchObject({ authenticated: true });
  expect(reviewed.status?.error ?? '').toBe('');
  expect(reviewed.status?.user?.username).toBe(`system:serviceaccount:${namespace}:e2e`);
  const groups = ['system:authenticated', 'system:serviceaccounts', `system:serviceaccounts:${namespace}`];
  expect(reviewed.status?.user?.groups).toEqual(expect.arrayContaining(groups));
});

it('[sig-auth] ServiceAccounts should guarantee kube-root-ca.crt exist in any namespace', async () => {
  const namespace = await world.namespace('svcaccounts');
  const maps = world.of<ConfigMap>('configmaps', namespace);
  const found = () => maps.list(`?fieldSelector=metadata.name%3D${ROOT_CA}`);
  const published = await eventually('it is published', found, ({ items }) => items.length === 1);
  expect(published.items[0]?.data?.['ca.crt']).toBe(world.server.ca);

  await maps.delete(ROOT_CA, { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0 });
  const { uid } = published.items[0]?.metadata ?? {};
  await eventually('it is made again', found, ({ items }) => items.length === 1 && items[0]?.metadata.uid !== uid);

  await maps.update({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: ROOT_CA }, data: { 'ca.crt': '' } });
  await eventually('it is right again', found, ({ items }) => items[0]?.data?.['ca.crt'] === world.server.ca);
});

it('[sig-auth] ServiceAccounts should run through the lifecycle of a ServiceAccount', async () => {
  const namespace = await world.namespace('svcaccounts');
  const accounts = world.of<ServiceAccount>('serviceaccounts', namespace);
  const selector = 'test-serviceaccount-static=true';
  const created = await accounts.create({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'testserviceaccount', labels: { 'test-serviceaccount-static': 'true' } },
  });
  expect((await accounts.get('testserviceaccount')).metadata.uid).toBe(created.metadata.uid);
  const watch = accounts.watch(`labelSelector=${encodeURIComponent(selector)}`);
  await watch.until('ADDED');
  await accounts.patch('testserviceaccount', { automountServiceAccountToken: false });
  await watch.until('MODIFIED');
  const { items } = await world.of<ServiceAccount>('serviceaccounts').list(labelled(selector));
  expect(items).toMatchObject([{ metadata: { namespace }, automountServiceAccountToken: false }]);
  await accounts.deleteCollection('');
  await watch.until('DELETED');
  await watch.close();
});

it('[sig-auth] ServiceAccounts should update a ServiceAccount', async () => {
  const accounts = world.of<ServiceAccount>('serviceaccounts', await world.namespace('svcaccounts'));
  const created = await accounts.create({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'e2e-sa' },
    automountServiceAccountToken: false,
  });
  expect(created.automountServiceAccountToken).toBe(false);
  const updated = await accounts.change('e2e-sa', (account) => (account.automountServiceAccountToken = true));
  expect(updated.automountServiceAccountToken).toBe(true);
});

it('[sig-auth] SubjectReview should support SubjectReview API operations', async () => {
  const namespace = await world.namespace('subjectreview');
  const user = `system:serviceaccount:${namespace}:e2e`;
  await world.of<ServiceAccount>('serviceaccounts', namespace).create({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'e2e' },
  });
  const resourceAttributes = { group: 'apps', resource: 'deployments', version: 'v1', verb: 'create', namespace };
  const review = { apiVersion: 'authorization.k8s.io/v1', metadata: {} };
  const subject = await world.of<SubjectAccessReview>('subjectaccessreviews.authorization.k8s.io').create({
    ...review,
    kind: 'SubjectAccessReview',
    spec: { resourceAttributes, user },
  });
  const self: ApiCall = {
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    body: { ...review, kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } },
    headers: { 'Impersonate-User': user },
  };
  const answer = await world.api.send(self);
  expect(answer.status).toBe(201);
  const { status } = JSON.parse(answer.text) as SelfSubjectAccessReview;
  expect(status?.allowed).toBe(subject.status?.allowed);
  expect(status?.allowed).toBe(false);

  const locals = world.of<LocalSubjectAccessReview>('localsubjectaccessreviews.authorization.k8s.io', namespace);
  const local = await locals.create({
    ...review,
    kind: 'LocalSubjectAccessReview',
    metadata: { namespace },
    spec: { resourceAttributes, user },
  });
  expect(local.status?.allowed).toBe(subject.status?.allowed);
});
