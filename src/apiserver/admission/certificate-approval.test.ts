import { beforeAll, expect, test } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import { certificateRequest } from '../testing/certificate-request.ts';
import { Rig } from '../testing/rig.ts';

const REQUESTS = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
const ROLES = '/apis/rbac.authorization.k8s.io/v1';
const BOB = { 'impersonate-user': 'bob' };

let request: string;
beforeAll(async () => {
  request = await certificateRequest('CN=panda');
});

/** Bob may write the subresources of requests, and act for these signers. */
function rigWith(...signers: JsonObject[]): Rig {
  const rig = new Rig();
  const spec = { request, signerName: 'example.com/serving', usages: ['client auth'] };
  const name = 'r';
  const made = rig.send('POST', REQUESTS, { body: { metadata: { name }, spec } });
  expect(made.text).toContain('"kind":"CertificateSigningRequest"');
  const apiGroups = ['certificates.k8s.io'];
  const writes = { apiGroups, resources: ['certificatesigningrequests/approval', 'certificatesigningrequests/status'] };
  const rules = [
    { ...writes, verbs: ['update'] },
    ...signers.map((rule) => ({ apiGroups, resources: ['signers'], ...rule })),
  ];
  rig.send('POST', `${ROLES}/clusterroles`, { body: { metadata: { name }, rules } });
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name };
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'bob' }];
  rig.send('POST', `${ROLES}/clusterrolebindings`, { body: { metadata: { name }, roleRef, subjects } });
  return rig;
}

function write(rig: Rig, subresource: string, type: string) {
  const current = rig.get(`${REQUESTS}/r`).body;
  const status = { conditions: [{ type, status: 'True', reason: 'x' }] };
  return rig.send('PUT', `${REQUESTS}/r/${subresource}`, { body: { ...current, status }, headers: BOB });
}

const CASES: Array<[subresource: string, verb: string, type: string]> = [
  ['approval', 'approve', 'Approved'],
  ['status', 'sign', 'Failed'],
];

test.each(CASES)('TestPlugin_Validate: %s needs %s', (subresource, verb, type) => {
  const answer = write(rigWith({ verbs: [verb], resourceNames: ['other.com/*'] }), subresource, type);
  expect(answer.body).toMatchObject({
    code: 403,
    message: `certificatesigningrequests.certificates.k8s.io "r" is forbidden: user not permitted to ${verb} requests with signerName "example.com/serving"`,
  });
  for (const name of ['example.com/serving', 'example.com/*']) {
    expect(write(rigWith({ verbs: [verb], resourceNames: [name] }), subresource, type).status).toBe(200);
  }
});

test('a status that leaves certificate and conditions alone is no signing', () => {
  const rig = rigWith();
  const current = rig.get(`${REQUESTS}/r`).body;
  expect(rig.send('PUT', `${REQUESTS}/r/status`, { body: current, headers: BOB }).status).toBe(200);
});
